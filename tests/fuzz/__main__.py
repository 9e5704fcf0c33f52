"""`python -m tests.fuzz --minutes 20`: ask the service whatever its document allows, and what not.

Prints a line a round and each kind of failure once; ends with status 1 if there was one.
"""

import argparse
import random
import sys
import time
from typing import Final

from tests.databases import open_folder
from tests.fuzz import unknown
from tests.fuzz.known import Asking, Tally
from tests.fuzz.place import Place, alone

PARTS: Final = ("known", "unknown")
BUGS_SHOWN: Final = 5


def main() -> int:
    """0: nothing was wrong."""
    given = _arguments()
    parts = PARTS if given.part is None else (given.part,)
    seconds = given.minutes * 60 / len(parts)
    with alone() as place:
        _say(f"seed {given.seed}, {place.url}, callers: {', '.join(place.names)}")
        wrong = sum(_part(part, place, seconds, given.seed) for part in parts)
        bugs = place.bugs()
    for line in bugs[:BUGS_SHOWN]:
        _say(f"LOGGED {line}")
    _say(f"{'failed' if wrong or bugs else 'clean'}: {wrong} wrong, {len(bugs)} bugs in the log")
    return int(bool(wrong or bugs))


def _part(part: str, place: Place, seconds: float, seed: int) -> int:
    """How much was wrong."""
    if part == "unknown":
        with open_folder() as folder:
            return unknown.run(place, int(seconds), folder, seed)
    tally = Tally()
    Asking(place, tally, seed, _say).until(time.monotonic() + seconds)
    _say(f"known: {tally.line()}; callers: {dict(tally.callers)}; {tally.unsendable} not HTTP")
    never = sorted(name for name, one in tally.covered.items() if not any(at < 300 for at in one))
    _say(f"never done: {', '.join(never) or 'none'}")
    return len(tally.failures)


def _say(words: str) -> None:
    print(words, flush=True)  # noqa: T201  # a command


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--part", choices=PARTS, help="one part only, for all of the time")
    parser.add_argument("--seed", type=int, default=random.randrange(2**31))
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
