"""`python -m tests.faults`: breaks what the service needs, and proves that nothing was lost.

Everything runs here: an embedded PostgreSQL behind a proxy, a Redis, two processes of the service,
a receiver of events and the callers.
"""

import argparse
import asyncio
import pathlib
import secrets
import sys
import tempfile
from typing import Final

from rich.console import Console

from tests.faults import run
from tests.faults.plan import Kind, Plan
from tests.faults.report import show

FAULTS: Final = 50
SECONDS_EACH: Final = 3.0
_SEEDS: Final = 2**31


def main() -> None:
    """Run, report; exit 1 when anything is wrong."""
    given = _arguments()
    seed = secrets.randbelow(_SEEDS) if given.seed is None else given.seed
    seconds = given.faults * SECONDS_EACH if given.seconds is None else given.seconds
    path = given.history or pathlib.Path(tempfile.mkdtemp(prefix="faults-")) / "history.jsonl"
    console = Console(highlight=False)
    console.print(f"seed {seed}; history in {path}", soft_wrap=True)
    only = tuple(Kind[name] for name in given.kind or Kind.__members__)
    plan = Plan(faults=given.faults, seconds=seconds, seed=seed, callers=given.callers, only=only)
    report = asyncio.run(run.run(plan, path))
    show(report, console)
    sys.exit(1 if report.wrong else 0)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument("--faults", type=int, default=FAULTS, help="how many")
    parser.add_argument("--seed", type=int, help="which, and when; printed, to be given again")
    parser.add_argument("--seconds", type=float, help="of pauses between them, in all")
    parser.add_argument(
        "--kind", action="append", choices=[*Kind.__members__], help="only these, else all"
    )
    parser.add_argument("--callers", type=int, default=16)
    parser.add_argument("--history", type=pathlib.Path, metavar="FILE", help="JSON lines")
    return parser.parse_args()


if __name__ == "__main__":
    main()
