"""What rules gave because of a purchase, once something of it came back.

A tier that no longer stands without what came back was never reached, so what was given for
reaching it goes, whichever purchase it was that lifted it; so does what was given for a segment or
a club, and a term in a club, that the return alone unmakes (hindsight.py): units (as a return takes
those it earned), what they counted, floors, uses of limits, budgets, badges, coupons that nobody
has used; used ones stay and are told. What that brought about goes in turn. A badge of a rule of
the purchase goes when the rest gives it no more.

It is not given again when a later return would leave the tier standing after all: a return leaves
less, never more, but for rules that want a small cart.
"""

import datetime as dt
import uuid
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from service.domain.badges import store as badges
from service.domain.badges.store import BadgeRow
from service.domain.clubs import seats
from service.domain.clubs.membership import Ended, Span
from service.domain.coupons import codes
from service.domain.coupons import store as coupons
from service.domain.coupons.store import Standing as CouponStanding
from service.domain.coupons.types import CouponRow
from service.domain.events.catalog import PointsReversed
from service.domain.events.occasions import BadgeTaken, TriggerUndone
from service.domain.occasions import store as occasions
from service.domain.occasions.types import TriggerRun
from service.domain.operations import store as operations
from service.domain.purchases import store as purchases
from service.domain.purchases.stored import Purchase, issued_id
from service.domain.tiers.types import FloorRow
from service.domain.wallets.entries import Op
from service.flows.steps import tiers
from service.flows.steps.clubs import admitting, withdrawing
from service.flows.steps.clubs.leaving import Dismissal
from service.flows.steps.clubs.withdrawing import Lost
from service.flows.steps.context import Context
from service.flows.steps.standing import Standing
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.ids import derived_id
from service.kernel.values import Movement, WalletChange
from service.rules.decision import Decision
from service.rules.document import Shortfall
from service.rules.triggers import Direction, On

NOTE: Final = "what it was given for came back"


class Brought(msgspec.Struct):
    """What stands of what a purchase brought about: runs, their coupons, badges of both."""

    runs: Sequence[TriggerRun] = ()
    rows: Mapping[bytes, CouponRow] = {}
    badges: Sequence[BadgeRow] = ()
    lapsed: Mapping[tuple[uuid.UUID, int], int] = {}  # of the runs' lots, by operation and wallet
    baseless: frozenset[uuid.UUID] = (
        frozenset()
    )  # runs that the return alone unmakes (hindsight.py)
    grounds: Sequence[Span] = ()  # terms in clubs that it unmakes


class Undone(msgspec.Struct, frozen=True):
    """A run that is taken back by the entries of `op`: what of its coupons is void, what used."""

    run: TriggerRun
    op: Op
    reversed: tuple[Movement, ...]
    changes: tuple[WalletChange, ...]
    void: tuple[uuid.UUID, ...]
    used: tuple[uuid.UUID, ...]
    coupons: tuple[CouponStanding, ...]


class Change(msgspec.Struct, frozen=True):
    """A return: its id, on whose work, where the member stands now, when, by whom, where."""

    by: uuid.UUID
    work: Work
    standings: Mapping[str, Standing]
    at: dt.datetime
    actor: Actor
    store: str | None


async def runs_of(
    tx: Tx, ctx: Context, begun: Sequence[tuple[Work, Purchase]]
) -> dict[uuid.UUID, list[TriggerRun]]:
    """By purchase, what stands of what was decided because of it, or of a tier it helped to.

    Without rules none is asked.
    """
    if not ctx.programs.triggers:
        return {}
    bought = [(p.holder_id, p.purchase_id, p.occurred_at) for work, p in begun if work.is_member]
    found: dict[uuid.UUID, list[TriggerRun]] = {}
    for purchase_id, run in await occasions.caused(tx, bought) if bought else ():
        found.setdefault(purchase_id, []).append(run)
    return found


