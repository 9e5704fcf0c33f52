"""Identifiers: one normal form per kind, and the keyed hash that stands for it. Pure."""

import datetime as dt
import unicodedata
import uuid
from typing import Final

import msgspec

from service.kernel.keyed import keyed
from service.kernel.values import Identifier

BEGINNING: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)  # nothing is older
_SIGNS: Final = str.maketrans("", "", "-.()/")


def normalise(identifier: Identifier) -> str:
    """The form in which two spellings of one identifier are equal.

    Letters are composed (NFC) and folded; spaces go; cards and phones also lose dashes, dots and
    brackets.
    """
    text = "".join(unicodedata.normalize("NFC", identifier.value).casefold().split())
    return text.translate(_SIGNS) if identifier.kind in {"card", "phone"} else text


def digest(secret: bytes, identifier: Identifier) -> bytes:
    """HMAC-SHA256 of kind and normal form, 32 bytes: no value can be read out of it."""
    text = f"{identifier.kind}\x1f{normalise(identifier)}"
    return keyed(secret, text.encode())


class Ownership(msgspec.Struct, frozen=True):
    """Who holds an identifier in [from_at, until_at), with the holder's state when it was read."""

    digest: bytes
    from_at: dt.datetime
    until_at: dt.datetime | None
    holder_id: uuid.UUID
    kind: int
    version: int
    merged_into: uuid.UUID | None

    def covers(self, at: dt.datetime) -> bool:
        """The instant lies in the interval."""
        return self.from_at <= at and (self.until_at is None or at < self.until_at)


def gap(owned: list[Ownership], at: dt.datetime) -> tuple[dt.datetime, dt.datetime | None]:
    """The interval around an instant that nobody owns."""
    before = [o.until_at for o in owned if o.until_at is not None and o.until_at <= at]
    after = [o.from_at for o in owned if o.from_at > at]
    return max(before, default=BEGINNING), min(after, default=None)
