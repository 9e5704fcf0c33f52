"""A file to import: its format, the digest that names its content, its rows."""

import enum
import hashlib
import importlib
import pathlib
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from service.flows.members.import_members import ImportMember
from service.imports import ndjson, order
from service.imports.csv_file import CsvTable
from service.imports.member_rows import MemberTable, checked
from service.imports.purchase_rows import (
    Counts,
    ImportedPurchase,
    PurchaseTable,
    moment,
    recorded,
)
from service.imports.rows import FileRefused, Rejected, Row, Scan
from service.imports.table import Table
from service.kernel.text import Instant
from service.rules.document import Document


class Format(enum.StrEnum):
    """What is known by the end of a file's name."""

    CSV = "csv"
    NDJSON = "ndjson"
    PARQUET = "parquet"


_SUFFIXES: Final = {
    ".csv": Format.CSV,
    ".ndjson": Format.NDJSON,
    ".jsonl": Format.NDJSON,
    ".parquet": Format.PARQUET,
}


class _When(msgspec.Struct, frozen=True):
    """All that the order of a purchases file needs of a line."""

    occurred_at: Instant | None = None


_when: Final = msgspec.json.Decoder(_When).decode


def format_of(path: pathlib.Path) -> Format:
    """By the end of the name; FileRefused for another one."""
    found = _SUFFIXES.get(path.suffix.lower())
    if found is None:
        raise FileRefused(f"what is it? The name of a file ends with {', '.join(_SUFFIXES)}")
    return found


def digest(path: pathlib.Path) -> bytes:
    """SHA-256 of the content, 32 bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _table(path: pathlib.Path, kind: Format) -> Table:
    if kind is Format.CSV:
        return CsvTable(path)
    try:
        module: Any = importlib.import_module("service.imports.parquet_file")
    except ModuleNotFoundError as missing:
        if (missing.name or "").partition(".")[0] != "pyarrow":
            raise
        raise FileRefused(
            "reading Parquet needs an extra: pip install 'regulars[parquet]'"
        ) from missing
    table: Table = module.ParquetTable(path)
    return table


class PurchaseFile:
    """A file of purchases. `counts` is filled while it is read."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.counts = Counts()
        self._table: PurchaseTable | None = None
        kind = format_of(path)
        if kind is not Format.NDJSON:
            self._table = PurchaseTable(_table(path, kind))

    def scan(self) -> Scan:
        """One look at the whole file; rows that cannot be read count too."""
        if self._table is not None:
            cells = self._table.instants()
            count, in_order = order.is_in_order(moment(cell) for cell in cells)
        else:
            count, in_order = order.is_in_order(
                _instant(line) for _, line in ndjson.lines(self.path)
            )
        return Scan(count, in_order)

    def read(self) -> Iterator[Row[ImportedPurchase] | Rejected]:
        """All rows, in the order of the file."""
        if self._table is not None:
            return recorded(self._table, self.counts)
        return recorded(ndjson.Reader(self.path, ImportedPurchase), self.counts)


def _instant(line: bytes | None) -> Any:
    try:
        return _when(line).occurred_at if line is not None else None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None


class MemberFile:
    """A file of members; the program says which identifiers, fields and wallets there are."""

    def __init__(self, path: pathlib.Path, document: Document) -> None:
        self.path = path
        self._table: MemberTable | None = None
        kind = format_of(path)
        if kind is not Format.NDJSON:
            self._table = MemberTable(_table(path, kind), document)

    def scan(self) -> Scan:
        """One look at the whole file; members come in the order of the file."""
        if self._table is not None:
            return Scan(self._table.count(), in_order=True)
        return Scan(sum(1 for _ in ndjson.lines(self.path)), in_order=True)

    def read(self) -> Iterator[Row[ImportMember] | Rejected]:
        """All rows, in the order of the file."""
        if self._table is not None:
            return checked(self._table.read())
        return checked(ndjson.Reader(self.path, ImportMember).read())
