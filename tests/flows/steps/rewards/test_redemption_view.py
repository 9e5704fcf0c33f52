"""How a redemption is shown."""

import datetime as dt
from typing import Any

import pytest

from service.domain.rewards.types import Redemption, RedemptionState, State
from service.flows.steps.rewards.redemption_view import state, view
from service.kernel.ids import new_id
from service.kernel.values import Balance
from service.rules.facts import Facts
from tests.flows.reward_shop import with_rewards
from tests.flows.shop import Shop, day

TICK = dt.timedelta(microseconds=1)


def row(at: State, reward: str = "mug", **fields: Any) -> Redemption:
    given: dict[str, object] = {
        "holder_id": new_id(), "redemption_id": new_id(), "state": at, "reward": reward,
        "program_version": 2, "facts": Facts(at=day(0)), "wallet": 1, "price": 100,
        "stocked": True, "asked_at": day(0), "actor_kind": 1, "actor_id": "till",
        "store": "waw-01", **fields,
    }  # fmt: skip
    return Redemption(**given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        (day(1) - TICK, RedemptionState.HELD),
        (day(1), RedemptionState.TIMED_OUT),
        (day(2), RedemptionState.TIMED_OUT),
    ],
)
def test_what_is_held_has_timed_out_the_moment_it_is_due(
    at: dt.datetime, expected: RedemptionState
) -> None:
    assert state(row(State.HELD, held_until=day(1)), at) is expected


@pytest.mark.parametrize("at", [State.GRANTED, State.HANDED_OVER, State.CANCELLED])
def test_what_was_held_once_does_not_time_out_later(at: State) -> None:
    assert state(row(at, held_until=day(1)), day(2)) == at.name.lower()


async def test_when_it_ended_is_told_by_how_it_ended(shop: Shop) -> None:
    await with_rewards(shop)
    ctx = shop.built.ctx
    ended: dict[str, Any] = {"closed_at": day(1), "closed_store": "waw-02"}
    given = view(ctx, row(State.HANDED_OVER, **ended), day(2))
    undone = view(ctx, row(State.CANCELLED, **ended), day(2))
    assert (given.handed_over_at, given.cancelled_at) == (day(1), None)
    assert (undone.handed_over_at, undone.cancelled_at) == (None, day(1))
    assert (given.handed_over_store, undone.handed_over_store) == ("waw-02", None)


async def test_it_is_told_in_the_words_of_its_version_with_the_balances_given(shop: Shop) -> None:
    await with_rewards(shop)
    balance = Balance(available=1, pending=2, held=3, debt=0)
    coupon_id = new_id()
    had = row(State.GRANTED, "five-off", coupon_id=coupon_id)
    found = view(shop.built.ctx, had, day(0), {"points": balance})
    assert found.title == {"en": "Five off", "pl": "Piątka mniej"}
    assert (found.gives.coupon, found.wallet) == ("FREE", "points")
    assert found.coupon is not None
    assert (found.coupon.id, found.coupon.template) == (coupon_id, "FREE")
    assert found.wallets == {"points": balance}
