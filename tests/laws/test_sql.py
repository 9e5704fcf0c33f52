"""Every statement in sql/queries is right, allowed and used."""

import pathlib
import re
from collections.abc import AsyncIterator
from typing import Any, Final

import asyncpg
import pytest

from service.infra.sql import Statement, parse, root
from tests.databases import Fresh

SERVICE: Final = pathlib.Path(__file__).parents[2] / "service"
VERBS: Final = (
    "find", "get", "lock", "list", "count", "insert", "update", "mark", "pass", "delete",
)  # fmt: skip
READ_WHOLE: Final = {"program_version", "migration", "outbox_shard", "api_key"}  # few rows
OWNERS_OWN: Final = {"migrations"}  # run by the owner of the tables, not by the service
CLOCKS: Final = re.compile(
    r"\b(now\(\)|current_(timestamp|date|time)\b|localtime(stamp)?\b|(transaction|statement)_timestamp"
    r"|timeofday|'now')",
    re.IGNORECASE,
)
BANNED: Final = {
    "select *": re.compile(r"(\bselect\s+|\.|,\s*)\*(?!\))", re.IGNORECASE),
    "listen, notify": re.compile(r"\b(listen|notify|pg_notify)\b", re.IGNORECASE),
    "advisory locks": re.compile(r"advisory", re.IGNORECASE),
    "a process clock": CLOCKS,
}
WRITE: Final = re.compile(r"\b(?:insert\s+into|update|delete\s+from)\s+([a-z_]+)\b(?!\s*=)")


def statements() -> list[Statement]:
    files = sorted((root() / "queries").glob("*.sql"))
    return [one for path in files for one in parse(path.stem, path.read_text()).values()]


def noun(statement: Statement) -> str:
    return statement.name.partition(".")[0]


def without_comments(statement: Statement) -> str:
    return re.sub(r"--[^\n]*|/\*.*?\*/", "", statement.text)


def broken(statement: Statement) -> list[str]:
    """What the text of a statement breaks of the habits."""
    text = without_comments(statement)
    found = [what for what, pattern in BANNED.items() if pattern.search(text)]
    if "clock_timestamp" in text and "clock" not in statement.comment.lower():
        found.append("the clock without saying so")
    if not statement.name.partition(".")[2].startswith(tuple(f"{verb}_" for verb in VERBS)):
        found.append("a name without one of the verbs")
    if text != text.lower() and not re.search(r"'[^']*[A-Z][^']*'", text):
        found.append("upper case")
    tables = WRITE.findall(text.replace("for update", "").replace("do update", ""))
    if len(tables) != len(set(tables)):
        found.append("two mutations of one table")
    return found


@pytest.mark.parametrize("statement", statements(), ids=lambda one: one.name)
def test_a_statement_keeps_the_habits(statement: Statement) -> None:
    assert broken(statement) == []


@pytest.mark.parametrize(
    ("text", "comment", "expected"),
    [
        ("select * from wallet", "Why.", "select *"),
        ("select w.* from wallet w", "Why.", "select *"),
        ("select 1, * from wallet", "Why.", "select *"),
        ("select now()", "Why.", "a process clock"),
        ("select current_date", "Why.", "a process clock"),
        ("select clock_timestamp()", "Why.", "the clock without saying so"),
        ("notify changed", "Why.", "listen, notify"),
        ("select pg_advisory_lock(1)", "Why.", "advisory locks"),
        ("SELECT 1", "Why.", "upper case"),
        (
            "with a as (delete from lot where lot_no = 1) update lot set held = 0",
            "Why.",
            "two mutations of one table",
        ),
    ],
)
def test_the_habits_can_be_broken(text: str, comment: str, expected: str) -> None:
    assert broken(Statement("n.get_it", text, comment)) == [expected]


def test_counting_rows_is_no_star() -> None:
    assert broken(Statement("n.count_lots", "select count(*) from lot", "Why.")) == []


@pytest.mark.parametrize("name", ["wallets.clock", "wallets.read_wallet"])
def test_a_name_begins_with_a_verb(name: str) -> None:
    assert broken(Statement(name, "select 1", "Why.")) == ["a name without one of the verbs"]


