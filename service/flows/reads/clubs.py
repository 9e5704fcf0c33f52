"""Clubs as whoever asks may see them, and all about one member and clubs. As of now, without jobs.

A hidden club is told to those who belong to it, own it, are offered a place, wait, or have asked to
be let in, and to callers with clubs:manage; to all others it is a club that does not exist.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from service.domain.clubs import looking, membership, spans
from service.domain.clubs.applications import Application
from service.domain.clubs.errors import ClubNotFound
from service.domain.clubs.looking import Fullness, Place
from service.domain.clubs.membership import Ended, Span
from service.domain.clubs.types import CodeRow, Ground, Offer
from service.domain.clubs.views import (
    ClubAtAGlance,
    Clubs,
    ClubView,
    EntryShown,
    MembersApplication,
    MembersClubs,
    MembershipView,
    OfferToMember,
    PastMembership,
    PlaceOnList,
)
from service.domain.holders import store as holders
from service.flows.reads.whose import check_member
from service.flows.steps.clubs import circles, knowing, views
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx
from service.infra.together import Ask
from service.kernel.actor import Actor
from service.kernel.texts import Languages, told
from service.rules.clubs import Club
from service.rules.compile import Program

GIVEN_MAX: Final = 50  # invitations and codes of a member, the newest


class Around(NamedTuple):
    """What is known of a member and all clubs now. `joined`: those they are in, by number."""

    member_id: uuid.UUID
    at: dt.datetime
    spans: Sequence[Span]
    joined: frozenset[int]
    offers: Sequence[Offer]
    applications: Sequence[Application]
    places: Sequence[Place]
    owned: frozenset[int]
    seats: Mapping[int, int]

    def knows(self, club: Club) -> bool:
        """The member may be told of it; of those who are banned nobody."""
        number = club.number
        if membership.banned_at(self.spans, number, self.at):
            return False
        return club.visible or number in self.joined or number in self.owned or number in self.asked

    @property
    def asked(self) -> set[int]:
        """The clubs that offer them a place, or that they want to be let into."""
        found = {one.club for one in self.offers} | {one.club for one in self.places}
        return found | {one.club for one in self.applications}

    def state(self, club: Club) -> str:
        """In one word: member, paused, offered, waiting, applied or outside."""
        number = club.number
        if number in self.joined:
            paused = membership.paused_at(self.spans, number, self.at)
            return "member" if paused is None else "paused"
        if any(one.club == number for one in self.offers):
            return "offered"
        if any(one.club == number for one in self.places):
            return "waiting"
        return "applied" if number in self.asked else "outside"


async def around(tx: Tx, ctx: Context, member_id: uuid.UUID) -> Around:
    """All of it in one round trip, and the facts of those who are in by a rule alone."""
    now = tx.now or EARLIEST
    theirs = spans.ask_spans([member_id])
    offers = looking.ask_offers(member_id, now)
    applications = looking.ask_applications(member_id)
    places = looking.ask_places(member_id)
    owned, seats = looking.ask_owned(member_id), looking.ask_seats(member_id, now)
    asked: list[Ask[Any]] = [theirs, offers, applications, places, owned, seats]
    await tx.ask_all(asked)
    joined = await circles.joined(tx, ctx, theirs.answer, now)
    return Around(
        member_id,
        now,
        theirs.answer.get(member_id, []),
        joined.get(member_id, frozenset()),
        offers.answer,
        applications.answer,
        places.answer,
        owned.answer,
        seats.answer,
    )


async def _around_asker(tx: Tx, ctx: Context, member_id: uuid.UUID) -> Around:
    """The same of somebody who may not be a member; MemberNotFound."""
    await check_member(tx, member_id)
    return await around(tx, ctx, member_id)


async def clubs(
    ctx: Context, actor: Actor, member_id: uuid.UUID | None, languages: Languages
) -> Clubs:
    """The clubs the asker may know of, in the program's order; MemberNotFound."""
    async with ctx.db.transaction(repeatable=True) as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        asker = None if member_id is None else await _around_asker(tx, ctx, member_id)
        program = ctx.programs.at(tx.now or EARLIEST)
        known = [one.club for one in program.clubs.values() if _may_see(actor, asker, one.club)]
        items = await _views(tx, program, known, asker, languages)
    return Clubs(items=items)


