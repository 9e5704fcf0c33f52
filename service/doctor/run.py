"""Asks the database and, where it is used, Redis, and has judged what they say."""

import time
from collections.abc import AsyncIterator
from typing import Any, Final

from service.doctor import backlog as waiting
from service.doctor import process, redis, server, walls
from service.doctor.types import Finding, well, wrong
from service.domain import backlog
from service.infra.db import Database, DatabaseUnavailable, Tx
from service.infra.migrate import compare
from service.infra.settings import Settings
from service.infra.sql import load, root

SQL: Final = load("doctor")
CONNECT_SECONDS_MAX: Final = 10.0


async def examine(settings: Settings) -> list[Finding]:
    """All findings, the causes of others first."""
    found = list(process.judge(settings))
    oldest: list[tuple[str, float]] = []
    for name, url in _places(settings).items():
        try:
            db = await Database.open(url, 1, 1, wait_seconds=CONNECT_SECONDS_MAX)
        except DatabaseUnavailable as failure:
            why = str(failure.__cause__ or failure).strip() or "no answer"
            todo = f"Is PostgreSQL running there? Look at {name} and at pg_hba.conf."
            found.append(wrong("database", f"not reachable by {name}: {why}", todo))
            continue
        try:
            async with db.reading() as tx:
                row = await tx.connection.fetchrow(SQL["find_oldest_transaction"].text)
                oldest += [] if row is None else [(row[0], row[1])]
                if url == settings.database_url:
                    found.append(well("database", "reachable"))
                    found += [one async for one in _database(tx, settings)]
        finally:
            await db.close()
    longest = max(oldest, key=lambda one: one[1], default=None)
    found.append(server.judge_transactions(longest))
    if settings.redis_url is not None:
        found += await redis.look(settings.redis_url)
    return found


def _places(settings: Settings) -> dict[str, str]:
    """Where to connect, by the name of the setting."""
    given = {
        "REGULARS_DATABASE_URL": settings.database_url,
        "REGULARS_JOBS_URL": settings.jobs_url,
        "REGULARS_OWNER_URL": settings.owner_url,
    }
    return {name: url for name, url in given.items() if url is not None}


async def _database(tx: Tx, settings: Settings) -> AsyncIterator[Finding]:
    began = time.time()  # noqa: TID251 - the clock that is looked at
    number, version, role, now = (await tx.rows(SQL["get_server"]))[0]
    ended = time.time()  # noqa: TID251
    yield server.judge_version(number, version)
    yield server.judge_clock((began + ended) / 2 - now.timestamp())
    tables = await tx.rows(SQL["list_tables"])
    roles = await _roles(tx, role)
    for one in walls.judge_roles(role, roles, {row[1] for row in tables}):
        yield one
    set_to = await _settings(tx)
    for one in server.judge_durability(set_to):
        yield one
    yield server.judge_time_outs(role, set_to)
    limit = next((one[3] for one in roles if one[0] == role), -1)
    yield server.judge_connections(settings, set_to, limit)
    missing, unknown = await compare(tx)
    yield walls.judge_migrations(missing, unknown)
    async for one in _schema(tx, [row[0] for row in tables], is_whole=not missing and not unknown):
        yield one
    left_out = [row[0] for row in tables if row[2]]
    for one in server.judge_vacuum(set_to, left_out, await _dead_rows(tx)):
        yield one
    if not missing:
        for one in waiting.judge(await backlog.figures(tx, now)):
            yield one


async def _schema(tx: Tx, tables: list[str], *, is_whole: bool) -> AsyncIterator[Finding]:
    """Grants are compared where the schema is that of this code."""
    if is_whole:
        schema = (root() / "schema.sql").read_text(encoding="utf-8")
        found = frozenset((t, c, r, p) for t, c, r, p in await tx.rows(SQL["list_grants"]))
        for one in walls.judge_grants(walls.granted(schema, tables), found):
            yield one
    broken = [(kind, name) for kind, name in await tx.rows(SQL["list_broken_walls"])]
    for one in walls.judge_walls(broken):
        yield one


async def _settings(tx: Tx) -> dict[str, str]:
    rows = await tx.rows(SQL["list_settings"], names=list(server.SETTINGS))
    return dict(tuple(row) for row in rows)


async def _roles(tx: Tx, role: str) -> list[walls.Role]:
    names = [walls.OWNER, *walls.SERVING, role]
    rows: list[Any] = await tx.rows(SQL["list_roles"], names=names, owner=walls.OWNER)
    return [(name, mighty, is_owner, limit) for name, mighty, is_owner, limit in rows]


async def _dead_rows(tx: Tx) -> list[tuple[str, int, int]]:
    rows = await tx.rows(SQL["list_dead_rows"], least=server.DEAD_ROWS_MIN, share=server.DEAD_SHARE)
    return [(table, dead, live) for table, dead, live in rows]
