"""What staff did alone was within the caps; for the rest there was a second person."""

from typing import Any, Final

from service.domain.wallets.types import Reason
from service.infra.sql import load
from service.rules.staff import AdjustAlone
from service.verify.look import Look
from service.verify.report import Check

SQL: Final = load("verify_approvals")
_ADJUSTED: Final = int(Reason.ADJUSTED)


async def look_at_range(look: Look) -> None:
    """Approvals of a range of holders, and what was adjusted there without any."""
    (counted,) = await look.rows(SQL["count_approvals"])
    look.tally.count(Check.APPROVALS, counted["approvals"] + counted["alone"])
    await look.wrong(Check.APPROVALS, SQL["list_wrong_approvals"], adjusted=_ADJUSTED)
    for row in await look.rows(SQL["list_alone"], adjusted=_ADJUSTED):
        caps = _caps(look, row)
        most = 0 if caps is None else caps.most
        if row["amount"] > most:
            place = f"holder {row['holder_id']}, operation {row['op_id']}"
            text = f"{row['amount']} adjusted by staff alone, at most {most} may be"
            look.tally.differ(Check.APPROVALS, place, text)


def _caps(look: Look, row: Any) -> AdjustAlone | None:
    wallet = look.programs.at(row["recorded_at"]).wallets_by_number.get(row["wallet"])
    return None if wallet is None else wallet.adjust


async def look_at_days(look: Look) -> None:
    """The days of all staff against what they did on them."""
    if not look.programs.newest:
        return
    zone = look.programs.tz.key
    for row in await look.tx.rows(SQL["list_wrong_days"], zone=zone, adjusted=_ADJUSTED):
        place = f"staff {row['staff']}, {row['day']}, wallet {row['wallet']}"
        text = f"{row['counted']} counted, {row['done']} adjusted alone"
        look.tally.differ(Check.APPROVALS, place, text)
