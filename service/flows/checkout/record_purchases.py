"""record_purchase: decide purchases by the rules of their instant and post all that comes of them.

A batch is one transaction: match, lock, settle, load, decide, post. Nothing a request can get wrong
is found out after the first write, so a refusal writes nothing and leaves its natural key free.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from service.domain.holders import store as holders
from service.domain.programs.errors import VersionBehind
from service.domain.purchases import store as purchases
from service.domain.purchases.content import fingerprint
from service.domain.purchases.errors import NaturalKeyReused
from service.domain.purchases.stored import Purchase
from service.domain.purchases.types import Receipt, RecordPurchase
from service.flows.steps import hiding
from service.flows.steps.checkout import (
    asking,
    contested,
    deciding,
    guarding,
    holding,
    presenting_cards,
)
from service.flows.steps.checkout.proving import Proof
from service.flows.steps.checkout.purchase import Item
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.match import Look, Match, known_or_new
from service.flows.steps.purchases import (
    locking,
    posting,
)
from service.flows.steps.purchases.recording import PurchaseCommand as Command
from service.flows.steps.purchases.recording import item_of, refuse
from service.flows.steps.purchases.rounds import answered
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError


def command(
    actor: Actor,
    body: RecordPurchase,
    at: dt.datetime | None = None,
    proofs: Sequence[Proof] = (),
) -> Command:
    """The command of a request; raises LineInvalid for lines that cannot be read."""
    return Command(actor, body, fingerprint(body), at, proofs)


def gate_key(body: RecordPurchase) -> tuple[str, ...]:
    """What the gate may run one of at a time."""
    if body.hold_id is not None and body.member is None:
        return ("hold", str(body.hold_id))
    return asking.gate_key(body, "purchase", body.channel, body.external_id)


async def record_purchases(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[Receipt], an ExpectedError, or BUSY."""

    async def run(batch: Sequence[int], results: list[Any]) -> None:
        await _run(ctx, commands, batch, results, wait=wait)

    return await answered(run, len(commands))


async def _run(
    ctx: Context,
    commands: Sequence[Command],
    batch: Sequence[int],
    results: list[Any],
    *,
    wait: bool,
) -> None:
    async with ctx.db.reading() as tx:
        clock = holders.ask_clock()
        keys = purchases.ask_keys(list({commands[n].natural_key for n in batch}))
        holds = await holding.named(tx, [commands[n].body.hold_id for n in batch])
        bodies = [commands[n].body for n in batch]
        whom = [asking.who(body, None, holding.holder_of(holds, body.hold_id)) for body in bodies]
        look = Look(ctx, whom)
        await tx.ask_all([clock, keys, *look.questions])
        read_at, newest = clock.answer
        now = tx.now = read_at + ctx.db.clock_offset
        if newest > ctx.programs.newest:
            await ctx.programs.refresh(ctx.db)
        items = await _prepare(tx, ctx, commands, batch, results, keys.answer, holds)
        if not items:
            return
        whom = [
            asking.who(item.body, item.occurred_at, item.holder_id, has_happened=item.has_happened)
            for item in items
        ]
        matches = known_or_new(look, whom, now)
        await presenting_cards.look(tx, ctx, items)
        await _record(tx, ctx, items, matches, results, wait=wait)


async def _prepare(
    tx: Tx,
    ctx: Context,
    commands: Sequence[Command],
    batch: Sequence[int],
    results: list[Any],
    known: dict[purchases.NaturalKey, purchases.Key],
    holds: holding.Named,
) -> list[Item]:
    """Answer replays and refusals; what is left is to be recorded, the first of each natural key.

    The others of that key find its answer in the next run.
    """
    stored = [k.purchase_id for k in known.values() if k.purchase_id is not None]
    found = await purchases.by_ids(tx, stored) if stored else {}
    items: dict[purchases.NaturalKey, Item] = {}
    now = tx.now or EARLIEST
    for n in batch:
        asked = commands[n]
        if asked.natural_key in items:
            continue
        key = known.get(asked.natural_key)
        if key is not None and key.purchase_id is not None:
            results[n] = _again(ctx, found[key.purchase_id], same=key.fp == asked.fp)
            continue
        try:
            items[asked.natural_key] = item_of(ctx, asked, n, now, holds, awaited=key is not None)
        except ExpectedError as refusal:
            results[n] = refusal
    return list(items.values())


def _again(
    ctx: Context, found: Purchase, *, same: bool
) -> Answer[Receipt] | NaturalKeyReused | VersionBehind:
    """What a natural key that was recorded is answered: by one item of a batch, not for all."""
    if not same:
        return NaturalKeyReused()
    try:
        return Answer(hiding.told_receipt(ctx, found), replayed=True)
    except VersionBehind as refusal:
        return refusal


async def _record(
    tx: Tx,
    ctx: Context,
    items: list[Item],
    matches: list[Match | ExpectedError],
    results: list[Any],
    *,
    wait: bool,
) -> None:
    """Lock, decide and post what was matched; a holder's second purchase waits for the next run."""
    scarce = await contested.among(tx, ctx, items)
    chosen = locking.choose(items, matches, results, scarce)
    if not chosen:
        return
    done: list[Any] = [None] * len(results)  # nobody is answered before the commit
    ready: list[Item] = []
    try:
        async with tx.transaction():
            ready += await locking.lock(tx, ctx, chosen, done, wait=wait)
            for item in ready:
                matched = chosen[item.work.holder.holder_id][1]
                item.identifier_conflict, item.home = matched.conflict, matched.home
            await holding.capturing(tx, ctx, ready)
            await deciding.decide_all(tx, ctx, ready)
            await refuse(tx, ready, results)
            await posting.post(tx, ctx, [item for item in ready if item.refused is None])
    finally:
        await guarding.count(ctx, [item for item in ready if item.refused is not None])
    for n, result in enumerate(done):
        results[n] = results[n] or result
    for item in ready:
        if item.refused is None:
            results[item.n] = Answer(hiding.told_receipt(ctx, item.purchase))
