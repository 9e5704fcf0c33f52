"""Points as steps on a tally."""

import msgspec
import pytest

from service.rules.conditions.lines import Filters
from service.rules.decision import Paid
from service.rules.effects.points import Points, compile_points, denominator
from service.rules.tally import Tally
from tests.rules.builders import by, cart, case, fixed, line


def per_amount(award: int, minor: int) -> Points:
    return Points(at="$", wallet="points", per_amount=(award, minor))


def per_unit(award: int) -> Points:
    return Points(at="$", wallet="points", per_unit=award)


@pytest.mark.parametrize(
    ("effect", "least"),
    [
        (per_amount(1, 100), 100),
        (per_amount(50, 100), 2),
        (per_amount(300, 100), 1),
        (per_amount(3, 70), 70),
        (per_unit(1), 1000),
        (per_unit(10), 100),
        (per_unit(3000), 1),
        (fixed(5), 1),
    ],
)
def test_the_denominator_is_the_least(effect: Points, least: int) -> None:
    assert denominator(effect) == least


@pytest.mark.parametrize(
    ("effect", "units"),
    [
        (per_amount(1, 100), 15),  # 15.55
        (per_amount(3, 700), 6),  # 15.55 x 3 / 7 = 6.66
        (per_unit(10), 27),  # 2.732 x 10
        (fixed(7), 7),
    ],
)
@pytest.mark.parametrize("times", [1, 6])
def test_a_step_adds_the_same_by_any_common_scale(effect: Points, units: int, times: int) -> None:
    seen = case(cart(line(1000, quantity=2000), line(555, quantity=732)))
    scale = denominator(effect) * times
    tally = Tally(seen, scale)
    compile_points(effect, Filters(), scale)(tally)
    assert tally.part() == units


def test_only_matching_lines_give() -> None:
    effect = Points(at="$", wallet="points", per_amount=(1, 100), where=by("sku", "a"))
    tally = Tally(case(cart(line(1000, sku="a"), line(500, sku="b"))), 100)
    compile_points(effect, Filters(), 100)(tally)
    assert tally.part() == 10


def test_what_was_paid_with_a_wallet_is_left_out_of_amounts_only() -> None:
    """15.55 less 5.00: 10 points, while units and fixed points stay."""
    seen = case(cart(line(1555, quantity=3000)))
    seen.tenders = [Paid(wallet="points", units=500, value=500, lines=((0, 500, 500),))]
    for effect, units in ((per_amount(1, 100), 10), (per_unit(2), 6), (fixed(5), 5)):
        less = msgspec.structs.replace(effect, less=("points",))
        tally = Tally(seen, 1000)
        compile_points(less, Filters(), 1000)(tally)
        assert tally.part() == units
