"""erase_member: the person is forgotten, the ledger stays without them.

Everybody who was merged into the member is forgotten with it. What is kept for them is let go, what
they belong to they leave, their units and their debt are gone; identifiers are free for anybody.
After it each of the ids answers that it was erased. A purchase they made may come back still.
"""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.audit.acts import About, Act
from service.domain.erasures import store
from service.domain.erasures.types import EraseMember, Erasure
from service.domain.events.catalog import MemberErased
from service.domain.holders.types import Holder
from service.domain.members.errors import MemberNotFound
from service.domain.operations import store as operations
from service.domain.segments import store as segments
from service.domain.wallets.entries import Op
from service.flows.steps import idempotency
from service.flows.steps.auditing import Done, note
from service.flows.steps.checkout import apart
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.context import Context
from service.flows.steps.erasing import emptying, forgetting, leaving, letting_go
from service.flows.steps.erasing.going import Going
from service.flows.steps.own import refuse_own
from service.flows.steps.sharing.passing import Passing
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.ids import new_id


class Command(msgspec.Struct, frozen=True):
    """Who is to be erased, under an idempotency key."""

    actor: Actor
    member_id: uuid.UUID
    body: EraseMember
    key: str


async def erase_members(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[Erasure], an ExpectedError, or BUSY."""

    async def erase(tx: Tx, command: Command) -> Answer[Erasure]:
        return await _erase(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, erase)


async def _erase(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[Erasure]:
    """MemberNotFound, OwnWallet, HeadCannotLeave. Erased again it is answered as it was."""
    actor, body = command.actor, command.body
    fp = idempotency.fingerprint("erase_member", str(command.member_id), body)
    known = await idempotency.stored(tx, actor, command.key, fp, Erasure)
    if known is not None:
        return Answer(known, replayed=True)
    family, locked = await _lock(tx, ctx, command, wait=wait)
    holder = locked[family[0]]
    if holder.is_erased:
        done = await store.find(tx, holder.holder_id)
        if done is None:
            raise AssertionError("nothing says when the member was erased")
        return Answer(done, replayed=True)
    concerned = {key: one for key, one in locked.items() if key not in family[1:]}
    together = await Passing.settled(tx, ctx, concerned, replay=True)
    going = Going(
        member_id=family[0], family=family, together=together, op_id=new_id(), actor=actor
    )
    answer = await _go(tx, ctx, going, holder, body)
    await idempotency.keep(tx, actor, command.key, fp, holder.holder_id, answer)
    return Answer(answer)


async def _lock(
    tx: Tx, ctx: Context, command: Command, *, wait: bool
) -> tuple[list[uuid.UUID], dict[uuid.UUID, Holder]]:
    """The family, the member first; and it locked with all it concerns. RunAgain: that changed."""
    family = await store.family(tx, command.member_id)
    if not family:
        raise MemberNotFound
    refuse_own(command.actor, *family)
    others = await store.others(tx, family)
    locked = await apart.lock_all(tx, ctx, {*family, *others}, wait=wait, erased=True)
    again = await store.family(tx, command.member_id)
    if again != family or await store.others(tx, family) != others:
        raise RunAgain  # a merge, a household or a checkout this moment
    return family, locked


async def _go(tx: Tx, ctx: Context, going: Going, holder: Holder, body: EraseMember) -> Erasure:
    """All of it, written once."""
    work, actor = going.work, going.actor
    holder.erased_at = work.now
    work.looks_again = False
    await letting_go.let_go(tx, ctx, going)
    await leaving.leave_household(tx, ctx, going)
    await leaving.leave_clubs(tx, ctx, going)
    await segments.leave_all(tx, going.family, work.now)
    emptying.leave(ctx, work, going.standings, Op(going.op_id), actor)
    kind = operations.Kind.ERASURE
    await operations.insert(
        tx, work.holder.holder_id, going.op_id, body.note, actor, work.now, kind
    )
    work.emit(MemberErased(member_id=going.member_id), work.now)
    holder.next_due = None
    await going.together.write(tx)
    await store.mark(tx, going.family, work.now)
    await forgetting.forget(tx, ctx, going.family, work.now)
    done = Done(
        act=Act.MEMBER_ERASED,
        about=About.MEMBER,
        id=going.member_id,
        content={"family": going.family},
        op_id=going.op_id,
    )
    await note(tx, actor, done)
    return Erasure(id=going.op_id, member_id=going.member_id, erased_at=work.now)