async def test_every_statement_is_understood_and_allowed(database: Fresh) -> None:
    """Types, columns and, by planning it as its role, the grants."""
    owner = await asyncpg.connect(database.owner_url)
    service = await asyncpg.connect(database.url)
    wrong = []
    for one in statements():
        role = owner if noun(one) in OWNERS_OWN else service
        try:
            prepared = await role.prepare(one.text)
            assert len(prepared.get_parameters()) == len(one.parameters)
            await role.execute(f"explain (generic_plan) {one.text}")
        except asyncpg.PostgresError as failure:
            wrong.append(f"{one.name}: {failure}")
    await owner.close()
    await service.close()
    assert statements()
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "failure"),
    [
        ("select no_such_column from wallet", asyncpg.UndefinedColumnError),
        ("select posted from wallet where holder_id = 1", asyncpg.UndefinedFunctionError),
        ("update entry set amount = 1", asyncpg.InsufficientPrivilegeError),
        ("delete from entry_lot", asyncpg.InsufficientPrivilegeError),
        ("truncate wallet", asyncpg.PostgresSyntaxError),
    ],
)
async def test_a_wrong_statement_is_refused(
    text: str, failure: type[Exception], database: Fresh
) -> None:
    service = await asyncpg.connect(database.url)
    with pytest.raises(failure):
        await service.execute(f"explain (generic_plan) {text}")
    await service.close()


def unused_and_unknown(noun_: str, text: str, sources: list[str]) -> tuple[set[str], set[str]]:
    """Statements that no source which loads the noun names, and names that are no statement."""
    names = set(parse(noun_, text))
    loading = [source for source in sources if f'load("{noun_}")' in source]
    words = {word for source in loading for word in re.findall(r'"(\w+)"', source)}
    asked = {name for source in loading for name in re.findall(r'SQL\["(\w+)"\]', source)}
    return names - words, asked - names


def test_every_statement_is_used_and_every_name_exists() -> None:
    sources = [path.read_text() for path in SERVICE.rglob("*.py")]
    for path in sorted((root() / "queries").glob("*.sql")):
        assert unused_and_unknown(path.stem, path.read_text(), sources) == (set(), set()), path


def test_an_unused_statement_and_a_wrong_name_would_be_seen() -> None:
    file = "-- name: lock_wallets\nselect 1\n"
    other = 'SQL = load("tiers")\nSQL["lock_wallets"]'
    assert unused_and_unknown("wallets", file, [other]) == ({"lock_wallets"}, set())
    source = 'SQL = load("wallets")\nSQL["lock_walets"]'
    assert unused_and_unknown("wallets", file, [source]) == ({"lock_wallets"}, {"lock_walets"})


def written_together(sources: list[str]) -> set[str]:
    """Names of statements that may wait and go with others (see Tx.later)."""
    return set(re.findall(r'\.later\(\s*SQL\["(\w+)"\]', "".join(sources)))


def test_what_is_written_together_reads_no_table_and_answers_nothing() -> None:
    """The parts do not see each other's rows; how many rows each touched is all that comes back."""
    together = written_together([path.read_text() for path in SERVICE.rglob("*.py")])
    found = [one for one in statements() if one.name.partition(".")[2] in together]
    assert {one.name for one in found} >= {"wallets.update_wallets", "wallets.insert_entries"}
    for one in found:
        text = without_comments(one)
        (own,) = WRITE.findall(text)
        assert set(re.findall(r"\b(?:from|join|using)\s+(\w+)", text)) <= {"unnest", own}, one.name
        assert "returning" not in text, one.name


async def scanned(connection: Any, statement: Statement) -> set[str]:
    """Tables that its generic plan reads as a whole, though that was made dear."""
    nulls = ", ".join("null" for _ in statement.parameters)
    await connection.execute(f"prepare asked as {statement.text}")
    plan = await connection.fetch(f"explain execute asked{f'({nulls})' if nulls else ''}")
    await connection.execute("deallocate asked")
    return {table for row in plan for table in re.findall(r"Seq Scan on (\w+)", row[0])}


@pytest.fixture
async def without_scans(database: Fresh) -> AsyncIterator[Any]:
    connection = await asyncpg.connect(database.superuser_url)
    await connection.execute("set enable_seqscan = off; set plan_cache_mode = force_generic_plan")
    yield connection
    await connection.close()


async def test_a_statement_finds_its_rows_by_an_index(without_scans: Any) -> None:
    """But for those that say why they read a whole table. Test tables are too small to tell."""
    found = {
        one.name: tables
        for one in statements()
        if "whole table" not in one.comment.lower()
        and (tables := await scanned(without_scans, one) - READ_WHOLE)
    }
    assert found == {}


async def test_a_lost_index_would_be_seen(without_scans: Any) -> None:
    statement = Statement("lot.list_lots", "select lot_no from lot where granted = :granted", "")
    assert await scanned(without_scans, statement) == {"lot"}
