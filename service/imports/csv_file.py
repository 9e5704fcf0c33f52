"""CSV: UTF-8 with or without a byte order mark, commas, a header, quotes doubled inside quotes.

An empty cell is an absent one.
"""

import csv
import pathlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

from service.imports.rows import FileRefused, Rejected, flaw
from service.imports.table import Cell, Column, ColumnKind, Record

_DIGITS_MAX: Final = 18


class CsvTable:
    """A CSV file; FileRefused when it has no header."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        with self._open() as file:
            try:
                self.names = tuple(next(csv.reader(file, strict=True)))
            except (StopIteration, csv.Error) as failure:
                raise FileRefused("has no header: the first line names the columns") from failure

    def _open(self) -> Any:
        return self._path.open(encoding="utf-8-sig", errors="surrogateescape", newline="")

    def records(self, columns: Sequence[Column]) -> Iterator[Record | Rejected]:
        """All rows but the header; blank lines are skipped."""
        places = [self.names.index(column.name) for column in columns]
        whole = [column.kind in {ColumnKind.WHOLE, ColumnKind.QUANTITY} for column in columns]
        with self._open() as file:
            reader = csv.reader(file, strict=True)
            next(reader)
            while True:
                line = reader.line_num + 1
                try:
                    row = next(reader)
                except StopIteration:
                    return
                except csv.Error as failure:
                    yield Rejected(line, str(failure), None)
                    continue
                if not row:
                    continue
                if len(row) != len(self.names):
                    reason = f"{len(row)} cells under {len(self.names)} columns"
                    yield Rejected(line, reason, [_shown(cell) for cell in row])
                    continue
                cells = [row[n] for n in places]
                problem = flaw("".join(cells))
                if problem is not None:
                    cells = [_shown(cell) for cell in cells]
                yield Record(line, tuple(map(_cell, cells, whole)), problem)


def _shown(text: str) -> str:
    """A text that can be written down, whatever bytes it was made from."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _cell(text: str, whole: bool) -> Cell:  # noqa: FBT001 mapped over two lists
    if not text:
        return None
    if whole and len(text) <= _DIGITS_MAX and text.isascii() and text.removeprefix("-").isdigit():
        return int(text)
    return text
