"""Holds written and read back, ended once, and as they stood at other times."""

import datetime as dt
import uuid

import asyncpg
import msgspec
import pytest

from service.domain.holders import store as holders
from service.domain.holders.types import Kind
from service.domain.holds import store
from service.domain.holds.types import (
    REDEMPTION,
    Closing,
    Hold,
    Item,
    ItemKind,
    OpenHold,
    State,
    units_of,
)
from service.infra.db import Tx
from service.rules.cart import Cart, CartLine
from service.rules.decision import Decision, Paid
from service.rules.facts import Facts

START = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
OLA, JAN = uuid.UUID(int=1), uuid.UUID(int=2)
PURCHASE = uuid.UUID(int=77)
POINTS = 1
LOT = Item(item_no=1, kind=ItemKind.UNITS, amount=30, wallet=POINTS, lot_no=4)
OTHER_LOT = Item(item_no=2, kind=ItemKind.UNITS, amount=20, wallet=POINTS, lot_no=9)
COUPON = Item(item_no=3, kind=ItemKind.COUPON, amount=1, name="TEN", digest=bytes(32))
SHARE = Item(item_no=4, kind=ItemKind.BUDGET, amount=250, name="sale", slot=5)


def minute(number: float) -> dt.datetime:
    return START + dt.timedelta(minutes=number)


def placed(number: int, *items: Item, holder: uuid.UUID = OLA, due: float = 15) -> Hold:
    """Hold `number` of the checkout of that number, placed at minute 0."""
    line = CartLine(sku="thing", quantity=1000, amount=900)
    return Hold(
        holder_id=holder,
        hold_id=uuid.UUID(int=100 + number),
        channel="web",
        checkout=f"cart-{number}",
        fp=bytes([number]) * 32,
        program_version=3,
        cart=Cart(channel="web", currency="EUR", lines=(line,)),
        facts=Facts(at=START),
        decision=Decision(paid=(Paid(wallet="points", units=50, value=50, lines=((0, 50, 50),)),)),
        created_at=START,
        due_at=minute(due),
        actor_kind=1,
        actor_id="till",
        store="waw-01",
        items=items,
    )


@pytest.fixture(autouse=True)
async def _holders(tx: Tx) -> None:
    await holders.insert(tx, [OLA, JAN], Kind.MEMBER, [START, START], START)


def as_open(hold: Hold) -> OpenHold:
    return OpenHold(
        holder_id=hold.holder_id, hold_id=hold.hold_id, due_at=hold.due_at, items=hold.items
    )


async def test_a_hold_comes_back_as_it_was_placed(tx: Tx) -> None:
    hold = placed(1, LOT, OTHER_LOT, COUPON, SHARE)
    await store.insert(tx, [hold, placed(2)])

    assert await store.by_id(tx, hold.hold_id) == hold
    assert await store.by_ids(tx, [placed(2).hold_id]) == {placed(2).hold_id: placed(2)}
    assert await store.by_id(tx, uuid.UUID(int=5)) is None


async def test_the_open_holds_of_holders_come_soonest_due_first(tx: Tx) -> None:
    late, soon = placed(1, LOT, SHARE, due=30), placed(2, OTHER_LOT, due=10)
    empty = placed(3, holder=JAN)
    ended = placed(4, COUPON)
    await store.insert(tx, [late, soon, empty, ended])
    await store.close(tx, [Closing(hold=ended, state=State.RELEASED, at=minute(1))])

    assert await tx.ask(store.ask_open([OLA, JAN, uuid.UUID(int=3)])) == {
        OLA: [as_open(soon), as_open(late)],
        JAN: [as_open(empty)],
    }


async def test_a_checkout_finds_its_open_hold_alone(tx: Tx) -> None:
    hold, ended = placed(1, LOT), placed(2, LOT)
    await store.insert(tx, [hold, ended])
    await store.close(tx, [Closing(hold=ended, state=State.RELEASED, at=minute(1))])
    keys = [(OLA, "web", "cart-1"), (OLA, "web", "cart-2"), (JAN, "web", "cart-1")]

    assert await store.by_checkouts(tx, keys) == {keys[0]: hold}
    assert await store.by_checkouts(tx, []) == {}


