"""Gift cards: which holders they are, that they were sold, and what is owed for their codes."""

import uuid
from collections.abc import Iterator
from typing import Final

from service.domain.wallets.redeemed import redemption_id
from service.domain.wallets.types import Reason
from service.infra.sql import load
from service.rules.decision import Decision
from service.rules.facts import Facts
from service.rules.gift_cards import GIFT_CARD_WALLET
from service.verify.look import Look
from service.verify.report import Check

SQL: Final = load("verify_gift_cards")
MONEY: Final = "gift card money"


async def look_at_range(look: Look) -> None:
    """The cards of a range of holders against holders, wallets and entries."""
    ((cards, money),) = await look.rows(SQL["count_cards"])
    look.tally.count(Check.GIFT_CARDS, cards)
    look.tally.note(MONEY, money)
    sold, topped_up = int(Reason.SOLD), int(Reason.TOPPED_UP)
    await look.wrong(Check.GIFT_CARDS, SQL["list_wrong_cards"], sold=sold, topped_up=topped_up)
    await look.wrong(Check.GIFT_CARDS, SQL["list_wrong_money"])
    redeemed, given_back = int(Reason.REDEEMED), int(Reason.GIVEN_BACK)
    await look.wrong(
        Check.GIFT_CARDS, SQL["list_wrong_payments"], redeemed=redeemed, given_back=given_back
    )
    await look.wrong(Check.GIFT_CARDS, SQL["list_wrong_parts"])


Payments = dict[uuid.UUID, set[tuple[uuid.UUID, uuid.UUID, int, int, int]]]


async def payments(look: Look) -> Payments:
    """Of the range's purchases: (card, operation, paid, taken from the card, given back)."""
    found: Payments = {}
    for purchase_id, *payment in await look.rows(SQL["list_payments_of_range"]):
        found.setdefault(purchase_id, set()).add(tuple(payment))
    return found


def wrong_payments(
    purchase_id: uuid.UUID, facts: Facts, decision: Decision, rest: Decision, found: Payments
) -> Iterator[str]:
    """What of the payments of a purchase does not follow from what it was paid with and keeps."""
    have = found.pop(purchase_id, set())
    should = _expected(purchase_id, facts, decision, rest)
    if have != should:
        yield f"gift cards paid {sorted(have, key=str)}, decided was {sorted(should, key=str)}"


def _expected(
    purchase_id: uuid.UUID, facts: Facts, decision: Decision, rest: Decision
) -> set[tuple[uuid.UUID, uuid.UUID, int, int, int]]:
    left = {one.card: one.value for one in rest.cards}
    op_id, expected = redemption_id(purchase_id), set()
    for one in decision.cards:
        card = facts.gift_cards[one.card or 0].card
        if card is not None:
            back = max(0, one.value - left.get(one.card, 0) - one.short)
            expected.add((card, op_id, one.value, one.value - one.short, back))
    return expected


def compare(look: Look) -> None:
    """What is owed for all cards is what all wallets of gift cards hold."""
    owed = look.tally.figures.get(MONEY, 0)
    house = look.tally.houses.get(GIFT_CARD_WALLET)
    posted = house.posted if house else 0
    if owed != posted:
        text = f"the cards hold {owed}, the wallets of gift cards {posted}"
        look.tally.differ(Check.GIFT_CARDS, f"wallet {GIFT_CARD_WALLET}", text)
