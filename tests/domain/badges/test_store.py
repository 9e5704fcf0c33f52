"""Tests of service/domain/badges/store.py: one of a kind at a time."""

from service.domain.badges import store
from service.domain.badges.store import BadgeRow
from service.kernel.ids import derived_id
from tests.flows.moments_shop import Moments
from tests.flows.shop import day

ONE, TWO = derived_id("one"), derived_id("two")


async def test_a_second_one_of_a_kind_is_not_given(moments: Moments) -> None:
    ola = await moments.member()
    async with moments.shop.db.transaction() as tx:
        first = BadgeRow(ola, 1, ONE, "r", day(0))
        assert await store.give(tx, [first], day(0)) == {(ola, 1, ONE)}
        assert await store.give(tx, [BadgeRow(ola, 1, TWO, "r", day(1))], day(1)) == set()
        assert await tx.ask(store.ask_badges([ola])) == {ola: [first]}

        await store.take(tx, ola, [(TWO, 1)], day(2), TWO)
        assert await tx.ask(store.ask_badges([ola])) == {ola: [first]}
        await store.take(tx, ola, [(ONE, 1)], day(2), TWO)
        assert await tx.ask(store.ask_badges([ola])) == {}

        again = await store.give(tx, [BadgeRow(ola, 1, TWO, "r", day(3))], day(3))
        assert again == {(ola, 1, TWO)}
