"""What callers saw, an operation a line of JSON."""

import enum
import pathlib
from typing import IO

import msgspec


class Outcome(enum.StrEnum):
    """ok: it was done; refused: it was not; unknown: nobody has an answer."""

    OK = "ok"
    REFUSED = "refused"
    UNKNOWN = "unknown"


class Sort(enum.StrEnum):
    """What is done; all but `read` write."""

    PURCHASE = "purchase"
    RETURN = "return"
    HOLD = "hold"
    RELEASE = "release"
    ADJUSTMENT = "adjustment"
    REDEMPTION = "redemption"
    READ = "read"


class Balance(msgspec.Struct, frozen=True):
    """A wallet as it was answered."""

    available: int
    pending: int
    held: int
    debt: int

    @property
    def posted(self) -> int:
        """What entries sum to."""
        return self.available + self.pending + self.held


class Op(msgspec.Struct, kw_only=True, omit_defaults=True):
    """An operation with all its attempts, under one key.

    `sent`: when the first attempt began; `answered`: when there was an answer that says what
    became of it (seconds of one monotonic clock). `statuses`: of all attempts, 0: no answer came;
    `ended`: when each was over.
    `id`: what the answer names. `version`: of the member, as a read tells it.
    """

    sort: Sort
    member: str
    key: str
    sent: float
    answered: float | None = None
    outcome: Outcome = Outcome.UNKNOWN
    statuses: list[int] = []
    ended: list[float] = []
    code: str = ""
    id: str = ""
    wallets: dict[str, Balance] = {}
    version: int | None = None


class History:
    """Keeps operations, and writes each down as soon as it is over."""

    def __init__(self, path: pathlib.Path) -> None:
        self.path = path
        self.ops: list[Op] = []
        self._file: IO[bytes] = path.open("wb")

    def add(self, op: Op) -> None:
        """This one is over."""
        self.ops.append(op)
        self._file.write(msgspec.json.encode(op) + b"\n")

    def close(self) -> None:
        """All were added."""
        self._file.close()


def read(path: pathlib.Path) -> list[Op]:
    """The operations of a file."""
    return msgspec.json.Decoder(Op).decode_lines(path.read_bytes())
