"""What of an act is hashed: the same bytes for ever, for whoever proves it outside of the service.

A leaf is JSON (UTF-8): names in order, no blanks, instants in UTC with six places, hashes in
hexadecimal, nothing that is null. `form` names that form; another one gets another number.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from service.domain.audit import tree
from service.domain.audit.types import ActRow, DayRow, LeafRow
from service.kernel.actor import shown

FORM: Final = 1
_NO_HEAD: Final = bytes(32)  # before the first day
_HEAD: Final = b"\x02"  # neither a leaf nor a node
_encode: Final = msgspec.json.Encoder(order="deterministic").encode


def digest(content: Mapping[str, Any]) -> bytes:
    """Of what was asked for; nothing in it may be a secret or the name of a person."""
    return hashlib.sha256(_encode(content)).digest()


def content(row: ActRow) -> bytes:
    """The leaf of an act."""
    told = {
        "form": FORM,
        "id": row.act_id,
        "at": _instant(row.done_at),
        "act": row.act,
        "actor": shown(row.actor_kind, row.actor_id),
        "client_id": row.client_id,
        "store": row.store,
        "device": row.device,
        "network": row.network,
        "about": f"{row.about_kind}:{row.about_id}",
        "member_id": row.with_id,
        "operation_id": row.op_id,
        "reason": row.reason,
        "digest": row.digest.hex(),
    }
    return _encode({name: value for name, value in told.items() if value is not None})


def leaves(acts: Sequence[ActRow]) -> list[LeafRow]:
    """Of a day's acts, in the order of the tree."""
    ordered = sorted(acts, key=lambda one: (one.done_at, one.act_id))
    return [
        LeafRow(day=one.day, place=place, act_id=one.act_id, hash=tree.leaf(content(one)))
        for place, one in enumerate(ordered)
    ]


def closed(
    day: dt.date, hashes: Sequence[bytes], before: DayRow | None, now: dt.datetime
) -> DayRow:
    """The day with these leaves, after the one before."""
    root = tree.root(hashes)
    previous = None if before is None else before.head
    return DayRow(
        day=day,
        number=1 if before is None else before.number + 1,
        acts=len(hashes),
        root=root,
        previous=previous,
        head=head(day, len(hashes), root, previous),
        closed_at=now,
    )


def head(day: dt.date, acts: int, root: bytes, previous: bytes | None) -> bytes:
    """SHA-256 of 0x02, the head before (zeros for the first), the day as text, count and root."""
    count = acts.to_bytes(8, "big")
    parts = (_HEAD, previous or _NO_HEAD, day.isoformat().encode(), count, root)
    return hashlib.sha256(b"".join(parts)).digest()


def _instant(at: dt.datetime) -> str:
    return at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
