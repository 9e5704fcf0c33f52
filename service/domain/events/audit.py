"""Events of the audit: `subject` is always the same, `source` says `/audit/{id}`."""

import datetime as dt
import uuid
from typing import Any, Final

import msgspec

from service.kernel.ids import derived_id

SUBJECT: Final[uuid.UUID] = derived_id("audit")


class AuditClosed(msgspec.Struct, frozen=True, kw_only=True):
    """A day (UTC) of administrative acts is closed: keep `head`, it stands for all of them so far.

    `root` is the Merkle root over the day's acts, `previous` the head of the day before; hashes are
    SHA-256 in hexadecimal.
    """

    day: dt.date
    acts: int
    root: str
    previous: str | None
    head: str


AuditEvent = AuditClosed

AUDIT_TYPES: Final[dict[type[Any], str]] = {
    AuditClosed: "regulars.audit.closed.v1",
}
