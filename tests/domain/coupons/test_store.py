"""Coupons in the database."""

import asyncio
import datetime as dt
import uuid

import asyncpg
import msgspec
import pytest

from service.domain.coupons import codes, store
from service.domain.coupons.store import Standing
from service.domain.coupons.types import NewCoupon, Use
from service.infra.db import Database, Tx
from service.kernel.ids import new_id
from tests.databases import Fresh
from tests.domain.coupons.rows import NOW, SECRET, hours, personal

OLA, JAN = new_id(), new_id()


async def used(tx: Tx, digest: bytes) -> int:
    return (await store.find(tx, [digest]))[digest].used


async def test_an_issued_coupon_is_found_by_its_code_and_by_its_id(tx: Tx) -> None:
    digest = await personal(tx, OLA, template="GIFT", rule="r1", until_at=hours(5), uses_max=2)

    row = (await store.find(tx, [digest, b"x" * 32]))[digest]

    assert (row.template, row.holder_id, row.rule, row.until_at) == ("GIFT", OLA, "r1", hours(5))
    assert (row.uses_max, row.used, row.voided_at, row.issued_at) == (2, 0, None, NOW)
    assert row.tail == store.code_of(SECRET, row.coupon_id)[-4:]
    assert await store.digest_of(tx, row.coupon_id) == digest
    assert await store.digest_of(tx, new_id()) is None
    assert await store.lock(tx, [digest, digest, b"x" * 32]) == {digest: row}


async def test_the_table_holds_no_code(tx: Tx) -> None:
    holder = new_id()
    digest = await personal(tx, holder)
    row = (await store.find(tx, [digest]))[digest]
    code = store.code_of(SECRET, row.coupon_id)
    await tx.flush()

    (text,) = await tx.connection.fetchrow("select c::text from coupon c where digest = $1", digest)

    assert code[-4:] in text
    assert not any(code[n : n + 5] in text for n in range(len(code) - 4))


async def test_uses_count_up_to_the_cap_and_no_further(tx: Tx) -> None:
    digest, other = await personal(tx, OLA, uses_max=3), await personal(tx, JAN)

    await store.use(tx, [digest, other, digest])

    assert (await used(tx, digest), await used(tx, other)) == (2, 1)
    await store.use(tx, [digest, digest])
    with pytest.raises(asyncpg.CheckViolationError, match="coupon_uses"):
        await tx.flush()


async def test_a_coupon_that_is_not_there_cannot_be_used(tx: Tx) -> None:
    await store.use(tx, [b"x" * 32])

    with pytest.raises(AssertionError, match="a locked coupon vanished"):
        await tx.flush()


def use_of(digest: bytes | None, hour: float = 0, **fields: object) -> Use:
    given = {"holder_id": OLA, "template": "GIFT", "purchase_id": new_id(), "position": 0, **fields}
    return Use(occurred_at=hours(hour), digest=digest, **given)  # type: ignore[arg-type]


async def test_what_comes_back_can_be_used_again_and_counts_no_more(tx: Tx) -> None:
    digest = await personal(tx, OLA)
    use = use_of(digest)
    await store.use(tx, [digest])
    await store.record_uses(tx, [use])

    await store.give_back(tx, [use], hours(3))

    assert await used(tx, digest) == 0
    (found,) = await store.uses_on(tx, [(OLA, "GIFT", use.occurred_at, use.purchase_id)])
    assert found == Use(OLA, "GIFT", NOW, use.purchase_id, 0, digest, False, hours(3))
    assert await counted(tx, span()) == 0


async def test_a_use_comes_back_once(tx: Tx) -> None:
    use = use_of(None)
    await store.record_uses(tx, [use])
    await store.give_back(tx, [use], hours(3))
    await tx.flush()
    await store.give_back(tx, [use], hours(4))

    with pytest.raises(AssertionError, match="a use came back before"):
        await tx.flush()


async def test_a_use_beyond_the_cap_comes_back_without_making_room(tx: Tx) -> None:
    digest = await personal(tx, OLA)
    await store.use(tx, [digest])
    beyond = use_of(digest, overrun=True)
    await store.record_uses(tx, [use_of(digest), beyond])

    await store.give_back(tx, [beyond], hours(3))

    assert await used(tx, digest) == 1
    assert await counted(tx, span()) == 1


async def test_where_a_personal_coupon_was_used_is_found_by_its_code(tx: Tx) -> None:
    digest, other = await personal(tx, OLA, uses_max=3), await personal(tx, OLA)
    one, back = use_of(digest, 1), use_of(digest, 2)
    await store.record_uses(
        tx, [one, back, use_of(other), use_of(None), use_of(digest, 1, holder_id=JAN)]
    )
    await store.use(tx, [digest, digest])
    await store.give_back(tx, [back], hours(3))

    found = await store.uses_of_codes(tx, [(OLA, "GIFT", digest), (OLA, "NONE", digest)])

    assert found == [one]


