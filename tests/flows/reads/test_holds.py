"""Holds as they are read."""

import msgspec
import pytest

from service.domain.holds.errors import HoldNotFound
from service.domain.purchases.types import HoldState
from service.kernel.ids import new_id
from tests.flows.counter import buy, hold, nothing_written, release, rich, unique
from tests.flows.shop import Shop, goods


async def test_a_hold_is_read_as_it_was_answered(checkout: Shop) -> None:
    """But for the balances, which are those of the moment it was placed."""
    ola = await rich(checkout, "1")
    (code,) = await unique(checkout)
    kept = await hold(
        checkout, "c1", ola, goods(3_000), goods(1_000, category="tea"), points=500,
        coupons=(code, "BOOK-FOUR"),
    )  # fmt: skip

    async with nothing_written(checkout):
        assert await checkout.reads.hold(kept.id) == msgspec.structs.replace(kept, wallets={})


async def test_how_it_ended_is_told(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    one = await hold(checkout, "c1", ola, goods(3_000), points=100)
    two = await hold(checkout, "c2", ola, goods(3_000), points=100)
    three = await hold(checkout, "c3", ola, goods(3_000), points=100, hold_for=60)
    bought = await buy(checkout, "p1", ola, goods(3_000), points=100, hold_id=one.id)
    await release(checkout, two.id)
    await checkout.show(three.due_at)

    found = [await checkout.reads.hold(each.id) for each in (one, two, three)]

    assert [(each.state, each.purchase_id) for each in found] == [
        (HoldState.CAPTURED, bought.id),
        (HoldState.RELEASED, None),
        (HoldState.TIMED_OUT, None),
    ]
    assert found[2].closed_at == three.due_at
    assert await checkout.settle() == 1  # written by now, and no other
    assert await checkout.reads.hold(three.id) == found[2]


async def test_nobodys_hold_names_no_member(checkout: Shop) -> None:
    kept = await hold(checkout, "c1", None, goods(3_000), coupons=("FEW-LEFT",))

    assert (await checkout.reads.hold(kept.id)).member_id is None


async def test_there_is_none(checkout: Shop) -> None:
    with pytest.raises(HoldNotFound):
        await checkout.reads.hold(new_id())
