"""place_hold: keep points, coupons and shares of budgets for a checkout, and pin what was decided.

The shop's own key of the checkout makes it safe to send again: the same basket answers the hold it
has, another basket under the same key replaces it in one transaction, so that nobody else can take
in between what it goes on needing.
"""

import datetime as dt
import itertools
import uuid
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from service.domain.budgets import store as budgets
from service.domain.coupons import store as coupons
from service.domain.events.catalog import PointsHeld
from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holds import store
from service.domain.holds.types import Closing, Hold, Item, ItemKind, State
from service.domain.purchases.content import cart_of, held_fingerprint
from service.domain.purchases.types import HoldView, PlaceHold
from service.flows.steps import (
    tiers,
    wallets,
)
from service.flows.steps.checkout import (
    asking,
    contested,
    deciding,
    guarding,
    paying_by_card,
    presenting_cards,
)
from service.flows.steps.checkout.checkout import Checkout
from service.flows.steps.checkout.hold_view import told_hold
from service.flows.steps.checkout.proving import Proof
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.match import match
from service.flows.steps.purchases import locking
from service.flows.steps.purchases.rounds import RunWithout, answered
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError
from service.kernel.ids import derived_id, new_id


class Command(msgspec.Struct, frozen=True):
    """A hold to place; `fp` of its basket, `proofs` of its gift cards, in their order."""

    actor: Actor
    body: PlaceHold
    fp: bytes
    proofs: Sequence[Proof] = ()

    @property
    def twin(self) -> tuple[str, str, bytes]:
        """Equal for requests that place the same hold."""
        return (self.body.channel, self.body.checkout, self.fp)


class Placing(Checkout):
    """A hold on its way; `fp` of its basket."""

    __slots__ = ("fp",)

    body: PlaceHold
    fp: bytes


def command(actor: Actor, body: PlaceHold, proofs: Sequence[Proof] = ()) -> Command:
    """The command of a request; raises LineInvalid for lines that cannot be read."""
    return Command(actor, body, held_fingerprint(body), proofs)


def gate_key(body: PlaceHold) -> tuple[str, ...]:
    """What the gate may run one of at a time."""
    return asking.gate_key(body, "checkout", body.channel, body.checkout)


