import datetime as dt
import decimal
import pathlib
import re
from typing import Any

import pyarrow as pa
import pytest

from service.imports import parquet_file
from service.imports.parquet_file import ParquetTable
from service.imports.rows import FileRefused
from service.imports.table import Column, ColumnKind, Record, instant
from tests.imports.tables import parquet


def read(folder: pathlib.Path, values: Any, kind: ColumnKind) -> list[Any]:
    table = ParquetTable(parquet(folder, {"x": values}))
    records = list(table.records([Column("x", kind)]))
    assert [record.line for record in records] == [*range(1, len(records) + 1)]
    return [record.cells[0] for record in records]


def test_text_is_text_whole_numbers_dictionaries_dates_and_truths(tmp_path: pathlib.Path) -> None:
    words = pa.array(["a", "b", None, "a"]).dictionary_encode()
    assert read(tmp_path, words, ColumnKind.TEXT) == ["a", "b", None, "a"]
    assert read(tmp_path, pa.array(["a"], pa.large_string()), ColumnKind.TEXT) == ["a"]
    assert read(tmp_path, pa.array([4012001, None]), ColumnKind.TEXT) == ["4012001", None]
    assert read(tmp_path, pa.array([dt.date(1992, 2, 29)]), ColumnKind.TEXT) == ["1992-02-29"]
    assert read(tmp_path, pa.array([True, False]), ColumnKind.TEXT) == ["true", "false"]


def test_quantities_are_exact(tmp_path: pathlib.Path) -> None:
    decimals = pa.array([decimal.Decimal("0.732"), decimal.Decimal(2)], pa.decimal128(9, 3))
    assert read(tmp_path, decimals, ColumnKind.QUANTITY) == ["0.732", "2.000"]
    assert read(tmp_path, pa.array([0, 3]), ColumnKind.QUANTITY) == [0, 3]


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_an_instant_is_the_same_in_every_unit_and_zone(
    unit: str, zone: str, tmp_path: pathlib.Path
) -> None:
    at = dt.datetime(2026, 3, 8, 7, 30, tzinfo=dt.UTC)
    cells = read(tmp_path, pa.array([at, None], pa.timestamp(unit, zone)), ColumnKind.INSTANT)
    assert [instant(cell) for cell in cells] == [at, None]


@pytest.mark.parametrize(
    ("values", "wanted", "problem"),
    [
        (pa.array([1.5]), ColumnKind.WHOLE, "is double, but should be a whole number"),
        (pa.array(["1"]), ColumnKind.WHOLE, "is string, but should be a whole number"),
        (pa.array([1.5]), ColumnKind.QUANTITY, "should be a whole number or a decimal"),
        (pa.array([1.5]), ColumnKind.TEXT, "is double"),
        (
            pa.array([dt.datetime(2026, 1, 1)], pa.timestamp("us")),  # noqa: DTZ001 the point
            ColumnKind.INSTANT,
            "is timestamp[us], but should be an instant with its offset, or in UTC",
        ),
    ],
)
def test_a_column_of_another_type_refuses_the_file(
    values: Any, wanted: ColumnKind, problem: str, tmp_path: pathlib.Path
) -> None:
    with pytest.raises(FileRefused, match=re.escape(problem)):
        read(tmp_path, values, wanted)


def test_a_control_character_concerns_its_row_alone(tmp_path: pathlib.Path) -> None:
    table = ParquetTable(parquet(tmp_path, {"x": ["a", "b\x00", "c"]}))
    assert list(table.records([Column("x")])) == [
        Record(1, ("a",)),
        Record(2, ("b\x00",), "control characters are not allowed"),
        Record(3, ("c",)),
    ]


def test_rows_are_numbered_through_all_pieces(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parquet_file, "ROWS_A_PIECE", 3)
    assert read(tmp_path, pa.array([*range(10)]), ColumnKind.WHOLE) == [*range(10)]


def test_what_is_no_parquet_file_is_refused(tmp_path: pathlib.Path) -> None:
    path = tmp_path / "rows.parquet"
    path.write_text("no")
    with pytest.raises(FileRefused, match="is no Parquet file"):
        ParquetTable(path)
