"""I3: expiries and paid debts, whose operation follows from the lot they took from."""

import datetime as dt
import uuid
from typing import Any, Final

from service.domain.wallets.types import Reason
from service.infra.sql import load
from service.kernel.ids import derived_id
from service.verify.look import Look
from service.verify.report import Check

SQL: Final = load("verify")


async def look_at_range(look: Look) -> None:
    """Each took from one lot, under the id and at the instant that this gives."""
    reasons = [int(Reason.EXPIRED), int(Reason.DEBT_PAID)]
    for row in await look.rows(SQL["list_derived_entries"], reasons=reasons):
        place = f"holder {row['holder_id']}, wallet {row['wallet']}, entry {row['seq']}"
        for text in _wrong(row):
            look.tally.differ(Check.OPERATIONS, place, text)


def _wrong(row: Any) -> list[str]:
    if row["lots"] != 1:
        return [f"it took from {row['lots'] or 0} lots, not from one"]
    expired = row["reason"] == Reason.EXPIRED
    found = []
    if row["amount"] >= 0:
        found.append(f"amount {row['amount']}, but it takes units away")
    if row["debt_change"] != (0 if expired else row["amount"]):
        found.append(f"amount {row['amount']} and debt change {row['debt_change']}")
    allowed = _expiry(row) if expired else _payment(row)
    if row["op_id"] not in allowed:
        wanted = " or ".join(str(op_id) for op_id in allowed)
        found.append(f"operation {row['op_id']}, of its lot would be {wanted}")
    elif (at := allowed[row["op_id"]]) not in (None, row["occurred_at"]):
        found.append(f"effective at {row['occurred_at']}, due was {at}")
    return found


def _expiry(row: Any) -> dict[uuid.UUID, dt.datetime | None]:
    return {_of_lot(row, "expired"): row["expires_at"]}


def _payment(row: Any) -> dict[uuid.UUID, dt.datetime | None]:
    """By the release of the lot, or at once by the operation that made it."""
    return {_of_lot(row, "released"): row["available_at"], row["made_by"]: None}


def _of_lot(row: Any, what: str) -> uuid.UUID:
    return derived_id(row["holder_id"], row["wallet"], row["lot_no"], what)
