"""record_club_payment: a term of a club was paid for, somewhere else. We take no cards.

The payment's own reference is its natural key, for ever. A term begins when it was paid, or where
an earlier paid one ends; paid after that had ended, it begins anew.
"""

import datetime as dt
import hashlib
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from service.domain.clubs import membership, offers, payments, seats, spans, steps, waiting
from service.domain.clubs.errors import (
    CannotBeInvited,
    ClubFull,
    ClubInstantInvalid,
    ClubPaymentReused,
    ClubPriceDiffers,
    EntryNotOffered,
)
from service.domain.clubs.membership import Ended, Span
from service.domain.clubs.payments import Payment
from service.domain.clubs.stays import PayForClub, PaymentReceipt
from service.domain.clubs.steps import What
from service.domain.clubs.types import Ground, LeftHow, OfferState
from service.domain.events.club_stays import ClubPaid
from service.domain.holders import store as holders
from service.domain.members.errors import MemberNotFound
from service.domain.transfers.errors import RecipientNotFound
from service.flows.steps.checkout import apart
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.clubs import admitting, knowing, paying, staying
from service.flows.steps.clubs.admitting import Admission
from service.flows.steps.clubs.knowing import Circle
from service.flows.steps.context import EARLIEST, IN_THE_FUTURE_MAX, Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.calendar import Duration, shift
from service.kernel.ids import new_id
from service.rules.clubs import Club, Paid

_encode: Final = msgspec.msgpack.Encoder(order="deterministic").encode


class Command(msgspec.Struct, frozen=True):
    """What was paid, by whom, for which club."""

    actor: Actor
    club_id: str
    body: PayForClub

    @property
    def fp(self) -> bytes:
        """SHA-256 of the content but the member, who may be named in several ways."""
        body = self.body
        paid_at = None if body.paid_at is None else body.paid_at.astimezone(dt.UTC)
        return hashlib.sha256(_encode((self.club_id, body.amount, body.currency, paid_at))).digest()


