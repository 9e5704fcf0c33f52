"""Holds: what a checkout keeps for itself, and what everybody else then finds."""

import datetime as dt

import pytest

from service.domain.members.errors import MemberNotFound
from service.domain.purchases.basket import LineIn
from service.domain.purchases.errors import CouponsRefused, LineInvalid, RedemptionRefused
from service.domain.purchases.types import HoldState, PlaceHold
from service.domain.wallets.errors import InsufficientPoints
from service.flows.checkout.place_holds import command, gate_key
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id
from service.kernel.values import Redeemed
from tests.flows.counter import (
    basket,
    buy,
    held,
    hold,
    nothing_written,
    place,
    positions,
    quote,
    release,
    rich,
    unique,
)
from tests.flows.coupon_shop import give
from tests.flows.shop import TILL, Shop, day, goods

# ------------------------------------------------------------------ what it keeps


async def test_a_hold_sets_units_apart_and_says_what_is_due(checkout: Shop) -> None:
    ola = await rich(checkout, "1")

    kept = await hold(checkout, "c1", ola, goods(3_000), coupons=("GIVE-FIVE",), points=500)

    assert (kept.state, kept.checkout, kept.member_id) == (HoldState.OPEN, "c1", ola)
    assert kept.due_at - kept.created_at == dt.timedelta(minutes=15)
    assert (kept.subtotal, kept.discount, kept.total, kept.due) == (3_000, 500, 2_500, 2_000)
    assert kept.redeemed == (Redeemed(wallet="points", amount=500, value=500),)
    assert positions(kept) == [0]
    assert await held(checkout, ola) == (500, 500)
    assert kept.wallets["points"].available == 500
    assert [one[:3] for one in await checkout.entries(ola)] == [("adjusted", 1_000, 0)]


