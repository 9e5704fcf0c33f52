"""F40: a migration takes nothing away from the release before it, whose processes go on meanwhile.

Three laws, of each migration by itself and of the release that was kept (previous.py):
  - nothing goes, changes its type or narrows: what the release before wrote and read it still can;
  - every statement of the kept release is still understood, planned and allowed;
  - what locks a table that is in use for long is named here.
tests/faults/test_migrating.py lets services run while it happens. What is to go, goes in steps: in
one release nobody uses it any more, in the next one a migration takes it away, and is named here.
"""

import pathlib
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any, Final

import asyncpg
import pytest

from service.infra import sql
from service.infra.migrate import migrate
from tests.databases import Fresh
from tests.laws.previous import pack, read

FOLDER: Final = sql.root() / "migrations"
FILES: Final = sorted(FOLDER.glob("*.sql"))
_OF_TABLES: Final = "c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p')"
# What the release before relies on, and what could be in its way: name -> what it is.
CATALOG: Final = {
    "columns": f"""
        select c.relname || '.' || a.attname, format_type(a.atttypid, a.atttypmod)
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where {_OF_TABLES}
    """,
    "needed": f"""
        select c.relname || '.' || a.attname, ''
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        where {_OF_TABLES} and a.attnotnull and not a.atthasdef
    """,
    "walls": f"""
        select c.relname || '.' || k.conname, pg_get_constraintdef(k.oid)
        from pg_class c join pg_constraint k on k.conrelid = c.oid and k.contype <> 'n'
        where {_OF_TABLES}
    """,
    "unique": f"""
        select c.relname || '.' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid)
        from pg_class c join pg_index i on i.indrelid = c.oid and i.indisunique
        where {_OF_TABLES}
    """,
    "indexes": f"""
        select c.relname || '.' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid)
        from pg_class c join pg_index i on i.indrelid = c.oid and not i.indisunique
        where {_OF_TABLES}
    """,
    "grants": f"""
        select c.relname || ' ' || (g.grantee::regrole) || ' ' || g.privilege_type, ''
        from pg_class c cross join aclexplode(c.relacl) g
        where {_OF_TABLES}
    """,
}
# Since the first release that somebody may run: up to here everything was moved at once.
BEFORE_ANY_RELEASE: Final = 21
# What a migration takes away in the last of its steps, or locks for long, as it is told; and why.
TAKEN_AWAY: Final[dict[int, dict[str, str]]] = {}

Catalog = dict[str, dict[str, str]]


async def catalog(connection: Any) -> Catalog:
    return {what: dict(await connection.fetch(query)) for what, query in CATALOG.items()}


def table(name: str) -> str:
    return name.partition(".")[0].partition(" ")[0]


def taken_away(before: Catalog, after: Catalog) -> Iterator[str]:
    """What the release before misses, or meets."""
    old = {table(name) for name in before["columns"]}
    for name, kind in before["columns"].items():
        if after["columns"].get(name) != kind:
            yield f"{name} was {kind}"
    for what, is_said in (
        ("needed", "has to be given"),
        ("walls", "refuses what was allowed"),
        ("unique", "refuses what was allowed"),
        ("indexes", "is built while nobody may write"),
    ):
        for name, of in after[what].items():
            if table(name) in old and before[what].get(name) != of:
                yield f"{name} {is_said}"
    for name in before["grants"].keys() - after["grants"].keys():
        yield f"{name} is revoked"


def is_built_beside(file: pathlib.Path, told: str) -> bool:
    """An index that is built while others write, and refuses nothing."""
    name = told.partition(" ")[0].rpartition(".")[2]
    return f"create index concurrently {name} on" in file.read_text()


async def stepped(database: Fresh, folder: pathlib.Path) -> dict[int, list[str]]:
    """By number of the migration what it takes away, and nothing is not told."""
    connection = await asyncpg.connect(database.owner_url)
    shutil.copy(FILES[0], folder)
    found, before = dict[int, list[str]](), None
    for file in FILES[1:]:
        shutil.copy(file, folder)
        await migrate(database.owner_url, folder)
        after = await catalog(connection)
        told = sorted(taken_away(before, after)) if before is not None else list[str]()
        if lost := [one for one in told if not is_built_beside(file, one)]:
            found[int(file.name[:4])] = lost
        before = after
    await connection.close()
    return found


async def test_no_migration_takes_away_what_the_release_before_it_uses(
    empty_database: Fresh, tmp_path: pathlib.Path
) -> None:
    found = await stepped(empty_database, tmp_path)

    since = {number: lost for number, lost in found.items() if number > BEFORE_ANY_RELEASE}
    assert since == {number: sorted(named) for number, named in TAKEN_AWAY.items()}
    assert "outbox_shard.sent_seq was bigint" in found[18]  # so it would be seen
    assert "member.member_enrolled is built while nobody may write" in found[15]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("alter table lot drop column home_id", ["lot.home_id was uuid"]),
        (
            "alter table lot alter column granted type numeric",
            ["lot.granted was bigint", "lot.lot_bounds refuses what was allowed"],
        ),
        ("alter table lot add column more int", []),
        ("alter table lot add column more int not null default 1", []),
        (
            "alter table api_client add column more int not null",
            ["api_client.more has to be given"],
        ),
        ("alter table lot alter column home_id set not null", ["lot.home_id has to be given"]),
        (
            "alter table lot add constraint less check (granted < 5) not valid",
            ["lot.less refuses what was allowed"],
        ),
        ("create unique index one on lot (origin_op_id)", ["lot.one refuses what was allowed"]),
        ("create index one on lot (origin_op_id)", ["lot.one is built while nobody may write"]),
        ("create table more (n int primary key); create index one on more (n)", []),
        ("revoke insert on lot from regulars", ["lot regulars INSERT is revoked"]),
        ("grant delete on lot to regulars", []),
    ],
)
async def test_what_would_be_taken_away_is_seen(
    database: Fresh, change: str, told: list[str]
) -> None:
    owner = await asyncpg.connect(database.owner_url)
    before = await catalog(owner)
    await owner.execute(change)
    after = await catalog(owner)
    await owner.close()
    assert sorted(taken_away(before, after)) == told


async def refused(url: str, statements: dict[str, str]) -> list[str]:
    """Those that are not understood, planned or allowed."""
    service = await asyncpg.connect(url)
    wrong = []
    for name, text in statements.items():
        try:
            await service.prepare(text)
            await service.execute(f"explain (generic_plan) {text}")
        except asyncpg.PostgresError as failure:
            wrong.append(f"{name}: {failure}")
    await service.close()
    return wrong


async def test_every_statement_of_the_release_before_is_understood_and_allowed(
    database: Fresh,
) -> None:
    kept = read()

    assert await refused(database.url, kept.statements) == []
    assert len(kept.statements) > 500
    assert kept.migration <= int(FILES[-1].name[:4])


async def test_a_statement_that_misses_its_column_would_be_seen(database: Fresh) -> None:
    owner = await asyncpg.connect(database.owner_url)
    await owner.execute("alter table api_key rename column last_used_at to used_at")
    await owner.close()

    wrong = await refused(database.url, read().statements)

    assert any("last_used_at" in one for one in wrong)


def test_what_is_kept_is_what_its_revision_had() -> None:
    """Where the history is there to ask."""
    kept = read()
    try:
        packed = pack(kept.revision)
    except (OSError, subprocess.CalledProcessError) as failure:
        pytest.skip(f"the history of the repository is not here: {failure}")
    assert packed == kept
