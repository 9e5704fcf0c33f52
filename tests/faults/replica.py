"""A replica of an embedded server: made from a base backup, kept by streaming, promoted.

With the programs of the server's wheel. The primary is ended as by a crash of its machine.
"""

import asyncio
import pathlib
import urllib.parse
from typing import Any, Final

import asyncpg

from service.infra.embedded import DATABASE, SUPERUSER, Embedded
from service.infra.embedded_host import account_for, run
from tests.waiting import SECONDS_MAX

LOCAL: Final = "wal_level = replica\nmax_wal_senders = 4\nsynchronous_commit = local\n"
_STRICT: Final = (
    "alter system set synchronous_standby_names = '*'",
    "alter system set synchronous_commit = remote_apply",
)
_SECONDS_MAX: Final = 120
_POLL_SECONDS: Final = 0.01
_RELOAD: Final = "select pg_reload_conf()"


def primary(folder: pathlib.Path) -> Embedded:
    """A server that replicas may follow; one that waits for nobody, until `wait_for_it`."""
    with Embedded.start(folder / "primary", durable=False) as server:
        (server.cluster / "local.conf").write_text(LOCAL)
    return Embedded.start(folder / "primary", durable=False)


async def asked(url: str, *statements: str) -> Any:
    """What the last of the superuser's statements answers."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        return await connection.fetchval(statements[-1])
    finally:
        await connection.close()


class Replica:
    """A running server that follows `primary` and may be read, until `promote`."""

    def __init__(self, primary: Embedded, folder: pathlib.Path) -> None:
        self._primary = primary
        self.cluster = folder / "replica"
        self._words = ("-D", self.cluster, "-s", "-w", "-t", str(_SECONDS_MAX))
        self._copy()
        self._pg_ctl("start", "-l", str(self.cluster / "start.log"))

    def url(self, role: str) -> str:
        """Where a role finds the database."""
        host = urllib.parse.quote(str(self.cluster), safe="")
        return f"postgresql://{role}@/{DATABASE}?host={host}"

    async def has_all(self) -> None:
        """Until it has applied what the primary has written by now."""
        written = await asked(self._primary.url(SUPERUSER), "select pg_current_wal_lsn()::text")
        await self._until(f"select pg_last_wal_replay_lsn() >= '{written}'")

    async def wait_for_it(self) -> None:
        """From now on the primary answers nobody before the replica has applied the commit."""
        await asked(self._primary.url(SUPERUSER), *_STRICT, _RELOAD)
        settled = "select current_setting('synchronous_standby_names') = '*'"
        async with asyncio.timeout(SECONDS_MAX):
            while not await asked(self._primary.url(SUPERUSER), settled):
                await asyncio.sleep(_POLL_SECONDS)
            while (
                await asked(
                    self._primary.url(SUPERUSER), "select sync_state from pg_stat_replication"
                )
                != "sync"
            ):
                await asyncio.sleep(_POLL_SECONDS)

    async def cut_off(self) -> None:
        """It hears nothing more; the primary does not care."""
        await asked(self.url(SUPERUSER), "alter system set primary_conninfo = ''", _RELOAD)
        await self._until("select not exists (select from pg_stat_wal_receiver)")

    async def promote(self) -> None:
        """The primary's machine is gone, and this one takes its place."""
        words = ("-D", self._primary.cluster, "-s", "-w", "stop", "-m", "immediate")
        await asyncio.to_thread(self._run, "pg_ctl", *words)
        await asyncio.to_thread(self._pg_ctl, "promote")
        await self._until("select not pg_is_in_recovery()")

    def stop(self) -> None:
        """The end."""
        self._pg_ctl("stop", "-m", "immediate")

    def _copy(self) -> None:
        to = ("-h", self._primary.sockets, "-U", SUPERUSER, "-D", self.cluster)
        self._run("pg_basebackup", *to, "-R", "-X", "stream", "-c", "fast", "--no-sync")
        (self.cluster / ".s.PGSQL.5432.lock").unlink(missing_ok=True)
        local = self.cluster / "local.conf"
        local.write_text(f"{LOCAL}unix_socket_directories = '{self.cluster}'\n")

    def _pg_ctl(self, *words: str) -> None:
        self._run("pg_ctl", *self._words, *words)

    def _run(self, program: str, *words: object) -> None:
        account = account_for(self._primary.cluster)
        done = run([self._primary.bin / program, *words], account, seconds=_SECONDS_MAX)
        if done.returncode:
            raise RuntimeError(f"{program}: {done.stderr}")

    async def _until(self, statement: str) -> None:
        async with asyncio.timeout(SECONDS_MAX):
            while not await asked(self.url(SUPERUSER), statement):
                await asyncio.sleep(_POLL_SECONDS)