async def test_its_event_tells_what_moved_and_no_code(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    (code,) = await unique(checkout)

    kept = await hold(checkout, "c1", ola, goods(3_000), coupons=(code,), points=500)

    kind, data = (await checkout.events(ola))[-1]
    assert kind == "points.held"
    assert data == {
        "hold_id": str(kept.id),
        "changes": [{"wallet": "points", "amount": 0, "pending": 0, "held": 500, "debt": 0}],
    }
    assert code[-4:] not in str(data)


@pytest.mark.parametrize("channel", ["web", "app", "pos"])
async def test_units_held_in_the_web_can_be_had_in_no_channel(checkout: Shop, channel: str) -> None:
    """1,000 points, 700 held: 300 are left, wherever they are asked for."""
    ola = await rich(checkout, "1")
    await hold(checkout, "c1", ola, goods(3_000), points=700)

    asked = await quote(checkout, ola, goods(3_000), channel=channel)
    async with nothing_written(checkout):
        with pytest.raises(InsufficientPoints) as refused:
            await buy(checkout, "p1", ola, goods(3_000), points=350, channel=channel)
        with pytest.raises(InsufficientPoints):
            await hold(checkout, "c2", ola, goods(3_000), points=350, channel=channel)
    bought = await buy(checkout, "p1", ola, goods(3_000), points=300, channel=channel)

    assert refused.value.available == 300
    assert (asked.usable.points["points"].available, asked.usable.points["points"].most) == (
        *(300, 300),
    )
    assert bought.due == 2_700
    assert await held(checkout, ola) == (30, 700)  # 30 earned


async def test_a_code_held_for_one_needs_that_hold_to_be_used(checkout: Shop) -> None:
    ola, jan = await rich(checkout, "1"), await rich(checkout, "2")
    (code,) = await unique(checkout)
    kept = await hold(checkout, "c1", ola, goods(3_000), coupons=(code,))

    for member in (ola, jan, None):
        asked = await quote(checkout, member, goods(3_000), coupons=(code,), channel="pos")
        assert [(n.position, n.reason) for n in asked.not_applied] == [(0, "needs_hold")]
        async with nothing_written(checkout, "holder"):
            with pytest.raises(CouponsRefused) as refused:
                await buy(checkout, "p1", member, goods(3_000), coupons=(code,), channel="pos")
        assert refused.value.reasons[0]["reason"] == "needs_hold"

    bought = await buy(checkout, "p1", ola, goods(3_000), coupons=(code,), hold_id=kept.id)
    assert bought.discount == 700


async def test_uses_of_a_shared_code_are_kept(checkout: Shop) -> None:
    """Three uses of FEW, each held by somebody: nobody gets a fourth, until one lets go."""
    members = [await rich(checkout, f"{n}", 0) for n in range(4)]
    holds = [
        await hold(checkout, "c1", member, goods(3_000), coupons=("few-left",))
        for member in members[:3]
    ]

    asked = await quote(checkout, members[3], goods(3_000), coupons=("FEWLEFT",))
    with pytest.raises(CouponsRefused):
        await hold(checkout, "c1", members[3], goods(3_000), coupons=("FEW-LEFT",))
    await release(checkout, holds[1].id)
    late = await hold(checkout, "c1", members[3], goods(3_000), coupons=("FEW-LEFT",))

    assert [(n.coupon, n.reason) for n in asked.not_applied] == [("FEW-LEFT", "used_up")]
    assert late.discount == 100


async def test_a_member_may_not_use_more_by_holding(checkout: Shop) -> None:
    """ONCE is once a member: what an open hold will use counts."""
    ola = await rich(checkout, "1", 0)
    kept = await hold(checkout, "c1", ola, goods(3_000), coupons=("ONCE-EACH",))

    with pytest.raises(CouponsRefused) as refused:
        await buy(checkout, "p1", ola, goods(3_000), coupons=("ONCE-EACH",))
    bought = await buy(checkout, "p1", ola, goods(3_000), coupons=("ONCE-EACH",), hold_id=kept.id)

    assert refused.value.reasons == (
        {"reason": "member_limit", "position": 0, "coupon": "ONCE-EACH"},
    )
    assert bought.discount == 100


async def test_money_of_a_budget_is_kept(checkout: Shop) -> None:
    """50 euros off lamps in all, a fifth off each: 40 held of a lamp of 200, 10 are left."""
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    kept = await hold(checkout, "c1", ola, goods(20_000, category="lamp"))

    asked = await quote(checkout, jan, goods(20_000, category="lamp"))
    bought = await buy(checkout, "p1", jan, goods(20_000, category="lamp"))

    assert (kept.discount, asked.discount, bought.discount) == (4_000, 1_000, 1_000)
    assert await checkout.left("lamps") == 0
    assert (await release(checkout, kept.id)).body.state is HoldState.RELEASED
    assert (await quote(checkout, ola, goods(20_000, category="lamp"))).discount == 4_000


# ------------------------------------------------------------------ the same checkout again


async def test_a_retry_keeps_its_own_hold(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    (code,) = await unique(checkout)
    kept = await hold(checkout, "c1", ola, goods(3_000), coupons=(code,), points=500)

    async with nothing_written(checkout):
        again = await place(checkout, "c1", ola, goods(3_000), coupons=(code.lower(),), points=500)

    assert (again.replayed, again.body.id, again.body.due) == (True, kept.id, kept.due)
    assert again.body.due_at == kept.due_at  # a retry prolongs nothing
    assert await held(checkout, ola) == (500, 500)


async def test_another_basket_replaces_what_is_held(checkout: Shop) -> None:
    """900 of 1,000 held; the checkout now wants 950 of them and another code: both can be had, for
    what the first hold had is there for the second one, and for nobody in between."""
    ola = await rich(checkout, "1")
    first_code, second_code = await unique(checkout, 2)
    first = await hold(checkout, "c1", ola, goods(3_000), coupons=(first_code,), points=900)

    second = await hold(
        checkout, "c1", ola, goods(4_000), coupons=(first_code, second_code), points=950
    )

    assert second.id != first.id
    assert second.due == 4_000 - 1_400 - 950
    assert await held(checkout, ola) == (50, 950)
    ended = await checkout.reads.hold(first.id)
    assert (ended.state, ended.purchase_id) == (HoldState.RELEASED, None)
    assert await checkout.count("coupon_hold") == 2


async def test_a_replacement_that_is_refused_keeps_the_first_hold(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    (code,) = await unique(checkout)
    first = await hold(
        checkout, "c1", ola, goods(3_000), goods(10_000, category="lamp"), coupons=(code,),
        points=900,
    )  # fmt: skip

    async with nothing_written(checkout):
        with pytest.raises(InsufficientPoints):
            await hold(checkout, "c1", ola, goods(30_000), points=1_050)
        with pytest.raises(CouponsRefused):
            await hold(checkout, "c1", ola, goods(3_000), coupons=("SOON-COME",))

    assert (await checkout.reads.hold(first.id)).state is HoldState.OPEN
    assert await held(checkout, ola) == (100, 900)


async def test_a_share_of_a_budget_goes_from_one_hold_to_its_successor(checkout: Shop) -> None:
    """50 euros in all: 40 are held; the same checkout, with more lamps, gets all 50."""
    ola = await rich(checkout, "1", 0)
    await hold(checkout, "c1", ola, goods(20_000, category="lamp"))

    second = await hold(checkout, "c1", ola, goods(40_000, category="lamp"))

    assert second.discount == 5_000
    assert await checkout.left("lamps") == 0


async def test_a_checkout_is_one_of_its_channel_and_member(checkout: Shop) -> None:
    ola, jan = await rich(checkout, "1"), await rich(checkout, "2")

    made = {
        (await hold(checkout, "c1", member, goods(3_000), points=100, channel=channel)).id
        for member in (ola, jan)
        for channel in ("web", "app")
    }

    assert len(made) == 4
    assert await held(checkout, ola) == (800, 200)


async def test_after_its_end_the_checkout_may_hold_anew(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    first = await hold(checkout, "c1", ola, goods(3_000), points=500)
    await release(checkout, first.id)

    second = await place(checkout, "c1", ola, goods(3_000), points=500)

    assert not second.replayed
    assert second.body.id != first.id
    assert await held(checkout, ola) == (500, 500)


async def test_after_its_time_the_same_basket_is_held_anew(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    (code,) = await unique(checkout)
    lines = (goods(3_000), goods(10_000, category="lamp"))
    first = await hold(checkout, "c1", ola, *lines, coupons=(code,), points=500, hold_for=60)
    await checkout.show(day(0) + dt.timedelta(seconds=61))

    second = await place(checkout, "c1", ola, *lines, coupons=(code,), points=500)

    assert not second.replayed
    assert (second.body.discount, second.body.due) == (2_700, 13_000 - 2_700 - 500)
    assert (await checkout.reads.hold(first.id)).state is HoldState.TIMED_OUT
    assert await held(checkout, ola) == (500, 500)
    assert [kind for kind, _ in await checkout.events(ola)][-2:] == [
        "hold.timed-out",
        "points.held",
    ]


# ------------------------------------------------------------------ of nobody


async def test_nobodys_checkout_holds_codes_and_finds_its_hold_again(checkout: Shop) -> None:
    (code,) = await unique(checkout)

    kept = await hold(checkout, "c1", None, goods(3_000), coupons=(code, "FEW-LEFT"))
    again = await place(checkout, "c1", None, goods(3_000), coupons=(code, "FEW-LEFT"))
    other = await quote(checkout, None, goods(3_000), coupons=(code,))
    bought = await buy(
        checkout, "p1", None, goods(3_000), coupons=(code, "FEW-LEFT"), hold_id=kept.id
    )

    assert (kept.member_id, kept.discount, again.replayed) == (None, 800, True)
    assert [n.reason for n in other.not_applied] == ["needs_hold"]
    assert (bought.member_id, bought.discount) == (None, 800)
    assert (await checkout.reads.hold(kept.id)).purchase_id == bought.id
    assert await checkout.left("coupon:FEW") == 2


async def test_nobodys_hold_times_out_too(checkout: Shop) -> None:
    """At once for everybody; the job then writes it down."""
    (code,) = await unique(checkout)
    kept = await hold(checkout, "c1", None, goods(3_000), coupons=(code, "FEW-LEFT"), hold_for=60)
    await checkout.show(kept.due_at)

    asked = await quote(checkout, None, goods(3_000), coupons=(code,))
    assert (asked.discount, await checkout.settle()) == (700, 1)

    async with checkout.db.reading() as tx:
        row = await tx.connection.fetchrow("select state, closed_at, holder_id from hold")
    assert tuple(row)[:2] == (3, kept.due_at)
    assert [kind for kind, _ in await checkout.events(row[2])] == ["points.held", "hold.timed-out"]
    assert await checkout.count("coupon_hold") == 0


async def test_nobody_holds_no_units(checkout: Shop) -> None:
    async with nothing_written(checkout):
        with pytest.raises(RedemptionRefused) as refused:
            await hold(checkout, "c1", None, goods(3_000), points=500)
    assert (refused.value.reason, refused.value.most) == ("needs_member", 0)


# ------------------------------------------------------------------ what cannot be held


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"coupons": ("SOON-COME",)}, CouponsRefused),
        ({"coupons": ("NOT-A-REAL-CODE",), "points": 100}, CouponsRefused),
        ({"points": 1_050}, InsufficientPoints),
        ({"points": 130}, RedemptionRefused),
        ({"points": 1_000, "coupons": ("GIVE-FIVE",), "lamps": True}, RedemptionRefused),
    ],
)
async def test_a_hold_that_is_refused_writes_nothing(
    checkout: Shop, fields: dict[str, object], error: type[ExpectedError]
) -> None:
    ola = await rich(checkout, "1")
    lines = [goods(3_000)]
    if fields.pop("lamps", False):
        lines = [goods(1_900, category="lamp")]  # half of what it costs then is less than 10

    async with nothing_written(checkout, "code_guess"):
        with pytest.raises(error):
            await hold(checkout, "c1", ola, *lines, **fields)

    assert await held(checkout, ola) == (1_000, 0)


async def test_a_member_who_is_none_and_lines_that_are_none(checkout: Shop) -> None:
    async with nothing_written(checkout):
        with pytest.raises(MemberNotFound):
            await hold(checkout, "c1", new_id(), goods(3_000))
        with pytest.raises(LineInvalid):
            await hold(checkout, "c1", None, LineIn(sku="thing"))


async def test_a_coupon_that_gives_nothing_is_told_and_not_held(checkout: Shop) -> None:
    """A condition that fails is no failure: the rest is held."""
    ola = await rich(checkout, "1")
    (code,) = await unique(checkout)

    kept = await hold(
        checkout, "c1", ola, goods(1_900), coupons=("GIVE-FIVE", code, "BOOK-FOUR"), points=100
    )

    assert [(n.position, n.reason) for n in kept.not_applied] == [
        *((0, "condition_failed"), (2, "no_effect")),
    ]
    assert (kept.discount, kept.due) == (700, 1_100)
    assert (await quote(checkout, ola, goods(2_000), coupons=("GIVE-FIVE",))).discount == 500


async def test_a_personal_coupon_is_held_for_its_owner_only(checkout: Shop) -> None:
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    gift = await give(checkout, ola, "NEXT5")

    with pytest.raises(CouponsRefused) as refused:
        await hold(checkout, "c1", jan, goods(3_000), coupons=(gift.code,))
    kept = await hold(checkout, "c1", ola, goods(3_000), coupons=(gift.code,))

    assert refused.value.reasons[0]["reason"] == "unknown"
    assert kept.discount == 500


def test_twins_are_one_basket_of_one_checkout() -> None:
    body = basket(PlaceHold, "1", goods(3_000), checkout="c1", hold_for=60)
    same = basket(PlaceHold, "2", goods(3_000), checkout="c1", hold_for=90)
    others = (
        basket(PlaceHold, "1", goods(3_000), checkout="c2"),
        basket(PlaceHold, "1", goods(3_000), checkout="c1", channel="app"),
        basket(PlaceHold, "1", goods(3_001), checkout="c1"),
    )
    twin = command(TILL, body).twin

    assert command(TILL, same).twin == twin
    assert all(command(TILL, other).twin != twin for other in others)
    assert gate_key(body) == ("identifier", "card", "1")
    assert gate_key(basket(PlaceHold, None, checkout="c1")) == ("checkout", "web", "c1")
