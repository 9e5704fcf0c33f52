"""`python -m tests.faults.served FILE`: `regulars serve` whose clock is wrong by FILE's seconds.

What asks for the time of this process gets it; statements have PostgreSQL's, intervals the system's
monotonic clock. It ends with its parent, as `tests.running.WATCHED` does.
"""

import os
import pathlib
import signal
import sys
import threading
import time
from typing import Final

from service.cli import main

_LOOK_SECONDS: Final = 0.5


def shift(file: pathlib.Path) -> None:
    """From now on `time.time` adds what the file says."""
    real = time.time  # noqa: TID251 - it is what jumps

    def shifted() -> float:
        return real() + float(file.read_text() or 0)

    time.time = shifted  # noqa: TID251


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(_LOOK_SECONDS)
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    shift(pathlib.Path(sys.argv.pop(1)))
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()
    main(["serve"], prog_name="regulars")