async def club(
    ctx: Context, actor: Actor, club_id: str, member_id: uuid.UUID | None, languages: Languages
) -> ClubView:
    """One; ClubNotFound, MemberNotFound. As much is asked of one that is not there."""
    async with ctx.db.transaction(repeatable=True) as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        asker = None if member_id is None else await _around_asker(tx, ctx, member_id)
        program = ctx.programs.at(tx.now or EARLIEST)
        found = program.clubs.get(club_id)
        if found is None or not _may_see(actor, asker, found.club):
            raise ClubNotFound
        (view,) = await _views(tx, program, [found.club], asker, languages)
    return view


def _may_see(actor: Actor, asker: Around | None, one: Club) -> bool:
    if knowing.manages(actor):
        return True
    return one.visible if asker is None else asker.knows(one)


async def _views(
    tx: Tx, program: Program, known: Sequence[Club], asker: Around | None, languages: Languages
) -> tuple[ClubView, ...]:
    numbers = [one.number for one in known]
    full = await tx.ask(looking.ask_fullness(numbers, tx.now or EARLIEST)) if known else {}
    currency = program.document.program.currency
    return tuple(_view(one, full[one.number], asker, currency, languages) for one in known)


def _view(
    one: Club, full: Fullness, asker: Around | None, currency: str, languages: Languages
) -> ClubView:
    view = ClubView(
        id=one.id,
        visible=one.visible,
        entries=tuple(_entries(one, currency)),
        seats=one.seats,
        seats_left=None if one.seats is None else max(0, one.seats - full.taken),
        waiting_list=one.waiting_list,
        waiting=full.waiting if one.waiting_list else None,
        invitations=one.invitations_per_member,
        pause_max=None if one.pause_max is None else str(one.pause_max),
        wallets=() if one.pool is None else one.pool.wallets,
        state=None if asker is None else asker.state(one),
    )
    return told(view, one, languages)


def _entries(one: Club, currency: str) -> Iterator[EntryShown]:
    """The ways in that somebody can go."""
    invitation, application, paid = one.invitation(), one.application(), one.paid()
    for by, entry in (("invitation", invitation), ("application", application)):
        if entry is not None:
            yield EntryShown(by=by, term=None if entry.term is None else str(entry.term))
    if paid is not None:
        yield EntryShown(by="paid", price=paid.minor, currency=currency, term=str(paid.term))


async def of_member(
    ctx: Context, member_id: uuid.UUID, languages: Languages, *, history: bool
) -> MembersClubs:
    """All about a member and clubs; MemberNotFound."""
    async with ctx.db.transaction(repeatable=True) as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        found = await _around_asker(tx, ctx, member_id)
        program = ctx.programs.at(found.at)
        return MembersClubs(
            member_id=found.member_id,
            clubs=await memberships(tx, program, found, languages),
            offers=offers(program, found, languages),
            applications=_applications(program, found),
            waiting=_waiting(program, found),
            past=_past(program, found) if history else (),
        )


async def memberships(
    tx: Tx, program: Program, found: Around, languages: Languages
) -> tuple[MembershipView, ...]:
    """The clubs the member is in now, in the program's order."""
    own = [one.club for one in program.clubs.values() if one.number in found.joined]
    if not own:
        return ()
    numbers, member_id = [one.number for one in own], found.member_id
    spent = looking.ask_spent(member_id, numbers, found.at)
    invited = looking.ask_invited(member_id, numbers, GIVEN_MAX)
    codes = looking.ask_codes(member_id, numbers, GIVEN_MAX)
    asked: list[Ask[Any]] = [spent, invited, codes]
    await tx.ask_all(asked)
    return tuple(
        _membership(one, found, spent.answer[one.number], invited.answer, codes.answer, languages)
        for one in own
    )


def _membership(
    one: Club,
    found: Around,
    spent: int,
    invited: Sequence[Offer],
    codes: Sequence[CodeRow],
    languages: Languages,
) -> MembershipView:
    number, at = one.number, found.at
    grounds = membership.grounds(found.spans, number, at)
    paused = membership.paused_at(found.spans, number, at)
    owner = number in found.owned
    invites = one.invitation() is not None
    view = MembershipView(
        club=one.id,
        since=membership.since(found.spans, number, at),
        until=membership.ends_at(found.spans, number, at),
        grounds=names(grounds),
        renews=all(ground.renews for ground in grounds),
        paused=paused is not None,
        paused_until=None if paused is None else paused.until_at,
        seat=found.seats.get(number),
        owner=owner,
        invitations_left=_left(one, spent) if invites and not owner else None,
        invited=tuple(views.offer(one, row, at) for row in invited if row.club == number),
        codes=tuple(views.code(one, row) for row in codes if row.club == number),
    )
    return told(view, one, languages)


