"""What is measured, as processes: the service, and the endpoint that does nothing."""

import contextlib
import pathlib
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import httpx
import psutil

from tests.bench import trivial
from tests.bench.outward import ALLOWED
from tests.bench.place import Place
from tests.running import PROJECT, WATCHED, bare, free_port

START_SECONDS_MAX: Final = 60
STOP_SECONDS_MAX: Final = 60


class Served:
    """A server that answers on `port`; `pid` is the parent of its workers."""

    def __init__(self, port: int, pid: int) -> None:
        self.port = port
        self.pid = pid

    def worker_bytes(self) -> int:
        """Resident memory of the largest worker."""
        workers = psutil.Process(self.pid).children(recursive=True)
        return max(worker.memory_info().rss for worker in workers)


@contextlib.contextmanager
def service(place: Place, database: str, workers: int) -> Iterator[Served]:
    """`regulars serve` as in production, on a database of the place."""
    port = free_port()
    environ = {
        "REGULARS_DATABASE_URL": place.url(database),
        "REGULARS_SECRET": place.secret,
        "REGULARS_PORT": str(port),
        "REGULARS_WORKERS": str(workers),
        "REGULARS_PRODUCTION": "true",
        "REGULARS_EGRESS_PRIVATE": ALLOWED,
    }
    log = place.folder / f"service-{database}.log"
    with _started(["-c", WATCHED, "serve"], environ, log, port, "/health/ready") as served:
        yield served


@contextlib.contextmanager
def nothing(place: Place, workers: int) -> Iterator[Served]:
    """trivial.py with as many workers."""
    port = free_port()
    command = ["-m", "tests.bench.trivial", str(port), str(workers)]
    with _started(command, {}, place.folder / "trivial.log", port, trivial.PATH) as served:
        yield served


@contextlib.contextmanager
def _started(
    words: Sequence[str], environ: Mapping[str, str], log: pathlib.Path, port: int, path: str
) -> Iterator[Served]:
    with log.open("ab") as out:
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=PROJECT,
            env=bare(environ),
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            _wait_until_ready(process, f"http://127.0.0.1:{port}{path}", log)
            yield Served(port, process.pid)
        finally:
            process.terminate()
            try:
                process.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                process.kill()
                raise


def _wait_until_ready(process: subprocess.Popen[bytes], url: str, log: pathlib.Path) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            if httpx.get(url, timeout=2).is_success:
                return
        time.sleep(0.05)
    raise RuntimeError(f"{url} is not ready:\n{log.read_text(errors='replace')}")
