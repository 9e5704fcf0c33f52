"""What the migrations make is sql/schema.sql, and it could move to a distributed server."""

from typing import Any, Final

import asyncpg
import pytest

from service.infra import sql
from tests.databases import Fresh

# One query a kind of thing, each row one thing in full. The table of migrations is left out.
CATALOG: Final = {
    "columns": """
        select c.relname, a.attname, format_type(a.atttypid, a.atttypmod), a.attnotnull,
          a.attidentity::text, a.attgenerated::text, l.collname, a.attstorage::text,
          pg_get_expr(d.adbin, d.adrelid), a.attacl::text
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
        left join pg_collation l on l.oid = a.attcollation
        where c.relnamespace = 'public'::regnamespace and c.relname not like 'migration%'
          and c.relkind in ('r', 'p')
    """,
    "relations": """
        select c.relname, c.relkind::text, c.relpersistence::text, c.reloptions,
          c.relowner::regrole::text, am.amname, obj_description(c.oid)
        from pg_class c
        left join pg_am am on am.oid = c.relam
        where c.relnamespace = 'public'::regnamespace and c.relname not like 'migration%'
    """,
    "constraints": """
        select conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid),
          convalidated
        from pg_constraint
        where connamespace = 'public'::regnamespace
          and conrelid::regclass::text not like 'migration%'
          and contype <> 'n' -- a row of its own only from PostgreSQL 18; the columns say it too
    """,
    "indexes": """
        select indexrelid::regclass::text, pg_get_indexdef(indexrelid), indisvalid
        from pg_index i
        join pg_class c on c.oid = i.indexrelid
        where c.relnamespace = 'public'::regnamespace and c.relname not like 'migration%'
    """,
    "grants": """
        select c.relname, g.grantee::regrole::text, g.privilege_type, g.is_grantable
        from pg_class c
        cross join aclexplode(c.relacl) g
        where c.relnamespace = 'public'::regnamespace and c.relname not like 'migration%'
    """,
    "functions": """
        select p.oid::regprocedure::text, pg_get_functiondef(p.oid)
        from pg_proc p where p.pronamespace = 'public'::regnamespace
    """,
    "types": """
        select t.typname, t.typtype::text
        from pg_type t
        where t.typnamespace = 'public'::regnamespace and t.typname not like '%migration%'
    """,
    "triggers": """
        select tgrelid::regclass::text, tgname from pg_trigger where not tgisinternal
    """,
    "schemas": "select nspname, nspacl::text from pg_namespace where nspname !~ '^pg_'",
    "extensions": "select extname from pg_extension",
}
# Tables the schema fills: their rows are part of it.
FILLED: Final = ("outbox_shard", "audit_head")

# What a distributed PostgreSQL does not have, or has as a bottleneck: answers the offenders.
NOT_PORTABLE: Final = {
    "triggers": "select tgname from pg_trigger where not tgisinternal",
    "functions": "select proname from pg_proc where pronamespace = 'public'::regnamespace",
    "deferrable constraints": "select conname from pg_constraint where condeferrable",
    "exclusion constraints": "select conname from pg_constraint where contype = 'x'",
    "sequences": "select relname from pg_class where relkind = 'S'",
    "identity columns": """
        select attname from pg_attribute where attidentity <> '' and attrelid >= 16384
    """,
    "views and rules": """
        select relname from pg_class
        where relkind in ('v', 'm') and relnamespace = 'public'::regnamespace
    """,
    "range types": """
        select a.attname
        from pg_attribute a
        join pg_type t on t.oid = a.atttypid
        join pg_class c on c.oid = a.attrelid
        where t.typtype in ('r', 'm') and c.relnamespace = 'public'::regnamespace
    """,
    "clocks as defaults": """
        select pg_get_expr(adbin, adrelid) from pg_attrdef
        where pg_get_expr(adbin, adrelid) ~* '(now|timestamp|date|random|uuid)'
    """,
    "foreign keys that leave their holder": """
        select k.conname
        from pg_constraint k
        join pg_attribute h on h.attrelid = k.conrelid and h.attname = 'holder_id'
        where k.contype = 'f' and h.attnum <> all (k.conkey)
    """,
}


