"""I3: what has ids that follow from others: expiries, paid debts, units that come back as new."""

import datetime as dt
import uuid
from typing import Any, Final

from service.domain.wallets.redeemed import redemption_id
from service.domain.wallets.types import Reason
from service.infra.sql import load
from service.kernel.ids import derived_id
from service.verify.look import Look
from service.verify.report import Check

SQL: Final = load("verify")


async def look_at_range(look: Look) -> None:
    """Each took from one lot, under the id and at the instant that this gives.

    And lots made for units that had been owed stand for the redemption they were owed for.
    """
    reasons = [int(Reason.EXPIRED), int(Reason.DEBT_PAID)]
    for row in await look.rows(SQL["list_derived_entries"], reasons=reasons):
        place = f"holder {row['holder_id']}, wallet {row['wallet']}, entry {row['seq']}"
        for text in _wrong(row):
            look.tally.differ(Check.OPERATIONS, place, text)
    for row in await look.rows(SQL["list_renewed"], given_back=int(Reason.GIVEN_BACK)):
        if row["purchase_id"] is None or row["origin_op_id"] != redemption_id(row["purchase_id"]):
            place = f"holder {row['holder_id']}, wallet {row['wallet']}, lot {row['lot_no']}"
            look.tally.differ(Check.WALLETS, place, "its origin is not what was redeemed")


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
    """In its time, or when a hold let go of what had outlived it."""
    return {_of_lot(row, "expired"): row["expires_at"], **_of_holds(row, "expired")}


def _payment(row: Any) -> dict[uuid.UUID, dt.datetime | None]:
    """When the lot or a hold let go of it; or at once, by what made it, filled it or was owed."""
    made_by = [row["made_by"], *(row["given_by"] or ()), *row["merges"]]
    at_once: dict[uuid.UUID, None] = dict.fromkeys(made_by)
    released = {_of_lot(row, "released"): row["available_at"], **_of_holds(row, "released")}
    return {**released, **at_once}


def _of_holds(row: Any, what: str) -> dict[uuid.UUID, dt.datetime | None]:
    ended = zip(row["holds"] or (), row["ends"] or (), strict=True)
    return {derived_id(h, row["wallet"], row["lot_no"], what): at for h, at in ended}


def _of_lot(row: Any, what: str) -> uuid.UUID:
    return derived_id(row["holder_id"], row["wallet"], row["lot_no"], what)
