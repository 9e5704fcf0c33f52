"""A second person approves, or refuses. Of service/flows/steps/staff/approvals.py too."""

import datetime as dt
import functools
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from service.domain.access.errors import OwnWallet
from service.domain.approvals.errors import (
    ApprovalClosed,
    ApprovalNeedsAnother,
    ApprovalNeedsStaff,
    ApprovalNotFound,
)
from service.domain.approvals.types import RefuseApproval, Standing
from service.domain.wallets.errors import InsufficientPoints
from service.kernel.actor import Actor
from service.kernel.ids import new_id
from service.kernel.values import Balance
from tests.flows.caps import CAPPED, EVA, JAN, Caps, staff
from tests.flows.merging import merge
from tests.flows.races import DONE, at_once, until
from tests.flows.shop import TILL, another, day
from tests.flows.staff_shop import change, hire

LATER = dt.timedelta(hours=2)


async def test_what_is_approved_is_done_in_the_name_of_both(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    asked = await caps.asked(ola.id, 700)
    await caps.shop.show(asked.asked_at + dt.timedelta(hours=1))
    boss = staff("jan", own_member=new_id())

    told = await caps.approve(asked.id, boss)

    assert (told.state, told.decided_by, told.asked_by) == (
        *(Standing.APPROVED, "staff:jan", "staff:eva"),
    )
    assert told.wallets["points"] == Balance(available=700, pending=0, held=0, debt=0)
    assert told.operation_id is not None
    (entry,) = (await caps.reads.entries(ola.id, "points", None, 10)).items
    assert (entry.amount, entry.actor, entry.store, entry.operation_id) == (
        *(700, "staff:eva", "waw-01", told.operation_id),
    )
    assert entry.occurred_at >= asked.asked_at + dt.timedelta(hours=1)
    done = await caps.reads.operation(told.operation_id)
    assert (done.actor, done.approved_by, done.device, done.reason, done.code) == (
        *("staff:eva", "staff:jan", "till-3", "cold coffee", "late"),
    )
    assert (await caps.shop.events(ola.id))[-2:] == [
        (
            "points.adjusted",
            {
                "operation_id": str(told.operation_id),
                "changes": [{"wallet": "points", "amount": 700, "pending": 0, "debt": 0}],
            },
        ),
        (
            "approval.approved",
            {
                "approval_id": str(asked.id),
                "kind": "adjustment",
                "operation_id": str(told.operation_id),
            },
        ),
    ]


async def test_what_a_second_person_approved_counts_for_nobodys_day(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    await caps.approve((await caps.asked(ola.id, 700)).id)

    assert await caps.days() == {}
    await caps.alone(ola.id, 500)


async def test_what_is_refused_is_not_done(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    asked = await caps.asked(ola.id, 700)
    before = await caps.shop.tables("approval", "audit_act", "holder", "outbox")

    told = await caps.refuse(asked.id)

    assert (told.state, told.decided_by, told.reason, told.operation_id) == (
        *(Standing.REFUSED, "staff:jan", "too much", None),
    )
    assert await caps.shop.tables("approval", "audit_act", "holder", "outbox") == before
    assert (await caps.shop.events(ola.id))[-1] == (
        "approval.refused",
        {"approval_id": str(asked.id), "kind": "adjustment"},
    )


async def test_units_are_given_by_the_rules_of_the_moment_of_the_approval(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    asked = await caps.asked(ola.id, 21, "stars")
    shorter = CAPPED.replace("expires: {after: 30d}", "expires: {after: 10d}", 1)
    await caps.shop.publish(shorter, None)
    await caps.shop.show(asked.asked_at + dt.timedelta(hours=1))

    await caps.approve(asked.id)

    (lot,) = (await caps.shop.wallets(ola.id))["stars"].expiring
    assert lot.expires_at is not None
    assert day(10) < lot.expires_at < day(10.1)  # ten days from the approval, not thirty


async def test_a_wallet_that_the_program_has_no_more_is_adjusted_all_the_same(caps: Caps) -> None:
    """Members may still have units there, and its number names it for ever."""
    status = "  status: {qualifying: true, expires: never}\n"
    more = CAPPED.replace(status, "  thanks: {expires: never}\n" + status, 1)
    await caps.shop.publish(more, None)
    await caps.shop.show(day(1))
    ola = await caps.shop.enrol("1")
    asked = await caps.asked(ola.id, 21, "thanks")
    await caps.shop.publish(CAPPED, None)
    await caps.shop.show(day(1.05))

    told = await caps.approve(asked.id)

    assert (told.why, told.wallets["thanks"].available) == ("no_caps", 21)


async def test_what_cannot_be_done_any_more_waits_on(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    await caps.shop.adjust(ola.id, 700)
    asked = await caps.asked(ola.id, -600)
    await caps.shop.adjust(ola.id, -200)
    before = await caps.shop.tables()

    with pytest.raises(InsufficientPoints) as refusal:
        await caps.approve(asked.id)

    assert refusal.value.members() == {"wallet": "points", "available": 500}
    assert await caps.shop.tables() == before
    await caps.shop.adjust(ola.id, 100)
    assert (await caps.approve(asked.id)).wallets["points"].available == 0


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        (EVA, ApprovalNeedsAnother),
        (staff("eva", "waw-01"), ApprovalNeedsAnother),
        (TILL, ApprovalNeedsStaff),
        (staff("jan", "krk-01"), ApprovalNotFound),
    ],
)
async def test_nobody_decides_who_is_no_other_person_there(
    caps: Caps, who: Actor, refusal: type[Exception]
) -> None:
    ola = await caps.shop.enrol("1")
    asked = await caps.asked(ola.id, 700)
    before = await caps.shop.tables()

    with pytest.raises(refusal):
        await caps.approve(asked.id, who)
    with pytest.raises(refusal):
        await caps.refuse(asked.id, who)

    assert await caps.shop.tables() == before


async def test_the_member_does_not_decide_about_the_own_wallet(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    asked = await caps.asked(ola.id, 700)
    herself = staff("ola", own_member=ola.id)

    for decide in (caps.approve, caps.refuse):
        with pytest.raises(OwnWallet):
            await decide(asked.id, herself)

    assert await caps.shop.balance(ola.id) == (0, 0, 0)


async def test_who_asked_is_not_the_member_when_it_is_done(caps: Caps) -> None:
    """Their account says so only since they asked, or said so then."""
    ola = await caps.shop.enrol("1")
    account = await hire(caps.shop, "eva", "supervisor")
    asked = await caps.asked(ola.id, 700)
    await change(caps.shop, account.id, member=ola.id)
    before = await caps.shop.tables()

    with pytest.raises(OwnWallet):
        await caps.approve(asked.id)

    assert await caps.shop.tables() == before
    assert (await caps.refuse(asked.id)).state is Standing.REFUSED


async def test_one_person_with_two_accounts_is_no_second_person(caps: Caps) -> None:
    """Each account has a member of its own, until it is seen that these are one and are merged."""
    ola = await caps.shop.enrol("1")
    eva, twin = (await caps.shop.enrol("2")).id, (await caps.shop.enrol("3")).id
    await hire(caps.shop, "eva", "supervisor", member=twin)
    asked = await caps.asked(ola.id, 700)
    herself = staff("eva-2", own_member=eva)
    await merge(caps.shop, eva, twin)

    with pytest.raises(ApprovalNeedsAnother):
        await caps.approve(asked.id, herself)

    assert (await caps.approve(asked.id)).state is Standing.APPROVED


async def test_who_is_bound_to_no_store_decides_for_all(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    asked = await caps.asked(ola.id, 700)
    unbound = await caps.asked(ola.id, 600, by=staff("eva", None))

    with pytest.raises(ApprovalNotFound):
        await caps.approve(unbound.id)

    for one in (asked, unbound):
        assert (await caps.approve(one.id, staff("jan", None))).state is Standing.APPROVED
    assert await caps.shop.balance(ola.id) == (1_300, 0, 0)


async def test_what_nobody_asked_for_is_not_found(caps: Caps) -> None:
    with pytest.raises(ApprovalNotFound):
        await caps.approve(new_id())


async def test_approved_twice_it_is_done_once(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    asked = await caps.asked(ola.id, 700)
    first = await caps.approve(asked.id)
    before = await caps.shop.tables()

    again = await caps.verbs.give_approval(JAN, asked.id)

    assert (again.replayed, again.body.operation_id) == (True, first.operation_id)
    for decide in (caps.approve, caps.refuse):
        with pytest.raises(ApprovalClosed) as closed:
            await decide(asked.id, staff("tom"))
        assert closed.value.state == "approved"
    with pytest.raises(ApprovalClosed):
        await caps.refuse(asked.id)
    assert await caps.shop.tables() == before


async def test_refused_twice_it_stays_refused(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    asked = await caps.asked(ola.id, 700)
    await caps.refuse(asked.id)
    before = await caps.shop.tables()

    again = await caps.verbs.refuse_approval(JAN, asked.id, RefuseApproval(reason="too much"))

    assert again.replayed
    with pytest.raises(ApprovalClosed) as closed:
        await caps.approve(asked.id)
    assert closed.value.state == "refused"
    with pytest.raises(ApprovalClosed):
        await caps.refuse(asked.id, why="something else")
    assert await caps.shop.tables() == before


async def test_when_its_time_is_over_nobody_decides_it(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    asked = await caps.asked(ola.id, 700)
    await caps.shop.show(asked.due_at)
    before = await caps.shop.tables()

    for decide in (caps.approve, caps.refuse):
        with pytest.raises(ApprovalClosed) as closed:
            await decide(asked.id)
        assert closed.value.state == "timed_out"

    assert (await caps.reads.approval(JAN, asked.id)).state is Standing.TIMED_OUT
    assert await caps.shop.tables() == before


async def test_of_many_who_decide_at_once_one_does(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    asked = await caps.asked(ola.id, 700)
    other = another(caps.shop.db)
    colleagues = [staff(f"boss-{n}") for n in range(8)]

    no = RefuseApproval(reason="too much")
    asks: list[Callable[[], Awaitable[Any]]] = []
    for n, who in enumerate(colleagues):
        verbs = caps.verbs if n % 2 else other.verbs
        asks.append(functools.partial(verbs.give_approval, who, asked.id))
        asks.append(functools.partial(caps.verbs.refuse_approval, who, asked.id, no))
    came = await at_once(asks)
    await other.gate.drain()

    assert sorted(came) == ["ApprovalClosed"] * 15 + [DONE]
    now = await caps.reads.approval(JAN, asked.id)
    assert await caps.shop.balance(ola.id) == (
        *((700 if now.state is Standing.APPROVED else 0), 0, 0),
    )


async def test_an_approval_against_its_time_has_one_winner(caps: Caps) -> None:
    """Sent around the instant its time is over: done before, or timed out from then on."""
    ola = await caps.shop.enrol("1")
    asked = await caps.asked(ola.id, 700)
    await caps.shop.show(asked.due_at - dt.timedelta(milliseconds=30))

    came = await at_once(
        [
            functools.partial(caps.verbs.give_approval, staff(f"boss-{n}"), asked.id)
            for n in range(6)
        ]
    )
    await until(caps.shop, asked.due_at)

    state = (await caps.reads.approval(JAN, asked.id)).state
    assert came.count(DONE) == (1 if state is Standing.APPROVED else 0)
    assert state in {Standing.APPROVED, Standing.TIMED_OUT}
    assert await caps.shop.balance(ola.id) == (*((700 if DONE in came else 0), 0, 0),)


async def test_two_approvals_of_the_last_units_one_is_done(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    await caps.shop.adjust(ola.id, 900)
    both = [await caps.asked(ola.id, -600) for _ in range(2)]

    came = await at_once([functools.partial(caps.verbs.give_approval, JAN, one.id) for one in both])

    assert sorted(came) == ["InsufficientPoints", DONE]
    assert await caps.shop.balance(ola.id) == (300, 0, 0)
