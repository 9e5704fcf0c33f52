"""unmerge_members: two members who were merged are two again.

Back goes what is of the one when nobody is merged: identifiers, purchases made under them, what
these earned, gave and used, unspent lots by origin. What was spent meanwhile stays spent, whosever
it was, and debt stays where it is. Those who had been merged into the one before go along.
"""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from service.domain.audit.acts import About, Act
from service.domain.consents import store as words
from service.domain.events.merging import MemberUnmerged
from service.domain.holders import store as holders
from service.domain.holders.types import Holder
from service.domain.members import merges
from service.domain.members import store as members
from service.domain.members.errors import MemberNotFound, NotMerged
from service.domain.members.merges import Merge, UnmergeMember, UnmergeReceipt
from service.domain.members.store import MemberRow
from service.domain.operations import store as operations
from service.domain.wallets import taken
from service.domain.wallets.lots import Lot
from service.domain.wallets.merging import Part
from service.flows.steps import consents, idempotency, tiers, wallets
from service.flows.steps.auditing import Done, note
from service.flows.steps.checkout import apart
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.clubs import merging as clubs
from service.flows.steps.context import Context
from service.flows.steps.gone import refuse_erased
from service.flows.steps.merging import family, person, rows
from service.flows.steps.merging.rows import Homed
from service.flows.steps.merging.units import Passage
from service.flows.steps.own import refuse_own
from service.flows.steps.sharing.passing import Passing
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.ids import new_id
from service.rules.triggers import On


class Command(msgspec.Struct, frozen=True):
    """A merged member who is to be itself again, under an idempotency key."""

    actor: Actor
    member_id: uuid.UUID
    body: UnmergeMember
    key: str


class Both(msgspec.Struct):
    """The two, locked and settled to one instant: `back` was `survivor` up to now.

    `homes`: back and all that had been merged into it; `what`: of theirs.
    """

    merge: Merge
    back: Work
    survivor: Work
    all: Passing
    people: Mapping[uuid.UUID, MemberRow]
    homes: Sequence[uuid.UUID]
    what: Homed
    op_id: uuid.UUID


