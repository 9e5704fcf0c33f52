"""What rewards ask of a member, loaded for all of them at once."""

import uuid

from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.flows.steps.context import EARLIEST
from service.flows.steps.rewards import rewarding
from service.flows.steps.rewards.redemptions import meet
from service.flows.steps.work import Work
from service.kernel.calendar import Duration, Unit
from service.rules.conditions.history import Window
from service.rules.facts import Facts, Past
from tests.flows.reward_shop import REWARDS, member, redeem, with_rewards
from tests.flows.shop import SOURCE, Shop, day, goods

MONTH = Window(Duration(30, Unit.DAY)).key()
MORE = """
  third: {price: 1 points, gives: {item: pen}, when: {history.purchases: {channel: app, gte: 1}}}
  daily: {price: 1 points, gives: {item: dot}, limit: {times: 2, per: day}}
"""


async def facts(shop: Shop, who: uuid.UUID, *names: str) -> Facts:
    """The facts that some rewards ask for, without writing anything."""
    async with shop.db.transaction() as tx:
        offset = shop.db.clock_offset
        locked, _ = await holders.lock(tx, [who], wait=True, clock_offset=offset)
        now = tx.now or EARLIEST
        work = Work(locked[who], now, now, Outbox())
        standings, person = await meet(tx, shop.built.ctx, work)
        program = shop.built.programs.at(now)
        wanted = [program.rewards[name] for name in names]
        return await rewarding.facts(tx, program, wanted, person, standings[who], work.at)


async def test_only_what_is_asked_for_is_loaded(shop: Shop) -> None:
    await with_rewards(shop, SOURCE + REWARDS + MORE)
    ola = await member(shop, 100)
    await shop.buy("a", ola, goods(4_000), at=day(0))
    await shop.buy("b", ola, goods(1_000), channel="app", at=day(1))
    await redeem(shop, ola, "yearly")
    await redeem(shop, ola, "daily")
    await redeem(shop, ola, "daily", hold=60)
    await shop.show(day(1.001))

    plain = await facts(shop, ola, "mug")
    everything = await facts(shop, ola, "buyers", "third", "yearly", "daily", "mug")

    assert (plain.history, plain.uses) == ({}, {})
    assert everything.history == {
        MONTH: Past(5_000, 2, 2_000),
        Window(channel="app").key(): Past(1_000, 1, 1_000),
    }
    # the one held is over by now
    assert everything.uses == {"yearly": 1, "daily": 1}


async def test_the_member_is_who_he_is_now(shop: Shop) -> None:
    await with_rewards(shop)
    ola = await shop.enrol("1", fields={"newsletter": True})
    await shop.adjust(ola.id, 100, "status")
    await shop.show(day(3))

    found = (await facts(shop, ola.id, "mug")).member

    assert found is not None
    assert (found.tiers, found.fields) == ({"main": "silver"}, {"newsletter": True})
    assert found.enrolled_days == 3
