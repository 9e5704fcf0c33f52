"""give_to_household, draw_from_household: units between a member and the pool, lots kept."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.households.errors import DrawLimitReached, WalletNotPooled
from service.domain.households.types import Membership, MovePooled, PoolReceipt
from service.domain.transfers import store as transfers
from service.domain.transfers.types import Kind
from service.flows.steps import idempotency
from service.flows.steps.checkout import apart
from service.flows.steps.context import Context
from service.flows.steps.sharing import (
    belonging,
    passing,
)
from service.flows.steps.sharing.belonging import Belonging
from service.flows.steps.sharing.passing import Note, Passing
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.calendar import Period, period_end, period_start
from service.kernel.ids import new_id
from service.rules.sharing import Households

VERBS = {Kind.POOLED: "give_to_household", Kind.DRAWN: "draw_from_household"}
NOTES = {Kind.POOLED: "given to the household", Kind.DRAWN: "drawn from the household"}


class Command(msgspec.Struct, frozen=True):
    """Units to the pool (POOLED) or out of it (DRAWN), under an idempotency key."""

    actor: Actor
    household_id: uuid.UUID
    kind: Kind
    body: MovePooled
    key: str


async def move_pooled(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[PoolReceipt], an ExpectedError, or BUSY."""

    async def one(tx: Tx, command: Command) -> Any:
        return await _one(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, one)


async def _one(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Any:
    verb = VERBS[command.kind]
    fp = idempotency.fingerprint(verb, str(command.household_id), command.body)
    known = await idempotency.stored(tx, command.actor, command.key, fp, PoolReceipt)
    if known is not None:
        return Answer(known, replayed=True)
    member_id = command.body.member
    one = await belonging.lock(tx, ctx, command.actor, command.household_id, [member_id], wait=wait)
    person = one.person(member_id)
    both = await Passing.settled(tx, ctx, one.locked)
    receipt = await _move(tx, ctx, command, one, person, both)
    await idempotency.keep(tx, command.actor, command.key, fp, member_id, receipt)
    return Answer(receipt)


async def _move(
    tx: Tx, ctx: Context, command: Command, one: Belonging, person: Membership, both: Passing
) -> PoolReceipt:
    body, pool, member = command.body, both.works[one.id], both.works[person.holder_id]
    number = passing.number_of(ctx, body.wallet)
    terms = belonging.offered(ctx, both.at)
    if body.wallet not in terms.wallets:
        raise WalletNotPooled(wallet=body.wallet)
    left = await _left_to_draw(tx, ctx, terms, person, number, pool)
    sides = (member, pool)
    if command.kind is Kind.DRAWN:
        sides = (pool, member)
        if left is not None and body.amount > left:
            raise DrawLimitReached(wallet=body.wallet, left=left)
        left = None if left is None else left - body.amount
    passing.check_available(ctx, sides[0], number, body.amount)
    note = Note(new_id(), command.kind, command.actor, NOTES[command.kind])
    await passing.move(tx, ctx, sides, {number: body.amount}, note)
    await both.write(tx)
    return PoolReceipt(
        id=note.transfer_id,
        household_id=one.id,
        member_id=person.holder_id,
        wallet=body.wallet,
        amount=body.amount,
        recorded_at=max(pool.now, member.now),
        pool=pool.books[number].balance(),
        balance=member.books[number].balance(),
        left=left,
    )


async def _left_to_draw(
    tx: Tx, ctx: Context, terms: Households, person: Membership, number: int, pool: Work
) -> int | None:
    """Units the person may draw of the wallet in this calendar month still; None: any number."""
    most = person.may_draw(terms.draw_max).get(ctx.programs.wallet_id(number))
    if most is None:
        return None
    month = (pool.at, Period.MONTH, ctx.programs.tz)
    drawn = await transfers.went(
        tx,
        pool.holder.holder_id,
        number,
        Kind.DRAWN,
        period_start(*month),
        period_end(*month),
        person.holder_id,
    )
    return max(0, most - drawn)