async def load(
    tx: Tx,
    ctx: Context,
    begun: Sequence[tuple[Work, Purchase]],
    runs: Mapping[uuid.UUID, Sequence[TriggerRun]],
    lapsed: Mapping[tuple[uuid.UUID, int], int],
) -> dict[uuid.UUID, Brought]:
    """By purchase; coupons are locked."""
    wanted = [d for own in runs.values() for run in own for d, _ in _digests(ctx, run)]
    rows = await coupons.lock(tx, wanted) if wanted else {}
    concerned = {p.holder_id for _, p in begun if runs.get(p.purchase_id) or p.decision.badges}
    had = await tx.ask(badges.ask_badges(concerned)) if concerned else {}
    found: dict[uuid.UUID, Brought] = {}
    for _, purchase in begun:
        own = runs.get(purchase.purchase_id, ())
        ops = {run.op_id for run in own} | {purchase.earned_by}
        theirs = [one for one in had.get(purchase.holder_id, ()) if one.op_id in ops]
        found[purchase.purchase_id] = Brought(own, rows, theirs, lapsed)
    return found


def _digests(ctx: Context, run: TriggerRun) -> Iterator[tuple[bytes, uuid.UUID]]:
    for n in range(len(run.decision.issued)):
        coupon_id = issued_id(run.op_id, n)
        yield codes.digest(ctx.secret, coupons.code_of(ctx.secret, coupon_id)), coupon_id


def undo(ctx: Context, brought: Brought, change: Change) -> list[Undone]:
    """Take back, in books and standings, what no longer stands.

    Tiers are those after the return. What a run gave must not hold up the tier it was given for:
    so all of it is left out of the ladders, and counted again where it still comes about.
    """
    left = list(brought.runs)
    for run in left:
        _count(run, change, -1)
    while stands := [run for run in left if _stands(run, brought, change.standings)]:
        _count(stands[0], change, 1)
        left.remove(stands[0])
    return [_undo(ctx, brought, run, change) for run in left]


def _count(run: TriggerRun, change: Change, sign: int) -> None:
    """What a run counts on the ladders, floors included, is left out or counted again."""
    earned = run.decision.earned()
    for standing in change.standings.values():
        own = [one for one in run.decision.floors if one.ladder == standing.ladder.id]
        if own and sign < 0:
            standing.drop_floors(run.op_id, frozenset())
        for floor in own if sign > 0 else ():
            row = FloorRow(run.op_id, floor.rule, run.facts.at, floor.until_at, floor.tier)
            standing.add_floor(row)
        amount = tiers.contribution(standing, earned, 0)
        if amount:
            standing.contribute(run.facts.at, sign * amount, change.work.at)


def _stands(run: TriggerRun, brought: Brought, standings: Mapping[str, Standing]) -> bool:
    """The tier was reached at the instant, or a higher one was; a segment or club needs no less."""
    if run.op_id in brought.baseless:
        return False
    occasion = run.facts.occasion
    if occasion is None or occasion.on is not On.TIER_CHANGE:
        return True
    if occasion.attributes.get("direction") != Direction.UP or occasion.of not in standings:
        return True
    standing = standings[occasion.of]
    order = [tier.id for tier in standing.book.at(occasion.at).tiers]
    now, reached = standing.tier_at(occasion.at), occasion.attributes["now"]
    return reached not in order or order.index(now) >= order.index(str(reached))


def _undo(ctx: Context, brought: Brought, run: TriggerRun, change: Change) -> Undone:
    work, op = change.work, Op(derived_id(change.by, run.op_id, NOTE))
    program = ctx.programs.version(run.program_version)
    earned = run.decision.earned()
    work.mark()
    for wallet_id, units in earned.items():
        wallet = program.wallets[wallet_id]
        work.books[wallet.number].claw_back(
            op,
            units,
            origin_op=run.op_id,
            lapsed_left=brought.lapsed.get((run.op_id, wallet.number), 0),
            at=run.facts.at if wallet.qualifying else change.at,
            exact=wallet.qualifying,
            clamp=wallet.shortfall is Shortfall.CLAMP,
        )
    work.collect(change.actor, change.store)
    found = [(brought.rows[d], n) for d, n in _digests(ctx, run) if d in brought.rows]
    free = [(row, n) for row, n in found if row.used < row.uses_max]
    return Undone(
        run=run,
        op=op,
        reversed=tuple(Movement(wallet=name, amount=units) for name, units in earned.items()),
        changes=work.changes(ctx.programs),
        void=tuple(n for row, n in free if row.voided_at is None),
        used=tuple(n for row, n in found if row.used),
        coupons=tuple(
            CouponStanding(
                row.digest,
                row.voided_at or (change.at if row.used < row.uses_max else None),
                change.by,
            )
            for row, _ in found
        ),
    )


