"""Time order: a file that is not in it is sorted, in pieces that fit into memory."""

import contextlib
import datetime as dt
import heapq
import pathlib
import tempfile
from collections.abc import Iterable, Iterator
from typing import IO, Final

import msgspec

from service.imports.purchase_rows import ImportedPurchase
from service.imports.rows import EARLIEST, Rejected, Row

ROWS_A_PIECE: Final = 20_000
_LENGTH_BYTES: Final = 4

Item = Row[ImportedPurchase] | Rejected


class _Kept(msgspec.Struct, frozen=True, array_like=True):
    """An item in a piece. `n`: its place in the file, which decides between equal instants."""

    at: dt.datetime
    n: int
    line: int
    body: ImportedPurchase | None
    reason: str
    row: msgspec.Raw

    def item(self) -> Item:
        """As it was read."""
        if self.body is not None:
            return Row(self.line, self.body)
        return Rejected(self.line, self.reason, msgspec.msgpack.decode(self.row))


_encode: Final = msgspec.msgpack.Encoder().encode
_decode: Final = msgspec.msgpack.Decoder(_Kept).decode
_NOTHING: Final = msgspec.Raw(_encode(None))


def is_in_order(instants: Iterable[dt.datetime | None]) -> tuple[int, bool]:
    """How many there are, and whether none is earlier than one before it; None: cannot be told."""
    count, latest, in_order = 0, EARLIEST, True
    for at in instants:
        count += 1
        if at is not None:
            in_order = in_order and at >= latest
            latest = max(latest, at)
    return count, in_order


@contextlib.contextmanager
def in_time_order(items: Iterable[Item], beside: pathlib.Path) -> Iterator[Iterator[Item]]:
    """The items by instant, equal ones as they came; rejected ones first. Always the same order.

    Pieces lie in a folder `beside` the file until the import ends.
    """
    with tempfile.TemporaryDirectory(prefix=".regulars-import-", dir=beside) as folder:
        pieces = list(_pieces(items, pathlib.Path(folder)))
        with contextlib.ExitStack() as files:
            opened = [files.enter_context(path.open("rb")) for path in pieces]
            merged = heapq.merge(*map(_read, opened), key=_key)
            yield (kept.item() for kept in merged)


def _key(kept: _Kept) -> tuple[dt.datetime, int]:
    return (kept.at, kept.n)


def _keep(n: int, item: Item) -> _Kept:
    if isinstance(item, Rejected):
        row = msgspec.Raw(_encode(item.row))
        return _Kept(EARLIEST, n, item.line, None, item.reason, row)
    at = item.body.occurred_at.astimezone(dt.UTC)
    return _Kept(at, n, item.line, item.body, "", _NOTHING)


def _pieces(items: Iterable[Item], folder: pathlib.Path) -> Iterator[pathlib.Path]:
    piece: list[_Kept] = []
    count = 0
    for n, item in enumerate(items):
        piece.append(_keep(n, item))
        if len(piece) == ROWS_A_PIECE:
            yield _write(folder / str(count), piece)
            piece, count = [], count + 1
    if piece:
        yield _write(folder / str(count), piece)


def _write(path: pathlib.Path, piece: list[_Kept]) -> pathlib.Path:
    with path.open("wb") as file:
        for kept in sorted(piece, key=_key):
            encoded = _encode(kept)
            file.write(len(encoded).to_bytes(_LENGTH_BYTES, "big") + encoded)
    return path


def _read(file: IO[bytes]) -> Iterator[_Kept]:
    while size := file.read(_LENGTH_BYTES):
        yield _decode(file.read(int.from_bytes(size, "big")))
