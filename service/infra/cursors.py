"""Opaque cursors: positions a client hands back, signed so that nobody makes up his own."""

import base64
import binascii
import hmac
from typing import Any, Final

import msgspec

from service.kernel.errors import Invalid
from service.kernel.keyed import keyed

_TAG_BYTES: Final = 8
LENGTH_MAX: Final = 2_048
_encode: Final = msgspec.msgpack.Encoder().encode


class CursorInvalid(Invalid):
    """The cursor is none that was handed out here; start again without it."""


def seal(secret: bytes, position: Any) -> str:
    """A position as URL-safe text."""
    body = _encode(position)
    tag = keyed(secret, body)[:_TAG_BYTES]
    return _text(tag + body)


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unseal(secret: bytes, cursor: str, into: Any, length_max: int = LENGTH_MAX) -> Any:
    """The position of a cursor; CursorInvalid for anything else."""
    if len(cursor) > length_max or not cursor.isascii():
        raise CursorInvalid
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        if _text(raw) != cursor:  # the decoder skips characters and bits that mean nothing
            raise CursorInvalid
        tag, body = raw[:_TAG_BYTES], raw[_TAG_BYTES:]
        if not hmac.compare_digest(tag, keyed(secret, body)[:_TAG_BYTES]):
            raise CursorInvalid
        return msgspec.msgpack.decode(body, type=into)
    except (binascii.Error, ValueError, msgspec.MsgspecError) as failure:
        raise CursorInvalid from failure
