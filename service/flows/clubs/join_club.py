"""join_club: a member takes an open offer, or shows a code; the partner vouches for it.

Without a free seat it leads to the end of the waiting list. A club nobody knows, one that is hidden
from the member, and a code that lets nobody in, whatever the reason, are one answer after the same
questions to the database.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.clubs import codes, membership, spans
from service.domain.clubs.errors import ClubNotFound, NoOpenOffer, PaymentNeeded
from service.domain.clubs.types import ClubEntry, CodeRow, Ground, JoinClub
from service.domain.coupons.guesses import Subject, subjects, tried
from service.domain.holders import store as holders
from service.flows.steps import guessing
from service.flows.steps.checkout import apart
from service.flows.steps.clubs import entering, knowing, views
from service.flows.steps.clubs.entering import Right
from service.flows.steps.clubs.knowing import Circle
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.rules.clubs import Club


class Command(msgspec.Struct, frozen=True):
    """A member who wants to come in."""

    actor: Actor
    club_id: str
    body: JoinClub


async def join_clubs(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ClubEntry], an ExpectedError, or BUSY."""

    async def join(tx: Tx, command: Command) -> Answer[ClubEntry]:
        return await _join(tx, ctx, command, wait=wait)

    results = await apart.each(ctx, commands, join)
    for command, result in zip(commands, results, strict=True):
        code = command.body.code
        if code is not None and isinstance(result, ClubNotFound):
            wrong = tried(ctx.secret, f"club {command.club_id}", code, command.body.member)
            await guessing.count_tried(ctx, _subjects(ctx, command), [wrong])
    return results


def _subjects(ctx: Context, command: Command) -> tuple[Subject, ...]:
    """Who guesses, when a code was shown; else nobody does."""
    body = command.body
    return () if body.code is None else subjects(ctx.secret, body.member, body.client)


async def _join(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ClubEntry]:
    """Sent again by who is in the club or waits, it changes nothing."""
    actor, body = command.actor, command.body
    await holders.clock(tx, ctx.db.clock_offset)
    member_id = await knowing.survivor(tx, body.member)
    await guessing.refuse_if_locked(tx, ctx, _subjects(ctx, command))
    works = await knowing.lock(tx, ctx, actor, [member_id], wait=wait)
    circle = await knowing.circle(tx, ctx, command.club_id, works[member_id])
    code = None if body.code is None else await _code(tx, ctx, circle, body.code)
    club = _let_in(circle, code)
    if _is_in(circle):
        return Answer(await views.entry(tx, circle, club), replayed=True)
    right = _right(circle, code, body, actor)
    await knowing.lock_seats(tx, club, circle.work)
    await entering.enter(tx, ctx, circle, club, right)
    if code is not None and right.source == code.code_id:
        await codes.use(tx, code.digest)
    await knowing.write(tx, works)
    return Answer(await views.entry(tx, circle, club))


async def _code(tx: Tx, ctx: Context, circle: Circle, text: str) -> CodeRow | None:
    """The code, if it lets somebody in now; that of a member who has left the club does not."""
    row = await codes.lock(tx, circle.number, codes.digest(ctx.secret, text))
    inviters = [] if row is None or row.inviter is None else [row.inviter]
    found = await tx.ask(spans.ask_spans(inviters))
    if row is None or not row.stands(circle.work.at):
        return None
    at = circle.work.at
    if row.inviter is not None and not (
        row.inviter == circle.owner_id
        or membership.belongs(found.get(row.inviter, []), circle.number, at)
    ):
        return None
    return row


def _let_in(circle: Circle, code: CodeRow | None) -> Club:
    """ClubNotFound, unless the member knows the club or the code is good."""
    if circle.club is not None and code is not None and not circle.is_banned:
        return circle.club
    return circle.known()


def _is_in(circle: Circle) -> bool:
    """Nothing is to be done: no offer is open, and they are in (pausing or not), or they wait."""
    has_ground = membership.has_ground(circle.spans, circle.number, circle.work.at)
    return circle.open_offer is None and (has_ground or circle.waiting is not None)


def _right(circle: Circle, code: CodeRow | None, body: JoinClub, actor: Actor) -> Right:
    """The open offer's, else the code's. ClubNotFound, NoOpenOffer, PaymentNeeded."""
    offer = circle.open_offer
    if offer is not None:
        if offer.kind is Ground.PAID:
            raise PaymentNeeded
        return Right(
            ground=offer.kind,
            actor=actor,
            inviter=offer.inviter,
            source=offer.offer_id,
            note=offer.note,
            term_until=offer.term_until,
        )
    if code is not None:
        return Right(
            ground=Ground.INVITATION,
            actor=actor,
            inviter=code.inviter,
            source=code.code_id,
            note=code.note,
        )
    if body.code is not None:
        raise ClubNotFound
    raise NoOpenOffer
