"""What members of the market put before a till: a receipt, coupons, units to pay with."""

from dataclasses import dataclass
from typing import Final

from hypothesis import strategies as st

from tests.model import carts
from tests.oracle.program import Line

# How many units: as many as may pay, as few, some in between; or a number that cannot.
HOW: Final = st.sampled_from(["no"] * 3 + ["most", "some", "least"] * 2 + ["over", "odd"])
PICKS: Final = st.lists(st.integers(0, 40), max_size=2, unique=True)
CHANNELS: Final = st.sampled_from(["web", "app", "app", "pos"])


# All that is on a gift card, some of what is to be paid, or more than there is.
CARD: Final = st.tuples(st.integers(0, 5), st.sampled_from(["all", "all", "some", "some", "over"]))
CARDS: Final = st.just(()) | st.lists(CARD, max_size=2, unique_by=lambda card: card[0]).map(tuple)


@dataclass(frozen=True)
class Wish:
    """`picks`: which of the codes that are known; `how`: wallet -> how many units pay; `cards`:
    which of the gift cards pay, and how much."""

    lines: tuple[Line, ...]
    channel: str
    picks: tuple[int, ...]
    how: tuple[tuple[str, str], ...]
    cards: tuple[tuple[int, str], ...] = ()


@st.composite
def wishes(draw: st.DrawFn) -> Wish:
    """A basket as far as it does not depend on what has happened."""
    how = {"points": draw(HOW), "cash": draw(HOW)}
    return Wish(
        draw(carts.lines()),
        draw(CHANNELS),
        tuple(draw(PICKS)),
        tuple((wallet, word) for wallet, word in how.items() if word != "no"),
        draw(CARDS),
    )
