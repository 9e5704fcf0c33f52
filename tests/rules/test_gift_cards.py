"""Kinds of gift cards: what may be put on a card."""

import re

import pytest

from service.rules.check.cursor import ID_PATTERN
from service.rules.gift_cards import GIFT_CARD, GIFT_CARD_WALLET, GiftCardKind

KIND = GiftCardKind(id="default", least=500, most=25_000)


@pytest.mark.parametrize(
    ("amount", "taken"),
    [(499, False), (500, True), (25_000, True), (25_001, False), (0, False), (-500, False)],
)
def test_a_load_is_within_its_bounds(amount: int, taken: bool) -> None:
    assert KIND.takes(amount) is taken


@pytest.mark.parametrize(("posted", "room"), [(0, 25_000), (24_999, 1), (25_000, 0), (30_000, 0)])
def test_a_card_has_room_up_to_the_most_and_never_less_than_none(posted: int, room: int) -> None:
    assert KIND.room(posted) == room


def test_the_wallet_of_gift_cards_has_a_number_and_a_name_that_no_other_gets() -> None:
    assert GIFT_CARD_WALLET == 0  # those of a program start at 1
    assert re.fullmatch(ID_PATTERN[1:-1], GIFT_CARD)
