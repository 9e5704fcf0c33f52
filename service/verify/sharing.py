"""What passed between holders arrived as it was sent; households are whole."""

from typing import Final

from service.domain.wallets.types import Contra, Reason
from service.infra.sql import load
from service.verify.look import Look
from service.verify.report import Check

SQL: Final = load("verify_sharing")


async def look_at_range(look: Look) -> None:
    """A range of holders; the other side of a transfer may lie beyond it."""
    (counted,) = await look.rows(SQL["count_sharing"])
    look.tally.count(Check.TRANSFERS, counted["transfers"])
    look.tally.count(Check.HOUSEHOLDS, counted["households"])
    sent, received = int(Reason.TRANSFERRED_OUT), int(Reason.TRANSFERRED_IN)
    await look.wrong(Check.TRANSFERS, SQL["list_wrong_transfers"], sent=sent, received=received)
    merged = int(Reason.MERGED_IN)
    await look.wrong(Check.TRANSFERS, SQL["list_wrong_arrivals"], received=received, merged=merged)
    await look.wrong(Check.HOUSEHOLDS, SQL["list_wrong_households"])
    await look.wrong(Check.HOUSEHOLDS, SQL["list_wrong_memberships"])


def compare(look: Look) -> None:
    """Over all holders transfers sum to zero, in each wallet."""
    for number, house in sorted(look.tally.houses.items()):
        gave = house.against.get(int(Contra.TRANSFER), 0)
        if gave:
            text = f"transfers brought {-gave} more than they took"
            look.tally.differ(Check.TRANSFERS, f"wallet {number}", text)
