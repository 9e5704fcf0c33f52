import datetime as dt
import uuid

import asyncpg
import msgspec
import pytest

from service.domain.returns import store
from service.domain.returns.store import Kept, Key, Record, Row
from service.domain.returns.types import (
    VOID_CHANNEL,
    PurchaseRef,
    RecordReturn,
    Refund,
    ReturnedLine,
    ReturnLine,
    ReturnReceipt,
    ReturnStatus,
)
from service.infra.db import Tx
from service.kernel.actor import Actor, ActorKind
from service.kernel.values import Balance, Movement, TierNow

START = dt.datetime(2026, 3, 2, 10, 0, 0, 5, tzinfo=dt.UTC)
OLA, PURCHASE, RETURN, OTHER = (uuid.UUID(int=n) for n in (1, 2, 3, 4))
TILL = Actor(
    kind=ActorKind.STAFF, id="ann", client_id=uuid.UUID(int=9), store="waw-01", device="till-3"
)
FP = b"f" * 32
BOUGHT, R1, R2 = ("web", "1"), ("pos", "r1"), ("pos", "r2")
BODY = RecordReturn(
    channel="pos",
    external_id="r1",
    purchase=PurchaseRef(channel="web", external_id="1"),
    occurred_at=START,
    lines=(ReturnLine(line=1, quantity="0.5"), ReturnLine(line=2)),
)
RECEIPT = ReturnReceipt(
    id=RETURN,
    status=ReturnStatus.APPLIED,
    channel="pos",
    external_id="r1",
    purchase_id=PURCHASE,
    member_id=OLA,
    occurred_at=START,
    recorded_at=START,
    refund=Refund(total=500, other_tender=500),
    lines=(ReturnedLine(line=1, sku="x", quantity="0.5", total=500),),
    reversed=(Movement(wallet="points", amount=5),),
    tier={"main": TierNow(id="gold")},
    wallets={"points": Balance(available=1, pending=2, held=0, debt=3)},
    cut=True,
)


def later(minutes: int) -> dt.datetime:
    return START + dt.timedelta(minutes=minutes)


async def test_a_natural_key_names_one_return_for_ever(tx: Tx) -> None:
    assert await store.claim_keys(tx, [(R1, RETURN, OLA, FP)]) == {R1}
    assert await store.claim_keys(tx, [(R1, OTHER, OLA, FP), (R2, OTHER, OLA, FP)]) == {R2}

    assert await store.keys(tx, [R1, R2, BOUGHT]) == {
        R1: Key(RETURN, OLA, FP),
        R2: Key(OTHER, OLA, FP),
    }


async def test_the_key_of_a_parked_return_is_settled_when_it_is_applied(tx: Tx) -> None:
    await store.claim_keys(tx, [(R1, None, None, FP)])
    assert await store.keys(tx, [R1]) == {R1: Key(None, None, FP)}

    await store.settle_keys(tx, [(R1, RETURN, OLA)])

    assert await store.keys(tx, [R1]) == {R1: Key(RETURN, OLA, FP)}


async def test_parked_returns_wait_for_their_purchase_in_the_order_recorded(tx: Tx) -> None:
    second = RecordReturn(channel="pos", external_id="r0", purchase=BODY.purchase)
    elsewhere = RecordReturn(
        channel="pos", external_id="r9", purchase=PurchaseRef(channel="app", external_id="1")
    )
    await store.park(tx, [(BOUGHT, BODY, TILL)], later(1))
    await store.park(tx, [(BOUGHT, second, TILL), (("app", "1"), elsewhere, TILL)], later(2))

    taken = await store.take_parked(tx, [BOUGHT, ("web", "2")])

    assert set(taken) == {BOUGHT}
    assert [body for body, _ in taken[BOUGHT]] == [BODY, second]
    assert {(actor.kind, actor.id, actor.device) for _, actor in taken[BOUGHT]} == {
        (ActorKind.STAFF, "ann", "till-3")
    }


async def test_what_was_taken_waits_no_longer(tx: Tx) -> None:
    await store.park(tx, [(BOUGHT, BODY, TILL)], START)

    assert len(await store.take_parked(tx, [BOUGHT])) == 1
    assert await store.take_parked(tx, [BOUGHT]) == {}


async def test_the_answer_comes_back_as_it_was_given(tx: Tx) -> None:
    row = Row(OLA, PURCHASE, RETURN, RECEIPT, "waw-01", START, later(1), [500, 0], TILL)
    await store.insert(tx, [row])

    assert await store.receipts(tx, [RETURN, OTHER]) == {RETURN: RECEIPT}
    stored = await tx.connection.fetchrow(
        "select lines, total, store, occurred_at, recorded_at, actor_id from purchase_return"
    )
    assert tuple(stored) == ([500, 0], 500, "waw-01", START, later(1), "ann")


async def test_why_a_purchase_was_void_is_kept_and_told_again(tx: Tx) -> None:
    void = msgspec.structs.replace(RECEIPT, channel=VOID_CHANNEL, reason="the wrong member")
    await store.insert(
        tx, [Row(OLA, PURCHASE, RETURN, void, "waw-01", START, later(1), [500, 0], TILL)]
    )

    assert await store.receipts(tx, [RETURN]) == {RETURN: void}
    found = await store.void_of(tx, OLA, PURCHASE)
    assert found == Record(
        *(OLA, RETURN, PURCHASE, VOID_CHANNEL, int(ActorKind.STAFF), "ann"),
        *("waw-01", "till-3", "the wrong member", later(1)),
    )
    assert await store.find(tx, RETURN) == found
    assert await store.find(tx, OTHER) is None


async def test_a_return_is_no_void(tx: Tx) -> None:
    await store.insert(
        tx, [Row(OLA, PURCHASE, RETURN, RECEIPT, "waw-01", START, later(1), [500, 0], TILL)]
    )

    assert await store.void_of(tx, OLA, PURCHASE) is None
    found = await store.find(tx, RETURN)
    assert found is not None
    assert (found.channel, found.note, found.device) == ("pos", None, "till-3")


async def test_what_is_kept_is_written_and_written_again(tx: Tx) -> None:
    await store.write_kept(
        tx, [(OLA, PURCHASE, 1, Kept(10, 6, 1)), (OLA, PURCHASE, 3, Kept(5, 5, 0))]
    )
    await store.write_kept(tx, [(OLA, PURCHASE, 1, Kept(10, 0, 4))])

    assert await store.kept(tx, [OLA], [PURCHASE, OTHER]) == {
        (PURCHASE, 1): Kept(10, 0, 4),
        (PURCHASE, 3): Kept(5, 5, 0),
    }


@pytest.mark.parametrize(
    "impossible",
    [Kept(10, 11, 0), Kept(10, -1, 0), Kept(10, 6, 5), Kept(10, 6, -1), Kept(-1, -1, 0)],
)
async def test_nobody_keeps_more_than_was_earned(tx: Tx, impossible: Kept) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="purchase_wallet_bounds"):
        async with tx.connection.transaction():
            await store.write_kept(tx, [(OLA, PURCHASE, 1, impossible)])
