"""Members locked together with what is known of them and a club: who may be told that it exists.

Every verb of clubs begins here, so that whoever is an outsider of a hidden club is asked the same
questions and told the same as of a club that does not exist.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

from service.domain.access.errors import ScopeMissing
from service.domain.clubs import membership, offers, owners, seats, spans, waiting
from service.domain.clubs.errors import ClubNotFound
from service.domain.clubs.membership import Span
from service.domain.clubs.types import Offer, Waiting
from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.members.errors import MemberErased, MemberNotFound
from service.domain.transfers.errors import RecipientNotFound
from service.flows.steps import naming, wallets
from service.flows.steps.checkout import apart
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.own import refuse_own
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask
from service.kernel.actor import Actor
from service.kernel.values import Recipient
from service.rules.clubs import Club

SQL: Final = load("clubs")
MANAGES: Final = "clubs:manage"
NO_CLUB: Final = 0  # no club has this number: what is asked of an unknown one finds nothing


class Circle:
    """A club as one member sees it, under the member's lock. `club` None: there is none."""

    __slots__ = ("_applied", "club", "offer", "owner_id", "spans", "waiting", "work")

    def __init__(self, work: Work, club: Club | None) -> None:
        self.work = work
        self.club = club
        self.spans: Sequence[Span] = ()
        self.offer: Offer | None = None  # open, due or not, else the one made last
        self.waiting: Waiting | None = None
        self.owner_id: uuid.UUID | None = None
        self._applied = False

    @property
    def member_id(self) -> uuid.UUID:
        """The member."""
        return self.work.holder.holder_id

    @property
    def number(self) -> int:
        """The club's."""
        return number_of(self.club)

    async def look(self, tx: Tx) -> None:
        """Ask all there is to know, in one round trip; as much of a club that does not exist."""
        member, number = [self.member_id], self.number
        of_spans = spans.ask_spans(member)
        latest = offers.ask_latest(member, [number])
        places = waiting.ask_open(member, [number])
        applied = Ask(SQL["get_applied"], _is_true, holder=self.member_id, club=number)
        owner = owners.ask_owner(number)
        asked: list[Ask[Any]] = [of_spans, latest, places, applied, owner]
        await tx.ask_all(asked)
        self.spans = of_spans.answer.get(self.member_id, [])
        self.offer = latest.answer.get((self.member_id, number))
        self.waiting = places.answer.get((self.member_id, number))
        self.owner_id = owner.answer
        self._applied = applied.answer

    @property
    def belongs(self) -> bool:
        """The member is in the club now; while a rule is true: as the job has seen it last."""
        return membership.belongs(self.spans, self.number, self.work.at)

    @property
    def is_banned(self) -> bool:
        """The member may not come in."""
        return membership.banned_at(self.spans, self.number, self.work.at)

    @property
    def owns(self) -> bool:
        """The member is the club's owner."""
        return self.owner_id == self.member_id

    @property
    def has_applied(self) -> bool:
        """The member has asked to be let in, and waits for an answer."""
        return self._applied

    @property
    def open_offer(self) -> Offer | None:
        """The offer the member can take now."""
        offer = self.offer
        return offer if offer is not None and offer.stands(self.work.at) else None

    def is_known(self) -> bool:
        """The member may be told that there is such a club.

        Everybody may of a visible one; of a hidden one who belongs to it (pausing or not), owns it,
        is offered a place, waits, or has asked to be let in. Of those who are banned nobody.
        """
        if self.club is None or self.is_banned:
            return False
        return (
            self.club.visible
            or self.belongs
            or membership.has_ground(self.spans, self.number, self.work.at)
            or self.owns
            or self.open_offer is not None
            or self.waiting is not None
            or self._applied
        )

    def known(self, actor: Actor | None = None) -> Club:
        """The club; ClubNotFound, unless the member or the actor may know that it exists."""
        if self.club is not None and (self.is_known() or (actor is not None and manages(actor))):
            return self.club
        raise ClubNotFound


