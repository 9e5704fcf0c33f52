import hashlib
import importlib
import pathlib
from typing import Any

import pytest

from service.imports import files
from service.imports.files import Format, PurchaseFile, digest, format_of
from service.imports.rows import FileRefused, Scan
from tests.imports.place import ndjson, purchase
from tests.imports.tables import parquet


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("a.csv", Format.CSV),
        ("a.CSV", Format.CSV),
        ("a.ndjson", Format.NDJSON),
        ("a.jsonl", Format.NDJSON),
        ("a.b.parquet", Format.PARQUET),
    ],
)
def test_the_name_tells_the_format(name: str, expected: Format) -> None:
    assert format_of(pathlib.Path(name)) is expected


def test_another_name_is_refused() -> None:
    with pytest.raises(FileRefused, match=r"ends with \.csv, \.ndjson, \.jsonl, \.parquet"):
        format_of(pathlib.Path("a.xlsx"))


def test_the_digest_is_of_the_content(tmp_path: pathlib.Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert digest(tmp_path / "a") == hashlib.sha256(b"abc").digest()


def test_a_look_counts_rows_that_cannot_be_read_too(tmp_path: pathlib.Path) -> None:
    rows: list[Any] = [purchase(1, "a", 2, 1), {"occurred_at": 7}, purchase(2, "a", 3, 1)]
    path = ndjson(tmp_path / "p.ndjson", rows)
    with path.open("a") as file:
        file.write("no\n\n")
    assert PurchaseFile(path).scan() == Scan(4, in_order=True)
    assert len(list(PurchaseFile(path).read())) == 4


def test_a_look_tells_that_rows_are_not_in_order(tmp_path: pathlib.Path) -> None:
    rows = [purchase(1, "a", 2, 1), purchase(2, "a", 1, 1)]
    assert PurchaseFile(ndjson(tmp_path / "p.ndjson", rows)).scan() == Scan(2, in_order=False)


def test_parquet_without_its_extra_is_said_in_plain_words(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(name="pyarrow")

    path = parquet(tmp_path, {"sku": ["a"]})
    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(FileRefused, match=r"needs an extra: pip install 'regulars\[parquet\]'"):
        files.PurchaseFile(path)
