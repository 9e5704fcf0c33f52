"""Purchases by what their receipts say, as they are stored."""

import uuid
from collections.abc import AsyncIterator

import pytest

from service.domain.purchases import receipts, store
from service.domain.purchases.errors import SearchTooWide
from service.domain.purchases.receipts import Wanted, summaries, summary
from service.domain.purchases.stored import Flag
from service.infra.db import Database, Tx
from tests.domain.purchases.test_store import OLA, TILL, bought, day

LAST = (day(30), uuid.UUID(int=0))
OLAS = Wanted(since=day(0), until=day(30), holder_id=OLA)
THERE = Wanted(since=day(0), until=day(30), store="waw-01")


@pytest.fixture
async def tx(db: Database) -> AsyncIterator[Tx]:
    """Three purchases of 1.00, 2.00 and 3.00 on the days 1 to 3, the third in another store."""
    async with db.transaction() as opened:
        rows = [
            bought(1, 1, store="waw-01"),
            bought(2, 2, store="waw-01", flags=Flag.UNMATCHED),
            bought(3, 3, store="waw-02", channel="pos", flags=Flag.VOID | Flag.OVERRUN),
        ]
        await store.insert(opened, [(row, TILL) for row in rows])
        yield opened


async def test_a_page_is_newest_first_and_says_where_the_next_begins(tx: Tx) -> None:
    first, more = await receipts.page(tx, OLAS, LAST, 2)

    assert [one.external_id for one in first] == ["3", "2"]
    assert more == (day(2), uuid.UUID(int=102))
    second, none = await receipts.page(tx, OLAS, more, 2)
    assert [one.external_id for one in second] == ["1"]
    assert none is None


async def test_of_a_store_only_its_own_are_found(tx: Tx) -> None:
    found, _ = await receipts.page(tx, THERE, LAST, 10)

    assert [one.external_id for one in found] == ["2", "1"]


async def test_a_total_that_was_not_kept_is_read_from_the_cart(tx: Tx) -> None:
    await tx.flush()
    await tx.connection.execute("update purchase set total = null where external_id = '1'")
    wanted = Wanted(since=day(0), until=day(30), holder_id=OLA, total=100)

    (found,), _ = await receipts.page(tx, wanted, LAST, 10)

    assert (found.external_id, found.total) == ("1", 100)


async def test_neither_of_a_store_nor_of_a_member_is_too_wide(tx: Tx) -> None:
    with pytest.raises(SearchTooWide):
        await receipts.page(tx, Wanted(since=day(0), until=day(30)), LAST, 10)


async def test_what_was_particular_is_shown(tx: Tx) -> None:
    found, _ = await receipts.page(tx, OLAS, LAST, 10)

    shown = summaries(found, "EUR")

    assert [one.member_id for one in shown] == [OLA, None, OLA]
    assert [one.void for one in shown] == [True, False, False]
    assert [one.overrun for one in shown] == [True, False, False]
    assert shown[0] == summary(found[0], "EUR")
    assert (shown[0].total, shown[0].currency, shown[0].returned) == (300, "EUR", False)
