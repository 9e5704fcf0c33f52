"""The rejects file: what was not taken in, with line and reason, an NDJSON object a row."""

import hashlib
import os
import pathlib
from types import TracebackType
from typing import IO, Final, Self

import msgspec

from service.imports.rows import Rejected

SUFFIX: Final = ".rejects.ndjson"
_encode: Final = msgspec.json.Encoder().encode


class Rejects:
    """The file of one import; made with the first rejected row, only its owner can read it.

    An import that goes on after it was stopped meets some rows again: they stand there once.
    """

    def __init__(self, path: pathlib.Path, *, going_on: bool) -> None:
        self.path = path
        self._file: IO[bytes] | None = None
        self._known: set[bytes] = set()
        if going_on and path.exists():
            self._known = _lines(path)
        else:
            path.unlink(missing_ok=True)

    @property
    def count(self) -> int:
        """How many rows of the file were rejected so far."""
        return len(self._known)

    def add(self, rejected: Rejected) -> None:
        """Write the row down, before the progress past it is."""
        line = _encode(rejected)
        digest = _digest(line)
        if digest in self._known:
            return
        self._known.add(digest)
        if self._file is None:
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            self._file = os.fdopen(os.open(self.path, flags, 0o600), "ab")
        self._file.write(line + b"\n")
        self._file.flush()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._file is not None:
            self._file.close()


def beside(path: pathlib.Path) -> pathlib.Path:
    """Where the rejects of a file go unless said otherwise."""
    return path.with_name(path.name + SUFFIX)


def _digest(line: bytes) -> bytes:
    return hashlib.sha256(line).digest()


def _lines(path: pathlib.Path) -> set[bytes]:
    """What is written down; a last line that was cut off by a kill is taken away."""
    whole = path.read_bytes()
    end = whole.rfind(b"\n") + 1
    if end < len(whole):
        os.truncate(path, end)
    return {_digest(line) for line in whole[:end].split(b"\n")[:-1]}
