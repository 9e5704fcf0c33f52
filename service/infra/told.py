"""How a failure is told in a log: where it happened and what it was, never what it was about.

Texts of exceptions hold what they stumbled over: PostgreSQL's DETAIL a row, asyncpg the parameter,
ValueError and KeyError the value, an address its password. So of the text one line is told, without
what stands in quotes, behind braces or in an address; names of our own schema stay.
"""

import re
import traceback
from collections.abc import Iterator
from types import TracebackType
from typing import Final, TextIO

import asyncpg

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]

LENGTH_MAX: Final = 300
LOOKED_AT_MAX: Final = 4_000
CHAIN_MAX: Final = 10  # failures that led to one another, or came together
HIDDEN: Final = "…"

_ADDRESS: Final = re.compile(r"\b(\w+://)\S+")
_QUOTED: Final = re.compile(
    r"""(?<!\w)(['"`])((?:[^\\]|\\.)*?)(?:\1(?!\w)|$)"""  # one that is cut off has no end
)
_KEYS: Final = re.compile(r"=\s*\(.*")  # Key (card)=(4012001) already exists.
_NAMES: Final = ("constraint_name", "table_name", "column_name")


def tell(exc_info: ExcInfo) -> str:
    """The whole traceback as Python has it, but for the texts."""
    return "".join(_parts(exc_info[1], {})).rstrip("\n")


def tell_to(file: TextIO, info: ExcInfo) -> None:
    """`tell`, for what writes to a terminal."""
    file.write("\n" + tell(info))


def _parts(failure: BaseException, seen: dict[int, None]) -> Iterator[str]:
    """`seen`: failures that were told."""
    if id(failure) in seen or len(seen) >= CHAIN_MAX:
        return
    seen[id(failure)] = None
    before = failure.__cause__ or (None if failure.__suppress_context__ else failure.__context__)
    if before is not None:
        yield from _parts(before, seen)
        yield "\nwhich led to:\n\n"
    if failure.__traceback__ is not None:
        yield "Traceback (most recent call last):\n"
        yield from traceback.format_tb(failure.__traceback__)
    yield words(failure) + "\n"
    if isinstance(failure, BaseExceptionGroup):
        for one in failure.exceptions:
            yield "\ntogether with:\n\n"
            yield from _parts(one, seen)


def words(failure: BaseException) -> str:
    """One line: its type, and its text without values."""
    kind = type(failure).__name__
    names: set[str] = set()
    text = str(failure)
    if isinstance(failure, asyncpg.PostgresError):
        kind = f"{kind} ({failure.sqlstate})"
        names = {getattr(failure, name) for name in _NAMES if getattr(failure, name, None)}
        text = str(failure.args[0]) if failure.args else ""  # and neither DETAIL nor CONTEXT
    line = next(iter(text.strip().splitlines()), "")[:LOOKED_AT_MAX]
    line = _ADDRESS.sub(rf"\1{HIDDEN}", line)
    line = _QUOTED.sub(lambda found: found[0] if found[2] in names else HIDDEN, line)
    line = _KEYS.sub(f"={HIDDEN}", line)[:LENGTH_MAX]
    return f"{kind}: {line}" if line else kind
