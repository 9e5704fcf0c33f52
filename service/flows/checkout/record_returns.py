"""record_return: items given back; the member keeps what the rest of the purchase still earns.

A return that names a purchase not known yet is parked and applied in the purchase's transaction.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.programs.errors import VersionBehind
from service.domain.purchases import store as purchases
from service.domain.purchases.errors import (
    PurchaseNotFound,
)
from service.domain.purchases.stored import Purchase
from service.domain.returns import store as returns
from service.domain.returns.content import check_reference, fingerprint
from service.domain.returns.errors import (
    ReturnKeyReused,
)
from service.domain.returns.types import (
    VOID_CHANNEL,
    PurchaseRef,
    RecordReturn,
    ReturnReceipt,
    ReturnStatus,
    VoidPurchase,
)
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.purchases.rounds import answered
from service.flows.steps.returns import (
    refunding,
    return_batch,
    returning,
)
from service.flows.steps.returns.return_batch import ReturnCommand as Command
from service.flows.steps.returns.returning import Returning
from service.flows.steps.work import Work
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError


def command(actor: Actor, body: RecordReturn, at: dt.datetime | None = None) -> Command:
    """The command of a request; raises PurchaseNotNamed when it names none or two."""
    check_reference(body.purchase)
    return Command(actor, body, fingerprint(body), at)


def void_command(actor: Actor, purchase_id: uuid.UUID, body: VoidPurchase) -> Command:
    """The command that voids a purchase: a return of all of it that leaves nothing to policies."""
    whole = RecordReturn(
        channel=VOID_CHANNEL,
        external_id=str(purchase_id),
        purchase=PurchaseRef(id=purchase_id),
        store=body.store,
    )
    same = msgspec.structs.replace(whole, store=None)  # whoever voids it again gets the answer
    return Command(actor, whole, fingerprint(same), void=True, reason=body.reason)


def gate_key(body: RecordReturn) -> tuple[str, ...]:
    """Returns of one purchase go one after another."""
    reference = body.purchase
    if reference.id is not None:
        return ("return", str(reference.id))
    return ("return", reference.channel or "", reference.external_id or "")


async def record_returns(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ReturnReceipt], an ExpectedError, or BUSY."""

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
        newest = await holders.clock(tx, ctx.db.clock_offset)
        if newest > ctx.programs.newest:
            await ctx.programs.refresh(ctx.db)
        now = tx.now or EARLIEST
        open_ = await _replays(tx, commands, batch, results)
        named = await _resolve(tx, commands, open_)
        cards = await refunding.cards_of(tx, [purchase_id for purchase_id, _ in named.values()])
    for n in open_:
        refusal = return_batch.refusal(ctx, commands[n], now)
        if refusal is not None:
            results[n] = refusal
        elif n not in named and commands[n].body.purchase.id is not None:
            results[n] = PurchaseNotFound()
    parking = [n for n in open_ if results[n] is None and n not in named]
    if parking:
        await _park(ctx, commands, parking, results)
    chosen = _choose({n: named[n] for n in open_ if results[n] is None}, cards)
    if chosen:
        await _record(ctx, commands, chosen, cards, results, wait=wait)


Cards = dict[uuid.UUID, set[uuid.UUID]]  # purchase -> the gift cards that paid for it


def _choose(
    named: dict[int, tuple[uuid.UUID, uuid.UUID]], cards: Cards
) -> dict[uuid.UUID, tuple[int, uuid.UUID]]:
    """holder -> (n, purchase): the first return of each holder and gift card; others wait."""
    chosen: dict[uuid.UUID, tuple[int, uuid.UUID]] = {}
    concerned: set[uuid.UUID] = set()
    for n, (purchase_id, holder_id) in named.items():
        wanted = {holder_id, *cards.get(purchase_id, ())}
        if concerned.isdisjoint(wanted):
            chosen[holder_id] = (n, purchase_id)
        concerned |= wanted
    return chosen


async def _replays(
    tx: Tx, commands: Sequence[Command], batch: Sequence[int], results: list[Any]
) -> list[int]:
    """Answer what was recorded before; the rest is open, the first of each natural key."""
    known = await returns.keys(tx, list({commands[n].natural_key for n in batch}))
    ids = [k.return_id for k in known.values() if k.return_id is not None]
    stored = await returns.receipts(tx, ids) if ids else {}
    open_: dict[returns.NaturalKey, int] = {}
    for n in batch:
        key = known.get(commands[n].natural_key)
        if key is None:
            open_.setdefault(commands[n].natural_key, n)
        elif key.fp != commands[n].fp:
            results[n] = ReturnKeyReused()
        elif key.return_id is None:
            results[n] = Answer(_parked(commands[n].body), replayed=True, parked=True)
        else:
            results[n] = Answer(stored[key.return_id], replayed=True)
    return list(open_.values())


