"""Signatures of Standard Webhooks 1.0.0 (https://www.standardwebhooks.com, spec v1). Pure.

What is signed is `{id}.{seconds}.{body}` with HMAC-SHA256 of the decoded secret; a header may hold
several signatures, so that a receiver can change from one secret to the next in its own time.
"""

import base64
import datetime as dt
import hmac
import secrets
from collections.abc import Iterable
from typing import Final

_PREFIX: Final = "whsec_"
_BYTES: Final = 32


def new_secret() -> bytes:
    """256 random bits."""
    return secrets.token_bytes(_BYTES)


def shown(secret: bytes) -> str:
    """The secret as receivers' libraries take it."""
    return _PREFIX + base64.b64encode(secret).decode()


def headers(event_id: str, at: dt.datetime, body: bytes, keys: Iterable[bytes]) -> dict[str, str]:
    """The headers of one attempt, signed with each key; `at`: when this attempt is made."""
    seconds = int(at.timestamp())
    signed = f"{event_id}.{seconds}.".encode() + body
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(seconds),
        "webhook-signature": " ".join(_signature(signed, key) for key in keys),
    }


def _signature(signed: bytes, key: bytes) -> str:
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