async def test_what_is_not_captured_is_released_at_the_end(tx: Tx) -> None:
    hold = placed(1, LOT, OTHER_LOT, SHARE)
    await store.insert(tx, [hold])

    await store.close(
        tx,
        [
            Closing(
                hold=hold, state=State.CAPTURED, at=minute(2), by=PURCHASE, captured={1: 30, 2: 5}
            )
        ],
    )

    ended = await store.by_id(tx, hold.hold_id)
    assert ended is not None
    assert (ended.state, ended.closed_at, ended.closed_by) == (
        *(State.CAPTURED, minute(2), PURCHASE),
    )
    assert [(i.captured, i.released, i.open) for i in ended.items] == [
        (30, 0, 0),
        (5, 15, 0),
        (0, 250, 0),
    ]
    assert units_of(ended.items) == {}


async def test_a_hold_ends_once(tx: Tx) -> None:
    hold = placed(1, LOT)
    await store.insert(tx, [hold])
    await store.close(tx, [Closing(hold=as_open(hold), state=State.TIMED_OUT, at=hold.due_at)])
    await tx.flush()

    await store.close(tx, [Closing(hold=hold, state=State.RELEASED, at=minute(1))])
    with pytest.raises(AssertionError, match="a hold ended under its holder's lock"):
        await tx.flush()


async def test_ending_none_does_nothing(tx: Tx) -> None:
    await store.close(tx, [])
    await tx.flush()


async def test_an_extended_hold_is_due_later(tx: Tx) -> None:
    hold = placed(1, LOT)
    await store.insert(tx, [hold])

    await store.extend(tx, [(hold, minute(40))])

    assert await store.by_id(tx, hold.hold_id) == msgspec.structs.replace(hold, due_at=minute(40))


async def test_a_checkout_has_one_open_hold(tx: Tx) -> None:
    await store.insert(tx, [placed(1, LOT)])
    await tx.flush()

    await store.insert(tx, [msgspec.structs.replace(placed(2), checkout="cart-1")])
    with pytest.raises(asyncpg.UniqueViolationError, match="hold_checkout"):
        await tx.flush()


@pytest.mark.parametrize(
    ("at", "known_at", "seen"),
    [
        (-1, 60, []),  # not placed yet
        (0, 60, [1, 2, 3]),
        (4, 60, [1, 2, 3]),
        (5, 60, [1, 3]),  # released by then
        (60, 4, [1, 2, 3]),  # that was not known
        (60, 60, [1, 3]),  # a time-out is left to settling
        (60, -1, []),
    ],
)
async def test_holds_as_they_stood(at: float, known_at: float, seen: list[int], tx: Tx) -> None:
    made = {n: placed(n, LOT, due=20) for n in (1, 2, 3)}
    await store.insert(tx, list(made.values()))
    await store.close(tx, [Closing(hold=made[2], state=State.RELEASED, at=minute(5))])
    await store.close(tx, [Closing(hold=made[3], state=State.TIMED_OUT, at=minute(20))])

    found = await store.open_at(tx, OLA, minute(at), minute(known_at))

    assert found == [as_open(made[n]) for n in seen]


def test_open_units_go_by_wallet_in_the_order_they_were_held() -> None:
    star = Item(item_no=5, kind=ItemKind.UNITS, amount=7, wallet=2, lot_no=1, captured=3)
    gone = Item(item_no=6, kind=ItemKind.UNITS, amount=7, wallet=2, lot_no=2, released=7)

    assert units_of([LOT, COUPON, OTHER_LOT, star, SHARE, gone]) == {
        POINTS: [(4, 30), (9, 20)],
        2: [(1, 4)],
    }


def test_a_hold_is_over_at_its_very_instant() -> None:
    hold = placed(1)

    assert hold.is_open(minute(15) - dt.timedelta(microseconds=1))
    assert not hold.is_open(minute(15))
    assert not msgspec.structs.replace(hold, state=State.CAPTURED).is_open(START)


async def test_the_hold_of_a_redemption_is_found_by_it_alone(tx: Tx) -> None:
    of_redemption = msgspec.structs.replace(
        placed(1, LOT), channel=REDEMPTION, checkout=str(uuid.UUID(int=101))
    )
    await store.insert(tx, [of_redemption, placed(2, OTHER_LOT)])

    assert await store.of_redemption(tx, OLA, of_redemption.hold_id) == of_redemption
    assert await store.of_redemption(tx, JAN, of_redemption.hold_id) is None
    assert await store.of_redemption(tx, OLA, placed(2).hold_id) is None
    assert await store.by_ids(tx, [of_redemption.hold_id, placed(2).hold_id]) == {
        placed(2).hold_id: placed(2, OTHER_LOT)
    }
    assert len((await tx.ask(store.ask_open([OLA])))[OLA]) == 2  # settling knows both
