"""Tests of service/flows/occasions/run_occasions.py: what was left is decided once.

With service/domain/occasions/store.py and service/flows/steps/occasions/run.py.
"""

import asyncio
import datetime as dt
import uuid

import pytest

from service.domain.imports.types import Opening
from service.domain.members.types import Profile
from service.flows.checkout import record_purchases
from service.flows.members.import_members import ImportMember, import_members
from service.flows.occasions import run_occasions
from service.flows.steps.occasions import chain
from service.flows.steps.occasions.run import Run
from tests.flows.moments_shop import Moments
from tests.flows.shop import TILL, Shop, another, bought, card, day, goods
from tests.flows.telling import tell


@pytest.fixture
def leaving(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """Writes leave everything to the job; `undo` ends it."""
    monkeypatch.setattr(chain, "CHAIN_MAX", 0)
    return monkeypatch


async def three(moments: Moments, leaving: pytest.MonkeyPatch) -> list[uuid.UUID]:
    """Three new members who were welcomed by nobody yet."""
    found = [await moments.member(str(n)) for n in range(3)]
    leaving.undo()
    assert await moments.left() == 3
    return found


async def test_what_was_left_is_decided_by_its_own_instant(
    moments: Moments, leaving: pytest.MonkeyPatch
) -> None:
    found = await three(moments, leaving)
    await moments.shop.show(day(5))

    assert await moments.run() == 3

    assert [await moments.points(one) for one in found] == [50, 50, 50]
    (_, _, _, at), *_ = await moments.shop.entries(found[0])
    assert at < day(0.1)
    assert (await moments.left(), await moments.run()) == (0, 0)


async def test_two_workers_at_once_give_once(moments: Moments, leaving: pytest.MonkeyPatch) -> None:
    found = await three(moments, leaving)
    other = another(moments.shop.db)
    await other.start()

    await asyncio.gather(moments.run(), run_occasions.run_occasions(other.ctx))
    await moments.run()

    assert [await moments.points(one) for one in found] == [50, 50, 50]
    await other.gate.drain()


async def test_a_crash_between_leaves_all_as_it_was(
    moments: Moments, leaving: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await three(moments, leaving)
    before = await moments.shop.tables()

    async def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("service.flows.occasions.run_occasions.wallets.write", crash)
        with pytest.raises(KeyboardInterrupt):
            await moments.run()
    assert await moments.shop.tables() == before

    await moments.run()
    assert [await moments.points(one) for one in found] == [50, 50, 50]


async def test_one_that_cannot_be_decided_stops_no_other(
    moments: Moments, leaving: pytest.MonkeyPatch, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *others = await three(moments, leaving)
    real = chain.run

    async def poisoned(tx: object, ctx: object, runs: list[Run]) -> None:
        if any(one.work.holder.holder_id == first for one in runs):
            raise ValueError
        await real(tx, ctx, runs)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(chain, "run", poisoned)
        assert await moments.run() == 2
    assert [await moments.points(one) for one in others] == [50, 50]
    assert (await moments.left(), await moments.points(first)) == (1, 0)

    assert await moments.run() == 1


async def test_a_member_who_is_busy_waits_for_the_next_round(
    moments: Moments, leaving: pytest.MonkeyPatch
) -> None:
    first, *_ = await three(moments, leaving)
    async with moments.shop.db.transaction() as tx:
        await tx.connection.execute("select from holder where holder_id = $1 for update", first)
        assert await moments.run() == 2

    assert await moments.run() == 1


async def test_what_was_decided_meanwhile_is_only_forgotten(
    moments: Moments, leaving: pytest.MonkeyPatch
) -> None:
    first, *_ = await three(moments, leaving)
    async with moments.shop.db.reading() as tx:
        rows = await tx.connection.fetch("select * from occasion_due where holder_id = $1", first)
    await moments.run()
    async with moments.shop.db.transaction() as tx:
        await tx.connection.execute(
            "insert into occasion_due values ($1, $2, $3, $4, $5, $6)", *rows[0].values()
        )

    assert await moments.run() == 1

    assert (await moments.points(first), await moments.left()) == (50, 0)


async def test_many_of_a_kind_are_decided_one_after_another(
    moments: Moments, leaving: pytest.MonkeyPatch
) -> None:
    ola = await moments.member()
    for n in range(6):
        await tell(moments.shop, f"r{n}", ola, "review")
    leaving.undo()

    while await moments.run():
        pass

    assert await moments.points(ola) == 50 + 20 + 20  # the limit holds


async def test_a_late_activity_is_decided_by_its_day(moments: Moments) -> None:
    ola = await moments.member()
    await moments.shop.buy("p", ola, goods(2_000), at=day(10))

    await tell(moments.shop, "early", ola, "survey", at=day(9))
    assert (await moments.triggers(ola))[-1] == "activity:survey"
    assert await moments.points(ola) == 50 + 20  # nothing was bought before

    await tell(moments.shop, "late", ola, "survey", at=day(11))
    assert await moments.points(ola) == 50 + 20 + 9


async def test_a_return_is_an_occasion_too(moments: Moments) -> None:
    ola = await moments.member()
    await moments.shop.buy("p", ola, goods(1_000))
    returned = await moments.shop.bring_back("r", "p")

    assert await moments.run() == 1

    assert (await moments.runs(ola))[-1] == ("return", str(returned.id))
    assert dict(await moments.shop.events(ola))["campaign.announced"]["name"] == "sorry"


async def test_an_import_of_members_rewards_nobody(moments: Moments) -> None:
    silver = Opening(wallet="status", amount=150)
    row = ImportMember(
        identifiers=(card("7"),),
        profile=Profile(birth_date=dt.date(1990, 3, 2)),  # today
        enrolled_at=day(-40),
        opening=(silver,),
    )
    (answer,) = await import_members(moments.shop.built.ctx, TILL, [row])

    assert await moments.shop.tier(answer.body.member_id) == "silver"
    assert (await moments.run(), await moments.runs(answer.body.member_id)) == (0, [])


async def test_imported_purchases_are_decided_by_the_rules_of_their_days(
    moments: Moments,
) -> None:
    await moments.shop.show(day(-20))
    ola = await moments.member()
    await moments.shop.show(day(0))
    body = bought("p", ola, goods(10_000), at=day(-10))
    command = record_purchases.command(TILL, body, day(-10))

    (answer,) = await record_purchases.record_purchases(
        moments.shop.built.ctx, [command], wait=True
    )

    assert [one.trigger for one in answer.body.also] == ["tier_change:main"]
    granted = [entry for entry in await moments.shop.entries(ola) if entry[0] == "granted"]
    assert granted[-1] == ("granted", 500, 0, day(-10))


async def test_without_a_program_there_is_nothing_to_do(empty_shop: Shop) -> None:
    assert await run_occasions.run_occasions(empty_shop.built.ctx) == 0
