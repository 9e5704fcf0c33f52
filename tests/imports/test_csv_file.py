import pathlib

import pytest

from service.imports.csv_file import CsvTable
from service.imports.rows import FileRefused, Rejected
from service.imports.table import Column, ColumnKind, Record
from tests.imports.tables import csv

TEXT = Column("name")
WHOLE = Column("count", ColumnKind.WHOLE)


def read(folder: pathlib.Path, text: str) -> list[Record | Rejected]:
    return list(CsvTable(csv(folder, text)).records([WHOLE, TEXT]))


def test_cells_come_in_the_order_asked_for(tmp_path: pathlib.Path) -> None:
    rows = read(tmp_path, "name,more,count\na,x,1\nb,y,-2\n")
    assert rows == [Record(2, (1, "a")), Record(3, (-2, "b"))]


def test_an_empty_cell_is_nothing(tmp_path: pathlib.Path) -> None:
    assert read(tmp_path, "name,count\n,\n") == [Record(2, (None, None))]


def test_quotes_hold_commas_quotes_and_line_breaks_are_refused(tmp_path: pathlib.Path) -> None:
    rows = read(tmp_path, 'name,count\n"a, ""b""",1\n"c\nd",2\ne,3\n')
    assert rows[0] == Record(2, (1, 'a, "b"'))
    assert rows[1] == Record(3, (2, "c\nd"), "control characters are not allowed")
    assert rows[2] == Record(5, (3, "e"))


def test_what_is_no_whole_number_stays_text_for_the_decoder(tmp_path: pathlib.Path) -> None:
    rows = read(tmp_path, "name,count\na,1.5\nb,1e2\nc,+1\nd, 1\ne,\u0661\nf,9999999999999999999\n")
    assert [row.cells[0] for row in rows if isinstance(row, Record)] == [
        "1.5", "1e2", "+1", " 1", "\u0661", "9999999999999999999",
    ]  # fmt: skip


def test_a_row_with_too_many_cells_is_rejected_alone(tmp_path: pathlib.Path) -> None:
    rows = read(tmp_path, "name,count\na,1,2\nb,1\n")
    assert rows == [Rejected(2, "3 cells under 2 columns", ["a", "1", "2"]), Record(3, (1, "b"))]


def test_a_broken_quote_is_rejected_alone(tmp_path: pathlib.Path) -> None:
    rows = read(tmp_path, 'name,count\n"a"b,1\nc,2\n')
    assert isinstance(rows[0], Rejected)
    assert (rows[0].line, rows[0].reason) == (2, "',' expected after '\"'")
    assert rows[1] == Record(3, (2, "c"))


def test_bytes_that_are_no_text_are_told(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"name,count\n\xff\xfe,1\nb,2\n")
    rows = list(CsvTable(path).records([WHOLE, TEXT]))
    assert rows == [Record(2, (1, "\\xff\\xfe"), "is not valid UTF-8"), Record(3, (2, "b"))]


def test_a_byte_order_mark_is_no_part_of_the_header(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes("\ufeffname,count\r\nŻ,1\r\n".encode())
    table = CsvTable(path)
    assert table.names == ("name", "count")
    assert list(table.records([WHOLE, TEXT])) == [Record(2, (1, "Ż"))]


def test_an_empty_file_has_no_header(tmp_path: pathlib.Path) -> None:
    with pytest.raises(FileRefused, match="has no header"):
        CsvTable(csv(tmp_path, ""))
