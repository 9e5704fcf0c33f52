"""Small files of rows and columns."""

import pathlib
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq


def csv(folder: pathlib.Path, text: str, name: str = "rows.csv") -> pathlib.Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def parquet(folder: pathlib.Path, columns: dict[str, Any]) -> pathlib.Path:
    path = folder / "rows.parquet"
    pq.write_table(pa.table(columns), path)
    return path