async def unmerge_members(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[UnmergeReceipt], an ExpectedError, or BUSY."""

    async def one(tx: Tx, command: Command) -> Any:
        return await _one(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, one)


async def _one(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Any:
    actor, back_id = command.actor, command.member_id
    fp = idempotency.fingerprint("unmerge_members", str(back_id), command.body)
    known = await idempotency.stored(tx, actor, command.key, fp, UnmergeReceipt)
    if known is not None:
        return Answer(known, replayed=True)
    survivor_id = await _survivor(tx, back_id)
    refuse_own(actor, survivor_id, back_id)
    locked = await family.lock(tx, ctx, (survivor_id, back_id), wait=wait)
    if locked[back_id].merged_into != survivor_id:
        raise RunAgain
    both = await _begin(tx, ctx, locked, back_id, survivor_id)
    receipt = await _unmerge(tx, ctx, both, command)
    await idempotency.keep(tx, actor, command.key, fp, back_id, receipt)
    done = Done(
        act=Act.MEMBER_UNMERGED,
        about=About.MEMBER,
        id=back_id,
        with_id=survivor_id,
        op_id=receipt.id,
    )
    await note(tx, actor, done)
    return Answer(receipt)


async def _survivor(tx: Tx, member_id: uuid.UUID) -> uuid.UUID:
    """Who it is now; MemberNotFound, NotMerged."""
    found = (await holders.find(tx, [member_id])).get(member_id)
    if found is None:
        raise MemberNotFound
    if found.merged_into is None:
        raise NotMerged
    return found.merged_into


async def _begin(
    tx: Tx, ctx: Context, locked: Mapping[uuid.UUID, Holder], back: uuid.UUID, survivor: uuid.UUID
) -> Both:
    """NotMerged, MergeBlocked. What is due is posted in the books, all lots are loaded."""
    merge = await merges.find(tx, back)
    if merge is None:
        raise NotMerged
    refuse_erased(locked.values())
    await family.refuse_blocked(tx, (back, survivor))
    people = await members.members(tx, (back, survivor))
    two = {one: locked[one] for one in (back, survivor)}
    all_ = await Passing.settled(tx, ctx, two, replay=True)
    await clubs.lock(tx, ctx, (back, survivor), all_.at)
    works = all_.works
    await wallets.load_lots(tx, list(works.values()), [])
    homes = [back, *await merges.merged_before(tx, back)]
    what = await rows.homed(tx, survivor, homes)
    return Both(merge, works[back], works[survivor], all_, people, homes, what, new_id())


async def _unmerge(tx: Tx, ctx: Context, both: Both, command: Command) -> UnmergeReceipt:
    back, survivor, op_id = both.back, both.survivor, both.op_id
    back_id, survivor_id = back.holder.holder_id, survivor.holder.holder_id
    told_of, names = await person.withdrawn(tx, both.merge, both.people)
    parted = await person.parted(tx, ctx, told_of[-1], both.people[back_id], both.homes)
    told = MemberUnmerged(
        operation_id=op_id,
        undoes=both.merge.op_id,
        member_id=back_id,
        from_id=survivor_id,
        emptied=names,
    )
    for work in (survivor, back):
        work.emit(told, work.at)
    passage = Passage(ctx, survivor, back, op_id)
    in_place = await taken.in_place(tx, survivor_id)
    moved = passage.pour(
        lambda number, lot: _goes_back(both, lot, in_place.get((number, lot.lot_no)))
    )
    passage.tell(command.actor)
    _count(passage, both)
    await rows.pass_back(tx, survivor_id, back_id, both.what)
    await clubs.unmerge(tx, ctx, survivor, back, both.homes, op_id, command.actor)
    for one in (*told_of[:-1], *parted):
        await members.update_profile(tx, one)
    said = await words.words(tx, [survivor_id])
    await words.part(tx, survivor_id, back_id, both.merge.merged_at)
    await _link(tx, both, command)
    await tx.flush()
    apart_said = await words.words(tx, [survivor_id, back_id])
    consents.tell(survivor, said.get(survivor_id, {}), apart_said.get(survivor_id, {}))
    consents.tell(back, {}, apart_said.get(back_id, {}))  # as nobody was told of them meanwhile
    receipt = UnmergeReceipt(
        id=op_id,
        undoes=both.merge.op_id,
        member_id=back_id,
        from_id=survivor_id,
        recorded_at=back.now,
        purchases=len(both.what.purchases),
        moved=moved,
        emptied=names,
        wallets=back.balances(ctx.programs),
        tier=tiers.shown(both.all.standings.get(back_id, {}), back.at),
    )
    await both.all.write(tx)
    return receipt


def _goes_back(both: Both, lot: Lot, in_place_of: uuid.UUID | None) -> Part | None:
    """What they had when they were merged, and what their purchases earned since.

    A lot of before says whose it was, so that nobody loses what the other one had given them.
    """
    home = lot.home or in_place_of or both.what.operations.get(lot.origin_op)
    if home not in both.homes:
        return None
    return (lot, None if home == both.back.holder.holder_id else home)


def _count(passage: Passage, both: Both) -> None:
    """What goes back counts for who it is of, tiers that rules had set for it as well."""
    standings = both.all.standings
    there = standings.get(both.back.holder.holder_id, {})
    for ladder_id, here in standings.get(both.survivor.holder.holder_id, {}).items():
        gone = [one for one in here.floors if one.purchase_id in both.what.operations]
        here.floors = [one for one in here.floors if one not in gone]
        there[ladder_id].floors = [*there[ladder_id].floors, *gone]
    passage.count(standings, both.what.bought)
    for work in (both.survivor, both.back):
        tiers.emit_changes(standings.get(work.holder.holder_id, {}))
        work.occasions = [one for one in work.occasions if one.on is not On.TIER_CHANGE]


async def _link(tx: Tx, both: Both, command: Command) -> None:
    """The id stands for itself again, and for those that had been merged into it."""
    back, survivor = both.back, both.survivor
    now = max(back.now, survivor.now)
    back_id = back.holder.holder_id
    before = [one for one in both.homes if one != back_id]
    await merges.end(tx, both.merge, both.op_id, now)
    await merges.point(tx, {back_id: None, **dict.fromkeys(before, back_id)})
    rows_ = [(work.holder.holder_id, both.op_id) for work in (back, survivor)]
    kind = operations.Kind.UNMERGED
    await operations.insert_many(tx, rows_, command.body.note, command.actor, now, kind)
