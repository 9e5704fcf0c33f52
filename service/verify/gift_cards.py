"""Gift cards: which holders they are, that they were sold, and what is owed for their codes."""

from typing import Final

from service.domain.wallets.types import Reason
from service.infra.sql import load
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
    sold = int(Reason.SOLD)
    await look.wrong(Check.GIFT_CARDS, SQL["list_wrong_cards"], sold=sold)
    await look.wrong(Check.GIFT_CARDS, SQL["list_wrong_money"])


def compare(look: Look) -> None:
    """What is owed for all cards is what all wallets of gift cards hold."""
    owed = look.tally.figures.get(MONEY, 0)
    house = look.tally.houses.get(GIFT_CARD_WALLET)
    posted = house.posted if house else 0
    if owed != posted:
        text = f"the cards hold {owed}, the wallets of gift cards {posted}"
        look.tally.differ(Check.GIFT_CARDS, f"wallet {GIFT_CARD_WALLET}", text)
