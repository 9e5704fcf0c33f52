"""Segments with few words, in a shop with a program of its own."""

import datetime as dt
import pathlib
import uuid
from typing import Final

from service.domain.activities.types import RecordActivity
from service.domain.clubs.types import LetIntoClub
from service.domain.members.types import Profile
from service.flows.segments.look_again import look_again
from service.flows.segments.sweep_members import sweep_members
from service.kernel.values import OtherMember
from tests.flows.shop import TILL, Shop, card, goods

SEGMENTS: Final = (pathlib.Path(__file__).parent / "segments.yaml").read_text()
_SPANS: Final = (
    "select segment, from_at, until_at from segment_span"
    " where holder_id = $1 and segment > 0 order by from_at, segment"
)

SpanOf = tuple[str, dt.datetime, dt.datetime | None]


class Segments:
    """What members belong to, through the verbs and jobs of a shop."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.ctx = shop.built.ctx

    async def member(self, number: str, born: dt.date | None = None) -> uuid.UUID:
        """A new member with the number of a card."""
        profile = Profile(birth_date=born)
        return (await self.shop.enrol(number, profile=profile)).id

    async def spends(self, member: uuid.UUID, euros: int, at: dt.datetime) -> uuid.UUID:
        """A purchase; answers its id."""
        key = uuid.uuid1().hex
        return (await self.shop.buy(key, member, goods(euros * 100), at=at)).id

    async def visits(self, number: str, at: dt.datetime) -> None:
        """The member with that card comes by."""
        if self.shop.shown is None or at > self.shop.shown:
            await self.shop.show(at)
        body = RecordActivity(
            name="visit",
            source="door",
            external_id=uuid.uuid1().hex,
            member=(card(number),),
            occurred_at=at,
        )
        await self.shop.verbs.record_activity(TILL, body)

    async def lets_in(self, member: uuid.UUID, club: str, until: dt.datetime | None) -> None:
        """Staff let a member into a club."""
        body = LetIntoClub(member=OtherMember(id=member), until=until)
        await self.shop.verbs.let_into_club(TILL, club, body)

    async def look(self, at: dt.datetime | None = None) -> int:
        """All rounds of the job, at an instant if one is given; answers how many were looked at."""
        if at is not None:
            await self.shop.show(at)
        looked = 0
        while found := await look_again(self.ctx):
            looked += found
        return looked

    async def sweep(self) -> int:
        """All rounds of the sweeping job; answers how many were marked."""
        marked = 0
        while found := await sweep_members(self.ctx):
            marked += found
        return marked

    async def spans(self, member: uuid.UUID, *only: str) -> list[SpanOf]:
        """(segment, since, until) in order, of all segments or of these."""
        async with self.shop.db.reading() as tx:
            rows = await tx.connection.fetch(_SPANS, member)
        found = [(self._name(row[0]), row[1], row[2]) for row in rows]
        return [one for one in found if not only or one[0] in only]

    async def belongs(self, member: uuid.UUID) -> set[str]:
        """What is stored as of now."""
        return {name for name, _, until in await self.spans(member) if until is None}

    def _name(self, number: int) -> str:
        for program in reversed(self.ctx.programs.compiled):
            if number in program.segments_by_number:
                return program.segments_by_number[number].id
        raise LookupError(number)

    async def due(self, member: uuid.UUID) -> dt.datetime | None:
        """When the member is to be looked at next."""
        async with self.shop.db.reading() as tx:
            found: dt.datetime | None = await tx.connection.fetchval(
                "select due_at from segment_check where holder_id = $1", member
            )
        return found

    async def told(self, member: uuid.UUID, *kinds: str) -> list[tuple[str, str]]:
        """(kind, segment or club) of the member's events of segments and clubs, in order."""
        wanted = kinds or ("segment.entered", "segment.left")
        return [
            (kind, data.get("segment") or data["club"])
            for kind, data in await self.shop.events(member)
            if kind in wanted
        ]
