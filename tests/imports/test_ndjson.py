import pathlib
from typing import Any

import msgspec
import pytest

from service.imports.ndjson import LINE_BYTES_MAX, Reader
from service.imports.rows import Rejected, Row


class Thing(msgspec.Struct, forbid_unknown_fields=True):
    name: str
    count: int = 0


def read(folder: pathlib.Path, content: bytes) -> list[Any]:
    path = folder / "things.ndjson"
    path.write_bytes(content)
    return list(Reader(path, Thing).read())


def test_every_line_is_a_row_with_its_number(tmp_path: pathlib.Path) -> None:
    rows = read(tmp_path, b'{"name":"a"}\n\n  \n{"name":"b","count":2}')
    assert rows == [Row(1, Thing("a")), Row(4, Thing("b", 2))]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'{"name":"a"', "Input data was truncated"),
        (b'{"name":1}', "Expected `str`, got `int` - at `$.name`"),
        (b'{"name":"a","count":"1"}', "Expected `int`, got `str` - at `$.count`"),
        (b'{"name":"a","nmae":"b"}', "Object contains unknown field `nmae`"),
        (b'{"name":"\xff"}', "is not valid UTF-8"),
        (b'{"name":"a\\u0000"}', "control characters are not allowed"),
        (b'{"name":"a\x7f"}', "control characters are not allowed"),
        (b'{"name":"a\xc2\x85"}', "control characters are not allowed"),
        (b'{"name":"a","name":"b"}', "a key occurs twice in one object"),
        (b'{"name":"a","n\\u0061me":"b"}', "a key occurs twice in one object"),
        (b"[" * 100_000, "Expected `object`, got `array`"),
    ],
)
def test_a_line_that_cannot_be_taken_is_rejected_alone(
    line: bytes, reason: str, tmp_path: pathlib.Path
) -> None:
    first, rejected, last = read(tmp_path, b'{"name":"a"}\n' + line + b'\n{"name":"c"}\n')
    assert (first, last) == (Row(1, Thing("a")), Row(3, Thing("c")))
    assert isinstance(rejected, Rejected)
    assert rejected.line == 2
    assert reason in rejected.reason


def test_escapes_and_letters_of_other_alphabets_are_fine(tmp_path: pathlib.Path) -> None:
    names = ['Zoë "Z" O\\Neil', "Żółć", "\u00a0", "😀"]
    lines = b"".join(msgspec.json.encode({"name": name}) + b"\n" for name in names)
    lines += b'{"name":"\\u005a\\u0022\\\\"}\n'
    assert [row.body.name for row in read(tmp_path, lines)] == [*names, 'Z"\\']


def test_a_line_that_is_too_long_is_skipped_as_a_whole(tmp_path: pathlib.Path) -> None:
    long = b'{"name":"' + b"x" * (3 * LINE_BYTES_MAX) + b'"}'
    rows = read(tmp_path, b'{"name":"a"}\n' + long + b'\n{"name":"c"}')
    assert rows[0] == Row(1, Thing("a"))
    assert rows[1] == Rejected(2, f"longer than {LINE_BYTES_MAX} bytes", None)
    assert rows[2] == Row(3, Thing("c"))
