"""Purchases as files have them: always recorded, never asked for, at an instant of their own.

Columns of CSV and Parquet, a row a line item; those of the purchase are the same in all its rows,
which stand one below the other:

    channel, external_id, occurred_at, currency     needed
    store, charged_total, member.id, member.<kind>  identifiers in the order of the columns
    sku                                             needed
    quantity, amount, unit_price, kind, category, brand, discount_given, tax_rate, tax_amount,
    attributes.<name>

A quantity of 0 (a coupon, a correction) counts as 1; an amount of 0 is legal. Both are counted.
"""

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Final, Protocol

import msgspec

from service.domain.purchases.basket import LineIn, Quantity
from service.domain.purchases.content import thousandths
from service.domain.purchases.types import Mode, RecordPurchase
from service.imports.rows import Rejected, Row, check_instant
from service.imports.table import Cell, Column, ColumnKind, Record, Table, check_columns, instant
from service.kernel.text import LINES_MAX, Instant

MEMBER: Final = "member."
ATTRIBUTES: Final = "attributes."
_KEY: Final = 2  # channel and external_id, the first columns of the head
_HEAD: Final = {
    "channel": ColumnKind.TEXT,
    "external_id": ColumnKind.TEXT,
    "occurred_at": ColumnKind.INSTANT,
    "currency": ColumnKind.TEXT,
    "store": ColumnKind.TEXT,
    "charged_total": ColumnKind.WHOLE,
}
_LINE: Final = {
    "sku": ColumnKind.TEXT,
    "quantity": ColumnKind.QUANTITY,
    "amount": ColumnKind.WHOLE,
    "unit_price": ColumnKind.WHOLE,
    "kind": ColumnKind.TEXT,
    "category": ColumnKind.TEXT,
    "brand": ColumnKind.TEXT,
    "discount_given": ColumnKind.WHOLE,
    "tax_rate": ColumnKind.TEXT,
    "tax_amount": ColumnKind.WHOLE,
}
_NEEDED: Final = ("channel", "external_id", "occurred_at", "currency", "sku")
_TAX: Final = {"tax_rate": "rate", "tax_amount": "amount"}
_LINE_PATH: Final = re.compile(r"\$\.lines\[(\d+)\]")

AnyWhole = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]


