"""What readers give to the import: rows, rejected rows, and why a whole file is refused."""

import datetime as dt
import re
from typing import Any, Final, Generic, TypeVar

import msgspec

T = TypeVar("T")

EARLIEST: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
LATEST: Final = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)
_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")


class FileRefused(Exception):
    """The file as a whole cannot be imported; the message says why."""


class Row(msgspec.Struct, Generic[T], frozen=True):
    """A row that can be read. `line`: the first line of the file it comes from, from 1."""

    line: int
    body: T


class Rejected(msgspec.Struct, frozen=True):
    """A row that cannot be taken in; `row` is what it was, as JSON can hold it."""

    line: int
    reason: str
    row: Any


class Scan(msgspec.Struct, frozen=True):
    """What one look at the whole file tells: how many rows, and whether they are in time order."""

    rows: int
    in_order: bool


def flaw(text: str) -> str | None:
    """Why a text is not taken: control characters and what is no text at all; None: it is fine."""
    if text.isprintable():
        return None
    found = _CONTROL.search(text)
    if found is None:
        return None
    is_byte = "\udc80" <= found[0] <= "\udcff"
    return "is not valid UTF-8" if is_byte else "control characters are not allowed"


def check_instant(at: dt.datetime | None, name: str) -> None:
    """ValueError outside of the years that arithmetic and PostgreSQL can take for sure."""
    if at is not None and not EARLIEST <= at < LATEST:
        raise ValueError(f"{name} is not between the years 2000 and 2100")
