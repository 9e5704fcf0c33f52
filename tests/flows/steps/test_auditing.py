"""An act is a row of who, where, what and why, written with what it tells or not at all."""

import asyncio
import datetime as dt
import hashlib

import asyncpg
import msgspec
import pytest

from service.domain.audit import store
from service.domain.audit.acts import About, Act
from service.domain.audit.errors import AuditDayOver
from service.domain.holders import store as holders
from service.flows.audit.close_audit_day import close_audit_day
from service.flows.steps import auditing
from service.flows.steps.auditing import Done
from service.kernel.ids import new_id
from tests.flows.shop import TILL, Shop, day

DONE = Done(act=Act.CLUB_BANNED, about=About.CLUB, id="roasters", content={"n": 1})


async def test_a_row_says_who_where_what_and_why(shop: Shop) -> None:
    actor = msgspec.structs.replace(
        TILL, device="till-3", network="192.0.2.0/24", reason="OPS-1204"
    )
    member, operation, act_id = new_id(), new_id(), new_id()
    done = Done(
        act=DONE.act, about=DONE.about, id="roasters", content={"n": 1}, with_id=member,
        op_id=operation,
    )  # fmt: skip
    async with shop.db.transaction() as tx:
        await holders.clock(tx, shop.db.clock_offset)
        await auditing.note(tx, actor, done, act_id)
        found = await store.find(tx, act_id)

    assert found is not None
    assert found.done_at == tx.now
    assert (found.act, found.about_kind, found.about_id) == ("club.banned", "club", "roasters")
    assert (found.actor_kind, found.actor_id, found.client_id) == (1, "till", TILL.client_id)
    assert (found.store, found.device, found.network) == ("waw-01", "till-3", "192.0.2.0/24")
    assert (found.with_id, found.op_id, found.reason) == (member, operation, "OPS-1204")
    assert found.digest == hashlib.sha256(b'{"n":1}').digest()


async def test_what_is_rolled_back_was_no_act(shop: Shop) -> None:
    before = await shop.tables()

    async def fail() -> None:
        async with shop.db.transaction() as tx:
            await holders.clock(tx, shop.db.clock_offset)
            await auditing.note(tx, TILL, DONE)
            raise MemoryError

    with pytest.raises(MemoryError):
        await fail()
    assert await shop.tables() == before


async def test_many_write_at_once_and_none_waits_for_another(shop: Shop) -> None:
    """Each is open until all have written: a share of a lock is no turn."""
    all_wrote = asyncio.Barrier(5)

    async def write() -> None:
        async with shop.db.transaction() as tx:
            await holders.clock(tx, shop.db.clock_offset)
            await auditing.note(tx, TILL, DONE)
            await all_wrote.wait()

    async with asyncio.timeout(10):
        await asyncio.gather(*(write() for _ in range(5)))
    assert await shop.count("audit_act where act = 'club.banned'") == 5


async def test_what_comes_after_its_day_was_closed_is_refused_with_all_it_did(shop: Shop) -> None:
    """The last wall: a transaction whose clock was read yesterday, and which lasted for ever."""
    await shop.show(day(0))
    await shop.enrol("4012001")
    before = await shop.tables("audit_day", "audit_leaf", "audit_head", "outbox")

    async def late() -> None:
        async with shop.db.transaction() as tx:
            await holders.clock(tx, shop.db.clock_offset)
            await tx.connection.execute("update holder set version = version + 1")
            await shop.show(day(1.5))
            assert await close_audit_day(shop.built.ctx) == 1
            await auditing.note(tx, TILL, DONE)

    with pytest.raises(AuditDayOver):
        await late()
    assert await shop.tables("audit_day", "audit_leaf", "audit_head", "outbox") == before


async def test_a_reason_that_is_a_sentence_is_refused_by_the_database(shop: Shop) -> None:
    actor = msgspec.structs.replace(TILL, reason="because ola@example.org asked")

    async def act() -> None:
        async with shop.db.transaction() as tx:
            await holders.clock(tx, shop.db.clock_offset)
            await auditing.note(tx, actor, DONE)

    with pytest.raises(asyncpg.CheckViolationError):
        await act()


async def test_a_club_is_named_with_its_member(shop: Shop) -> None:
    member = new_id()
    async with shop.db.transaction() as tx:
        await holders.clock(tx, dt.timedelta())
        await auditing.note_club(tx, TILL, Act.CLUB_LET_IN, "roasters", member, {})
        row = await tx.connection.fetchrow("select * from audit_act where act = 'club.let-in'")
    assert (row["about_kind"], row["about_id"], row["with_id"]) == ("club", "roasters", member)
