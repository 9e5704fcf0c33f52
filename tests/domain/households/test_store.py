"""Households as rows."""

import datetime as dt
import uuid
from typing import Final

import asyncpg
import msgspec
import pytest

from service.domain.households import store
from service.domain.households.types import Household, Invitation, Membership, Role
from service.infra.db import Tx
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import new_id

APP: Final = Actor(kind=ActorKind.PARTNER, id="app", client_id=uuid.UUID(int=9))
HOME: Final = uuid.UUID(int=100)
OLA: Final = uuid.UUID(int=1)
JAN: Final = uuid.UUID(int=2)


def day(number: int) -> dt.datetime:
    return dt.datetime(2026, 3, 1, tzinfo=dt.UTC) + dt.timedelta(days=number)


async def begin(tx: Tx) -> None:
    """Two members, and a household of nobody yet."""
    await tx.connection.execute(
        "insert into holder (holder_id, kind, settled_at, recorded_at) select i, k, $1, $1"
        " from unnest($2::uuid[], $3::smallint[]) as u (i, k)",
        day(0),
        [OLA, JAN, HOME],
        [1, 1, 4],
    )
    await tx.connection.execute(
        "insert into member select i, $1, $1 from unnest($2::uuid[]) as u (i)", day(0), [OLA, JAN]
    )
    await store.insert(tx, Household(HOME, day(0), None), APP)


def belongs(member: uuid.UUID, role: Role, at: int = 0, home: uuid.UUID = HOME) -> Membership:
    return Membership(member, new_id(), home, day(at), None, role, None)


async def test_who_belongs_to_it_is_listed_in_the_order_they_came(tx: Tx) -> None:
    await begin(tx)
    head, person = belongs(OLA, Role.HEAD), belongs(JAN, Role.PERSON, 1)
    for one in (person, head):
        await store.join(tx, one, APP, day(1))

    assert await store.people(tx, HOME) == [head, person]
    assert await store.open_of(tx, [JAN, OLA, new_id()]) == {OLA: head, JAN: person}
    assert store.head_of([person, head]) == head
    assert store.head_of([person]) is None


async def test_a_membership_ends_never_before_it_began(tx: Tx) -> None:
    await begin(tx)
    head, person = belongs(OLA, Role.HEAD, 2), belongs(JAN, Role.PERSON, 2)
    for one in (head, person):
        await store.join(tx, one, APP, day(2))

    await store.end(tx, [person], day(5), APP)
    await store.end(tx, [head], day(1), APP)  # the clock has gone back

    assert [one.until_at for one in await store.people(tx, HOME)] == [day(2), day(5)]
    assert await store.open_of(tx, [OLA, JAN]) == {}


async def test_a_member_has_one_open_membership(tx: Tx) -> None:
    await begin(tx)
    await store.join(tx, belongs(OLA, Role.HEAD), APP, day(0))

    with pytest.raises(asyncpg.UniqueViolationError, match="household_member_open"):
        await store.join(tx, belongs(OLA, Role.PERSON, home=new_id()), APP, day(0))


async def test_roles_and_limits_are_written_and_read(tx: Tx) -> None:
    await begin(tx)
    head, person = belongs(OLA, Role.HEAD), belongs(JAN, Role.PERSON, 1)
    for one in (head, person):
        await store.join(tx, one, APP, day(1))
    changed = [
        msgspec.structs.replace(head, role=Role.PERSON, draw_max={"points": 0, "gifts": 5}),
        msgspec.structs.replace(person, role=Role.HEAD),
    ]

    await store.change(tx, changed, APP, day(2))

    assert await store.people(tx, HOME) == changed
    assert changed[0].may_draw({"points": 10, "stars": 7}) == {"points": 0, "gifts": 5, "stars": 7}
    assert changed[1].may_draw({"points": 10}) == {"points": 10}


async def test_invitations_stand_until_they_lapse_and_are_taken_back_by_name_or_all(
    tx: Tx,
) -> None:
    await begin(tx)
    for member, due in ((OLA, 3), (JAN, 5)):
        await store.invite(tx, Invitation(HOME, member, day(0), day(due)))
    await store.invite(tx, Invitation(HOME, OLA, day(1), day(4)))  # again

    assert [(i.member_id, i.due_at) for i in await store.invitations(tx, HOME, day(3))] == [
        (JAN, day(5)),
        (OLA, day(4)),
    ]
    assert [i.holder_id for i in await store.invitations_to(tx, JAN, day(3))] == [HOME]
    assert await store.invitations_to(tx, JAN, day(5)) == []
    await store.forget_lapsed(tx, HOME, day(4))
    assert [i.member_id for i in await store.invitations(tx, HOME, day(0))] == [JAN]
    await store.uninvite(tx, HOME, OLA)
    assert [i.member_id for i in await store.invitations(tx, HOME, day(0))] == [JAN]
    await store.uninvite(tx, HOME)
    assert await store.invitations(tx, HOME, day(0)) == []


async def test_a_dissolved_household_says_when(tx: Tx) -> None:
    await begin(tx)
    await store.dissolve(tx, HOME, day(7))

    assert await store.find(tx, HOME) == Household(HOME, day(0), day(7))
    assert await store.find(tx, OLA) is None