def _left(one: Club, spent: int) -> int:
    return max(0, one.invitations_per_member - spent)


def at_a_glance(program: Program, found: Around, languages: Languages) -> tuple[ClubAtAGlance, ...]:
    """The clubs the member is in now, as far as nobody else can change it."""
    own = [one.club for one in program.clubs.values() if one.number in found.joined]
    return tuple(_glance(one, found, languages) for one in own)


def _glance(one: Club, found: Around, languages: Languages) -> ClubAtAGlance:
    number, at = one.number, found.at
    grounds = membership.grounds(found.spans, number, at)
    paused = membership.paused_at(found.spans, number, at)
    view = ClubAtAGlance(
        club=one.id,
        since=membership.since(found.spans, number, at),
        until=membership.ends_at(found.spans, number, at),
        grounds=names(grounds),
        renews=all(ground.renews for ground in grounds),
        paused=paused is not None,
        paused_until=None if paused is None else paused.until_at,
    )
    return told(view, one, languages)


def names(grounds: Sequence[Span]) -> tuple[str, ...]:
    """What a membership rests on, each once."""
    return tuple(dict.fromkeys(Ground(one.kind).name.lower() for one in grounds))


def offers(program: Program, found: Around, languages: Languages) -> tuple[OfferToMember, ...]:
    """What the member can take now; what ends first comes first."""
    known = [(one, program.clubs_by_number.get(one.club)) for one in found.offers]
    currency = program.document.program.currency
    return tuple(
        _offer(one, compiled.club, currency, languages)
        for one, compiled in known
        if compiled is not None and found.knows(compiled.club)
    )


def _offer(one: Offer, of: Club, currency: str, languages: Languages) -> OfferToMember:
    paid = of.paid() if one.kind is Ground.PAID else None
    view = OfferToMember(
        id=one.offer_id,
        club=of.id,
        kind=one.kind.name.lower(),
        by=_maker(one),
        made_at=one.made_at,
        until=one.due_at,
        seat_kept=one.has_seat or of.seats is None,
        price=None if paid is None else paid.minor,
        currency=None if paid is None else currency,
        term=None if paid is None else str(paid.term),
    )
    return told(view, of, languages)


def _maker(one: Offer) -> str:
    if one.place is not None:
        return "list"
    if one.kind is Ground.RULE or one.rule is not None:
        return "rule"
    return "staff" if one.inviter is None else "member"


def _applications(program: Program, found: Around) -> tuple[MembersApplication, ...]:
    return tuple(
        MembersApplication(id=one.application_id, club=club_id, asked_at=one.asked_at)
        for one in found.applications
        if (club_id := _known(program, found, one.club)) is not None
    )


def _waiting(program: Program, found: Around) -> tuple[PlaceOnList, ...]:
    return tuple(
        PlaceOnList(club=club_id, since=one.since_at, ahead=one.ahead)
        for one in found.places
        if (club_id := _known(program, found, one.club)) is not None
    )


def _known(program: Program, found: Around, number: int) -> str | None:
    compiled = program.clubs_by_number.get(number)
    return compiled.id if compiled is not None and found.knows(compiled.club) else None


def _past(program: Program, found: Around) -> tuple[PastMembership, ...]:
    """Grounds that are over, the newest first. Who is out may be told what they were in.

    Not who is banned: to them the club is none that exists.
    """
    over = [
        one
        for one in found.spans
        if one.is_ground
        and one.until_at is not None
        and one.until_at <= found.at
        and one.until_at > one.from_at
        and one.club in program.clubs_by_number
        and not membership.banned_at(found.spans, one.club, found.at)
    ]
    return tuple(
        PastMembership(
            club=program.clubs_by_number[one.club].id,
            ground=Ground(one.kind).name.lower(),
            since=one.from_at,
            until=one.until_at or found.at,
            why=(Ended.LAPSED if one.ended_why is None else Ended(one.ended_why)).name.lower(),
        )
        for one in sorted(over, key=lambda one: one.until_at or found.at, reverse=True)
    )
