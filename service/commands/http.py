"""Serving over HTTP with Granian: worker processes, a graceful end, no orphans.

SIGTERM or Ctrl-C: no new connections, what was received is answered, then the workers stop. A
worker that dies is replaced. A worker whose parent was killed drains and ends by itself: it would
share the port (SO_REUSEPORT) with the next start.
"""

import asyncio
import contextlib
import functools
import multiprocessing
import os
import resource
import signal
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

import click
from granian import Granian
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels

from service.app import create_app
from service.infra import logging
from service.infra.garbage import collect_rarely
from service.infra.meter import FOLDER
from service.infra.settings import Settings

DRAIN_SECONDS_MAX: Final = 30
FILES_SPARE: Final = 256  # beside connections of callers: the database, logs, files of the code
HEAD_BYTES_MAX: Final = 32 * 1024  # request line and headers; a longer head is answered 431


def serve(settings: Settings, on_listening: Callable[[], None] | None = None) -> None:
    """Serve until a signal ends it. Raises ClickException when the address is taken."""
    _refuse_taken(settings.host, settings.port)
    _allow_files(connections_max(settings))
    server = Granian(
        "regulars",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        workers=settings.workers,
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(max_buffer_size=HEAD_BYTES_MAX),
        websockets=False,
        backpressure=connections_max(settings),
        respawn_failed_workers=True,
        workers_kill_timeout=DRAIN_SECONDS_MAX,
        log_level=LogLevels.warning,
        log_dictconfig=logging.configure(settings.log_level, production=settings.production),
    )
    os.register_at_fork(after_in_child=_end_at_once)
    if on_listening is not None:
        server.on_startup(on_listening)
    with _counted_together(settings.workers):
        server.serve(target_loader=functools.partial(_load, settings), wrap_loader=False)


@contextlib.contextmanager
def _counted_together(workers: int) -> Iterator[None]:
    """A folder in which workers count, so that each answers for all; see infra/metrics.py.

    One worker counts in its memory, and all again from 0 when it is replaced.
    """
    if workers == 1 or FOLDER in os.environ:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="regulars-metrics-") as folder:
        os.environ[FOLDER] = folder
        try:
            yield
        finally:
            del os.environ[FOLDER]


def connections_max(settings: Settings) -> int:
    """Of a worker. Granian accepts no more, and who is not accepted waits and is told nothing.

    So there are twice as many as requests may be at work: what is too much is answered 503, and
    callers keep connections that are idle. Its own default is 1,024 over all workers.
    """
    return 2 * settings.requests_max + settings.streams_max


def _allow_files(count: int) -> None:
    """As many open files as there may be connections, as far as the system lets a process have."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count + FILES_SPARE
    if soft != resource.RLIM_INFINITY and soft < wanted:
        most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))


def _load(settings: Settings) -> Any:
    """The application of one worker, in its process."""
    logging.configure(settings.log_level, production=settings.production)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    app = create_app(settings, at_the_end=_at_signals)
    collect_rarely()
    return app


def _at_signals(end: Callable[[], None]) -> None:
    """Call `end` in the event loop when this worker is told to stop, besides what Granian does.

    The loop hears of signals by a descriptor that the interpreter writes to, whatever the handler
    in Python is (`signal.set_wakeup_fd`): Granian's own, which is called by the loop, stays.
    """
    loop = asyncio.get_running_loop()

    def tell(_number: int, _frame: object) -> None:
        loop.call_soon_threadsafe(end)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, tell)
        signal.siginterrupt(number, False)  # noqa: FBT003  # as the loop had it


def _end_at_once() -> None:
    """Until a worker has its own handlers, those inherited of its parent would swallow a signal."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        while True:  # a worker that is only starting may not take the first one
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(1)


def _refuse_taken(host: str, port: int) -> None:
    """Workers share the port with whoever else allows that: another service would go unnoticed."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as failure:
            message = f"cannot listen on {host}:{port}: {failure.strerror} (choose another --port)"
            raise click.ClickException(message) from failure
