"""A look at a part of the database: its range, its snapshot, how it names what it finds."""

import uuid

import asyncpg
import pytest

from service.infra.db import DatabaseUnavailable, Tx
from service.infra.sql import Statement
from service.verify.look import HIGHEST, LOWEST, NOBODY, Look, load_programs, of_purchase, snapshot
from service.verify.report import Check, Difference, Tally
from tests.databases import Fresh
from tests.verify.breaking import EVERY, Broken

ONE, OTHER = uuid.UUID(int=1), uuid.UUID(int=2)
IN_RANGE = Statement("in_range", "select :low::uuid, :high::uuid", "")


def found(*rows: tuple[uuid.UUID, str, str]) -> Statement:
    """A statement that finds these: (holder, place, what is wrong), without looking anywhere."""
    values = ", ".join(f"('{holder}'::uuid, '{place}', '{text}')" for holder, place, text in rows)
    text = f"select a, b, array_agg(c) from (values {values}) v (a, b, c) group by 1, 2 order by 1"
    return Statement("found", text, "")


def looking(broken: Broken, low: uuid.UUID = LOWEST, high: uuid.UUID = HIGHEST) -> Look:
    """A look that keeps ten differences of each check."""
    return Look(Tx(broken.connection), broken.programs, EVERY, Tally(10), low, high)


async def test_a_statement_is_asked_for_the_range(broken: Broken) -> None:
    (row,) = await looking(broken, ONE, OTHER).rows(IN_RANGE)

    assert (*row,) == (ONE, OTHER)


async def test_without_a_range_every_holder_is_in_it(broken: Broken) -> None:
    (row,) = await looking(broken).rows(IN_RANGE)

    assert (row[0].int, row[1].int) == (0, 2**128 - 1)


async def test_what_is_wrong_is_named_by_its_holder_or_by_its_place_alone(broken: Broken) -> None:
    look = looking(broken)
    await look.wrong_anywhere(
        Check.WALLETS,
        found(
            (ONE, "wallet 1", "too much"), (ONE, "wallet 1", "too little"), (NOBODY, "house", "x")
        ),
    )

    assert sorted(look.tally.named) == [
        Difference(Check.WALLETS, f"holder {ONE}, wallet 1", "too little"),
        Difference(Check.WALLETS, f"holder {ONE}, wallet 1", "too much"),
        Difference(Check.WALLETS, "house", "x"),
    ]
    assert look.tally.wrong == {Check.WALLETS: 3}


def test_a_purchase_is_named_with_its_holder() -> None:
    row = {"holder_id": ONE, "purchase_id": OTHER, "total": 5}

    assert of_purchase(row) == f"holder {ONE}, purchase {OTHER}"


async def test_all_versions_of_the_program_are_loaded(recorded: Fresh) -> None:
    programs = await load_programs(recorded.url)

    assert programs.newest == 1
    assert programs.wallet_number("points") == 1


EVENTS = "select count(*) from outbox"


async def test_all_who_share_a_snapshot_see_the_same_whatever_happens(copied: Fresh) -> None:
    writer = await asyncpg.connect(copied.superuser_url)
    before = await writer.fetchval(EVENTS)
    async with snapshot(copied.jobs_url) as first:
        name = await first.connection.fetchval("select pg_export_snapshot()")
        await writer.execute("delete from outbox")
        async with snapshot(copied.jobs_url, name) as second, snapshot(copied.jobs_url) as alone:
            counted = [await one.connection.fetchval(EVENTS) for one in (first, second, alone)]
    await writer.close()

    assert before > 0
    assert counted == [before, before, 0]


async def test_a_snapshot_can_only_be_read(recorded: Fresh) -> None:
    async with snapshot(recorded.jobs_url) as tx:
        with pytest.raises(asyncpg.ReadOnlySQLTransactionError):
            await tx.connection.execute("update holder set version = version + 1")


async def test_statements_may_take_as_long_as_they_need(recorded: Fresh) -> None:
    async with snapshot(recorded.jobs_url) as tx:
        for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
            assert await tx.connection.fetchval(f"show {name}") == "0"


@pytest.mark.parametrize("name", ["", "'; drop table holder; --", "00000003-0000001B-1'", "abc"])
async def test_what_is_no_name_of_a_snapshot_never_reaches_the_database(
    recorded: Fresh, name: str
) -> None:
    with pytest.raises(ValueError, match=f"^{name}$"):
        async with snapshot(recorded.jobs_url, name):
            pytest.fail("it was joined")


async def test_without_a_server_there_is_nothing_to_look_at() -> None:
    with pytest.raises(DatabaseUnavailable):
        async with snapshot("postgresql://nobody@127.0.0.1:1/none"):
            pytest.fail("it was opened")
