"""The processes of the service: each with a parent of its own and a worker, on ports of their own.

A worker that is killed is replaced by its parent; when all are killed, whoever runs them starts
them again, as an init system would.
"""

import asyncio
import contextlib
import pathlib
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Final

import httpx
import psutil

from tests.running import PROJECT, bare, free_port

READY_SECONDS_MAX: Final = 60.0
STOP_SECONDS_MAX: Final = 60.0
_POLL_SECONDS: Final = 0.05


class NotReady(Exception):
    """A process does not come up; its log."""


class Service:
    """One parent with its worker. `log`: what all of them said."""

    def __init__(self, folder: pathlib.Path, name: str, environ: Mapping[str, str]) -> None:
        port = str(free_port())
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / f"{name}.log"
        self.clock = folder / f"{name}.clock"
        self.clock.write_text("0")
        self._environ = bare({**environ, "REGULARS_PORT": port})
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the parent."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.served", str(self.clock)],
                cwd=PROJECT,
                env=self._environ,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    async def ready(self) -> None:
        """Until it says so itself; NotReady."""
        deadline = time.monotonic() + READY_SECONDS_MAX
        async with httpx.AsyncClient(timeout=2) as client:
            while time.monotonic() < deadline:
                try:
                    if (await client.get(f"{self.url}/health/ready")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(_POLL_SECONDS)
        raise NotReady(self.log.read_text(errors="replace")[-4_000:])

    def workers(self) -> list[psutil.Process]:
        """Those that answer; what else Python starts for itself is left out."""
        assert self._process is not None
        try:
            children = psutil.Process(self._process.pid).children(recursive=True)
            return [one for one in children if _serves(one)]
        except psutil.NoSuchProcess:
            return []

    def kill(self) -> None:
        """kill -9 of the parent and its worker, at once."""
        assert self._process is not None
        family = [*self.workers(), psutil.Process(self._process.pid)]
        for one in family:
            with contextlib.suppress(psutil.NoSuchProcess):
                one.kill()
        self._process.wait(STOP_SECONDS_MAX)
        while any(_lives(one) for one in family):
            time.sleep(_POLL_SECONDS)

    def stop(self) -> None:
        """In order; again: nothing."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.kill()
            raise


def _serves(process: psutil.Process) -> bool:
    return not any("resource_tracker" in word for word in process.cmdline())


def _lives(process: psutil.Process) -> bool:
    """Nobody may be there to bury it: then it is a zombie, and holds nothing any more."""
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def any_worker(services: list[Service], draw: random.Random) -> psutil.Process | None:
    """One of all workers."""
    found = [worker for service in services for worker in service.workers()]
    return draw.choice(found) if found else None


def signal_to(process: psutil.Process | None, number: signal.Signals) -> None:
    """Nothing when it is gone."""
    if process is not None:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.send_signal(number)
