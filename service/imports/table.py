"""Files of rows and columns: what CSV and Parquet have in common."""

import datetime as dt
import difflib
import enum
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Protocol

import msgspec

from service.imports.rows import FileRefused, Rejected

EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class ColumnKind(enum.Enum):
    """text: as it is; whole: an integer; quantity: an integer or decimal text; instant: a time."""

    TEXT = "text"
    WHOLE = "a whole number"
    QUANTITY = "a whole number or a decimal"
    INSTANT = "an instant with its offset, or in UTC"


class Column(msgspec.Struct, frozen=True):
    """A column to be read."""

    name: str
    kind: ColumnKind = ColumnKind.TEXT


Cell = str | int | None  # an instant of a Parquet file is an int: microseconds since 1970


class Record(msgspec.Struct, frozen=True, gc=False):
    """A row of the file: cells in the order asked for, None where there is nothing.

    `problem`: why the row is not taken, though it can be taken apart.
    """

    line: int
    cells: tuple[Cell, ...]
    problem: str | None = None


class Table(Protocol):
    """A CSV or Parquet file."""

    names: tuple[str, ...]

    def records(self, columns: Sequence[Column]) -> Iterator[Record | Rejected]:
        """All rows, those columns of them; Rejected for a row that cannot be taken apart."""


def instant(cell: Cell) -> dt.datetime | str | None:
    """The instant of a cell; text stays text, for whoever decodes the row."""
    return EPOCH + dt.timedelta(microseconds=cell) if isinstance(cell, int) else cell


def check_columns(
    names: Sequence[str], known: Iterable[str], open_: Sequence[str], needed: Iterable[str]
) -> None:
    """FileRefused for columns that nobody asks for, that occur twice or are missing.

    `open_`: beginnings such as `attributes.` after which any name may follow.
    """
    known = list(known)
    problems = [f"the column '{name}' occurs twice" for name in _twice(names)]
    for name in dict.fromkeys(names):
        if name not in known and not any(name.startswith(o) and len(name) > len(o) for o in open_):
            near = difflib.get_close_matches(name, known, 1)
            hint = f", did you mean '{near[0]}'?" if near else ""
            problems.append(f"the column '{name}' is not known{hint}")
    problems += [f"the column '{name}' is missing" for name in needed if name not in names]
    if problems:
        columns = ", ".join([*known, *(f"{o}<name>" for o in open_)])
        raise FileRefused("; ".join(problems) + f". Columns are: {columns}")


def _twice(names: Sequence[str]) -> list[str]:
    return sorted({name for name in names if names.count(name) > 1})