async def _resolve(
    tx: Tx, commands: Sequence[Command], open_: Sequence[int]
) -> dict[int, tuple[uuid.UUID, uuid.UUID]]:
    """n -> (purchase, holder) of those that name a known purchase."""
    named: dict[int, tuple[uuid.UUID, uuid.UUID]] = {}
    references = {n: commands[n].body.purchase for n in open_}
    ids = {n: r.id for n, r in references.items() if r.id is not None}
    if ids:
        found = await purchases.holders_of(tx, set(ids.values()))
        named |= {n: (i, found[i][0]) for n, i in ids.items() if i in found}
    keys = {
        n: (r.channel, r.external_id)
        for n, r in references.items()
        if r.channel is not None and r.external_id is not None
    }
    if keys:
        known = await purchases.keys(tx, sorted(set(keys.values())))
        for n, key in keys.items():
            row = known.get(key)
            if row is not None and row.purchase_id is not None and row.holder_id is not None:
                named[n] = (row.purchase_id, row.holder_id)
    return named


def _parked(body: RecordReturn) -> ReturnReceipt:
    return ReturnReceipt(
        status=ReturnStatus.PARKED, channel=body.channel, external_id=body.external_id
    )


async def _park(
    ctx: Context, commands: Sequence[Command], parking: Sequence[int], results: list[Any]
) -> None:
    """Keep returns for purchases to come; the purchase's key row is where both meet."""
    wanted = {
        n: (commands[n].body.purchase.channel or "", commands[n].body.purchase.external_id or "")
        for n in parking
    }
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        found = await purchases.await_keys(tx, sorted(set(wanted.values())))
        if any(key.purchase_id is not None for key in found.values()):
            raise RunAgain  # it came this moment
        claims = [(commands[n].natural_key, None, None, commands[n].fp) for n in parking]
        if len(await returns.claim_keys(tx, claims)) < len(claims):
            raise RunAgain
        parked = [(wanted[n], commands[n].body, commands[n].actor) for n in parking]
        await returns.park(tx, parked, tx.now or EARLIEST)
    for n in parking:
        results[n] = Answer(_parked(commands[n].body), parked=True)


async def _record(
    ctx: Context,
    commands: Sequence[Command],
    chosen: dict[uuid.UUID, tuple[int, uuid.UUID]],
    cards: Cards,
    results: list[Any],
    *,
    wait: bool,
) -> None:
    done: dict[int, Returning] = {}
    refused: dict[int, ExpectedError] = {}
    async with ctx.db.transaction() as tx:
        wanted = {one for _, p in chosen.values() for one in cards.get(p, ())} | chosen.keys()
        locked, newest = await holders.lock(tx, wanted, wait=wait, clock_offset=ctx.db.clock_offset)
        if newest > ctx.programs.newest:
            raise VersionBehind
        now = tx.now or EARLIEST
        found = await purchases.by_ids(tx, [p for _, p in chosen.values()])
        begun: dict[int, tuple[Work, Purchase]] = {}
        paid: dict[int, dict[uuid.UUID, Work]] = {}
        for holder_id, (n, purchase_id) in chosen.items():
            of_one = cards.get(purchase_id, set())
            if holder_id not in locked or not of_one <= locked.keys():
                continue
            purchase = found[purchase_id]
            if purchase.holder_id != holder_id:
                raise RunAgain  # claimed meanwhile
            work = Work(locked[holder_id], commands[n].at or now, now, Outbox())
            begun[n] = (work, purchase)
            paid[n] = refunding.works([locked[one] for one in of_one], work)
        loaded = await return_batch.load(tx, ctx, dict(enumerate(commands)), begun, paid)
        for n, returned in loaded.items():
            try:
                return_batch.check(returned)
                returning.apply(ctx, returned, cut=False)
                done[n] = returned
            except ExpectedError as refusal:
                refused[n] = refusal
        await return_batch.write(tx, ctx, dict(enumerate(commands)), done)
    for n, _ in chosen.values():
        if n in done and done[n].row is not None:
            results[n] = Answer(done[n].row.receipt)  # type: ignore[union-attr]
        else:
            results[n] = refused.get(n, BUSY)
