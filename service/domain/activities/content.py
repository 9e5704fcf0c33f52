"""What makes two requests the same activity. Pure."""

import datetime as dt
import hashlib
from typing import Final

import msgspec

from service.domain.activities.types import RecordActivity

FP_VERSION: Final = 1
_encode: Final = msgspec.msgpack.Encoder().encode


def fingerprint(body: RecordActivity) -> bytes:
    """SHA-256 of the content, 32 bytes: not of how the member was named; the instant in UTC."""
    content = (
        body.source,
        body.external_id,
        body.name,
        body.occurred_at.astimezone(dt.UTC) if body.occurred_at else None,
        tuple(sorted(body.attributes.items())),
    )
    return hashlib.sha256(_encode(content)).digest()
