"""Parquet: typed columns, read in pieces. Needs pyarrow.

Numbers in floating point are refused: money is given in whole minor units, quantities as integers,
decimals or text. Instants are timestamps in UTC, or text with an offset.
"""

import itertools
import pathlib
from collections.abc import Iterator, Sequence
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from service.imports.rows import FileRefused, flaw
from service.imports.table import Cell, Column, ColumnKind, Record

ROWS_A_PIECE: Final = 32_768
_INSTANT: Final = pa.timestamp("us", "UTC")


class ParquetTable:
    """A Parquet file; FileRefused when it is none."""

    def __init__(self, path: pathlib.Path) -> None:
        self._path = path
        try:
            self._schema = pq.read_schema(path)
        except (pa.ArrowException, OSError) as failure:
            raise FileRefused(f"is no Parquet file: {failure}") from failure
        self.names = tuple(self._schema.names)

    def records(self, columns: Sequence[Column]) -> Iterator[Record]:
        """All rows; their number counts from 1."""
        for column in columns:
            self._check(column)
        numbers = itertools.count(1)
        with pq.ParquetFile(self._path) as file:
            names = [column.name for column in columns]
            for piece in file.iter_batches(ROWS_A_PIECE, columns=names):
                found = [_texts(piece.column(column.name), column.kind) for column in columns]
                flawed = any(_has_flaw(column) for column in found)
                cells = [column.to_pylist() for column in found]
                rows = zip(*cells, strict=True)
                for row, number in zip(rows, numbers, strict=False):  # rows first: none is skipped
                    yield Record(number, row, _problem(row) if flawed else None)

    def _check(self, column: Column) -> None:
        kind = self._schema.field(column.name).type
        if pa.types.is_dictionary(kind):
            kind = kind.value_type
        if not _fits(kind, column.kind):
            raise FileRefused(
                f"the column '{column.name}' is {kind}, but should be {column.kind.value}"
            )


def _fits(kind: Any, wanted: ColumnKind) -> bool:
    if pa.types.is_null(kind):
        return True
    text = pa.types.is_string(kind) or pa.types.is_large_string(kind)
    whole = pa.types.is_integer(kind)
    if wanted is ColumnKind.WHOLE:
        return bool(whole)
    if wanted is ColumnKind.TEXT:
        return bool(text or whole or pa.types.is_boolean(kind) or pa.types.is_date(kind))
    if wanted is ColumnKind.QUANTITY:
        return bool(text or whole or pa.types.is_decimal(kind))
    return bool(text or (pa.types.is_timestamp(kind) and kind.tz is not None))


def _texts(column: Any, wanted: ColumnKind) -> Any:
    """The column as texts or whole numbers."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        column = column.cast(kind.value_type)
        kind = kind.value_type
    if pa.types.is_timestamp(kind):
        return pc.cast(column, _INSTANT, safe=False).cast(pa.int64())
    if wanted is ColumnKind.TEXT or pa.types.is_decimal(kind) or pa.types.is_large_string(kind):
        return column.cast(pa.string())
    return column


def _has_flaw(column: Any) -> bool:
    """Whether any text of it is not taken; most columns say the same few things again and again."""
    if not pa.types.is_string(column.type):
        return False
    return flaw("".join(text for text in column.unique().to_pylist() if text)) is not None


def _problem(row: tuple[Cell, ...]) -> str | None:
    return flaw("".join([cell for cell in row if isinstance(cell, str)]))
