"""Running totals, against the formula computed again from the start."""

import math
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from service.rules.case import Case
from service.rules.conditions.lines import Filters
from service.rules.tally import Tally
from tests.rules.builders import by, cart, case, line

SKUS = ("a", "b", "c", "a")
SCALE = 700


def tally_of(seen: Case) -> Tally:
    return Tally(seen, SCALE)


def test_parts_are_what_each_call_adds() -> None:
    everything = Filters().of(())
    seen = case(cart(line(60), line(60)))
    tally = Tally(seen, 100)
    tally.add(1, everything, seen.bases)  # 1.20
    assert tally.part() == 1
    tally.add(1, everything, seen.bases)  # 2.40
    assert tally.part() == 1
    tally.multiply(3, 2, everything)  # 3.60
    assert tally.part() == 1
    tally.add_fixed(5, everything)
    assert tally.part() == 5
    assert tally.part() == 0


def test_a_multiplier_of_no_line_changes_nothing() -> None:
    filters = Filters()
    seen = case(cart(line(100)))
    tally = Tally(seen, 100)
    tally.add(1, filters.of(()), seen.bases)
    tally.multiply(7, 3, filters.of(by("sku", "none")))
    assert tally.part() == 1


Step = tuple[str, int, int, str | None]
STEPS = st.lists(
    st.one_of(
        st.tuples(
            st.sampled_from(["money", "units", "fixed"]),
            st.integers(1, 900),
            st.just(1),
            st.sampled_from([None, "a", "b", "none"]),
        ),
        st.builds(
            lambda over, more, sku: ("times", over + more, over, sku),
            st.integers(1, 7),
            st.integers(0, 5),
            st.sampled_from([None, "a", "b", "c", "none"]),
        ),
    ),
    max_size=10,
)


@given(STEPS, st.lists(st.integers(0, 3000), min_size=4, max_size=4))
def test_the_running_total_is_the_formula(steps: list[Step], amounts: list[int]) -> None:
    lines = [
        line(amount, sku=sku, quantity=amount + 1)
        for sku, amount in zip(SKUS, amounts, strict=True)
    ]
    seen, filters = case(cart(*lines)), Filters()
    tally, total = tally_of(seen), 0
    for n, (word, number, over, sku) in enumerate(steps, start=1):
        where = filters.of(() if sku is None else by("sku", sku))
        match word:
            case "money":
                tally.add(number, where, seen.bases)
            case "units":
                tally.add(number, where, seen.units)
            case "fixed":
                tally.add_fixed(number, where)
            case _:
                tally.multiply(number, over, where)
        total += tally.part()
        assert total == formula(steps[:n], amounts)


def formula(steps: list[Step], amounts: list[int]) -> int:
    whole = Fraction(0)
    for sku, amount in zip(SKUS, amounts, strict=True):
        adds, factor = Fraction(0), Fraction(1)
        for word, number, over, where in steps:
            if where in (None, sku):
                adds += Fraction(
                    number * {"money": amount, "units": amount + 1}.get(word, 0), SCALE
                )
                factor *= Fraction(number, over) if word == "times" else 1
        whole += adds * factor
    for word, number, _, where in steps:
        whole += number if word == "fixed" and (where is None or where in SKUS) else 0
    return math.floor(whole)
