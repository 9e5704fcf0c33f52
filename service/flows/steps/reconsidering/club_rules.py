"""What becomes of members for whom the rule of a club turned true, or is not true any more.

Only the turn counts: who declined, left, or let the offer lapse is not asked again before the rule
was false in between.
"""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple

from service.domain.clubs import membership, offers, seats, waiting
from service.domain.clubs.errors import ClubFull
from service.domain.clubs.membership import Ended, Span
from service.domain.clubs.types import Ground, LeftHow, OfferState
from service.flows.steps.clubs import admitting, entering, knowing
from service.flows.steps.clubs.admitting import Admission
from service.flows.steps.clubs.entering import NewOffer, Right
from service.flows.steps.clubs.leaving import Dismissal
from service.flows.steps.context import SETTLEMENT, Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.calendar import shift
from service.rules.clubs import ByRule, Club, Mode


class RuleChange(NamedTuple):
    """The rule of a club is true of the member since `at`, or is not; `spans`: their times."""

    work: Work
    club: Club
    at: dt.datetime
    is_true: bool
    spans: tuple[Span, ...]

    @property
    def rule(self) -> ByRule:
        """The club's."""
        rule = self.club.by_rule()
        assert rule is not None  # noqa: S101  # it was just asked
        return rule

    @property
    def is_free(self) -> bool:
        """They may come in, and are not in, neither then nor now: the instant may have passed.

        Who was banned in between is not let in for an instant before the ban.
        """
        number = self.club.number
        bans = [one for one in self.spans if one.club == number and one.kind == membership.BAN]
        if any(ban.until_at is None or ban.until_at > self.at for ban in bans):
            return False
        return not any(
            membership.has_ground(self.spans, number, at) for at in (self.at, self.work.at)
        )


async def carry_out(tx: Tx, ctx: Context, changes: Sequence[RuleChange]) -> list[bool]:
    """Let in, offer, or end, in the order of the clubs; False: there was no seat to be had."""
    if not changes:
        return []
    with_seats = {one.club.number for one in changes if one.club.seats is not None}
    await seats.lock(tx, with_seats, max(one.work.now for one in changes))
    await _end(tx, ctx, [one for one in changes if not one.is_true])
    begun = [one for one in changes if one.is_true and one.is_free]
    await _offer(tx, ctx, [one for one in begun if one.rule.mode is Mode.OFFER])
    refused = await _let_in(tx, ctx, [one for one in begun if one.rule.mode is Mode.AUTO])
    return [one not in refused for one in changes]


async def _end(tx: Tx, ctx: Context, changes: Sequence[RuleChange]) -> None:
    """Conditional grounds end; an offer that rests on the rule, and a place on the list, too."""
    if not changes:
        return
    gone = [
        Dismissal(
            work=one.work,
            club=one.club,
            why=Ended.RULE,
            actor=SETTLEMENT,
            only=tuple(span.span_id for span in ending),
            at=max([one.at, *(span.from_at for span in ending)]),
        )
        for one in changes
        if (ending := _conditional(one))
    ]
    await admitting.dismiss(tx, ctx, gone)
    ids_ = {one.work.holder.holder_id for one in changes}
    numbers = {one.club.number for one in changes}
    latest, places = offers.ask_latest(ids_, numbers), waiting.ask_open(ids_, numbers)
    await tx.ask_all([latest, places])
    for one in changes:
        key = (one.work.holder.holder_id, one.club.number)
        offer, place = latest.answer.get(key), places.answer.get(key)
        if offer is not None and offer.kind is Ground.RULE and offer.stands(one.work.at):
            await entering.close(tx, one.work, one.club, offer, OfferState.WITHDRAWN, SETTLEMENT)
        if place is not None and place.entry is Ground.RULE:
            await entering.leave_list(tx, one.work, one.club, place, LeftHow.WENT, SETTLEMENT)


def _conditional(one: RuleChange) -> list[Span]:
    """Also those that were taken since: the rule was not true any more."""
    return [
        span
        for span in one.spans
        if span.club == one.club.number
        and span.conditional
        and span.ended_at is None
        and (span.until_at is None or span.until_at > one.at)
    ]


async def _offer(tx: Tx, ctx: Context, changes: Sequence[RuleChange]) -> None:
    wanted = [
        NewOffer(
            work=one.work,
            club=one.club,
            ground=Ground.RULE,
            actor=SETTLEMENT,
            rule=f"club:{one.club.id}",
        )
        for one in changes
    ]
    await entering.offer(tx, ctx, wanted)


async def _let_in(tx: Tx, ctx: Context, changes: Sequence[RuleChange]) -> list[RuleChange]:
    """Those without a seat go to the end of the list, if there is one; else they are answered."""
    admitted: list[RuleChange] = []
    refused: list[RuleChange] = []
    known = await _known(tx, changes)
    refused += [one for one in known if not await _waits(tx, ctx, one)]
    new = [one for one in changes if one not in known]
    for club in {one.club.number: one.club for one in new}.values():
        of_club = [one for one in new if one.club.number == club.number]
        room = len(of_club) if club.seats is None else await _room(tx, club, of_club[0].work)
        admitted += of_club[:room]
        refused += [one for one in of_club[room:] if not await _waits(tx, ctx, one)]
    await admitting.admit(tx, ctx, [_admission(ctx, one) for one in admitted])
    return refused


async def _known(tx: Tx, changes: Sequence[RuleChange]) -> list[RuleChange]:
    """Who is offered a place already, or waits for one: that is used up by coming in."""
    ids = {one.work.holder.holder_id for one in changes}
    numbers = {one.club.number for one in changes}
    if not changes:
        return []
    latest, places = offers.ask_latest(ids, numbers), waiting.ask_open(ids, numbers)
    await tx.ask_all([latest, places])
    found = []
    for one in changes:
        key = (one.work.holder.holder_id, one.club.number)
        offer = latest.answer.get(key)
        if key in places.answer or (offer is not None and offer.stands(one.work.at)):
            found.append(one)
    return found


async def _room(tx: Tx, club: Club, work: Work) -> int:
    """Seats nobody waits for."""
    if await waiting.ahead(tx, club.number):
        return 0
    return await seats.left(tx, club.number, club.seats or 0, work.now)


async def _waits(tx: Tx, ctx: Context, one: RuleChange) -> bool:
    """They come in by the place they are offered, or go to the end of the list; False: neither."""
    circle = await knowing.circle(tx, ctx, one.club.id, one.work)
    try:
        await entering.enter(tx, ctx, circle, one.club, Right(ground=Ground.RULE, actor=SETTLEMENT))
    except ClubFull:
        return False
    return True


def _admission(ctx: Context, one: RuleChange) -> Admission:
    term = one.rule.term
    return Admission(
        work=one.work,
        club=one.club,
        kind=Ground.RULE,
        actor=SETTLEMENT,
        from_at=one.at,
        until_at=None if term is None else shift(one.at, term, ctx.programs.tz),
        conditional=term is None,
    )
