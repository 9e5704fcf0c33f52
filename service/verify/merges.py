"""Members who are one person: what passed, where they are found, that nothing is left behind."""

from typing import Final

from service.domain.wallets.types import Reason
from service.infra.sql import load
from service.verify.look import Look
from service.verify.report import Check

SQL: Final = load("verify_merges")


async def look_at_range(look: Look) -> None:
    """A range of holders; the rest of a family may lie beyond it."""
    (counted,) = await look.rows(SQL["count_merges"])
    look.tally.count(Check.MERGES, counted["merges"])
    sent, received = int(Reason.MERGED_OUT), int(Reason.MERGED_IN)
    await look.wrong(Check.MERGES, SQL["list_wrong_merges"], sent=sent, received=received)
    await look.wrong(Check.MERGES, SQL["list_wrong_families"])
