"""Who is gone is not written to; who is another one now is asked of again."""

import datetime as dt
import uuid

import msgspec
import pytest

from service.domain.holders.types import Found, Holder, Kind
from service.domain.members.errors import MemberErased, MergedAway
from service.flows.steps.gone import (
    FOLLOWED_MAX,
    followed,
    named,
    refuse_erased,
    refuse_gone,
    renamed,
)
from service.kernel.ids import new_id
from service.kernel.values import OtherMember

NOON = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
OLD, NOW, OTHER = new_id(), new_id(), new_id()


def holder(erased_at: dt.datetime | None) -> Holder:
    """A member; None: who is there."""
    return Holder(new_id(), Kind.MEMBER, None, 3, None, NOON, NOON, None, erased_at)


def test_nothing_is_done_where_one_of_those_who_are_locked_was_erased() -> None:
    with pytest.raises(MemberErased):
        refuse_erased([holder(None), holder(NOON)])


def test_of_others_nothing_is_asked() -> None:
    refuse_erased([holder(None), holder(None)])
    refuse_erased([])


def test_nothing_falls_due_any_more_for_who_is_erased() -> None:
    there, gone = holder(None), holder(NOON)
    for one in (there, gone):
        one.falls_due(NOON + dt.timedelta(days=1))
    assert (there.next_due, gone.next_due) == (NOON + dt.timedelta(days=1), None)


class Named(msgspec.Struct, frozen=True):
    """Something that names members in several places."""

    member: uuid.UUID
    to: OtherMember
    others: tuple[uuid.UUID, ...] = ()
    note: str = ""


def test_of_two_who_are_locked_the_one_who_is_another_now_is_told() -> None:
    gone = Holder(OLD, Kind.MEMBER, NOW, 3, None, NOON, NOON)
    refuse_gone([holder(None)])
    with pytest.raises(MergedAway) as away:
        refuse_gone([holder(None), gone])
    assert (away.value.member_id, away.value.into) == (OLD, NOW)
    with pytest.raises(MemberErased):
        refuse_gone([Holder(OLD, Kind.MEMBER, NOW, 3, None, NOON, NOON, None, NOON)])


def test_a_row_that_was_found_is_refused_as_the_holder_would_be() -> None:
    refuse_gone([Found(NOW, 1, None, 3, None)])
    with pytest.raises(MergedAway) as away:
        refuse_gone([Found(OLD, 1, NOW, 3, None)])
    assert (away.value.member_id, away.value.into) == (OLD, NOW)
    with pytest.raises(MemberErased):
        refuse_gone([Found(OLD, 1, NOW, 3, NOON)])


async def test_a_read_is_asked_again_of_who_the_member_is_now() -> None:
    asked = []

    async def read(member_id: uuid.UUID) -> uuid.UUID:
        asked.append(member_id)
        if member_id == OLD:
            raise MergedAway(member_id=OLD, into=NOW)
        return member_id

    assert await followed(read, OLD) == NOW
    assert await followed(read, NOW) == NOW
    assert asked == [OLD, NOW, NOW]


async def test_who_is_merged_faster_than_it_is_read_is_not_followed_for_ever() -> None:
    asked = []

    async def read(member_id: uuid.UUID) -> None:
        asked.append(member_id)
        raise MergedAway(member_id=member_id, into=new_id())

    with pytest.raises(MergedAway):
        await followed(read, OLD)
    assert len(asked) == FOLLOWED_MAX + 1


def test_a_command_is_renamed_wherever_it_names_who_is_gone() -> None:
    command = Named(OLD, OtherMember(id=OLD), (OTHER, OLD), str(OLD))

    assert renamed(command, {OLD: NOW}) == Named(NOW, OtherMember(id=NOW), (OTHER, NOW), str(OLD))
    assert list(named(command)) == [OLD, OLD, OTHER, OLD]


def test_one_that_names_nobody_who_is_gone_stays_as_it_is() -> None:
    command = Named(NOW, OtherMember(id=OTHER), (OTHER,), "hello")

    assert renamed(command, {OLD: NOW}) == command
