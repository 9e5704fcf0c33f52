"""The product as a process: `regulars …` in a subprocess, on a free port."""

import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from typing import Any, Final

import httpx

PROJECT: Final = pathlib.Path(__file__).parents[1]
START_SECONDS_MAX: Final = 60
# `regulars …` that ends when the tests are killed; PostgreSQL and the workers end with it.
WATCHED: Final = """
import os, signal, sys, threading, time
from service.cli import main
parent = os.getppid()
def watch():
    while os.getppid() == parent:
        time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=watch, daemon=True).start()
main(prog_name="regulars")
"""
STOP_SECONDS_MAX: Final = 60
PATIENT: Final = {"REGULARS_POOL_WAIT_SECONDS": "30"}  # a machine of tests may stall for seconds


def free_port() -> int:
    """A port nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def regulars(
    *words: str, environ: Mapping[str, str] | None = None, code: pathlib.Path = PROJECT
) -> Any:
    """Run a command to its end; `environ` is all it sees beside PATH. `code`: of a checkout."""
    return subprocess.run(
        [sys.executable, "-m", "service", *words],
        cwd=code,
        env=bare(environ),
        capture_output=True,
        text=True,
        timeout=START_SECONDS_MAX,
        check=False,
    )


def bare(environ: Mapping[str, str] | None) -> dict[str, str]:
    """An environment without the settings of whoever runs the tests."""
    return {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **(environ or {})}


def purchase(number: int) -> dict[str, Any]:
    """A purchase of 4.20 EUR under its own receipt, by one of seven cards."""
    return {
        "mode": "record",
        "channel": "pos",
        "external_id": f"receipt-{number}",
        "store": "waw-01",
        "currency": "EUR",
        "member": [{"kind": "card", "value": f"C-{number % 7}"}],
        "lines": [{"sku": "flat-white", "amount": 420, "category": "coffee"}],
    }


class Running:
    """A server started with `words` (`up --data DIR`, `serve`), once it is ready.

    `code`: the checkout whose service it is.
    """

    def __init__(
        self,
        folder: pathlib.Path,
        *words: str,
        environ: Mapping[str, str] | None = None,
        code: pathlib.Path = PROJECT,
    ) -> None:
        port = str(free_port())
        self.url = f"http://127.0.0.1:{port}"
        self.folder = folder
        folder.mkdir(exist_ok=True, parents=True)
        self._out = (folder / "stdout.log").open("w")
        self._err = (folder / "stderr.log").open("w")
        listen = ["--port", port] if words[0] == "up" else []
        self.process = subprocess.Popen(
            [sys.executable, "-c", WATCHED, *words, *listen],
            cwd=code,
            env=bare({**PATIENT, **(environ or {}), "REGULARS_PORT": port}),
            stdout=self._out,
            stderr=self._err,
            start_new_session=True,
        )
        try:
            self._wait_until_ready()
        except BaseException:
            self.kill()
            raise

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx.get(f"{self.url}/health/ready", timeout=2).status_code == 200:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        raise RuntimeError(f"not ready:\n{self.out()}{self.err()}")

    def out(self) -> str:
        return (self.folder / "stdout.log").read_text()

    def err(self) -> str:
        return (self.folder / "stderr.log").read_text()

    def client(self, role: str = "checkout", data: pathlib.Path | None = None) -> httpx.AsyncClient:
        """A client with the demo key of the role."""
        keys = json.loads(((data or self.folder / "data") / "keys.json").read_text())
        headers = {"Authorization": f"Bearer {keys[role]}"}
        return httpx.AsyncClient(base_url=self.url, headers=headers, timeout=30)

    def stop(self, how: signal.Signals = signal.SIGTERM) -> float:
        """End it in order; answers how many seconds that took."""
        began = time.monotonic()
        self.process.send_signal(how)
        self.process.wait(STOP_SECONDS_MAX)
        self._close()
        return time.monotonic() - began

    def kill(self) -> None:
        """kill -9 of the process that was started, and of nothing else."""
        self.process.kill()
        self.process.wait(STOP_SECONDS_MAX)
        self._close()

    def _close(self) -> None:
        self._out.close()
        self._err.close()


def told(verb: str) -> str:
    """A line for each migration there is."""
    files = (PROJECT / "sql" / "migrations").glob("*.sql")
    names = sorted(path.stem for path in files if not path.stem.startswith("0000"))
    return "".join(f"{verb} {name}\n" for name in names)
