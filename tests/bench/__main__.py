"""`python -m tests.bench`: how fast this machine is with Regulars, and how fast it could be.

Everything runs here, in one session, on an embedded PostgreSQL of its own with production's
settings: the service, the baselines and the callers share the machine's cores.
"""

import argparse
import pathlib

from rich.console import Console

from tests.bench import figures, profiling, run, tables
from tests.bench.plan import FULL, SHORT

WORKERS = 1


def main() -> None:
    """Measure, print, write."""
    given = _arguments()
    console = Console()
    if given.profile:
        profiling.show(profiling.profile(given.folder), console)
        return
    found = run.run(SHORT if given.short else FULL, given.workers, given.folder)
    if given.json:
        given.json.write_bytes(figures.as_json(found))
    tables.show(found, console)
    if given.short:
        console.print("Short: short rounds, and growth to 200 thousand members, not to 2 million.")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument(
        "--short", action="store_true", help="less of everything: some more than a minute"
    )
    parser.add_argument("--json", type=pathlib.Path, metavar="FILE", help="write the figures there")
    parser.add_argument(
        "--workers",
        type=int,
        default=WORKERS,
        help="of the service; balances and quotes: one a core, if that is more",
    )
    parser.add_argument(
        "--folder", type=pathlib.Path, help="where the data goes for the time of the run: a disk"
    )
    parser.add_argument(
        "--profile",
        action="store_true",
        help="say instead where the time of a purchase goes, in Python and in PostgreSQL",
    )
    return parser.parse_args()


if __name__ == "__main__":
    main()
