"""Tiers of a batch: what stands at the purchase's instant, and what stands after it.

In-order arrivals ask one total per ladder; a late arrival, a return, an end that fell due, or a
ladder whose end moves with every contribution replays the member's whole history.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from msgspec import UNSET

from service.domain.events.catalog import TierChanged
from service.domain.members.store import MemberRow
from service.domain.tiers import ladder as ladders
from service.domain.tiers import store
from service.domain.tiers.changes import occasion_of
from service.domain.tiers.ladder import Rulebook
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.standing import Standing, Standings
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.infra.together import Ask
from service.kernel.values import TierNow
from service.rules.document import Ladder, QualifyBy, WithinKind


class Totals:
    """What counts on some ladders at an instant: `questions`, one per source; then the answers."""

    __slots__ = ("_by_purchase", "_by_wallet", "_purchases", "_wallets", "questions")

    def __init__(
        self, ctx: Context, wanted: Sequence[tuple[store.Key, Rulebook, dt.datetime]]
    ) -> None:
        kinds = {number: ladder.qualify.by for number, ladder in ctx.programs.ladders.items()}
        self._by_wallet = [w for w in wanted if kinds[w[0][1]] is QualifyBy.WALLET]
        self._by_purchase = [
            (w, kinds[w[0][1]]) for w in wanted if kinds[w[0][1]] is not QualifyBy.WALLET
        ]
        self._wallets = store.ask_wallet_totals([_question(ctx, *w) for w in self._by_wallet])
        self._purchases = store.ask_purchase_totals(
            [_question(ctx, *w) for w, _ in self._by_purchase]
        )
        self.questions: list[Ask[Any]] = []
        if self._by_wallet:
            self.questions.append(self._wallets)
        if self._by_purchase:
            self.questions.append(self._purchases)

    def answers(self) -> dict[store.Key, store.Total]:
        """(holder, ladder number) -> total, of all that were wanted."""
        found = {}
        if self._by_wallet:
            for (key, *_), total in zip(self._by_wallet, self._wallets.answer, strict=True):
                found[key] = total
        if self._by_purchase:
            answers = zip(self._by_purchase, self._purchases.answer, strict=True)
            for ((key, *_), by), (net, visits) in answers:
                found[key] = net if by is QualifyBy.SPEND else visits
        return found


class Stored:
    """What is stored of the members among those asked for: `questions` to be asked.

    With the totals of the short way, where they do not depend on when a member enrolled.
    """

    __slots__ = ("floors", "opened", "questions", "totals")

    def __init__(
        self, ctx: Context, asked: Sequence[tuple[Work, dt.datetime]], *, replay: bool
    ) -> None:
        asked = [(work, at) for work, at in asked if work.is_member]
        holder_ids = [work.holder.holder_id for work, _ in asked]
        self.floors = store.ask_floors(holder_ids)
        self.opened = store.ask_open_steps(holder_ids)
        books = [(number, rulebook(ctx, number, EARLIEST)) for number in ctx.programs.ladders]
        self.totals = Totals(
            ctx,
            [
                ((work.holder.holder_id, number), book, at)
                for work, at in asked
                for number, book in books
                if not replay and book.at(at).qualify.within is not WithinKind.ANNIVERSARY
            ],
        )
        self.questions: list[Ask[Any]] = []
        if holder_ids and ctx.programs.ladders:
            self.questions = [self.floors, self.opened, *self.totals.questions]


def rulebook(ctx: Context, number: int, enrolled_at: dt.datetime) -> Rulebook:
    """The ladder's versions with one member's calendar."""
    return Rulebook(ctx.programs.ladder_versions[number], ctx.programs.tz, enrolled_at)


async def load(
    tx: Tx,
    ctx: Context,
    asked: Sequence[tuple[Work, dt.datetime]],
    members: dict[uuid.UUID, MemberRow],
    *,
    replay: bool = False,
    stored: Stored | None = None,
) -> Standings:
    """Where each member stands for an operation at an instant; `replay`: with the whole history.

    `stored`: asked already.
    """
    asked = [(work, at) for work, at in asked if work.is_member]
    if not asked or not ctx.programs.ladders:
        return {}
    if stored is None:
        stored = Stored(ctx, asked, replay=replay)
        await tx.ask_all(stored.questions)
    floors, opened = stored.floors.answer, stored.opened.answer
    standings: Standings = {}
    for work, _ in asked:
        holder_id = work.holder.holder_id
        member = members.get(holder_id)
        enrolled_at = member.enrolled_at if member else work.holder.old_settled_at
        standings[holder_id] = {}
        for number, ladder in ctx.programs.ladders.items():
            book = rulebook(ctx, number, enrolled_at)
            standing = Standing(work, number, book, ladder, opened.get((holder_id, number), []))
            standing.floors = standing.old_floors = floors.get((holder_id, number), [])
            standings[holder_id][ladder.id] = standing
    long_way = [
        standing
        for work, at in asked
        for standing in standings[work.holder.holder_id].values()
        if replay or _is_long(standing, at)
    ]
    if long_way:
        await _load_history(tx, ctx, long_way)
    await _load_totals(tx, ctx, asked, standings, stored.totals.answers())
    return standings


def _is_long(standing: Standing, at: dt.datetime) -> bool:
    """The short way does not do: late, an end has fallen due, or every purchase moves the end."""
    work = standing.work
    if at < work.holder.old_settled_at or ladders.needs_replay(standing.book.at(at)):
        return True
    ends = ladders.first_due(standing.book, at)
    if ends is not None and ends <= work.at:  # a step taken there would have to be judged by now
        return True
    return any(step.due_at is not None and step.due_at <= max(work.at, at) for step in standing.old)


async def _load_history(tx: Tx, ctx: Context, standings: Sequence[Standing]) -> None:
    holder_ids = list({s.work.holder.holder_id for s in standings})
    steps = await store.steps(tx, holder_ids)
    wallet_numbers = {n for s in standings if (n := wallet_number(ctx, s.ladder)) is not None}
    units = await store.wallet_contributions(tx, holder_ids, wallet_numbers)
    purchases = (
        await store.purchase_contributions(tx, holder_ids)
        if any(s.ladder.qualify.by is not QualifyBy.WALLET for s in standings)
        else {}
    )
    for standing in standings:
        holder_id = standing.work.holder.holder_id
        standing.old = steps.get((holder_id, standing.number), [])
        by = standing.ladder.qualify.by
        number = wallet_number(ctx, standing.ladder)
        if by is QualifyBy.WALLET and number is not None:
            standing.contributions = list(units.get((holder_id, number), ()))
        elif by is QualifyBy.SPEND:
            standing.contributions = list(purchases.get(holder_id, ()))
        else:
            standing.contributions = [(t, 1) for t, _ in purchases.get(holder_id, ())]
        standing.replay(standing.work.at)


def wallet_number(ctx: Context, ladder: Ladder) -> int | None:
    """Of the wallet that the ladder counts; None: it counts purchases."""
    if ladder.qualify.wallet is None:
        return None
    return ctx.programs.wallet_number(ladder.qualify.wallet)


async def _load_totals(
    tx: Tx,
    ctx: Context,
    asked: Sequence[tuple[Work, dt.datetime]],
    standings: Standings,
    known: dict[store.Key, store.Total],
) -> None:
    """A total for each standing that goes the short way; those that are not known are asked."""
    short = [
        ((work.holder.holder_id, standing.number), standing, at)
        for work, at in asked
        for standing in standings[work.holder.holder_id].values()
        if standing.contributions is None
    ]
    more = Totals(ctx, [(key, s.book, at) for key, s, at in short if key not in known])
    await tx.ask_all(more.questions)
    totals = known | more.answers()
    for key, standing, _ in short:
        standing.total, standing.first = totals[key]


def _question(ctx: Context, key: store.Key, book: Rulebook, at: dt.datetime) -> store.Question:
    holder_id, number = key
    wallet = wallet_number(ctx, ctx.programs.ladders[number]) or 0
    return (holder_id, wallet, counted_since(book, at), at)


def counted_since(book: Rulebook, at: dt.datetime) -> dt.datetime | None:
    """`Standing.total` at the instant counts what is later than this; None: everything."""
    return ladders.counted_since(book, book.at(at), at)


def contribution(standing: Standing, earned: dict[str, int], net: int) -> int:
    """What a purchase counts on a ladder."""
    qualify = standing.ladder.qualify
    if qualify.by is QualifyBy.WALLET:
        return earned.get(qualify.wallet or "", 0)
    if qualify.by is QualifyBy.SPEND:
        return net
    return 1 if net > 0 else 0


def shown(
    standings: dict[str, Standing], at: dt.datetime, *, changed: bool = True
) -> dict[str, TierNow]:
    """The tiers in force, and whether this work changed them (`changed=False`: a mere read)."""
    found = {}
    for ladder_id, standing in standings.items():
        to_next = standing.progress(at)
        moved = changed and standing.has_moved and to_next.tier != standing.tier_before(at)
        found[ladder_id] = TierNow(
            id=to_next.tier,
            changed=moved,
            next=UNSET if to_next.next is None else to_next.next,
            missing=UNSET if to_next.missing is None else to_next.missing,
        )
    return found


def emit_changes(standings: dict[str, Standing]) -> None:
    """tier.changed for each change that took effect, at its instant; then the next dues.

    Each is told once, and is an occasion for rules: it may be called again when more has changed.
    """
    for ladder_id, standing in standings.items():
        _emit(ladder_id, standing)
        work = standing.work
        if standing.steps:
            work.holder.falls_due(standing.steps[-1].from_at)
            work.holder.falls_due(standing.steps[-1].due_at)
        for floor in standing.floors:
            work.holder.falls_due(floor.from_at)
            work.holder.falls_due(floor.until_at)


def _emit(ladder_id: str, standing: Standing) -> None:
    work = standing.work
    if work.holder.is_erased:  # nobody is told of them
        return
    since, until = work.holder.old_settled_at, work.at
    ladder = standing.book.at(until)
    was = ladders.tier_at(ladder, standing.old, standing.old_floors, since)
    now = ladders.tier_at(ladder, standing.steps, standing.floors, since)
    moments = ladders.changes(ladder, standing.steps, standing.floors, since, until)
    if now != was:  # what was known about the past has changed
        moments.insert(0, (since, now))
    valid_until = standing.steps[-1].valid_until if standing.steps else None
    if standing.told:
        was = standing.told[-1][1]
    for at, tier in [one for one in moments if one not in standing.told]:
        if tier != was:
            event = TierChanged(ladder=ladder_id, was=was, now=tier, at=at, valid_until=valid_until)
            work.emit(event, at)
            work.occasions.append(occasion_of(standing.ladder, was, tier, at))
            was = tier
        standing.told.append((at, tier))


async def write(tx: Tx, standings: Standings) -> None:
    """Write the intervals and floors that changed."""
    rewrite = store.Rewrite()
    added: list[store.FloorKey] = []
    removed: list[store.FloorKey] = []
    for holder_id, of_holder in standings.items():
        for standing in of_holder.values():
            key = (holder_id, standing.number)
            rewrite.replace(key, standing.old, standing.steps, standing.work.now)
            removed += [(*key, floor) for floor in standing.removed]
            added += [(*key, floor) for floor in standing.added]
    await store.write_steps(tx, rewrite)
    if removed:
        await store.remove_floors(tx, removed)
    if added:
        await store.add_floors(tx, added)
