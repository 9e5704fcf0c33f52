"""give_to_club, draw_from_club: units between a member and the club's pool, lots kept.

The pool is wallets of a holder of the club's own, made when the first units come. What somebody
gave stays in it when they leave.
"""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.clubs import pools
from service.domain.clubs.errors import ClubDrawLimitReached, NotInClub, WalletNotOfClub
from service.domain.clubs.stays import ClubPoolReceipt, MoveClubUnits
from service.domain.holders import store as holders
from service.domain.transfers import store as transfers
from service.domain.transfers.types import Kind
from service.flows.steps import idempotency
from service.flows.steps.checkout import apart
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.clubs import knowing, pooling
from service.flows.steps.context import Context
from service.flows.steps.own import refuse_own
from service.flows.steps.sharing import passing
from service.flows.steps.sharing.passing import Note, Passing
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.calendar import Period, period_end, period_start
from service.kernel.ids import new_id
from service.rules.clubs import Club, ClubPool

VERBS = {Kind.CLUB_GIVEN: "give_to_club", Kind.CLUB_DRAWN: "draw_from_club"}
NOTES = {Kind.CLUB_GIVEN: "given to the club", Kind.CLUB_DRAWN: "drawn from the club"}


class Command(msgspec.Struct, frozen=True):
    """Units to the pool (CLUB_GIVEN) or out of it (CLUB_DRAWN), under an idempotency key."""

    actor: Actor
    club_id: str
    kind: Kind
    body: MoveClubUnits
    key: str


async def move_units(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ClubPoolReceipt], an ExpectedError, or BUSY."""

    async def move(tx: Tx, command: Command) -> Answer[ClubPoolReceipt]:
        return await _move(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, move)


async def _move(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[ClubPoolReceipt]:
    actor, body = command.actor, command.body
    fp = idempotency.fingerprint(VERBS[command.kind], command.club_id, body)
    known = await idempotency.stored(tx, actor, command.key, fp, ClubPoolReceipt)
    if known is not None:
        return Answer(known, replayed=True)
    await holders.clock(tx, ctx.db.clock_offset)
    member_id = body.member
    refuse_own(actor, member_id)
    pool_id = await pooling.holder_for(tx, ctx, command.club_id, member_id)
    people = {member_id} if pool_id is None else {member_id, pool_id}
    locked = await apart.lock_all(tx, ctx, people, wait=wait)
    knowing.must_be_members(locked, [member_id])
    both = await Passing.settled(tx, ctx, locked)
    circle = await knowing.circle(tx, ctx, command.club_id, both.works[member_id])
    club = circle.known(actor)
    if not circle.belongs:
        raise NotInClub
    if pool_id is None:
        if club.pool is not None:
            raise RunAgain  # they came in this moment
        raise WalletNotOfClub(wallet=body.wallet)
    pool = club.pool
    if pool is None or body.wallet not in pool.wallets:
        raise WalletNotOfClub(wallet=body.wallet)
    receipt = await _pass(tx, ctx, command, club, pool, both, (member_id, pool_id))
    await idempotency.keep(tx, actor, command.key, fp, member_id, receipt)
    return Answer(receipt)


async def _pass(
    tx: Tx,
    ctx: Context,
    command: Command,
    club: Club,
    terms: ClubPool,
    both: Passing,
    ids: tuple[uuid.UUID, uuid.UUID],
) -> ClubPoolReceipt:
    body, member, pool = command.body, both.works[ids[0]], both.works[ids[1]]
    number = passing.number_of(ctx, body.wallet)
    left = await _left_to_draw(tx, ctx, terms, body.wallet, number, (member, pool))
    sides = (member, pool)
    if command.kind is Kind.CLUB_DRAWN:
        sides = (pool, member)
        if left is not None and body.amount > left:
            raise ClubDrawLimitReached(wallet=body.wallet, left=left)
        left = None if left is None else left - body.amount
    passing.check_available(ctx, sides[0], number, body.amount)
    note = Note(new_id(), command.kind, command.actor, NOTES[command.kind])
    await passing.move(tx, ctx, sides, {number: body.amount}, note)
    await both.write(tx)
    await pools.keep(tx, club.number, ids[1])
    return ClubPoolReceipt(
        id=note.transfer_id,
        club=club.id,
        member_id=ids[0],
        wallet=body.wallet,
        amount=body.amount,
        recorded_at=max(pool.now, member.now),
        pool=pool.books[number].balance(),
        balance=member.books[number].balance(),
        left=left,
    )


async def _left_to_draw(
    tx: Tx, ctx: Context, terms: ClubPool, wallet: str, number: int, sides: tuple[Work, Work]
) -> int | None:
    """Units the member may draw in this calendar month still; None: any number."""
    most = terms.draw_max.get(wallet)
    if most is None:
        return None
    member, pool = sides
    month = (pool.at, Period.MONTH, ctx.programs.tz)
    drawn = await transfers.went(
        tx,
        pool.holder.holder_id,
        number,
        Kind.CLUB_DRAWN,
        period_start(*month),
        period_end(*month),
        member.holder.holder_id,
    )
    return max(0, most - drawn)
