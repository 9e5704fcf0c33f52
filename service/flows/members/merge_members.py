"""merge_members: two members are one person. Everything of the one is the other's from now on.

Lots pass with their origin, debt too; limits and tiers count over both; purchases, coupons, clubs,
activities are the survivor's, and the old id stands for it for ever (steps/merging). What a merge
by itself brings about for tiers is no occasion for rules: nobody bought anything.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from service.domain.audit.acts import About, Act
from service.domain.consents import store as words
from service.domain.events.merging import MemberMerged
from service.domain.holders import store as holders
from service.domain.holders.types import Holder
from service.domain.members import merges
from service.domain.members import store as members
from service.domain.members.errors import MemberNotFound, MergeWithItself
from service.domain.members.merges import Merge, MergeMember, MergeReceipt
from service.domain.members.store import MemberRow
from service.domain.operations import store as operations
from service.domain.segments import store as segments
from service.domain.wallets import taken
from service.domain.wallets.lots import Lot
from service.domain.wallets.merging import Part
from service.flows.steps import consents, idempotency, naming, tiers, wallets
from service.flows.steps.auditing import Done, note
from service.flows.steps.checkout import apart
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.clubs import knowing
from service.flows.steps.clubs import merging as clubs
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.merging import family, person, rows
from service.flows.steps.merging.units import Passage
from service.flows.steps.own import refuse_own
from service.flows.steps.sharing.passing import Passing
from service.flows.steps.standing import Standings
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.ids import new_id
from service.rules.triggers import On


class Command(msgspec.Struct, frozen=True):
    """A member who is another one too, under an idempotency key."""

    actor: Actor
    member_id: uuid.UUID
    body: MergeMember
    key: str


class Both(msgspec.Struct):
    """The two, locked and settled to one instant: `old` is `survivor` from now on.

    `before`: who had been merged into `old`; `since`: what was done for them since.
    """

    old: Work
    survivor: Work
    all: Passing
    family: Mapping[uuid.UUID, Holder]
    people: Mapping[uuid.UUID, MemberRow]
    before: Sequence[uuid.UUID]
    since: rows.Operations
    op_id: uuid.UUID


async def merge_members(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[MergeReceipt], an ExpectedError, or BUSY."""

    async def one(tx: Tx, command: Command) -> Any:
        return await _one(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, one)


