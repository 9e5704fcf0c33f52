"""The command that proves the ledger: figures, named differences, exit codes."""

import asyncio
import re

import asyncpg
import pytest
from click.testing import CliRunner, Result

from service.cli import main
from service.flows.build import build
from service.infra.db import Database
from service.infra.settings import Settings
from tests.databases import Fresh
from tests.flows.gift_card_shop import issue, with_cards
from tests.flows.shop import SECRET, Shop, goods


async def recorded(database: Fresh) -> None:
    db = await Database.open(database.url)
    shop = Shop(db, build(db, Settings(database_url=database.url, secret=SECRET)))
    await shop.publish()
    await shop.buy("k1", (await shop.enrol("1001")).id, goods(1_200))
    await shop.built.stop()


async def executed(database: Fresh, statement: str) -> None:
    connection = await asyncpg.connect(database.superuser_url)
    await connection.execute(statement)
    await connection.close()


def run(database: Fresh, monkeypatch: pytest.MonkeyPatch, *words: str) -> Result:
    monkeypatch.setenv("REGULARS_DATABASE_URL", database.url)
    monkeypatch.setenv("REGULARS_JOBS_URL", database.jobs_url)
    monkeypatch.setenv("REGULARS_SECRET", SECRET)
    return CliRunner().invoke(main, ["verify", "--processes", "1", *words])


def test_a_ledger_that_is_right(database: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(recorded(database))
    result = run(database, monkeypatch)
    assert result.exit_code == 0, result.output
    assert "No differences." in result.output
    assert "1 of 1 decisions were made again" in result.output
    assert "The events of 1 of 1 holders are all kept." in result.output


def test_a_ledger_that_is_wrong(database: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    asyncio.run(recorded(database))
    asyncio.run(executed(database, "update wallet set pending = pending - 1 where wallet = 1"))
    result = run(database, monkeypatch, "--first", "1", "--seed", "7", "--all")
    assert result.exit_code == 1
    assert "wallet 1: pending 11, of its lots 12 are" in result.output
    assert "2 differences" in result.output  # the wallet, and its events


async def sold(database: Fresh) -> None:
    db = await Database.open(database.url)
    shop = await with_cards(await Shop.open(db))
    await issue(shop, 2_500)
    await db.close()


def test_what_is_owed_for_gift_cards_is_told(
    database: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(sold(database))
    monkeypatch.setenv("COLUMNS", "80")
    result = run(database, monkeypatch)
    assert result.exit_code == 0, result.output
    told = " ".join(result.output.split())
    assert "2,500 minor units are owed to who has the codes of gift cards" in told
    table = result.output.partition("House accounts")[2]
    rows = [line.strip("│┃ ") for line in table.splitlines() if line[:1] in {"│", "┃"}]
    figures = {name.strip(): units.strip() for name, units in (re.split("[│┃]", r) for r in rows)}
    assert figures.pop("units") == "gift_card"
    assert {name: units for name, units in figures.items() if units != "0"} == {
        "issued": "2,500",
        "outstanding": "2,500",
    }


def test_an_empty_ledger_is_right(database: Fresh, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run(database, monkeypatch)
    assert result.exit_code == 0, result.output
    assert "0 of 0 decisions were made again" in result.output
