"""`regulars migrate`: says what is pending, applies it, and changes nothing when asked to check."""

import asyncio
import pathlib
from typing import Any

import asyncpg
import pytest
from click.testing import CliRunner, Result

from service.cli import main
from tests.databases import Fresh
from tests.running import told

TABLES = "select count(*) from pg_tables where schemaname = 'public'"


def value(database: Fresh, query: str) -> Any:
    """The answer of the owner's database."""

    async def ask() -> Any:
        connection = await asyncpg.connect(database.owner_url)
        try:
            return await connection.fetchval(query)
        finally:
            await connection.close()

    return asyncio.run(ask())


def run(*words: str) -> Result:
    return CliRunner().invoke(main, ["migrate", *words])


def test_a_check_changes_nothing_and_fails_until_all_is_applied(
    empty_database: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGULARS_OWNER_URL", empty_database.owner_url)

    checked = run("--check")
    assert (checked.exit_code, checked.output) == (1, told("pending"))
    assert value(empty_database, TABLES) == 0

    applied = run()
    assert (applied.exit_code, applied.output) == (0, told("applied"))
    assert value(empty_database, "select max(number) from migration") == len(told("x").splitlines())

    for words in ((), ("--check",)):
        again = run(*words)
        assert (again.exit_code, again.output) == (0, "up to date\n")


def test_without_a_database_it_asks_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REGULARS_OWNER_URL", "REGULARS_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)

    done = run()

    assert done.exit_code == 1
    assert done.output == "Error: REGULARS_OWNER_URL is not set (nor REGULARS_DATABASE_URL).\n"


def test_who_does_not_own_the_tables_is_told_so(
    empty_database: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGULARS_OWNER_URL", empty_database.url)

    done = run()

    assert done.exit_code == 1
    assert done.output.startswith("Error: migrate as the owner of the database: ")
    assert value(empty_database, TABLES) == 0


def test_a_data_folder_brings_its_own_database(data_folder: pathlib.Path) -> None:
    done = run("--data", str(data_folder))

    assert (done.exit_code, done.output) == (0, "up to date\n")
    assert (data_folder / "postgres").exists()
    assert not (data_folder / "postgres" / "postmaster.pid").exists()
