"""reverse_club_payment: a payment was taken back, so its term is over now.

What was paid for the time after it is moved up: nobody has paid for a gap.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.clubs import payments, spans, steps
from service.domain.clubs.errors import ClubNotFound, ClubPaymentNotFound
from service.domain.clubs.membership import Ended, Span
from service.domain.clubs.stays import PaymentReceipt, ReversePayment
from service.domain.clubs.steps import What
from service.domain.clubs.types import Ground
from service.domain.events.club_stays import ClubPaymentReversed
from service.flows.steps.checkout import apart
from service.flows.steps.clubs import admitting, knowing, paying, staying
from service.flows.steps.clubs.admitting import Admission
from service.flows.steps.clubs.knowing import Circle
from service.flows.steps.clubs.leaving import Dismissal
from service.flows.steps.context import SETTLEMENT, Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.rules.clubs import Club


class Command(msgspec.Struct, frozen=True):
    """Which payment, and why."""

    actor: Actor
    club_id: str
    body: ReversePayment


async def reverse_payments(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[PaymentReceipt], an ExpectedError, or BUSY."""

    async def reverse(tx: Tx, command: Command) -> Answer[PaymentReceipt]:
        return await _reverse(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, reverse)


async def _reverse(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[PaymentReceipt]:
    """Sent again it changes nothing; of a term that is over already only the payment is marked."""
    actor, body = command.actor, command.body
    payment = await payments.find(tx, body.reference)
    if payment is None:
        raise ClubPaymentNotFound
    member_id = await knowing.survivor(tx, payment.holder_id)  # a payment stays where it was made
    circle, works = await staying.look(tx, ctx, actor, command.club_id, member_id, wait=wait)
    club = circle.club
    if club is None:
        raise ClubNotFound
    if club.number != payment.club:
        raise ClubPaymentNotFound
    ground = paying.standing_of(circle.spans, payment)
    if ground.ended_why == Ended.REVERSED:
        return Answer(await paying.receipt(tx, ctx, payment), replayed=True)
    await knowing.lock_seats(tx, club, circle.work)
    await _draw_near(tx, ctx, circle, club, ground)
    gone = Dismissal(
        work=circle.work, club=club, why=Ended.REVERSED, actor=actor,
        only=(ground.span_id,), note=body.note,
    )  # fmt: skip
    if not await admitting.dismiss(tx, ctx, [gone]):
        await spans.mark(tx, ground, Ended.REVERSED, circle.work.now)
    noted = staying.step(
        circle, What.PAYMENT_REVERSED, actor, source=payment.span_id, note=body.note
    )
    await steps.note(tx, [noted])
    circle.work.emit(ClubPaymentReversed(club=club.id, payment_id=payment.span_id), circle.work.at)
    await knowing.write(tx, works)
    return Answer(await paying.receipt(tx, ctx, payment))


async def _draw_near(tx: Tx, ctx: Context, circle: Circle, club: Club, gone: Span) -> None:
    """Paid terms that follow it without a gap begin where it ends now, each as long as it was."""
    work = circle.work
    start, end = max(work.at, gone.from_at), gone.until_at
    moved: list[Span] = []
    admissions: list[Admission] = []
    if end is not None and end > work.at:
        for one in sorted(_paid(circle), key=lambda span: span.from_at):
            if one.from_at == end and one.until_at is not None:
                until = start + (one.until_at - one.from_at)
                moved.append(one)
                admissions.append(_moved(circle, club, one, (start, until)))
                start, end = until, one.until_at
    await spans.end(tx, [(one, one.from_at) for one in moved], Ended.MOVED, work.now)
    await admitting.admit(tx, ctx, admissions)


def _paid(circle: Circle) -> list[Span]:
    return [
        one
        for one in circle.spans
        if one.club == circle.number and one.kind == Ground.PAID and one.ended_at is None
    ]


def _moved(
    circle: Circle, club: Club, one: Span, times: tuple[dt.datetime, dt.datetime]
) -> Admission:
    since, until = times
    return Admission(
        work=circle.work,
        club=club,
        kind=Ground.PAID,
        actor=SETTLEMENT,
        from_at=since,
        until_at=until,
        source=one.source,
    )