def tell(undone: Sequence[Undone], purchase_id: uuid.UUID, change: Change) -> None:
    """The events, after that of the return."""
    for one in undone:
        change.work.emit(
            TriggerUndone(
                operation_id=one.run.op_id,
                trigger=one.run.trigger,
                by=change.by,
                reversed=one.reversed,
                coupons_void=one.void,
                coupons_used=one.used,
            ),
            change.at,
        )
        if one.changes:
            event = PointsReversed(
                operation_id=one.op.op_id, purchase_id=purchase_id, changes=one.changes
            )
            change.work.emit(event, change.at)


async def write(
    tx: Tx,
    ctx: Context,
    change: Change,
    brought: Brought,
    undone: Sequence[Undone],
    purchase: Purchase,
    remaining: Decision,
) -> None:
    """Rows of what is undone; the badges and places in clubs that go, with their events."""
    holder_id = change.work.holder.holder_id
    await withdrawing.withdraw(tx, ctx, _lost(ctx, change, undone, purchase, remaining))
    await _close(tx, ctx, change, brought.grounds)
    await _take_badges(tx, ctx, change, brought, undone, purchase, remaining)
    if not undone:
        return
    for one in undone:
        if one.op.line:
            kind = operations.Kind.OCCASION_UNDONE
            work = change.work
            await operations.insert(tx, holder_id, one.op.op_id, NOTE, change.actor, work.now, kind)
    await coupons.take(tx, [row for one in undone for row in one.coupons])
    uses = [
        (holder_id, rule, one.run.facts.at, one.run.op_id)
        for one in undone
        for rule in one.run.decision.uses
    ]
    if uses:
        await purchases.remove_uses(tx, uses)
    await occasions.undo(tx, holder_id, [one.run.op_id for one in undone], change.by)


async def _close(tx: Tx, ctx: Context, change: Change, grounds: Sequence[Span]) -> None:
    """The terms in clubs end that rest on what came back."""
    clubs = {one.number: one for p in ctx.programs.compiled for one in p.clubs.values()}
    ended = [
        Dismissal(
            work=change.work,
            club=clubs[span.club].club,
            why=Ended.RETURNED,
            actor=change.actor,
            only=(span.span_id,),
        )
        for span in grounds
    ]
    with_seats = {one.club.number for one in ended if one.club.seats is not None}
    if with_seats:
        await seats.lock(tx, with_seats, change.work.now)
    await admitting.dismiss(tx, ctx, ended)


def _lost(
    ctx: Context,
    change: Change,
    undone: Sequence[Undone],
    purchase: Purchase,
    remaining: Decision,
) -> list[Lost]:
    """Places in clubs: of what is undone, and of the purchase what the rest of it offers not."""
    program = ctx.programs.version(purchase.program_version)
    keeps = {one.club for one in remaining.invites}
    gone = [
        (purchase.earned_by, program.clubs[one.club].club)
        for one in purchase.decision.invites
        if one.club not in keeps
    ]
    for one in undone:
        clubs = ctx.programs.version(one.run.program_version).clubs
        gone += [(one.run.op_id, clubs[i.club].club) for i in one.run.decision.invites]
    return [Lost(change.work, club, op_id, change.actor) for op_id, club in gone]


async def _take_badges(
    tx: Tx,
    ctx: Context,
    change: Change,
    brought: Brought,
    undone: Sequence[Undone],
    purchase: Purchase,
    remaining: Decision,
) -> None:
    gone = {one.run.op_id for one in undone}
    program = ctx.programs.version(purchase.program_version)
    keeps = {program.badges[one.badge].number for one in remaining.badges}
    taken = [
        row
        for row in brought.badges
        if row.op_id in gone or (row.op_id == purchase.earned_by and row.badge not in keeps)
    ]
    if not taken:
        return
    pairs = [(row.op_id, row.badge) for row in taken]
    await badges.take(tx, change.work.holder.holder_id, pairs, change.at, change.by)
    for row in taken:
        badge = ctx.programs.badge_id(row.badge)
        event = BadgeTaken(badge=badge, operation_id=row.op_id, by=change.by)
        change.work.emit(event, change.at)
