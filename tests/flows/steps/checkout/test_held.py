"""A hold named by its id, locked."""

import pytest

from service.domain.holders import store as holders
from service.domain.holds.errors import HoldNotFound
from service.domain.holds.types import State
from service.flows.steps.checkout import held
from service.kernel.ids import new_id
from tests.flows.counter import hold, nothing_written, rich
from tests.flows.shop import Shop, goods


async def test_its_holder_is_settled_with_all_lots(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    kept = await hold(checkout, "c1", ola, goods(3_000), points=300)

    async with checkout.db.transaction() as tx:
        found = await held.lock(tx, checkout.built.ctx, kept.id, wait=False)

    assert found.hold is not None
    assert found.work is not None
    assert (found.hold.state, found.work.holder.holder_id) == (State.OPEN, ola)
    (points, *_) = found.work.books.values()
    assert [(lot.remaining, lot.held) for lot in points.lots.values()] == [(1_000, 300)]


async def test_a_due_one_has_timed_out_whatever_is_written(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    kept = await hold(checkout, "c1", ola, goods(3_000), points=300, hold_for=60)
    await checkout.show(kept.due_at)

    async with nothing_written(checkout), checkout.db.transaction() as tx:
        found = await held.lock(tx, checkout.built.ctx, kept.id, wait=False)

    assert found.hold is not None
    assert found.work is not None
    assert (found.hold.state, found.hold.closed_at) == (State.TIMED_OUT, kept.due_at)
    (points, *_) = found.work.books.values()
    assert (points.available, points.held) == (1_000, 0)


async def test_a_holder_that_is_locked_elsewhere_is_not_waited_for(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    kept = await hold(checkout, "c1", ola, goods(3_000), points=300)

    async with checkout.db.transaction() as other:
        await holders.lock(other, [ola], wait=True, clock_offset=checkout.db.clock_offset)
        async with checkout.db.transaction() as tx:
            found = await held.lock(tx, checkout.built.ctx, kept.id, wait=False)

    assert (found.work, found.hold) == (None, None)


async def test_there_is_none(checkout: Shop) -> None:
    with pytest.raises(HoldNotFound):
        async with checkout.db.transaction() as tx:
            await held.lock(tx, checkout.built.ctx, new_id(), wait=False)
