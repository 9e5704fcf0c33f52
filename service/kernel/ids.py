"""Identifiers: time-ordered for rows, derived for what must exist once."""

import uuid
from typing import Final

import uuid_utils.compat

_SPACE: Final = uuid.UUID("6f0f6c7e-3f0a-5c52-9a39-52656775c1a5")


def new_id() -> uuid.UUID:
    """A UUIDv7: new rows land together in an index. Its time is no secret; codes use `secrets`."""
    return uuid_utils.compat.uuid7()


def derived_id(*parts: object) -> uuid.UUID:
    """A UUIDv5 of the parts: the same parts give the same id, so a second write is refused."""
    return uuid.uuid5(_SPACE, "\x1f".join(str(part) for part in parts))
