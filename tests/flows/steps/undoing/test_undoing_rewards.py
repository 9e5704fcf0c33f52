"""Redemptions cancelled by an undo, and hand-overs that were none."""

import pytest

from service.domain.coupons.types import CouponState
from service.domain.operations.errors import NotUndoable, OutsideUndoWindow
from service.domain.rewards.errors import CouponInUse, RedemptionClosed
from service.domain.rewards.types import RedemptionState
from tests.flows.coupon_shop import listed
from tests.flows.races import at_once
from tests.flows.reward_shop import (
    cancel,
    grant,
    hand_over,
    member,
    redeem,
    state,
    stock,
)
from tests.flows.shop import Shop, day, goods
from tests.flows.undoing import BEN, MANAGER, last, undo, undone


async def test_a_redemption_is_cancelled(desk: Shop) -> None:
    ola = await member(desk, 150)
    had = await redeem(desk, ola, "tasting")

    done = await undo(desk, had.id)

    assert (done.kind, done.undoes) == ("redemption", had.id)
    assert done.redemption is not None
    assert (done.redemption.id, done.redemption.state) == (had.id, RedemptionState.CANCELLED)
    assert done.wallets["points"].available == 150
    assert [(m.holder_id, m.changes[0].amount) for m in done.moved] == [(ola, 100)]
    assert await stock(desk, "tasting") == 1
    assert await last(desk, ola, 2, "points") == [("redeemed", -100), ("given_back", 100)]
    assert [kind for kind, _ in await desk.events(ola)][-2:] == [
        *("points.given-back", "reward.cancelled")
    ]


async def test_its_coupon_is_void_unless_it_was_used(desk: Shop) -> None:
    ola = await member(desk, 250)
    had = await redeem(desk, ola, "five-off")
    assert had.coupon is not None
    await desk.buy("a", ola, goods(2_000), coupons=(had.coupon.code,))
    with pytest.raises(CouponInUse):
        await undo(desk, had.id)
    await desk.bring_back("r", "a")

    done = await undo(desk, had.id)

    assert done.coupon_void == had.coupon.id
    assert [one.state for one in await listed(desk, ola)] == [CouponState.VOID]


async def test_what_is_only_held_is_free_again(desk: Shop) -> None:
    ola = await member(desk, 100)
    had = await redeem(desk, ola, "mug", hold=600)
    done = await undo(desk, had.id)
    assert done.wallets["points"].available == 100
    assert done.moved[0].changes[0].held == -100


async def test_asked_again_it_answers_what_it_answered(desk: Shop) -> None:
    ola = await member(desk, 100)
    had = await redeem(desk, ola, "mug")
    first = await undo(desk, had.id)
    await desk.adjust(ola, 50)
    again = await undone(desk, had.id, MANAGER)
    assert (again.replayed, again.body) == (True, first)
    assert (await cancel(desk, had)).replayed


async def test_what_was_cancelled_otherwise_is_answered_as_it_stands(desk: Shop) -> None:
    ola = await member(desk, 100)
    had = await redeem(desk, ola, "mug")
    cancelled = (await cancel(desk, had)).body
    answer = await undone(desk, had.id)
    assert (answer.replayed, answer.body.id) == (True, cancelled.operation_id)
    assert answer.body.redemption is not None
    assert answer.body.redemption.state is RedemptionState.CANCELLED
    assert cancelled.operation_id is not None
    with pytest.raises(NotUndoable) as refused:
        await undo(desk, cancelled.operation_id)
    assert refused.value.kind == "cancellation"


async def test_a_redemption_has_the_window_of_an_undo(desk: Shop) -> None:
    ola = await member(desk, 300)
    had, other = await redeem(desk, ola, "mug"), await redeem(desk, ola, "mug")
    with pytest.raises(OutsideUndoWindow):
        await undo(desk, had.id, BEN)
    await desk.show(day(1))
    with pytest.raises(OutsideUndoWindow):
        await undo(desk, had.id)
    await undo(desk, other.id, MANAGER)


async def test_one_that_has_timed_out_is_not_undone(desk: Shop) -> None:
    ola = await member(desk, 100)
    had = await redeem(desk, ola, "mug", hold=60)
    await desk.show(day(0.01))
    with pytest.raises(RedemptionClosed):
        await undo(desk, had.id)


async def test_a_hand_over_undone_leaves_it_to_be_handed_over(desk: Shop) -> None:
    ola = await member(desk, 100)
    had = await redeem(desk, ola, "mug")
    given = (await hand_over(desk, had)).body
    assert given.operation_id is not None

    done = await undo(desk, given.operation_id)

    assert (done.kind, done.moved) == ("hand_over", ())
    assert done.redemption is not None
    assert (done.redemption.id, done.redemption.state) == (had.id, RedemptionState.GRANTED)
    assert await state(desk, had) is RedemptionState.GRANTED
    kind, told = (await desk.events(ola))[-1]
    assert (kind, told["redemption_id"], told["changes"]) == ("operation.undone", str(had.id), [])

    again = (await hand_over(desk, had)).body
    assert again.operation_id not in {None, given.operation_id}
    assert (await undone(desk, given.operation_id)).replayed
    assert await state(desk, had) is RedemptionState.HANDED_OVER


async def test_after_its_hand_over_was_undone_a_redemption_can_be_undone(desk: Shop) -> None:
    ola = await member(desk, 100)
    had = await redeem(desk, ola, "mug", hold=600)
    given = (await hand_over(desk, had)).body  # takes what is held with it
    with pytest.raises(RedemptionClosed):
        await undo(desk, had.id)
    assert given.operation_id is not None
    await undo(desk, given.operation_id)
    assert (await undo(desk, had.id)).wallets["points"].available == 100


async def test_a_redemption_is_undone_or_handed_over_not_both(desk: Shop) -> None:
    ola = await member(desk, 100)
    had = await redeem(desk, ola, "mug")
    came = await at_once([
        *([lambda: undone(desk, had.id)] * 3),
        *([lambda: hand_over(desk, had)] * 3),
    ])  # fmt: skip
    assert came.count("done") == 1
    assert await state(desk, had) in {RedemptionState.CANCELLED, RedemptionState.HANDED_OVER}
    assert set(came) <= {"done", "replayed", "RedemptionClosed"}


async def test_granting_again_changes_nothing_after_an_undone_hand_over(desk: Shop) -> None:
    ola = await member(desk, 100)
    had = await redeem(desk, ola, "mug", hold=600)
    given = (await hand_over(desk, had)).body
    assert given.operation_id is not None
    await undo(desk, given.operation_id)
    assert (await grant(desk, had)).body.state is RedemptionState.GRANTED
    assert await desk.balance(ola) == (0, 0, 0)