class ImportedLine(
    LineIn, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A line whose quantity may be 0."""

    quantity: AnyWhole | Quantity = 1


class ImportedPurchase(
    RecordPurchase, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A purchase that has happened, and says when."""

    mode: Mode = Mode.RECORD
    occurred_at: Instant
    lines: Annotated[tuple[ImportedLine, ...], msgspec.Meta(min_length=1, max_length=LINES_MAX)]


class Counts(msgspec.Struct):
    """What the summary tells of a file's lines."""

    lines: int = 0
    quantity_zero: int = 0
    nothing_paid: int = 0


class Rows(Protocol):
    """Where decoded purchases come from."""

    def read(self) -> Iterator[Row[ImportedPurchase] | Rejected]:
        """All rows of the file."""


def recorded(rows: Rows, counts: Counts) -> Iterator[Row[ImportedPurchase] | Rejected]:
    """The rows as they are recorded: mode `record`, quantity 0 made 1; adds to the counts."""
    for row in rows.read():
        if isinstance(row, Rejected):
            yield row
            continue
        try:
            check_instant(row.body.occurred_at, "occurred_at")
        except ValueError as failure:
            yield Rejected(row.line, str(failure), msgspec.to_builtins(row.body))
            continue
        body = _counted(row.body, counts)
        yield row if body is row.body else Row(row.line, body)


def _counted(body: ImportedPurchase, counts: Counts) -> ImportedPurchase:
    lines = body.lines
    zero = [n for n, line in enumerate(lines) if _is_zero(line.quantity)]
    counts.lines += len(lines)
    counts.quantity_zero += len(zero)
    counts.nothing_paid += sum(
        [
            line.amount == line.discount_given if line.amount is not None else line.unit_price == 0
            for line in lines
        ]
    )
    if zero:
        whole = list(lines)
        for n in zero:
            whole[n] = msgspec.structs.replace(whole[n], quantity=1)
        body = msgspec.structs.replace(body, lines=tuple(whole))
    if body.mode is not Mode.RECORD:
        body = msgspec.structs.replace(body, mode=Mode.RECORD)
    return body


def _is_zero(quantity: int | str) -> bool:
    return quantity == 0 or (isinstance(quantity, str) and thousandths(quantity) == 0)


class _Group:
    """The rows of one purchase. `flaw`: why it is rejected, and at which line of the file."""

    __slots__ = ("flaw", "head", "lines", "numbers")

    def __init__(self, record: Record, head: tuple[Cell, ...]) -> None:
        self.head = head
        self.lines: list[tuple[Cell, ...]] = []
        self.numbers: list[int] = [record.line]
        self.flaw: tuple[int, str] | None = None

    def add(self, line: int, head: tuple[Cell, ...], cells: tuple[Cell, ...]) -> None:
        """One more row; beyond what a purchase may have they are only noted."""
        if self.lines:
            if head != self.head:
                self.mar(line, "the rows of a purchase differ in more than the line item")
            if len(self.lines) == LINES_MAX:
                self.mar(line, f"more than {LINES_MAX} lines")
                return
            self.numbers.append(line)
        self.lines.append(cells)

    def mar(self, line: int, why: str) -> None:
        """It cannot be taken in; the first reason counts."""
        self.flaw = self.flaw or (line, why)


class PurchaseTable:
    """Purchases of a CSV or Parquet file; FileRefused when its columns make no purchases."""

    def __init__(self, table: Table) -> None:
        names = table.names
        check_columns(names, [*_HEAD, *_LINE, "member.id"], (MEMBER, ATTRIBUTES), _NEEDED)
        first = list(_HEAD)[:_KEY]
        of_head = [n for n in names if (n in _HEAD or n.startswith(MEMBER)) and n not in first]
        of_line = [n for n in names if n in _LINE or n.startswith(ATTRIBUTES)]
        self._table = table
        self._head = [*first, *of_head]
        self._line = of_line
        self._tax = [name for name in of_line if name in _TAX]
        self._attributes = [name for name in of_line if name.startswith(ATTRIBUTES)]
        self._nested = bool(self._tax or self._attributes)
        self._columns = [
            Column(name, _HEAD.get(name) or _LINE.get(name) or ColumnKind.TEXT)
            for name in (*self._head, *of_line)
        ]

    def instants(self) -> Iterator[int | str | None]:
        """When each purchase happened, in the order of the file; quicker than reading it all."""
        names = (*self._head[:_KEY], "occurred_at")
        columns = [Column(name, _HEAD[name]) for name in names]
        last: tuple[Cell, ...] | None = None
        for record in self._table.records(columns):
            if isinstance(record, Rejected):
                yield None
            elif record.cells[:_KEY] != last:
                last = record.cells[:_KEY]
                yield record.cells[_KEY]

    def read(self) -> Iterator[Row[ImportedPurchase] | Rejected]:
        """All purchases in the order of the file.

        A row that cannot be taken apart may be a line of the purchase above it or of the one below:
        both are rejected with it.
        """
        width = len(self._head)
        group: _Group | None = None
        broken: Rejected | None = None
        for record in self._table.records(self._columns):
            if isinstance(record, Rejected):
                broken = record
                if group is not None:
                    group.mar(record.line, record.reason)
                yield record
                continue
            head = record.cells[:width]
            if group is None or head[:_KEY] != group.head[:_KEY]:
                if group is not None:
                    yield self._row(group)
                group = _Group(record, head)
                if broken is not None:
                    group.mar(broken.line, broken.reason)
            broken = None
            if record.problem is not None:
                group.mar(record.line, record.problem)
            group.add(record.line, head, record.cells[width:])
        if group is not None:
            yield self._row(group)

    def _row(self, group: _Group) -> Row[ImportedPurchase] | Rejected:
        given = self._purchase(group)
        if group.flaw is not None:
            return Rejected(*group.flaw, given)
        try:
            return Row(group.numbers[0], msgspec.convert(given, ImportedPurchase))
        except msgspec.ValidationError as failure:
            path = _LINE_PATH.search(str(failure))
            line = group.numbers[int(path[1]) if path else 0]
            return Rejected(line, str(failure), given)

    def _purchase(self, group: _Group) -> dict[str, Any]:
        """The body, as JSON would have it."""
        head = _present(self._head, group.head)
        identifiers = [
            {"kind": name.removeprefix(MEMBER), "value": head.pop(name)}
            for name in self._head
            if name.startswith(MEMBER) and name != "member.id" and name in head
        ]
        if "member.id" in head:
            head["member"] = {"id": head.pop("member.id")}
        elif identifiers:
            head["member"] = identifiers
        if "charged_total" in head:
            head["charged"] = {"total": head.pop("charged_total")}
        if "occurred_at" in head:
            head["occurred_at"] = instant(head["occurred_at"])
        head["lines"] = [self._item(cells) for cells in group.lines]
        return head

    def _item(self, cells: tuple[Cell, ...]) -> dict[str, Any]:
        item = _present(self._line, cells)
        if not self._nested:
            return item
        for name in self._tax:
            if name in item:
                item.setdefault("tax", {})[_TAX[name]] = item.pop(name)
        attributes = {
            name.removeprefix(ATTRIBUTES): item.pop(name)
            for name in self._attributes
            if name in item
        }
        if attributes:
            item["attributes"] = attributes
        return item


def _present(names: Sequence[str], cells: tuple[Cell, ...]) -> dict[str, Any]:
    return {name: cell for name, cell in zip(names, cells, strict=True) if cell is not None}


def moment(cell: int | str | None) -> dt.datetime | None:
    """The instant of a cell as far as it is one; None: the row will be rejected."""
    if isinstance(cell, str):
        try:
            found = dt.datetime.fromisoformat(cell)
        except ValueError:
            return None
        return found if found.tzinfo else None
    return instant(cell) if cell is not None else None  # type: ignore[return-value]
