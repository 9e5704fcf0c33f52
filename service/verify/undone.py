"""What was undone is as if it had not been: its entries and those of its undo sum to nothing."""

from typing import Final

from service.domain.operations.store import Kind
from service.domain.wallets.types import Contra, Reason
from service.infra.sql import load
from service.verify.look import Look
from service.verify.report import Check

SQL: Final = load("verify_undone")
UNDOABLE: Final = (Kind.ADJUSTMENT, Kind.COUPON, Kind.GIFT_CARD, Kind.TRANSFER, Kind.HAND_OVER)
_CONTRAS: Final = (Contra.ADJUSTMENT, Contra.SALE, Contra.TRANSFER)
_REASONS: Final = (Reason.ADJUSTMENT_UNDONE, Reason.SALE_UNDONE, Reason.TRANSFER_UNDONE)


async def look_at_range(look: Look) -> None:
    """The undos of a range of holders; the other side of a transfer may lie beyond it."""
    ((undone,),) = await look.rows(SQL["count_undone"])
    look.tally.count(Check.UNDONE, undone)
    await look.wrong(
        Check.UNDONE,
        SQL["list_wrong_undos"],
        contras=[int(contra) for contra in _CONTRAS],
        reasons=[int(reason) for reason in _REASONS],
        kinds=[int(kind) for kind in UNDOABLE],
    )