async def catalog(connection: Any) -> dict[str, set[tuple[Any, ...]]]:
    found = {
        kind: {tuple(map(str, row)) for row in await connection.fetch(query)}
        for kind, query in CATALOG.items()
    }
    for table in FILLED:
        rows = await connection.fetch(f"select to_jsonb(t)::text from {table} t")
        found[f"rows of {table}"] = {tuple(row) for row in rows}
    return found


async def offenders(connection: Any) -> dict[str, list[str]]:
    found = {what: await connection.fetch(query) for what, query in NOT_PORTABLE.items()}
    return {what: [row[0] for row in rows] for what, rows in found.items() if rows}


async def made_by_schema(database: Fresh) -> Any:
    connection = await asyncpg.connect(database.owner_url)
    await connection.execute((sql.root() / "schema.sql").read_text())
    return connection


async def test_the_migrations_make_the_schema(database: Fresh, empty_database: Fresh) -> None:
    migrated = await asyncpg.connect(database.owner_url)
    written = await made_by_schema(empty_database)
    first, second = await catalog(migrated), await catalog(written)
    await migrated.close()
    await written.close()
    for kind, things in second.items():
        assert first[kind] == things, kind
    assert len(second["columns"]) > 50
    assert second["grants"]


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        ("alter table holder alter column version set default 1", "columns"),
        ("alter table holder alter column version type integer", "columns"),
        ("alter table holder add column extra integer", "columns"),
        ("alter table holder alter column merged_into set not null", "columns"),
        ("alter table holder reset (fillfactor)", "relations"),
        ("alter table wallet drop constraint wallet_debt", "constraints"),
        ("drop index lot_open", "indexes"),
        ("revoke insert on entry from regulars", "grants"),
        ("grant update on entry to regulars", "grants"),
        ("create table more ()", "relations"),
        ("delete from outbox_shard where shard = 7", "rows of outbox_shard"),
    ],
)
async def test_a_difference_would_be_seen(change: str, kind: str, database: Fresh) -> None:
    connection = await asyncpg.connect(database.owner_url)
    before = await catalog(connection)
    await connection.execute(change)
    after = await catalog(connection)
    await connection.close()
    assert before[kind] != after[kind]


async def test_the_schema_could_be_distributed(database: Fresh) -> None:
    connection = await asyncpg.connect(database.owner_url)
    found = await offenders(connection)
    await connection.close()
    assert found == {}


TRIGGER: Final = """
    create trigger t before update on lot
    for each row execute function suppress_redundant_updates_trigger()
"""


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (TRIGGER, "triggers"),
        ("create function f() returns int language sql return 1", "functions"),
        (
            "alter table lot add constraint u unique (granted) deferrable",
            "deferrable constraints",
        ),
        ("create table x (n int, exclude (n with =))", "exclusion constraints"),
        ("create table x (n serial)", "sequences"),
        ("create table x (n int generated always as identity)", "identity columns"),
        ("create view x as select 1 as one", "views and rules"),
        ("create table x (r tstzrange)", "range types"),
        ("alter table lot alter column earned_at set default now()", "clocks as defaults"),
        (
            "alter table member add column friend uuid references holder",
            "foreign keys that leave their holder",
        ),
    ],
)
async def test_what_could_not_be_distributed_would_be_seen(
    change: str, kind: str, database: Fresh
) -> None:
    connection = await asyncpg.connect(database.owner_url)
    await connection.execute(change)
    found = await offenders(connection)
    await connection.close()
    assert kind in found


@pytest.mark.parametrize("role", ["regulars", "regulars_jobs"])
@pytest.mark.parametrize(
    ("table", "column"),
    [
        ("entry", "amount"),
        ("entry_lot", "amount"),
        ("audit_act", "actor_kind"),
        ("audit_day", "acts"),
        ("audit_leaf", "place"),
    ],
)
@pytest.mark.parametrize("statement", ["update {} set {} = 1", "delete from {}", "truncate {}"])
async def test_the_service_cannot_rewrite_the_ledger(
    role: str, table: str, column: str, statement: str, database: Fresh
) -> None:
    connection = await asyncpg.connect(database.url if role == "regulars" else database.jobs_url)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute(statement.format(table, column))
    await connection.close()
