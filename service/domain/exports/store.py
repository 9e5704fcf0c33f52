"""What the tables hold on a member, row by row, for the export alone."""

import uuid
from typing import Any, Final

import msgspec

from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("exports")
SECTIONS: Final = (
    "identifiers",
    "consents",
    "operations",
    "transfers",
    "holds",
    "returns",
    "coupon_uses",
    "limits",
    "approvals",
    "households",
    "club_applications",
    "club_history",
    "segments",
    "badges",
    "moments",
    "staff_accounts",
)
_row: Final = msgspec.json.Decoder(dict[str, Any])


async def rows(tx: Tx, member_id: uuid.UUID) -> dict[str, list[dict[str, Any]]]:
    """Section -> its rows in order of time; numbers stand where the tables have numbers."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in SECTIONS}
    for section, _, row in await tx.rows(SQL["list_rows"], holder=member_id):
        found[section].append(_row.decode(row))
    return found