# ------------------------------------------------------------------ counting


def span(
    since: dt.datetime | None = None,
    until: dt.datetime | None = None,
    but: uuid.UUID | None = None,
    holder: uuid.UUID = OLA,
    template: str = "GIFT",
) -> store.Span:
    return store.Span(holder, template, since, until, but)


async def counted(tx: Tx, *spans: store.Span) -> int:
    found = await tx.ask(store.ask_member_uses(spans, NOW))
    return found[0]


async def test_uses_are_counted_by_member_template_and_open_span(tx: Tx) -> None:
    await store.record_uses(
        tx,
        [
            use_of(None, -2),
            use_of(None, -1),
            use_of(None, 1),
            use_of(None, 1, template="OTHER"),
            use_of(None, 1, holder_id=JAN),
        ],
    )
    spans = [
        span(),
        span(since=hours(-2)),
        span(until=hours(1)),
        span(since=hours(-2), until=hours(1)),
        span(template="NONE"),
        span(holder=JAN),
    ]

    assert await tx.ask(store.ask_member_uses(spans, NOW)) == {0: 3, 1: 2, 2: 2, 3: 1, 4: 0, 5: 1}


async def open_hold(
    tx: Tx, digest: bytes, *, due: float = 1, state: int = 0, made: float = 0
) -> uuid.UUID:
    """OLA's hold of a use, `made` and `due` in hours from NOW."""
    hold_id = new_id()
    await tx.flush()
    await tx.connection.execute(
        "insert into hold (holder_id, hold_id, state, channel, checkout, fp, program_version, cart,"
        " facts, decision, created_at, due_at, closed_at, actor_kind, actor_id)"
        " values ($1, $2, $3, 'web', $8, $4, 1, '', '', '', $5, $6, $7, 1, 'till')",
        *(OLA, hold_id, state, bytes(32), hours(made), hours(due), hours(0) if state else None),
        hold_id.hex,
    )
    await tx.connection.execute(
        "insert into hold_item (holder_id, hold_id, item_no, kind, name, digest, amount)"
        " values ($1, $2, 1, 2, 'GIFT', $3, 1)",
        *(OLA, hold_id, digest),
    )
    return hold_id


async def test_what_open_holds_will_use_is_counted_by_the_instant_they_pin(tx: Tx) -> None:
    digest = await personal(tx, OLA)
    await open_hold(tx, digest, state=1)
    await open_hold(tx, digest, due=0)  # overdue now
    own = await open_hold(tx, digest, made=-1)

    assert await counted(tx, span()) == 1
    assert await counted(tx, span(but=own)) == 0
    assert await counted(tx, span(since=hours(-1))) == 0
    assert await counted(tx, span(until=hours(-1))) == 0


async def test_holds_of_others_are_counted_until_they_are_due(tx: Tx) -> None:
    digest, other = await personal(tx, OLA, uses_max=5), await personal(tx, OLA)
    own, somebody, late = new_id(), new_id(), new_id()
    await store.hold(
        tx, [(digest, own, hours(1)), (digest, somebody, hours(1)), (digest, late, NOW)]
    )
    await tx.flush()

    asked = store.ask_held([(digest, None), (digest, own), (other, None), (b"x" * 32, None)], NOW)

    assert await tx.ask(asked) == {0: 2, 1: 1, 2: 0, 3: 0}


async def test_a_hold_that_ends_lets_go_and_one_that_is_gone_is_passed_over(tx: Tx) -> None:
    digest = await personal(tx, OLA)
    own, somebody = new_id(), new_id()
    await store.hold(tx, [(digest, own, hours(1)), (digest, somebody, hours(1))])

    await store.unhold(tx, [(digest, own), (digest, new_id())])

    assert await tx.ask(store.ask_held([(digest, None)], NOW)) == {0: 1}


# ------------------------------------------------------------------ voiding, lists


async def test_a_coupon_is_void_until_it_is_reinstated(tx: Tx) -> None:
    digest = await personal(tx, OLA)

    await store.void(tx, [digest], hours(1))
    assert (await store.find(tx, [digest]))[digest].voided_at == hours(1)
    await store.void(tx, [digest], None)
    assert (await store.find(tx, [digest]))[digest].voided_at is None


async def test_what_took_a_coupon_is_known_until_it_is_given_again_or_changed_by_hand(
    tx: Tx,
) -> None:
    digest, by = await personal(tx, OLA), new_id()

    async def standing() -> Standing:
        row = (await store.lock(tx, [digest]))[digest]
        return Standing(digest, row.voided_at, row.taken_by)

    for taken in (Standing(digest, hours(1), by), Standing(digest, None, by)):
        await store.take(tx, [taken])
        assert await standing() == taken
    await store.void(tx, [digest], hours(2))
    assert await standing() == Standing(digest, hours(2), None)
    await store.take(tx, [Standing(digest, None, None)])
    assert await standing() == Standing(digest, None, None)