async def record_payments(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[PaymentReceipt], an ExpectedError, or BUSY."""

    async def record(tx: Tx, command: Command) -> Answer[PaymentReceipt]:
        return await _record(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, record)


async def _record(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[PaymentReceipt]:
    """The same payment again is a replay, whatever became of the membership since."""
    actor, body = command.actor, command.body
    await holders.clock(tx, ctx.db.clock_offset)
    known = await payments.find(tx, body.reference)
    if known is not None:
        await _check_same(tx, ctx, command, known)
        return Answer(await paying.receipt(tx, ctx, known), replayed=True)
    circle, works = await staying.look_named(
        tx, ctx, actor, command.club_id, body.member, wait=wait
    )
    club = _known(circle, actor)
    if circle.is_banned:
        raise CannotBeInvited
    paid_at = _paid_at(ctx, circle, body)
    term = _term(ctx, club, command, paid_at)
    since = starts(ctx, circle.spans, club.number, paid_at, term.term)
    until = shift(since, term.term, ctx.programs.tz)
    await knowing.lock_seats(tx, club, circle.work)
    if until > circle.work.at:
        await _make_room(tx, circle, club)
    paid = await _paid(tx, ctx, circle, club, command, (paid_at, since, until))
    await knowing.write(tx, works)
    return Answer(await paying.receipt(tx, ctx, paid))


async def _check_same(tx: Tx, ctx: Context, command: Command, known: Payment) -> None:
    """ClubPaymentReused. An identifier that is nobody's any more may have been this member's."""
    if known.fp != command.fp:
        raise ClubPaymentReused
    try:
        named = await knowing.recipient(tx, ctx, command.body.member)
        named = await knowing.survivor(tx, named)
    except (RecipientNotFound, MemberNotFound):
        return
    made = await paying.ground(tx, known)
    if named not in {made.holder_id, await knowing.survivor(tx, made.holder_id)}:
        raise ClubPaymentReused


def _known(circle: Circle, actor: Actor) -> Club:
    """The club; ClubNotFound. Who has paid for a term before, and is not banned, knows it too."""
    has_paid = any(one.kind == Ground.PAID and one.club == circle.number for one in circle.spans)
    if circle.club is not None and has_paid and not circle.is_banned:
        return circle.club
    return circle.known(actor)


def _term(ctx: Context, club: Club, command: Command, paid_at: dt.datetime) -> Paid:
    """EntryNotOffered, ClubPriceDiffers."""
    paid, body = paying.terms(ctx, club.id, paid_at, paid_at), command.body
    paid = paid or club.paid()
    if paid is None:
        raise EntryNotOffered(entry="payment")
    currency = ctx.programs.compiled[-1].document.program.currency
    if (body.amount, body.currency) != (paid.minor, currency):
        raise ClubPriceDiffers(price=paid.minor, currency=currency)
    return paid


async def _make_room(tx: Tx, circle: Circle, club: Club) -> None:
    """ClubFull, unless they are in or a seat is theirs; the open offer is used up."""
    offer, work = circle.open_offer, circle.work
    if club.seats is not None and not staying.is_in(circle) and not (offer and offer.has_seat):
        free = await seats.left(tx, club.number, club.seats, work.now)
        place = None if circle.waiting is None else circle.waiting.place
        if free == 0 or await waiting.ahead(tx, club.number, place):
            raise ClubFull
    if offer is not None:
        await offers.close(tx, [offer], OfferState.TAKEN, work.at)
    if circle.waiting is not None:
        await waiting.leave(tx, [circle.waiting], LeftHow.LET_IN, work.at)


async def _paid(
    tx: Tx,
    ctx: Context,
    circle: Circle,
    club: Club,
    command: Command,
    times: tuple[dt.datetime, dt.datetime, dt.datetime],
) -> Payment:
    body, work, actor = command.body, circle.work, command.actor
    paid_at, since, until = times
    payment = Payment(
        body.reference, club.number, circle.member_id, new_id(), body.amount, body.currency,
        paid_at, work.now, command.fp,
    )  # fmt: skip
    if not await payments.insert(tx, payment):
        raise RunAgain  # somebody told it this moment
    admission = Admission(
        work=work, club=club, kind=Ground.PAID, actor=actor, from_at=since, until_at=until,
        source=payment.span_id, span_id=payment.span_id,
    )  # fmt: skip
    cancelled = [s for s in membership.grounds(circle.spans, club.number, work.at) if not s.renews]
    if cancelled:  # who pays on does not end with the term
        await spans.renewing(tx, cancelled, renews=True)
    await admitting.admit(tx, ctx, [admission])
    noted = staying.step(circle, What.PAID, actor, source=payment.span_id)
    await steps.note(tx, [noted])
    work.emit(
        ClubPaid(
            club=club.id, payment_id=payment.span_id, amount=body.amount, currency=body.currency,
            since=since, until=until,
        ),
        work.at,
    )  # fmt: skip
    return payment


def _paid_at(ctx: Context, circle: Circle, body: PayForClub) -> dt.datetime:
    """ClubInstantInvalid: longer ago than the API takes purchases, or still to come."""
    now = circle.work.at
    if body.paid_at is None:
        return now
    at = body.paid_at.astimezone(dt.UTC)
    head = ctx.programs.at(now).document.program
    oldest = max(EARLIEST, shift(now, head.backdate_max, ctx.programs.tz, -1))
    if not oldest <= at <= now + IN_THE_FUTURE_MAX:
        raise ClubInstantInvalid(pointer="/paid_at")
    return min(at, now)


def starts(
    ctx: Context, theirs: Sequence[Span], club: int, paid_at: dt.datetime, term: Duration
) -> dt.datetime:
    """When a term begins that was paid then: then, or behind what it would lie over.

    That is paid terms, and bans, which let nothing begin. Terms that were told to end before their
    time stand in nobody's way. A payment told out of order comes behind those told before.
    """
    taken = [one for one in theirs if one.club == club and (_counts(one) or _bars(one))]
    start = paid_at
    while True:
        end = shift(start, term, ctx.programs.tz)
        ends = [
            one.until_at
            for one in taken
            if one.until_at is not None and one.from_at < end and one.until_at > start
        ]
        if not ends:
            return start
        start = max(ends)


def _counts(one: Span) -> bool:
    return one.kind == Ground.PAID and one.ended_why in {None, Ended.LAPSED}


def _bars(one: Span) -> bool:
    return one.kind == membership.BAN and one.until_at is not None and one.from_at < one.until_at
