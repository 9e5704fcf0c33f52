"""Getting into clubs with few words, in a shop with a program of its own.

The verbs of service/flows/clubs/verbs.py that let somebody in.
"""

import datetime as dt
import pathlib
import uuid
from typing import Any, Final

from service.domain.clubs.membership import Ended
from service.domain.clubs.types import (
    ByWhom,
    ClubCodeView,
    ClubEntry,
    ClubOfferView,
    Ground,
    InviteToClub,
    JoinClub,
    LetIntoClub,
    MakeClubCode,
    OfMember,
)
from service.flows.clubs.advance_clubs import advance_clubs
from service.flows.steps.clubs import admitting, entering, knowing
from service.flows.steps.clubs.entering import Right
from service.flows.steps.clubs.leaving import Dismissal
from service.flows.steps.context import SETTLEMENT
from service.kernel.actor import Actor, ActorKind
from service.kernel.answer import Answer
from service.kernel.ids import derived_id
from service.kernel.values import Identifier, OtherMember
from tests.flows.shop import TILL, Shop

CLUBS: Final = (pathlib.Path(__file__).parent / "clubs.yaml").read_text()
APP: Final = Actor(
    kind=ActorKind.PARTNER,
    id="app",
    client_id=derived_id("client", "app"),
    scopes=frozenset({"clubs:read", "clubs:join", "clubs:invite"}),
)


class Clubs:
    """Getting into clubs, through the verbs of a shop. `club`: the one meant."""

    def __init__(self, shop: Shop, club: str = "roasters") -> None:
        self.shop = shop
        self.verbs = shop.verbs
        self.club = club

    def of(self, club: str) -> "Clubs":
        """The same about another club."""
        return Clubs(self.shop, club)

    async def member(self, number: str) -> uuid.UUID:
        """A new member with the number of a card."""
        return (await self.shop.enrol(number)).id

    async def members(self, count: int, first: int = 1) -> list[uuid.UUID]:
        """So many, with cards numbered from `first`."""
        return [await self.member(str(number)) for number in range(first, first + count)]

    async def let_in(
        self, member: uuid.UUID, note: str | None = None, until: dt.datetime | None = None
    ) -> ClubEntry:
        """Staff let somebody in."""
        body = LetIntoClub(member=OtherMember(id=member), note=note, until=until)
        return (await self.verbs.let_into_club(TILL, self.club, body)).body

    async def invite(
        self,
        member: uuid.UUID | tuple[Identifier, ...],
        by: uuid.UUID | None = None,
        actor: Actor | None = None,
        note: str | None = None,
    ) -> Answer[ClubOfferView]:
        """An invitation, by a member or (None) by the caller itself."""
        named = OtherMember(id=member) if isinstance(member, uuid.UUID) else member
        body = InviteToClub(member=named, by=by, note=note)
        return await self.verbs.invite_to_club(actor or self._who(by), self.club, body)

    async def withdraw(self, offer: uuid.UUID, by: uuid.UUID | None = None) -> ClubOfferView:
        """An invitation is taken back."""
        body = ByWhom(by=by)
        who = self._who(by)
        return (await self.verbs.withdraw_club_invitation(who, self.club, offer, body)).body

    async def code(
        self, by: uuid.UUID | None = None, key: str | None = None, **fields: Any
    ) -> ClubCodeView:
        """A code; without a key each call is another."""
        body = MakeClubCode(by=by, **fields)
        key = key or uuid.uuid1().hex
        return (await self.verbs.make_club_code(self._who(by), self.club, body, key)).body

    async def void(self, code: uuid.UUID, by: uuid.UUID | None = None) -> ClubCodeView:
        """A code is voided."""
        body = ByWhom(by=by)
        return (await self.verbs.void_club_code(self._who(by), self.club, code, body)).body

    async def join(
        self, member: uuid.UUID, code: str | None = None, **fields: Any
    ) -> Answer[ClubEntry]:
        """A member joins."""
        body = JoinClub(member=member, code=code, **fields)
        return await self.verbs.join_club(APP, self.club, body)

    async def decline(self, member: uuid.UUID) -> Answer[ClubEntry]:
        """A member declines."""
        return await self.verbs.decline_club_offer(APP, self.club, OfMember(member=member))

    async def leave_list(self, member: uuid.UUID) -> ClubEntry:
        """A member waits no more."""
        body = OfMember(member=member)
        return (await self.verbs.leave_waiting_list(APP, self.club, body)).body

    async def full(self, count: int, first: int = 1) -> list[uuid.UUID]:
        """So many new members who are in."""
        members = await self.members(count, first)
        for member in members:
            await self.let_in(member)
        return members

    async def gone(self, *members: uuid.UUID) -> None:
        """They went, and nobody has looked whom their seats go to."""
        ctx = self.shop.built.ctx
        async with ctx.db.transaction() as tx:
            works = await knowing.lock(tx, ctx, TILL, members, wait=True)
            club = ctx.programs.compiled[0].clubs[self.club].club
            await knowing.lock_seats(tx, club, works[members[0]])
            went = [
                Dismissal(work=work, club=club, why=Ended.LEFT, actor=TILL)
                for work in works.values()
            ]
            await admitting.dismiss(tx, ctx, went)
            await knowing.write(tx, works)

    async def in_by_another_ground(self, member: uuid.UUID) -> None:
        """As a rule lets somebody in by itself, whatever they are offered or wait for."""
        ctx = self.shop.built.ctx
        async with ctx.db.transaction() as tx:
            works = await knowing.lock(tx, ctx, SETTLEMENT, [member], wait=True)
            circle = await knowing.circle(tx, ctx, self.club, works[member])
            assert circle.club is not None
            await knowing.lock_seats(tx, circle.club, circle.work)
            right = Right(ground=Ground.APPROVAL, actor=SETTLEMENT)
            await entering.admit(tx, ctx, circle, circle.club, right)
            await knowing.write(tx, works)

    async def advance(self) -> int:
        """One round of the job."""
        return await advance_clubs(self.shop.built.ctx)

    async def steps(self, member: uuid.UUID) -> list[tuple[int, uuid.UUID | None, int | None]]:
        """(kind, by member, overtook) in the order they were written down."""
        async with self.shop.db.reading() as tx:
            rows = await tx.connection.fetch(
                "select kind, by_member, overtook from club_step where holder_id = $1"
                " order by step_id",
                member,
            )
        return [tuple(row) for row in rows]

    async def seats(self) -> list[uuid.UUID]:
        """Who has a row of a seat of any club, by number."""
        async with self.shop.db.reading() as tx:
            rows = await tx.connection.fetch("select holder_id from club_seat order by club, seat")
        return [row[0] for row in rows]

    async def told(self, member: uuid.UUID) -> list[str]:
        """The types of the member's events about clubs."""
        return [
            kind.removeprefix("club.")
            for kind, _ in await self.shop.events(member)
            if kind.startswith("club.")
        ]

    @staticmethod
    def _who(by: uuid.UUID | None) -> Actor:
        return TILL if by is None else APP
