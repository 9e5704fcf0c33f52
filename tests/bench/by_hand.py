"""The baseline: pgbench with a hand-written transaction (by_hand.sql) that writes the same rows."""

import pathlib
import re
import subprocess
from typing import Final

import msgspec

from tests.bench.place import SERVICE_ROLE, Place
from tests.bench.rows import Typical, Written

SCRIPT: Final = pathlib.Path(__file__).with_name("by_hand.sql")
CLIENTS: Final = 8
THREADS: Final = 2
_SPARE_SECONDS: Final = 60
_TPS: Final = re.compile(r"^tps = ([0-9.]+) ", re.MULTILINE)
_DONE: Final = re.compile(r"^number of transactions actually processed: (\d+)", re.MULTILINE)
_FAILED: Final = re.compile(r"^number of failed transactions: (\d+)", re.MULTILINE)


class PgbenchFailed(Exception):
    """pgbench ended without a figure; the message holds what it said."""


class ByHand(msgspec.Struct, frozen=True):
    """What pgbench got."""

    transactions: int
    per_second: float


def run(
    place: Place,
    database: str,
    written: Written,
    typical: Typical,
    *,
    members: int,
    seconds: int | None = None,
    transactions: int | None = None,
) -> ByHand:
    """Run CLIENTS clients for so long, or for so many transactions each. Raises PgbenchFailed.

    `written`: how often a purchase uses a limit or changes a tier; `typical`: what it looks like.
    """
    how_long = ["-T", str(seconds)] if transactions is None else ["-t", str(transactions)]
    defined = _variables(written, typical) | {"members": str(members)}
    done = subprocess.run(
        [
            str(place.server.bin / "pgbench"),
            *("-h", str(place.server.sockets), "-U", SERVICE_ROLE, "-n", "-M", "prepared"),
            *("-c", str(CLIENTS), "-j", str(THREADS), *how_long, "-f", str(SCRIPT)),
            *(part for name, value in defined.items() for part in ("-D", f"{name}={value}")),
            database,
        ],
        capture_output=True,
        text=True,
        timeout=(seconds or 0) + _SPARE_SECONDS,
        check=False,
    )
    return _read(done)


def _variables(written: Written, typical: Typical) -> dict[str, str]:
    bodies = {name: _text(value) for name, value in msgspec.structs.asdict(typical).items()}
    often = {"uses": written.rows.get("limit_use", 0.0), "moves": written.moves}
    return bodies | {name: str(round(share * 1000)) for name, share in often.items()}


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else f"\\x{value.hex()}"


def _read(done: subprocess.CompletedProcess[str]) -> ByHand:
    tps, count = _TPS.search(done.stdout), _DONE.search(done.stdout)
    failed = _FAILED.search(done.stdout)
    if done.returncode or tps is None or count is None or failed is None or failed[1] != "0":
        raise PgbenchFailed(f"{done.stdout}{done.stderr}")
    return ByHand(int(count[1]), float(tps[1]))