def _is_true(rows: Sequence[Any]) -> bool:
    return bool(rows[0][0])


def manages(actor: Actor) -> bool:
    """The actor sees and manages all clubs."""
    return actor.may(MANAGES)


def must_manage(actor: Actor) -> None:
    """ScopeMissing; asked before any club is looked for."""
    if not manages(actor):
        raise ScopeMissing(scope=MANAGES)


def club_named(ctx: Context, club_id: str, at: dt.datetime) -> Club | None:
    """The club of the program in force at the instant."""
    compiled = ctx.programs.at(at).clubs.get(club_id)
    return None if compiled is None else compiled.club


def number_of(club: Club | None) -> int:
    """Its number; of none one that no club has."""
    return NO_CLUB if club is None else club.number


def club_numbered(ctx: Context, number: int) -> Club:
    """The club of the newest version that has it."""
    for program in reversed(ctx.programs.compiled):
        if number in program.clubs_by_number:
            return program.clubs_by_number[number].club
    raise LookupError(number)


async def survivor(tx: Tx, member_id: uuid.UUID) -> uuid.UUID:
    """Who the member is now, themselves or another one; MemberErased, MemberNotFound.

    For those who are not locked under this id at once: `lock` follows by itself (steps/gone.py).
    """
    found = (await holders.find(tx, [member_id])).get(member_id)
    if found is None or found.kind != Kind.MEMBER:
        raise MemberNotFound
    if found.is_erased:
        raise MemberErased
    return found.merged_into or member_id


async def recipient(tx: Tx, ctx: Context, named: Recipient) -> uuid.UUID:
    """The member that is named, before the lock and under it; RecipientNotFound."""
    holder_id = await naming.find(tx, ctx, named, tx.now or EARLIEST, "/member")
    found = await holders.find(tx, [holder_id])
    if holder_id not in found or found[holder_id].kind != Kind.MEMBER:
        raise RecipientNotFound(pointer="/member")
    return holder_id


async def lock(
    tx: Tx, ctx: Context, actor: Actor, member_ids: Collection[uuid.UUID], *, wait: bool
) -> Mapping[uuid.UUID, Work]:
    """Works of members, settled to now, with one outbox.

    OwnWallet for staff who are one of them; MemberNotFound, MemberErased, MergedAway.
    """
    refuse_own(actor, *member_ids)
    locked = await apart.lock_all(tx, ctx, member_ids, wait=wait)
    now, outbox = tx.now or EARLIEST, Outbox()
    must_be_members(locked, member_ids)
    works = {member_id: Work(locked[member_id], now, now, outbox) for member_id in member_ids}
    await wallets.load(tx, ctx, list(works.values()))
    return works


def must_be_members(locked: Mapping[uuid.UUID, Holder], member_ids: Collection[uuid.UUID]) -> None:
    """MemberNotFound, when one of them is not there or something else than a member."""
    for member_id in member_ids:
        holder = locked.get(member_id)
        if holder is None or holder.kind is not Kind.MEMBER:
            raise MemberNotFound


async def circle(tx: Tx, ctx: Context, club_id: str, work: Work) -> Circle:
    """What there is to know of the club of this name and the work's member."""
    found = Circle(work, club_named(ctx, club_id, work.at))
    await found.look(tx)
    return found


async def lock_seats(tx: Tx, club: Club, work: Work) -> None:
    """Seats and the list of the club, if it has a number of seats: after `known`, never before."""
    if club.seats is not None:
        await seats.lock(tx, [club.number], tx.now or work.now)


async def write(tx: Tx, works: Mapping[uuid.UUID, Work]) -> None:
    """Wallets, holders and events of all of them, last."""
    all_works = list(works.values())
    await wallets.write(tx, all_works)
    for outbox in {id(work.outbox): work.outbox for work in all_works}.values():
        await outbox.write(tx)
