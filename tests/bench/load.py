"""The load generator: a process of its own, so that callers and the service share no interpreter.

`python -m tests.bench.load` reads a job from its standard input and prints what was measured.
"""

import functools
import gc
import subprocess
import sys

import msgspec
import uvloop

from tests.bench.client import Measured, UnexpectedAnswer, drive
from tests.bench.kinds import KINDS
from tests.running import PROJECT

SPARE_SECONDS: float = 90.0


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask (a kind of kinds.py), of whom, how hard and how long.

    `name`: no other run that writes to the database has it. `members`: how many are loaded. `code`:
    what purchases with a code present.
    """

    kind: str
    name: str
    port: int
    callers: int
    seconds: float
    warm_up: float
    members: int
    key: str = ""
    code: str = ""


class LoadFailed(Exception):
    """The load generator ended without a figure; its last words say why."""


def run(job: Job) -> Measured:
    """Measure in a process of its own. Raises LoadFailed."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load"],
        cwd=PROJECT,
        input=msgspec.json.encode(job),
        capture_output=True,
        timeout=job.warm_up + job.seconds + SPARE_SECONDS,
        check=False,
    )
    if done.returncode:
        raise LoadFailed(f"{job.kind}, {job.callers} callers: {done.stderr.decode().strip()}")
    return msgspec.json.decode(done.stdout, type=Measured)


def main() -> None:
    """Do the job of standard input."""
    job = msgspec.json.decode(sys.stdin.buffer.read(), type=Job)
    gc.disable()  # nothing here makes cycles, and a collection would look like a slow answer
    try:
        sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(_do(job))))
    except (UnexpectedAnswer, OSError, TimeoutError) as failure:
        sys.exit(f"{type(failure).__name__}: {failure}")


async def _do(job: Job) -> Measured:
    kind = KINDS[job.kind]
    requests = kind.requests(job.name, job.key, job.members, job.code)
    return await drive(
        job.port,
        job.callers,
        functools.partial(kind.ask, requests),
        seconds=job.seconds,
        warm_up=job.warm_up,
        status=kind.status,
        check=kind.check,
        refusal=kind.refusal,
    )


if __name__ == "__main__":
    main()
