"""NDJSON: a JSON object a line, decoded strictly.

What two readers could read differently is refused. Blank lines are skipped.
"""

import pathlib
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, Generic, TypeVar

import msgspec

from service.imports.rows import Rejected, Row, flaw

T = TypeVar("T")

LINE_BYTES_MAX: Final = 1024 * 1024
SHOWN_CHARACTERS_MAX: Final = 4_096  # of a rejected line that is no JSON
_untyped: Final = msgspec.json.Decoder().decode
_encode: Final = msgspec.json.Encoder().encode


def lines(path: pathlib.Path) -> Iterator[tuple[int, bytes | None]]:
    """(number, line) without blank ones; None for a line that is too long."""
    number = 0
    with path.open("rb") as file:
        while line := file.readline(LINE_BYTES_MAX + 1):
            number += 1
            if len(line) > LINE_BYTES_MAX and not line.endswith(b"\n"):
                _skip_rest(file)
                yield number, None
            elif line.strip():
                yield number, line


def _skip_rest(file: BinaryIO) -> None:
    while (part := file.readline(LINE_BYTES_MAX)) and not part.endswith(b"\n"):
        pass


class Reader(Generic[T]):
    """The lines of a file as one type."""

    def __init__(self, path: pathlib.Path, given: type[T]) -> None:
        self._path = path
        self._decode = msgspec.json.Decoder(given).decode

    def read(self) -> Iterator[Row[T] | Rejected]:
        """Every line, in the order of the file."""
        for number, line in lines(self._path):
            if line is None:
                yield Rejected(number, f"longer than {LINE_BYTES_MAX} bytes", None)
                continue
            try:
                body = self._decode(line)
                _check(line)
            except UnicodeDecodeError:
                yield Rejected(number, "is not valid UTF-8", _shown(line))
            except (msgspec.DecodeError, ValueError, RecursionError) as failure:
                yield Rejected(number, str(failure), _shown(line))
            else:
                yield Row(number, body)


def _check(line: bytes) -> None:
    """ValueError for control characters, and for keys that occur twice (the last would win)."""
    untyped = _untyped(line)
    canonical = _encode(untyped)
    if b"\\" in line or b"\x7f" in line or not line.isascii():
        for text in _texts(untyped):
            if problem := flaw(text):
                raise ValueError(problem)
    if _delimiters(line) != _delimiters(canonical):
        raise ValueError("a key occurs twice in one object")


def _delimiters(line: bytes) -> int:
    """Quotes that begin or end a string."""
    if b"\\" in line:
        line = line.replace(b"\\\\", b"").replace(b'\\"', b"").replace(b"\\u0022", b"")
    return line.count(b'"')


def _texts(value: Any) -> Iterator[str]:
    """All strings in a value that fitted its type, so that it is not nested deeply."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield key
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)


def _shown(line: bytes) -> Any:
    try:
        return _untyped(line)
    except (UnicodeDecodeError, msgspec.DecodeError, RecursionError):
        return line[:SHOWN_CHARACTERS_MAX].decode("utf-8", "backslashreplace")