async def place_holds(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[HoldView], an ExpectedError, or BUSY."""

    async def run(batch: Sequence[int], results: list[Any]) -> None:
        ready: list[Placing] = []
        try:
            async with ctx.db.transaction() as tx:
                done = await _run(tx, ctx, commands, batch, ready, results, wait=wait)
        finally:
            await guarding.count(ctx, [item for item in ready if item.refused is not None])
        for n, answer in done.items():  # nobody is answered before the commit
            results[n] = answer

    return await answered(run, len(commands))


async def _run(
    tx: Tx,
    ctx: Context,
    commands: Sequence[Command],
    batch: Sequence[int],
    ready: list[Placing],
    results: list[Any],
    *,
    wait: bool,
) -> dict[int, Any]:
    newest = await holders.clock(tx, ctx.db.clock_offset)
    if newest > ctx.programs.newest:
        await ctx.programs.refresh(ctx.db)
    now = tx.now or EARLIEST
    items = _items(ctx, commands, batch, results, now)
    await presenting_cards.look(tx, ctx, items)
    whom = [asking.who(item.body, item.occurred_at, item.holder_id) for item in items]
    matches = await match(tx, ctx, whom, now)
    scarce = await contested.among(tx, ctx, items)
    chosen = locking.choose(items, matches, results, scarce)
    busy: list[Any] = [None] * len(results)
    if not chosen:
        return {}
    await _note_kept_cards(tx, chosen)
    ready += await locking.lock(tx, ctx, chosen, busy, wait=wait)
    answers = {n: result for n, result in enumerate(busy) if result is not None}
    kept = await _keep_or_replace(tx, ctx, ready)
    answers |= kept
    fresh = [item for item in ready if item.n not in kept]
    await deciding.decide_all(tx, ctx, fresh)
    for item in fresh:
        if item.refused is not None:
            results[item.n] = item.refused
    if any(item.refused is not None and item.has_written for item in fresh):
        raise RunWithout
    return answers | await _place(tx, ctx, [item for item in fresh if item.refused is None])


def _items(
    ctx: Context,
    commands: Sequence[Command],
    batch: Sequence[int],
    results: list[Any],
    now: dt.datetime,
) -> list[Placing]:
    """What is to be held; results of those that are wrong whatever the member has."""
    items = []
    for n in batch:
        asked = commands[n]
        try:
            items.append(_item(ctx, asked, n, now))
        except ExpectedError as refusal:
            results[n] = refusal
    return items


def _item(ctx: Context, asked: Command, n: int, now: dt.datetime) -> Placing:
    body = asked.body
    said, at = asking.instant(body, None, now)
    program = ctx.programs.at(at)
    asking.check(program, body, said, now)
    cart = cart_of(body, program.document.program.prices)
    item = Placing(n, asked.actor, body, None, at, program, cart)
    item.fp = asked.fp
    item.proofs = asked.proofs
    if body.member is None:  # a holder of its own, known by its key, so that a retry finds it
        item.holder_id = derived_id("checkout", body.channel, body.checkout)
    return item


async def _note_kept_cards(tx: Tx, chosen: locking.Chosen[Placing]) -> None:
    """The gift cards of holds that may be replaced are locked with the new ones."""
    keys = {
        (holder_id, item.body.channel, item.body.checkout): item
        for holder_id, (item, _) in chosen.items()
    }
    for key, hold in (await store.by_checkouts(tx, list(keys))).items():
        keys[key].kept_cards = paying_by_card.cards_of(hold)


async def _keep_or_replace(
    tx: Tx, ctx: Context, ready: Sequence[Placing]
) -> dict[int, Answer[HoldView]]:
    """Answer those whose basket is held already; another basket's hold is to be replaced."""
    keys = {
        (item.work.holder.holder_id, item.body.channel, item.body.checkout): item for item in ready
    }
    found = await store.by_checkouts(tx, list(keys))
    kept = {}
    for key, hold in found.items():
        item = keys[key]
        if not hold.is_open(item.work.at):
            continue  # settling closes it first
        if hold.fp == item.fp:
            kept[item.n] = Answer(
                told_hold(ctx, hold, is_member=item.work.is_member), replayed=True
            )
        else:
            item.hold = hold
    return kept


async def _place(tx: Tx, ctx: Context, items: Sequence[Placing]) -> dict[int, Answer[HoldView]]:
    """Set apart what the decisions take, and write it."""
    if not items:
        return {}
    placed = [(item, _hold(ctx, item)) for item in items]
    made = [hold for _, hold in placed]
    works = [work for item in items for work in item.works]
    await wallets.write_timed_out(tx, works)
    await store.close(tx, _ended(items))
    await tx.flush()  # the key of a checkout is free before it is taken again
    parts = [part for item, hold in placed for part in paying_by_card.hold(ctx, item, hold)]
    await store.insert(tx, [*made, *parts])
    await coupons.hold(tx, [part for item, hold in placed for part in _codes(item, hold)])
    for name, hold, units in sorted(_shares(made), key=lambda share: share[0]):
        await budgets.hold(tx, name, hold.hold_id, units, hold.due_at)
    standings = {item.work.holder.holder_id: item.standings for item in items if item.standings}
    for of_holder in standings.values():
        tiers.emit_changes(of_holder)
    await tiers.write(tx, standings)
    await wallets.write(tx, works)
    await Outbox.of(work.outbox for work in works).write(tx)
    return {
        item.n: Answer(
            told_hold(
                ctx, hold, is_member=item.work.is_member, wallets=item.work.balances(ctx.programs)
            )
        )
        for item, hold in placed
    }


def _ended(items: Sequence[Placing]) -> list[Closing]:
    """The holds that are replaced, and what they had of gift cards."""
    replaced = [
        Closing(hold=item.hold, state=State.RELEASED, at=item.work.at)
        for item in items
        if item.hold is not None
    ]
    parts = [paying_by_card.ended(i.parts, i.card_works, State.RELEASED) for i in items]
    return [*replaced, *(closing for of_one in parts for closing in of_one)]


def _codes(item: Placing, hold: Hold) -> Iterator[tuple[bytes, uuid.UUID, dt.datetime]]:
    """Uses of unique and personal codes; those of a shared one are shares of its budget."""
    for position in item.decided.decision.coupons:
        row, _ = item.coupons[position]
        if row is not None:
            yield row.digest, hold.hold_id, hold.due_at


def _shares(made: Iterable[Hold]) -> Iterator[tuple[str, Hold, int]]:
    for hold in made:
        for held in hold.items:
            if held.kind is ItemKind.BUDGET and held.name is not None:
                yield held.name, hold, held.amount


def _hold(ctx: Context, item: Placing) -> Hold:
    """The hold in memory: units are set apart, its end is noted, its event is emitted."""
    work, decided = item.work, item.decided
    hold_id = new_id()
    work.mark()
    hold = Hold(
        holder_id=work.holder.holder_id,
        hold_id=hold_id,
        channel=item.body.channel,
        checkout=item.body.checkout,
        fp=item.fp,
        program_version=item.program.version,
        cart=item.cart,
        facts=decided.facts,
        decision=decided.decision,
        created_at=work.at,
        due_at=work.at + dt.timedelta(seconds=item.body.hold_for),
        actor_kind=int(item.actor.kind),
        actor_id=item.actor.id,
        store=item.body.store,
        items=tuple(_set_apart(item, hold_id)),
    )
    work.holder.falls_due(hold.due_at)
    work.emit(PointsHeld(hold_id=hold_id, changes=work.changes(ctx.programs)), work.at)
    return hold


def _set_apart(item: Placing, hold_id: uuid.UUID) -> Iterator[Item]:
    """What the decision takes: units lot by lot, uses of codes, shares of budgets."""
    decision, facts = item.decided.decision, item.decided.facts
    numbers = itertools.count(1)
    for paid in decision.paid:
        number = item.program.wallets[paid.wallet].number
        for lot_no, units in item.work.books[number].hold(paid.units):
            yield Item(
                item_no=next(numbers),
                kind=ItemKind.UNITS,
                amount=units,
                wallet=number,
                lot_no=lot_no,
            )
    for position in decision.coupons:
        yield Item(
            item_no=next(numbers),
            kind=ItemKind.COUPON,
            amount=1,
            name=facts.coupons[position].template,
            digest=item.codes[position].digest,
        )
    for name, units in sorted(item.taken.items()):
        if units:
            yield Item(
                item_no=next(numbers),
                kind=ItemKind.BUDGET,
                amount=units,
                name=name,
                slot=budgets.slot_of(hold_id),
            )
