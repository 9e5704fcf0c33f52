"""Who may know that there is a club; the same questions whether there is one or not."""

import functools
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import pytest

from service.domain.clubs.errors import ClubNotFound
from service.domain.clubs.types import InviteToClub, JoinClub, MakeClubCode, OfMember
from service.domain.members.errors import MemberNotFound
from service.flows.steps.clubs import knowing
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.ids import new_id
from service.kernel.values import OtherMember
from tests.flows.club_shop import APP, Clubs
from tests.flows.clubs.test_join_club import ban
from tests.flows.merging import merge
from tests.flows.races import came
from tests.flows.shop import TILL, day


async def is_known(clubs: Clubs, member: uuid.UUID) -> bool:
    """Whether the member may be told that there is such a club."""
    ctx: Context = clubs.shop.built.ctx
    async with ctx.db.transaction() as tx:
        works = await knowing.lock(tx, ctx, APP, [member], wait=True)
        circle = await knowing.circle(tx, ctx, clubs.club, works[member])
        known = circle.is_known()
        if not known:
            with pytest.raises(ClubNotFound):
                circle.known(APP)
        if circle.club is not None:
            assert circle.known(TILL) is circle.club  # who manages knows all
    return known


async def test_a_hidden_club_is_known_to_whom_it_has_to_do_with(clubs: Clubs) -> None:
    ola, *_ = await clubs.full(3)
    guest, waits, outside = await clubs.members(3, 10)
    for member in (guest, waits):
        await clubs.invite(member)
    await clubs.join(waits)

    found = [await is_known(clubs, one) for one in (ola, guest, waits, outside)]

    assert found == [True, True, True, False]
    await clubs.shop.show(day(4))  # the invitation has lapsed, no job has run
    assert not await is_known(clubs, guest)
    assert await is_known(clubs.of("terrace"), outside)  # a visible one
    assert not await is_known(clubs.of("nowhere"), ola)


async def test_who_applied_or_owns_it_knows_it_and_who_is_banned_does_not(clubs: Clubs) -> None:
    applied, owner, banned = await clubs.members(3)
    number = clubs.shop.built.programs.compiled[-1].clubs["roasters"].number
    async with clubs.shop.db.transaction() as tx:
        await tx.connection.execute(
            "insert into club_application (holder_id, application_id, club, state, words, asked_at,"
            " actor_kind, actor_id) values ($1, $2, $3, 0, 'please', $4, 1, 'app')",
            applied,
            new_id(),
            number,
            day(-1),
        )
        await tx.connection.execute(
            "insert into club_owner (club, from_at, holder_id, actor_kind, actor_id)"
            " values ($1, $2, $3, 2, 'ann')",
            number,
            day(-1),
            owner,
        )
    await ban(clubs, banned)

    assert await is_known(clubs, applied)
    assert await is_known(clubs, owner)
    assert not await is_known(clubs.of("terrace"), banned)


async def test_who_is_merged_is_who_they_are_now_and_who_is_nobody_is_not_found(
    clubs: Clubs,
) -> None:
    old, now = await clubs.members(2)
    await merge(clubs.shop, now, old)

    async with clubs.shop.db.reading() as tx:
        assert await knowing.survivor(tx, old) == now
        assert await knowing.survivor(tx, now) == now
        with pytest.raises(MemberNotFound):
            await knowing.survivor(tx, new_id())


Ask = Callable[[Clubs, uuid.UUID, uuid.UUID], Awaitable[object]]


def _join(clubs: Clubs, member: uuid.UUID, _: uuid.UUID) -> Awaitable[object]:
    return clubs.verbs.join_club(APP, clubs.club, JoinClub(member=member))


def _show(clubs: Clubs, member: uuid.UUID, _: uuid.UUID) -> Awaitable[object]:
    body = JoinClub(member=member, code="ABCD-EFGH-JKMN-PQRS-T")
    return clubs.verbs.join_club(APP, clubs.club, body)


def _decline(clubs: Clubs, member: uuid.UUID, _: uuid.UUID) -> Awaitable[object]:
    return clubs.verbs.decline_club_offer(APP, clubs.club, OfMember(member=member))


def _leave(clubs: Clubs, member: uuid.UUID, _: uuid.UUID) -> Awaitable[object]:
    return clubs.verbs.leave_waiting_list(APP, clubs.club, OfMember(member=member))


def _invite(clubs: Clubs, member: uuid.UUID, other: uuid.UUID) -> Awaitable[object]:
    body = InviteToClub(member=OtherMember(id=other), by=member)
    return clubs.verbs.invite_to_club(APP, clubs.club, body)


def _make(clubs: Clubs, member: uuid.UUID, _: uuid.UUID) -> Awaitable[object]:
    body = MakeClubCode(by=member)
    return clubs.verbs.make_club_code(APP, clubs.club, body, uuid.uuid1().hex)


@pytest.mark.parametrize("ask", [_join, _show, _decline, _leave, _invite, _make])
async def test_an_outsider_of_a_hidden_club_costs_the_same_questions_as_of_none(
    clubs: Clubs, monkeypatch: pytest.MonkeyPatch, ask: Ask
) -> None:
    await clubs.full(3)
    jan, eve = await clubs.members(2, 10)
    asked: list[str] = []
    for name in ("rows", "maybe", "value", "run"):
        _noting(monkeypatch, name, asked)
    _noting_asks(monkeypatch, asked)
    found: dict[str, list[list[str]]] = {}

    for club in ("roasters", "nowhere", "roasters", "nowhere"):
        asked.clear()
        where = clubs.of(club)
        assert await came(functools.partial(ask, where, jan, eve)) == "ClubNotFound"
        found.setdefault(club, []).append(list(asked))

    assert found["roasters"][1] == found["nowhere"][1]
    assert len(found["nowhere"][1]) >= 4


def _noting_asks(monkeypatch: pytest.MonkeyPatch, asked: list[str]) -> None:
    """And every question that is asked together with others."""
    before = Tx.ask_all

    async def noted(self: Tx, questions: Sequence[Any]) -> None:
        asked.extend(f"ask {one.statement.name}" for one in questions)
        await before(self, questions)

    monkeypatch.setattr(Tx, "ask_all", noted)


def _noting(monkeypatch: pytest.MonkeyPatch, name: str, asked: list[str]) -> None:
    """Every statement that goes through this method of Tx is written down."""
    before = getattr(Tx, name)

    async def noted(self: Tx, statement: object, *args: object, **given: object) -> object:
        asked.append(f"{name} {getattr(statement, 'name', '')}")
        return await before(self, statement, *args, **given)

    monkeypatch.setattr(Tx, name, noted)
