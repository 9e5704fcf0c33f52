"""What staff adjust alone, and what they have to ask for."""

import asyncio
import datetime as dt
import functools

import msgspec
import pytest

from service.domain.access.errors import OwnWallet
from service.domain.approvals.errors import ReasonCodeNeeded, UnknownReasonCode
from service.domain.approvals.types import ApprovalView, AskedAdjustment, Standing
from service.domain.idempotency.errors import IdempotencyKeyReused
from service.domain.members.errors import MemberNotFound
from service.domain.wallets.errors import InsufficientPoints, UnknownWallet, ZeroAmount
from service.domain.wallets.types import Adjust, AdjustmentReceipt
from service.kernel.ids import new_id
from tests.flows.caps import CAPPED, EVA, JAN, Caps, staff
from tests.flows.races import came_with
from tests.flows.shop import SOURCE, TILL, another, day

MIDNIGHT = dt.datetime(2026, 3, 2, 23, tzinfo=dt.UTC)  # of Warsaw
SOON = dt.timedelta(minutes=5)


async def test_up_to_the_cap_it_is_done_alone(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")

    receipt = await caps.alone(ola.id, 500)

    assert (receipt.amount, receipt.wallets["points"].available) == (500, 500)
    assert await caps.shop.count("approval") == 0
    done = await caps.reads.operation(receipt.id)
    assert (done.kind, done.actor, done.approved_by, done.store, done.device) == (
        *("adjustment", "staff:eva", None, "waw-01", "till-3"),
    )
    assert (done.reason, done.code, done.holders) == ("cold coffee", "late", (ola.id,))


@pytest.mark.parametrize(
    ("amount", "wallet", "why"),
    [(501, "points", "above_max"), (-501, "points", "above_max"), (1, "status", "no_caps")],
)
async def test_more_than_one_may_do_alone_is_asked_for_and_nothing_else_is_written(
    caps: Caps, amount: int, wallet: str, why: str
) -> None:
    ola = await caps.shop.enrol("1")
    before = await caps.shop.tables("approval", "idem", "holder", "outbox")

    asked = await caps.asked(ola.id, amount, wallet)

    assert await caps.shop.tables("approval", "idem", "holder", "outbox") == before
    code = "late" if wallet == "points" else None
    assert asked.adjustment == AskedAdjustment(
        wallet=wallet, amount=amount, reason="cold coffee", code=code
    )
    assert (asked.kind, asked.state, asked.why) == ("adjustment", Standing.OPEN, why)
    assert (asked.asked_by, asked.store, asked.device) == ("staff:eva", "waw-01", "till-3")
    assert asked.due_at - asked.asked_at == dt.timedelta(hours=2)
    assert (await caps.shop.events(ola.id))[-1] == (
        "approval.asked",
        {
            "approval_id": str(asked.id),
            "kind": "adjustment",
            "due_at": msgspec.to_builtins(asked.due_at),
        },
    )
    assert await caps.days() == {}


async def test_what_waits_moves_nothing(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")

    await caps.asked(ola.id, 501)

    assert await caps.shop.balance(ola.id) == (0, 0, 0)
    assert await caps.shop.entries(ola.id) == []


async def test_a_day_is_capped_in_all_and_both_directions_count(caps: Caps) -> None:
    ola, tom = await caps.shop.enrol("1"), await caps.shop.enrol("2")
    await caps.alone(ola.id, 500)
    await caps.alone(ola.id, -200)

    asked = await caps.asked(tom.id, 101)
    await caps.alone(tom.id, 100)

    assert asked.why == "above_day_max"
    assert await caps.days() == {("eva", "2026-03-02", 1): 800}
    assert (await caps.asked(tom.id, 1)).why == "above_day_max"


async def test_each_person_has_a_day_and_each_wallet_a_cap(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    await caps.alone(ola.id, 500)
    await caps.alone(ola.id, 300)

    await caps.alone(ola.id, 20, "stars")
    await caps.alone(ola.id, 500, by=JAN)

    assert await caps.days() == {
        ("eva", "2026-03-02", 1): 800,
        ("eva", "2026-03-02", 2): 20,
        ("jan", "2026-03-02", 1): 500,
    }


async def test_a_day_is_one_of_the_programs_zone(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    await caps.shop.show(MIDNIGHT - SOON)
    await caps.alone(ola.id, 500)
    await caps.alone(ola.id, 300)
    await caps.asked(ola.id, 1)

    await caps.shop.show(MIDNIGHT + SOON)
    await caps.alone(ola.id, 500)

    assert await caps.days() == {("eva", "2026-03-02", 1): 800, ("eva", "2026-03-03", 1): 500}


async def test_the_caps_are_those_of_the_program_in_force(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    await caps.alone(ola.id, 500)
    less = CAPPED.replace("max: 500, per_day_max: 800", "max: 5, per_day_max: 8")
    await caps.shop.publish(less, None)
    await caps.shop.show(day(0.5))

    assert (await caps.asked(ola.id, 6)).why == "above_max"
    assert (await caps.asked(ola.id, 5)).why == "above_day_max"
    await caps.shop.publish(SOURCE, None)
    await caps.shop.show(day(0.6))
    assert (await caps.asked(ola.id, 1, code=None)).why == "no_caps"


async def test_the_key_of_a_system_has_no_caps(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")

    await caps.shop.adjust(ola.id, 100_000)
    await caps.shop.adjust(ola.id, 5, "status")
    await caps.alone(ola.id, 1, by=TILL, code="goodwill")

    assert await caps.days() == {}
    assert await caps.shop.count("approval") == 0


async def test_staff_name_one_of_the_reasons_where_the_program_has_some(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    before = await caps.shop.tables()

    for amount in (5, 501):
        with pytest.raises(ReasonCodeNeeded) as missing:
            await caps.send(ola.id, amount, code=None)
        for actor in (EVA, TILL):
            with pytest.raises(UnknownReasonCode) as unknown:
                await caps.send(ola.id, amount, code="because", by=actor)

    assert missing.value.allowed == unknown.value.allowed == ("late", "goodwill")
    stars = Adjust(wallet="stars", amount=5, reason="cold coffee", code="late")
    with pytest.raises(UnknownReasonCode) as none:
        await caps.verbs.adjust_wallet(EVA, ola.id, stars, "key-00001")
    assert none.value.allowed == ()
    assert await caps.shop.tables() == before


async def test_nobody_touches_the_own_wallet_alone_or_asking(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    herself = staff("ola", own_member=ola.id)
    before = await caps.shop.tables()

    for amount in (5, 501):
        with pytest.raises(OwnWallet):
            await caps.send(ola.id, amount, by=herself)

    assert await caps.shop.tables() == before


@pytest.mark.parametrize(
    ("amount", "wallet", "refusal"),
    [
        (0, "points", ZeroAmount),
        (501, "coins", UnknownWallet),
        (-5, "points", InsufficientPoints),
    ],
)
async def test_a_refusal_counts_for_no_day_and_asks_nobody(
    caps: Caps, amount: int, wallet: str, refusal: type[Exception]
) -> None:
    ola = await caps.shop.enrol("1")
    before = await caps.shop.tables()

    with pytest.raises(refusal):
        await caps.send(ola.id, amount, wallet)
    with pytest.raises(MemberNotFound):
        await caps.send(new_id(), 501)

    assert await caps.shop.tables() == before


async def test_asking_again_under_the_same_key_is_the_same_answer(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    first = await caps.asked(ola.id, 501, key="key-00001")
    await caps.approve(first.id)
    before = await caps.shop.tables()

    again = await caps.send(ola.id, 501, key="key-00001")

    assert (again.replayed, again.parked, again.body) == (True, True, first)
    with pytest.raises(IdempotencyKeyReused):
        await caps.send(ola.id, 502, key="key-00001")
    assert await caps.shop.tables() == before


async def test_what_was_done_alone_replays_without_counting_again(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    first = await caps.alone(ola.id, 500, key="key-00001")

    again = await caps.send(ola.id, 500, key="key-00001")

    assert (again.replayed, again.parked, again.body) == (True, False, first)
    assert await caps.days() == {("eva", "2026-03-02", 1): 500}


async def test_at_once_the_same_key_asks_once(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")

    asked = await asyncio.gather(*(caps.send(ola.id, 501, key="key-00001") for _ in range(10)))

    assert sorted(one.replayed for one in asked) == [False] + [True] * 9
    assert len({one.body.id for one in asked}) == 1
    assert await caps.shop.count("approval") == 1


async def test_fifty_at_once_of_one_person_at_different_members_keep_to_the_day(caps: Caps) -> None:
    """800 a day, 50 each: 16 of them fit, whichever; two processes share the day."""
    members = [(await caps.shop.enrol(f"{n}")).id for n in range(50)]
    faces = (caps.shop.built, another(caps.shop.db))
    body = Adjust(wallet="points", amount=50, reason="cold coffee", code="late")

    told = await asyncio.gather(
        *(
            came_with(
                functools.partial(
                    faces[n % 2].verbs.adjust_wallet, EVA, member, body, f"key-{n:05}"
                )
            )
            for n, member in enumerate(members)
        )
    )
    await faces[1].gate.drain()

    kinds = [type(one.body) for one in told]
    assert (kinds.count(AdjustmentReceipt), kinds.count(ApprovalView)) == (16, 34)
    assert await caps.days() == {("eva", "2026-03-02", 1): 800}
    assert sorted([(await caps.shop.balance(one))[0] for one in members]) == [0] * 34 + [50] * 16