async def _one(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Any:
    actor, body = command.actor, command.body
    fp = idempotency.fingerprint("merge_members", str(command.member_id), body)
    known = await idempotency.stored(tx, actor, command.key, fp, MergeReceipt)
    if known is not None:
        return Answer(known, replayed=True)
    await holders.clock(tx, ctx.db.clock_offset)
    survivor_id = await knowing.survivor(tx, command.member_id)
    old_id = await naming.find(tx, ctx, body.member, tx.now or EARLIEST, "/member")
    if old_id == survivor_id:
        raise MergeWithItself
    refuse_own(actor, survivor_id, old_id)
    locked = await family.lock(tx, ctx, (survivor_id, old_id), wait=wait)
    again = await naming.find(tx, ctx, body.member, tx.now or EARLIEST, "/member")
    if again != old_id or locked[survivor_id].merged_into or locked[old_id].merged_into:
        raise RunAgain
    both = await _begin(tx, ctx, locked, old_id, survivor_id)
    receipt = await _merge(tx, ctx, both, command)
    await idempotency.keep(tx, actor, command.key, fp, survivor_id, receipt)
    done = Done(
        act=Act.MEMBER_MERGED, about=About.MEMBER, id=survivor_id, with_id=old_id, op_id=receipt.id
    )
    await note(tx, actor, done)
    return Answer(receipt)


async def _begin(
    tx: Tx, ctx: Context, locked: Mapping[uuid.UUID, Holder], old: uuid.UUID, survivor: uuid.UUID
) -> Both:
    """MergeBlocked, MemberNotFound. What is due is posted in the books, all lots are loaded."""
    await family.refuse_blocked(tx, (old, survivor))
    people = await members.members(tx, (old, survivor))
    if len(people) < len((old, survivor)):
        raise MemberNotFound
    two = {one: locked[one] for one in (old, survivor)}
    all_ = await Passing.settled(tx, ctx, two, replay=True)
    await clubs.lock(tx, ctx, (old, survivor), all_.at)
    works = all_.works
    await wallets.load_lots(tx, list(works.values()), [])
    before = await merges.merged_before(tx, old)
    since = await rows.since(tx, old, before)
    return Both(works[old], works[survivor], all_, locked, people, before, since, new_id())


async def _merge(tx: Tx, ctx: Context, both: Both, command: Command) -> MergeReceipt:
    old, survivor, op_id = both.old, both.survivor, both.op_id
    old_id, survivor_id = old.holder.holder_id, survivor.holder.holder_id
    row, names = person.filled(both.people[survivor_id], both.people[old_id])
    told = MemberMerged(operation_id=op_id, member_id=old_id, into_id=survivor_id, filled=names)
    for work in (old, survivor):
        work.emit(told, work.at)
    passage = Passage(ctx, old, survivor, op_id)
    in_place = await taken.in_place(tx, old_id)
    await tx.flush()
    others = await merges.merged_before(tx, survivor_id)
    await taken.mark_homes(tx, survivor_id, others, await rows.since(tx, survivor_id, others))
    moved = passage.pour(lambda number, lot: _homed(both, lot, in_place.get((number, lot.lot_no))))
    passage.pass_debts()
    passage.tell(command.actor)
    _count(passage, both.all.standings, old, survivor)
    await rows.pass_all(tx, old_id, survivor_id, both.since, survivor.at, command.actor)
    await clubs.merge(tx, ctx, old, survivor, op_id, command.actor)
    await segments.leave_all(tx, [old_id], old.at)
    old.looks_again = False
    await members.update_profile(tx, row)
    said = await words.words(tx, [survivor_id])
    await _link(tx, both, names, command)
    await tx.flush()
    both_said = await words.words(tx, [survivor_id])
    consents.tell(survivor, said.get(survivor_id, {}), both_said.get(survivor_id, {}))
    receipt = MergeReceipt(
        id=op_id,
        member_id=survivor_id,
        merged_id=old_id,
        recorded_at=survivor.now,
        moved=moved,
        filled=names,
        wallets=survivor.balances(ctx.programs),
        tier=tiers.shown(both.all.standings.get(survivor_id, {}), survivor.at),
    )
    await _write(tx, both)
    return receipt


def _homed(both: Both, lot: Lot, in_place_of: uuid.UUID | None) -> Part:
    """Everything goes. Whose it is stays known: the old one's, or of who was merged into them."""
    named = (
        one for one in (lot.home, in_place_of, both.since.get(lot.origin_op)) if one in both.before
    )
    return (lot, next(named, both.old.holder.holder_id))


def _count(passage: Passage, standings: Standings, old: Work, survivor: Work) -> None:
    """All purchases of the old one count for the survivor, and the tiers that rules had set."""
    given = standings.get(old.holder.holder_id, {})
    for ladder_id, there in standings.get(survivor.holder.holder_id, {}).items():
        there.floors = [*there.floors, *given[ladder_id].floors]
        given[ladder_id].floors = []
    passage.count_all(standings)
    tiers.emit_changes(standings.get(survivor.holder.holder_id, {}))
    survivor.occasions = [one for one in survivor.occasions if one.on is not On.TIER_CHANGE]


async def _link(tx: Tx, both: Both, names: Sequence[str], command: Command) -> None:
    """The old id is found at the survivor, and so are all that had been merged into it."""
    old, survivor = both.old.holder, both.survivor.holder
    now = max(both.old.now, both.survivor.now)
    merge = Merge(survivor.holder_id, both.op_id, old.holder_id, now, names)
    await merges.insert(tx, merge)
    await merges.point(tx, dict.fromkeys([old.holder_id, *both.before], survivor.holder_id))
    await merges.relate(tx, set(both.family))
    rows_ = [(one.holder_id, both.op_id) for one in (old, survivor)]
    kind = operations.Kind.MERGED
    await operations.insert_many(tx, rows_, command.body.note, command.actor, now, kind)


async def _write(tx: Tx, both: Both) -> None:
    """Nothing falls due with the old one any more; what happened to it happened to the survivor."""
    both.survivor.occasions += both.old.occasions
    both.old.occasions = []
    both.old.holder.next_due = None
    await tiers.write(tx, both.all.standings)
    await wallets.write(tx, [both.old, both.survivor])
    await both.all.outbox.write(tx)
