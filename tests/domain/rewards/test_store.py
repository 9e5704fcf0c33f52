"""Redemptions in the database."""

import datetime as dt
import uuid

import asyncpg
import msgspec
import pytest

from service.domain.rewards import store
from service.domain.rewards.store import Span
from service.domain.rewards.types import Redemption, State
from service.infra.db import Tx
from service.kernel.ids import new_id
from service.rules.facts import Facts, MemberFacts, Past

NOW = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)


def hours(number: float) -> dt.datetime:
    return NOW + dt.timedelta(hours=number)


def had(holder: uuid.UUID, state: State = State.GRANTED, **fields: object) -> Redemption:
    """A mug had at NOW."""
    given: dict[str, object] = {
        "holder_id": holder, "redemption_id": new_id(), "state": state, "reward": "mug",
        "program_version": 3, "facts": Facts(at=NOW), "wallet": 1, "price": 100, "stocked": True,
        "asked_at": NOW, "granted_at": None if state is State.HELD else NOW,
        "held_until": hours(1) if state is State.HELD else None,
        "actor_kind": 1, "actor_id": "till", **fields,
    }  # fmt: skip
    return Redemption(**given)  # type: ignore[arg-type]


async def test_what_is_written_is_read_back(tx: Tx) -> None:
    ola = new_id()
    facts = Facts(
        at=NOW,
        member=MemberFacts(tiers={"main": "gold"}, fields={"newsletter": True}),
        history={"30 days|||": Past(1, 2, 3)},
        uses={"mug": 4},
    )
    one = had(ola, coupon_id=new_id(), store="waw-01", held_until=hours(1), facts=facts)
    other = had(new_id(), State.HELD)

    await store.insert(tx, [one, other])

    assert await store.find(tx, one.redemption_id) == one
    assert await store.find(tx, other.redemption_id) == other
    assert await store.find(tx, new_id()) is None
    assert await store.page(tx, ola, uuid.UUID(int=2**128 - 1), 10) == [one]


async def test_a_step_is_written_once(tx: Tx) -> None:
    held = had(new_id(), State.HELD)
    await store.insert(tx, [held])
    taken = msgspec.structs.replace(
        held, state=State.GRANTED, granted_at=hours(0.5), coupon_id=new_id()
    )
    ended = msgspec.structs.replace(
        taken, state=State.CANCELLED, closed_at=hours(2), closed_op=new_id(), closed_store="waw-02"
    )

    await store.update(tx, [(held, taken)])
    assert await store.find(tx, held.redemption_id) == taken
    await store.update(tx, [(taken, ended)])
    assert await store.find(tx, held.redemption_id) == ended
    await store.update(tx, [(held, taken)])
    with pytest.raises(AssertionError, match="changed under its holder's lock"):
        await tx.flush()


async def test_it_is_found_by_what_closed_it(tx: Tx) -> None:
    ola, op_id = new_id(), new_id()
    given = had(ola)
    handed = msgspec.structs.replace(
        given, state=State.HANDED_OVER, closed_at=hours(2), closed_op=op_id
    )
    await store.insert(tx, [given, had(ola)])
    await store.update(tx, [(given, handed)])

    assert await store.closed_by(tx, ola, op_id) == handed
    assert await store.closed_by(tx, new_id(), op_id) is None


async def test_the_newest_come_first_a_page_at_a_time(tx: Tx) -> None:
    ola = new_id()
    made = [had(ola) for _ in range(5)]
    await store.insert(tx, [*made, had(new_id())])

    first = await store.page(tx, ola, uuid.UUID(int=2**128 - 1), 2)
    rest = await store.page(tx, ola, first[-1].redemption_id, 9)

    assert [*first, *rest] == made[::-1]


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({}, True),
        ({"state": State.HANDED_OVER, "closed_at": NOW, "closed_op": uuid.UUID(int=1)}, True),
        ({"state": State.CANCELLED, "closed_at": NOW, "closed_op": uuid.UUID(int=1)}, False),
        ({"state": State.HELD, "granted_at": None, "held_until": hours(1.001)}, True),
        ({"state": State.HELD, "granted_at": None, "held_until": hours(1)}, False),
        ({"held_until": hours(0.5)}, True),  # granted in time
        ({"reward": "pen"}, False),
        ({"holder_id": uuid.UUID(int=5)}, False),
        ({"asked_at": hours(-2)}, False),  # as long ago as the span begins
        ({"asked_at": hours(-1.999)}, True),
        ({"asked_at": hours(2)}, False),
        ({"asked_at": hours(1.999)}, True),
    ],
)
async def test_what_a_member_had_within_a_span_is_counted(
    fields: dict[str, object], counts: bool, tx: Tx
) -> None:
    ola = new_id()
    one = msgspec.structs.replace(had(ola), **fields)
    written = one if one.closed_at is None else had(one.holder_id, redemption_id=one.redemption_id)
    await store.insert(tx, [written])
    if written is not one:
        await store.update(tx, [(written, one)])
    spans = [Span(ola, "mug", hours(-2), hours(2)), Span(new_id(), "mug", None, None)]
    assert await tx.ask(store.ask_had(spans, hours(1))) == {0: int(counts), 1: 0}


async def test_without_bounds_all_is_counted(tx: Tx) -> None:
    ola = new_id()
    await store.insert(tx, [had(ola, asked_at=hours(n * 9_000)) for n in range(3)])
    spans = [Span(ola, "mug", None, None)]
    assert await tx.ask(store.ask_had(spans, NOW)) == {0: 3}


@pytest.mark.parametrize(
    ("fields", "wall"),
    [
        ({"price": 0}, "redemption_price"),
        ({"granted_at": None}, "redemption_granted"),
        ({"state": State.HELD, "held_until": None, "granted_at": None}, "redemption_held"),
        ({"state": State.HELD, "granted_at": NOW}, "redemption_held"),
        ({"state": State.CANCELLED}, "redemption_closed"),
    ],
)
async def test_the_database_refuses_what_cannot_be(
    fields: dict[str, object], wall: str, tx: Tx
) -> None:
    await store.insert(tx, [had(new_id(), **fields)])  # type: ignore[arg-type]
    with pytest.raises(asyncpg.CheckViolationError, match=wall):
        await tx.flush()
