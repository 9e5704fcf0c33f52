import datetime as dt
import uuid

import asyncpg
import pytest

from service.domain.holders import store as holders
from service.domain.holders.types import Kind
from service.domain.members import store
from service.domain.members.identifiers import Ownership
from service.domain.members.store import MemberRow
from service.domain.members.types import Profile
from service.infra.db import Tx
from service.kernel.values import Identifier

START = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
OLA, JAN, NOBODY = (uuid.UUID(int=n) for n in (1, 2, 3))
CARD, PHONE = b"c" * 32, b"p" * 32


def day(number: int) -> dt.datetime:
    return START + dt.timedelta(days=number)


@pytest.fixture(autouse=True)
async def _holders(tx: Tx) -> None:
    await holders.insert(tx, [OLA, JAN], Kind.MEMBER, [START] * 2, START)
    await holders.insert(tx, [NOBODY], Kind.UNCLAIMED, [START], START)


def owned(holder: uuid.UUID, since: int, until: int | None, kind: Kind = Kind.MEMBER) -> Ownership:
    ends = None if until is None else day(until)
    return Ownership(CARD, day(since), ends, holder, kind, 0, None)


async def claim(
    tx: Tx, holder: uuid.UUID, since: int, until: int | None = None, digest: bytes = CARD
) -> set[bytes]:
    ends = None if until is None else day(until)
    return await store.insert_identifiers(tx, [(digest, day(since), ends, holder, "card")], START)


async def test_everybody_who_ever_held_an_identifier_is_known_oldest_first(tx: Tx) -> None:
    await claim(tx, JAN, 7)
    await claim(tx, OLA, 1, 4)
    await claim(tx, NOBODY, 4, 7)

    assert await store.ownerships(tx, [CARD, PHONE]) == {
        CARD: [owned(OLA, 1, 4), owned(NOBODY, 4, 7, Kind.UNCLAIMED), owned(JAN, 7, None)],
        PHONE: [],
    }


async def test_an_identifier_has_one_open_owner(tx: Tx) -> None:
    assert await claim(tx, OLA, 1) == {CARD}
    assert await claim(tx, JAN, 2) == set()  # who is late is told, not refused by an error

    assert await store.ownerships(tx, [CARD]) == {CARD: [owned(OLA, 1, None)]}


async def test_those_that_are_free_are_written_and_those_that_are_not_left_out(tx: Tx) -> None:
    await claim(tx, OLA, 1)

    free = await store.insert_identifiers(
        tx, [(CARD, day(1), None, JAN, "card"), (PHONE, day(1), None, JAN, "phone")], START
    )

    assert free == {PHONE}


async def test_an_ownership_ends_and_another_begins(tx: Tx) -> None:
    await claim(tx, OLA, 1)

    await store.end_identifier(tx, owned(OLA, 1, None), day(5))
    assert await claim(tx, JAN, 5) == {CARD}

    assert (await store.ownerships(tx, [CARD]))[CARD] == [owned(OLA, 1, 5), owned(JAN, 5, None)]


async def test_an_ownership_does_not_end_before_it_begins(tx: Tx) -> None:
    await claim(tx, OLA, 5)

    for until in (5, 4):
        with pytest.raises(asyncpg.CheckViolationError, match="identifier_span"):
            async with tx.connection.transaction():
                await store.end_identifier(tx, owned(OLA, 5, None), day(until))


async def test_a_whole_interval_passes_to_another(tx: Tx) -> None:
    await claim(tx, NOBODY, 1)

    await store.pass_identifier(tx, owned(NOBODY, 1, None), OLA, None)

    assert (await store.ownerships(tx, [CARD]))[CARD] == [owned(OLA, 1, None)]


MEMBER = MemberRow(
    OLA,
    START,
    Profile(name="Ola", birth_date=dt.date(1992, 2, 29), language="pl", country="PL"),
    {"newsletter": True, "cups": 3, "city": "Łódź"},
    (Identifier("card", "4012001"), Identifier("phone", "5", verified=False)),
)
EMPTY = MemberRow(JAN, START, Profile(), {}, (Identifier("card", "7"),))


async def test_members_come_back_as_they_were_written(tx: Tx) -> None:
    await store.insert(tx, [MEMBER, EMPTY], START)

    assert await store.members(tx, [OLA, JAN, NOBODY]) == {OLA: MEMBER, JAN: EMPTY}


async def test_a_profile_is_written_anew_as_a_whole(tx: Tx) -> None:
    await store.insert(tx, [MEMBER, EMPTY], START)
    changed = MemberRow(OLA, START, Profile(name="Aleksandra"), {}, MEMBER.identifiers[:1])

    await store.update_profile(tx, changed)

    assert await store.members(tx, [OLA, JAN]) == {OLA: changed, JAN: EMPTY}


async def test_a_member_is_a_holder(tx: Tx) -> None:
    stranger = MemberRow(uuid.UUID(int=9), START, Profile(), {}, ())

    with pytest.raises(asyncpg.ForeignKeyViolationError):
        async with tx.connection.transaction():
            await store.insert(tx, [stranger], START)
