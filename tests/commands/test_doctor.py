"""The command that says what is wrong: a table, JSON, exit codes."""

import asyncio
import json

import asyncpg
import pytest
from click.testing import CliRunner, Result

from service.cli import main
from tests.databases import Fresh

SECRET = "abcdefghijklmnopqrstuvwxyz0123456789"


def run(database: Fresh, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    monkeypatch.setenv("REGULARS_DATABASE_URL", database.url)
    monkeypatch.setenv("REGULARS_SECRET", SECRET)
    monkeypatch.setenv("COLUMNS", "120")
    return CliRunner().invoke(main, ["doctor", *words])


async def executed(database: Fresh, statement: str) -> None:
    connection = await asyncpg.connect(database.superuser_url)
    await connection.execute(statement)
    await connection.close()


def test_what_is_wrong_fails_and_says_what_to_do(
    database: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(executed(database, "revoke insert on entry from regulars"))

    result = run(database, monkeypatch)

    assert result.exit_code == 1
    assert "missing: regulars insert entry" in result.output
    assert "grant insert on entry to regulars;" in result.output
    assert "4 wrong, 0 warnings" in result.output  # and three settings of a server of tests


def test_programs_read_json(database: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    found = json.loads(run(database, monkeypatch, "--json").output)

    assert {"check": "migrations", "level": "ok", "text": "all applied", "todo": ""} in found
    assert {one["level"] for one in found if one["check"] != "durability"} == {"ok"}


def test_warnings_alone_do_not_fail(database: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.doctor.server._LOST", {})
    monkeypatch.setenv("REGULARS_PRODUCTION", "true")

    result = run(database, monkeypatch)

    assert result.exit_code == 0, result.output
    assert "production serves /docs and /openapi.json to everybody" in result.output
    assert "0 wrong, 1 warnings" in result.output


def test_all_may_be_well(database: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("service.doctor.server._LOST", {})

    result = run(database, monkeypatch)

    assert (result.exit_code, "All is well." in result.output) == (0, True)


def test_what_a_server_says_is_no_markup(database: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_JOBS_URL", database.url.replace(database.name, "%5Bred%5Dx"))

    result = run(database, monkeypatch)

    assert 'database "[red]x" does not exist' in result.output
    assert result.exit_code == 1
