"""Payments as answers show them."""

import datetime as dt
from collections.abc import Sequence

from service.domain.clubs import spans
from service.domain.clubs.membership import Ended, Span
from service.domain.clubs.payments import Payment
from service.domain.clubs.stays import PaymentReceipt
from service.flows.steps.clubs import knowing
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.calendar import shift
from service.rules.clubs import Paid


def terms(ctx: Context, club_id: str, paid_at: dt.datetime, now: dt.datetime) -> Paid | None:
    """What a term costs and how long it is: as of when it was paid, else as of now."""
    for at in (paid_at, now):
        club = knowing.club_named(ctx, club_id, at)
        paid = None if club is None else club.paid()
        if paid is not None:
            return paid
    return None


async def ground(tx: Tx, one: Payment) -> Span:
    """The ground the payment made, where it stands now if it was moved."""
    first = await spans.find(tx, one.span_id)
    assert first is not None  # noqa: S101  # written with the payment
    if first.ended_why != Ended.MOVED:
        return first
    theirs = await tx.ask(spans.ask_spans([first.holder_id]))
    return standing_of(theirs[first.holder_id], one)


def standing_of(theirs: Sequence[Span], one: Payment) -> Span:
    """The same of the member's spans."""
    (found,) = [s for s in theirs if s.source == one.span_id and s.ended_why != Ended.MOVED]
    return found


async def receipt(tx: Tx, ctx: Context, one: Payment) -> PaymentReceipt:
    """The payment with its term as it was bought, and when it was taken back."""
    made = await ground(tx, one)
    club = knowing.club_numbered(ctx, one.club)
    paid = terms(ctx, club.id, one.paid_at, one.recorded_at)
    assert paid is not None  # noqa: S101  # else there would be no payment
    is_whole = made.ended_why in {None, Ended.LAPSED} and made.until_at is not None
    until = made.until_at if is_whole else shift(made.from_at, paid.term, ctx.programs.tz)
    assert until is not None  # noqa: S101  # a paid term ends
    return PaymentReceipt(
        id=one.span_id,
        club=club.id,
        member_id=made.holder_id,
        reference=one.reference,
        amount=one.minor,
        currency=one.currency,
        paid_at=one.paid_at,
        since=made.from_at,
        until=until,
        reversed_at=made.ended_at if made.ended_why == Ended.REVERSED else None,
    )