async def test_by_what_units_were_taken_for_a_use_is_kept_with_it(tx: Tx) -> None:
    digest = await personal(tx, OLA)
    one, other = use_of(digest), use_of(digest)
    await store.record_uses(tx, [one, other])
    for recovery in (new_id(), None):
        changed = msgspec.structs.replace(one, recovery=recovery)

        await store.recover(tx, [changed])

        found = await store.uses_of_codes(tx, [(OLA, "GIFT", digest)])
        assert {use.purchase_id: use for use in found} == {
            one.purchase_id: changed,
            other.purchase_id: other,
        }
        assert await store.uses_on(tx, [(OLA, "GIFT", one.occurred_at, one.purchase_id)]) == [
            changed
        ]


async def test_a_coupon_may_be_written_by_what_it_will_be_found_by(tx: Tx) -> None:
    new = NewCoupon(coupon_id=new_id(), template="GIFT", holder_id=OLA, origin_op=new_id())
    coded = store.coded(SECRET, new)

    await store.insert(tx, [coded], NOW)

    row = (await store.find(tx, [coded.digest]))[coded.digest]
    code = store.code_of(SECRET, new.coupon_id)
    assert (row.coupon_id, row.tail) == (new.coupon_id, code[-4:])
    assert coded.digest == codes.digest(SECRET, code)


async def test_a_list_of_what_may_be_spent_leaves_out_the_rest(tx: Tx) -> None:
    good = await personal(tx, OLA, hours(-9), until_at=hours(1), from_at=hours(0.5))
    spent, void = await personal(tx, OLA), await personal(tx, OLA)
    await personal(tx, OLA, until_at=NOW)
    endless = await personal(tx, OLA, hours(-3))
    foreign = await personal(tx, JAN)
    await store.use(tx, [spent])
    await store.void(tx, [void], NOW)

    found = await store.of_members(tx, [OLA, JAN], NOW)

    assert {holder: [row.digest for row in rows] for holder, rows in found.items()} == {
        OLA: [good, endless],
        JAN: [foreign],
    }


async def test_a_page_goes_on_after_a_position_from_new_to_old(tx: Tx) -> None:
    holder = new_id()
    made = [await personal(tx, holder, hours(hour)) for hour in (-3, -2, -2, -1)]
    await personal(tx, new_id(), hours(-2))
    first = await store.page_of_member(tx, holder, (hours(9), uuid.UUID(int=0)), 3)
    last = first[-1]

    rest = await store.page_of_member(tx, holder, (last.issued_at, last.coupon_id), 3)

    assert [row.digest for row in first + rest] == made[::-1]
    assert len(rest) == 1


async def test_what_an_operation_gave_is_found(tx: Tx) -> None:
    op, other = new_id(), new_id()
    digest = await personal(tx, OLA, origin_op=op)
    await personal(tx, OLA, origin_op=other)
    await personal(tx, JAN, origin_op=op)

    assert [row.digest for row in await store.issued_by(tx, [(OLA, op)])] == [digest]


async def test_nothing_asked_is_nothing_written(tx: Tx) -> None:
    await store.use(tx, [])
    await store.record_uses(tx, [])
    await store.give_back(tx, [], NOW)
    await store.hold(tx, [])
    await store.unhold(tx, [])
    await store.issue(tx, SECRET, [], NOW)
    await store.void(tx, [], NOW)
    await store.insert(tx, [], NOW)
    await store.take(tx, [])
    await store.recover(tx, [])

    assert tx._waiting == {}


async def test_of_many_who_look_under_the_lock_no_more_than_the_cap_use_it(db: Database) -> None:
    async with db.transaction() as tx:
        digest = await personal(tx, OLA, uses_max=10)

    async def use_once() -> bool:
        async with db.transaction() as tx:
            row = (await store.lock(tx, [digest]))[digest]
            if row.used < row.uses_max:
                await store.use(tx, [digest])
            return row.used < row.uses_max

    done = await asyncio.gather(*(use_once() for _ in range(30)))

    assert sum(done) == 10
    async with db.reading() as tx:
        assert await used(tx, digest) == 10


async def test_a_second_who_locks_waits_and_sees_what_the_first_wrote(database: Fresh) -> None:
    first, second = [await asyncpg.connect(database.url) for _ in range(2)]
    async with first.transaction():
        digest = await personal(one := Tx(first), OLA)
        await one.flush()
    begun = first.transaction()
    await begun.start()
    await store.lock(Tx(first), [digest])
    waiting = await second.prepare(store.SQL["lock_coupons"].text)
    await second.execute("set lock_timeout = 50")
    with pytest.raises(asyncpg.LockNotAvailableError):
        await waiting.fetch([digest])
    await store.use(one, [digest])
    await one.flush()
    await begun.commit()

    assert (await store.lock(Tx(second), [digest]))[digest].used == 1
    assert codes.digest(SECRET, "AAAAAA") not in await store.lock(Tx(second), [digest])
    await first.close()
    await second.close()
