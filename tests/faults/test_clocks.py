"""F12, F13: clocks that are wrong, jump and go back, of the process and of the database.

Instants are the database's: the process's clock decides nothing. That of the database may go back;
what was recorded does not, and what is due comes late rather than early.
"""

import datetime as dt
import time
from collections.abc import AsyncIterator

import pytest

from service.domain.events import sequence
from service.infra.db import Database
from tests.api.bodies import enrolment, purchase
from tests.api.client import serving
from tests.databases import Fresh
from tests.flows.shop import SOURCE, Shop, day, goods

HOUR = 3_600.0
BACK = dt.timedelta(minutes=10)


@pytest.fixture
async def shop(db: Database) -> AsyncIterator[Shop]:
    opened = await Shop.open(db)
    await opened.publish(SOURCE)
    yield opened
    await opened.built.gate.drain()


async def test_the_clock_of_the_process_changes_nothing(
    database: Fresh, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, ahead = time.time, 0.0  # noqa: TID251 - it is what jumps
    monkeypatch.setattr(time, "time", lambda: real() + ahead)
    async with serving(database.url) as service:
        await service.checkout.post("/v1/members", json=enrolment())
        answers = []
        for number, ahead in enumerate((0.0, HOUR, -HOUR, 48 * HOUR, 0.0)):  # noqa: B007 - read above
            answers.append(
                await service.checkout.post("/v1/purchases", json=purchase(f"o-{number}"))
            )
        again = await service.checkout.post("/v1/purchases", json=purchase("o-1"))
        at = [dt.datetime.fromisoformat(answer.json()["occurred_at"]) for answer in answers]

    assert [answer.status_code for answer in answers] == [201] * 5
    assert (again.status_code, again.json()["id"]) == (200, answers[1].json()["id"])
    assert at == sorted(at)
    assert at[-1] - at[0] < dt.timedelta(minutes=10)


async def test_a_clock_that_went_back_orders_and_repeats_nothing(shop: Shop) -> None:
    member = (await shop.enrol("1")).id
    await shop.buy("before", member, goods(1_000))
    await shop.show(day(0) - BACK)
    first = await shop.buy("back", member, goods(1_000))
    await shop.adjust(member, 5)
    async with shop.db.transaction() as tx:
        await sequence.assign(tx)
    async with shop.db.reading() as tx:
        rows = await tx.connection.fetch(
            "select version, recorded_at, pub_seq from outbox where holder_id = $1"
            " order by version",
            member,
        )

    assert first.occurred_at is not None
    assert [row["version"] for row in rows] == list(range(1, len(rows) + 1))
    recorded, places = [row["recorded_at"] for row in rows], [row["pub_seq"] for row in rows]
    assert recorded == sorted(recorded)
    assert places == sorted(places)
    assert await shop.faults() == []


async def test_what_is_due_comes_late_and_not_early_when_the_clock_went_back(shop: Shop) -> None:
    """Units are pending for a fortnight; at the very instant the clock goes back ten minutes."""
    member = (await shop.enrol("1")).id
    await shop.buy("p", member, goods(1_000))
    (_, pending, _) = await shop.balance(member)
    assert pending > 0
    release = (await shop.wallets(member))["points"]
    assert release.balance.available == 0
    await shop.show(day(14) - BACK)
    early = await shop.balance(member)
    await shop.settle()
    still = await shop.balance(member)
    await shop.show(day(15))
    late = await shop.balance(member)
    await shop.settle()
    await shop.show(day(15) - BACK)
    after = await shop.balance(member)

    assert early == still == (0, pending, 0)
    assert late == after == (pending, 0, 0)
    assert await shop.faults() == []
