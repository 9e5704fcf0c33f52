"""Members as files have them.

Columns of CSV and Parquet, a row a member:

    <kind>              an identifier, such as card or email, for each kind of the program
    name, first_name, last_name, birth_date, language, country
    fields.<name>       a member field of the program
    enrolled_at         an instant; absent: now
    opening_<wallet>    an opening balance, there from the enrolment on; its time to live counts
                        from the import. Lots with instants of their own need NDJSON.

At least one identifier is needed; identifiers of files count as verified.
"""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from service.domain.members.types import Profile
from service.flows.members.import_members import ImportMember
from service.imports.rows import FileRefused, Rejected, Row, check_instant
from service.imports.table import Cell, Column, ColumnKind, Record, Table, check_columns, instant
from service.rules.document import Document, FieldKind

FIELDS: Final = "fields."
OPENING: Final = "opening_"
ENROLLED: Final = "enrolled_at"
_PROFILE: Final = Profile.__struct_fields__
_BOOL: Final = {"true": True, "false": False}


class MemberTable:
    """Members of a CSV or Parquet file; FileRefused when its columns make no members."""

    def __init__(self, table: Table, document: Document) -> None:
        known = [
            *document.identifiers,
            *_PROFILE,
            ENROLLED,
            *(f"{FIELDS}{name}" for name in document.member_fields),
            *(f"{OPENING}{wallet.id}" for wallet in document.wallets),
        ]
        check_columns(table.names, known, (), ())
        if not set(document.identifiers) & set(table.names):
            kinds = ", ".join(document.identifiers)
            raise FileRefused(f"has no column of an identifier: one of {kinds} is needed")
        self._table = table
        self._document = document
        self._columns = [self._column(name) for name in table.names]

    def _column(self, name: str) -> Column:
        if name == ENROLLED:
            return Column(name, ColumnKind.INSTANT)
        if name.startswith(OPENING) and name not in self._document.identifiers:
            return Column(name, ColumnKind.WHOLE)
        field = self._document.member_fields.get(name.removeprefix(FIELDS))
        number = name.startswith(FIELDS) and field is not None and field.kind is FieldKind.NUMBER
        return Column(name, ColumnKind.WHOLE if number else ColumnKind.TEXT)

    def count(self) -> int:
        """How many rows there are."""
        return sum(1 for _ in self._table.records(self._columns[:1]))

    def read(self) -> Iterator[Row[ImportMember] | Rejected]:
        """All members in the order of the file."""
        for record in self._table.records(self._columns):
            if isinstance(record, Rejected):
                yield record
                continue
            given = self._member(record)
            if record.problem is not None:
                yield Rejected(record.line, record.problem, given)
                continue
            try:
                yield Row(record.line, msgspec.convert(given, ImportMember))
            except msgspec.ValidationError as failure:
                yield Rejected(record.line, str(failure), given)

    def _member(self, record: Record) -> dict[str, Any]:
        """The body, as JSON would have it."""
        found: dict[str, Any] = {"identifiers": [], "profile": {}, "fields": {}, "opening": []}
        for column, cell in zip(self._columns, record.cells, strict=True):
            if cell is not None:
                self._put(found, column.name, cell)
        return found

    def _put(self, found: dict[str, Any], name: str, cell: Cell) -> None:
        if name in self._document.identifiers:
            found["identifiers"].append({"kind": name, "value": cell})
        elif name in _PROFILE:
            found["profile"][name] = cell
        elif name == ENROLLED:
            found[name] = instant(cell)
        elif name.startswith(OPENING):
            if cell != 0:
                wallet = name.removeprefix(OPENING)
                found["opening"].append({"wallet": wallet, "amount": cell})
        else:
            field = name.removeprefix(FIELDS)
            is_bool = self._document.member_fields[field].kind is FieldKind.BOOL
            found["fields"][field] = _BOOL.get(str(cell), cell) if is_bool else cell


def checked(
    rows: Iterator[Row[ImportMember] | Rejected],
) -> Iterator[Row[ImportMember] | Rejected]:
    """The rows with their instants checked."""
    for row in rows:
        problem = None
        if isinstance(row, Row):
            problem = _problem(row.body)
        if problem is None or isinstance(row, Rejected):
            yield row
        else:
            yield Rejected(row.line, problem, msgspec.to_builtins(row.body))


def _problem(body: ImportMember) -> str | None:
    try:
        check_instant(body.enrolled_at, ENROLLED)
        for lot in body.opening:
            check_instant(lot.earned_at, "earned_at")
            if lot.expires_at is not msgspec.UNSET:
                check_instant(lot.expires_at, "expires_at")
    except ValueError as failure:
        return str(failure)
    return None
