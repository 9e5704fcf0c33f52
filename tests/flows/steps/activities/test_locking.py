"""From matched activities to locked ones."""

import uuid
from typing import Any

import msgspec
import pytest

from service.domain.access.errors import OwnWallet
from service.domain.holders import store as holders
from service.domain.members.errors import MemberNotFound
from service.domain.programs.errors import VersionBehind
from service.flows.steps.activities import locking
from service.flows.steps.activities.item import Item
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.match import Match
from service.infra.batch import BUSY
from service.kernel.actor import Actor
from service.kernel.ids import new_id
from tests.flows.shop import SOURCE, TILL, Shop, another, card, day
from tests.flows.telling import Whom, activity


def item(n: int, member: Whom, actor: Actor = TILL) -> Item:
    """An activity of day 0."""
    return Item(n, actor, activity(f"{n}", member), bytes(32), day(0))


async def matched(shop: Shop, holder: uuid.UUID) -> Match:
    """As it is read now."""
    async with shop.db.reading() as tx:
        version = await tx.connection.fetchval(
            "select version from holder where holder_id = $1", holder
        )
    return Match(holder, version)


def test_the_first_of_each_holder_is_chosen() -> None:
    ola, jan = new_id(), new_id()
    results: list[Any] = [None] * 4

    chosen = locking.choose(
        [item(n, ola) for n in range(4)],
        [Match(ola, 1), Match(jan, 1), MemberNotFound(), Match(ola, 1)],
        results,
    )

    assert {holder: one.n for holder, (one, _) in chosen.items()} == {ola: 0, jan: 1}
    assert [type(one) for one in results] == [type(None), type(None), MemberNotFound, type(None)]


def test_what_one_of_the_staff_tells_of_himself_is_refused() -> None:
    ola = new_id()
    herself = msgspec.structs.replace(TILL, own_member=ola)
    results: list[Any] = [None, None]

    chosen = locking.choose(
        [item(0, "1", herself), item(1, "1")], [Match(ola, 1), Match(ola, 1)], results
    )

    assert {holder: one.n for holder, (one, _) in chosen.items()} == {ola: 1}
    assert isinstance(results[0], OwnWallet)


async def test_those_that_are_locked_elsewhere_are_busy(shop: Shop) -> None:
    ola, jan = (await shop.enrol("1")).id, (await shop.enrol("2")).id
    chosen = {who: (item(n, who), await matched(shop, who)) for n, who in enumerate((ola, jan))}
    results: list[Any] = [None, None]

    async with shop.db.transaction() as other:
        await holders.lock(other, [ola], wait=True, clock_offset=shop.db.clock_offset)
        async with shop.db.transaction() as tx:
            ready = await locking.lock(tx, shop.built.ctx, chosen, results, wait=False)

    assert [(one.n, one.work.holder.holder_id) for one in ready] == [(1, jan)]
    assert results == [BUSY, None]


async def test_an_identifier_that_moved_meanwhile_is_matched_again(shop: Shop) -> None:
    """Ola gave her card up between match and lock: what took place before is still hers."""
    ola = (await shop.enrol("1", "9")).id
    before_that = await matched(shop, ola)
    await shop.show(day(1))
    await shop.change(ola, remove=(card("1"),))
    await shop.enrol("2", "1")
    now = Item(0, TILL, activity("a", "1"), bytes(32), day(2))

    async with shop.db.transaction() as tx:
        then = {ola: (item(0, "1"), before_that)}
        (ready,) = await locking.lock(tx, shop.built.ctx, then, [None], wait=False)
        assert ready.work.holder.holder_id == ola
    async with shop.db.transaction() as tx:
        with pytest.raises(RunAgain):
            await locking.lock(tx, shop.built.ctx, {ola: (now, before_that)}, [None], wait=False)


async def test_a_process_that_missed_a_version_records_nothing(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    behind = Shop(shop.db, another(shop.db))
    await behind.built.start()
    chosen = {ola: (item(0, ola), await matched(shop, ola))}
    await shop.publish(SOURCE, None)

    with pytest.raises(VersionBehind):
        async with shop.db.transaction() as tx:
            await locking.lock(tx, behind.built.ctx, chosen, [None], wait=False)
