"""What members of the model buy: amounts and quantities around every threshold of the programs."""

from hypothesis import strategies as st

from tests.oracle.program import Line

# Thresholds of the programs, the last minor unit below them, odd remainders.
AMOUNTS = st.sampled_from(
    [0, 1, 99, 100, 450, 999, 1000, 1499, 1500, 1999, 2000, 2338, 4999, 5000, 9999, 15_000, 25_000]
) | st.integers(1, 26_000)
QUANTITIES = st.sampled_from([1000, 1000, 2000, 3000, 732, 12_345])
KINDS = st.sampled_from(["goods"] * 9 + ["gift_card", "shipping", "fee"])
CATEGORIES = st.sampled_from([None, "coffee", "coffee", "tea", "tobacco"])
BRANDS = st.sampled_from([None, "acme", "house"])


@st.composite
def lines(draw: st.DrawFn) -> tuple[Line, ...]:
    """A receipt of one to three lines."""
    return tuple(draw(_line(number)) for number in range(draw(st.integers(1, 3))))


@st.composite
def _line(draw: st.DrawFn, number: int) -> Line:
    amount = draw(AMOUNTS)
    given = draw(st.sampled_from([0, 0, 0, 0, 0, 1, 3]))  # thirds that the shop took off
    return Line(
        sku=f"sku-{number}",
        quantity=draw(QUANTITIES),
        amount=amount,
        discount=amount * given // 3 if given else 0,
        kind=draw(KINDS),
        category=draw(CATEGORIES),
        brand=draw(BRANDS),
    )


@st.composite
def some_of(draw: st.DrawFn, bought: tuple[Line, ...], left: list[int]) -> dict[int, int | None]:
    """Lines to bring back, at least one: thousandths, or None for all that is left of a line."""
    numbers = [number for number, units in enumerate(left, start=1) if units]
    chosen = draw(st.lists(st.sampled_from(numbers), min_size=1, unique=True))
    return {number: draw(_part(bought[number - 1], left[number - 1])) for number in sorted(chosen)}


def _part(line: Line, left: int) -> st.SearchStrategy[int | None]:
    whole = st.sampled_from([None, left, min(left, 1000)])
    return whole | st.integers(1, left) if line.quantity % 1000 else whole
