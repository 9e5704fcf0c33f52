"""record_return: items given back; the member keeps what the rest of the purchase still earns.

A return that names a purchase not known yet is parked and applied in the purchase's transaction.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.programs.errors import VersionBehind
from service.domain.purchases import store as purchases
from service.domain.purchases.errors import (
    InTheFuture,
    PurchaseNotFound,
    UnknownChannel,
    UnknownStore,
)
from service.domain.purchases.stored import Purchase
from service.domain.returns import store as returns
from service.domain.returns.content import check_reference, fingerprint
from service.domain.returns.errors import ReturnBeforePurchase, ReturnKeyReused
from service.domain.returns.types import RecordReturn, ReturnReceipt, ReturnStatus
from service.flows.steps import facts, returning, tiers, wallets
from service.flows.steps.context import EARLIEST, IN_THE_FUTURE_MAX, Context
from service.flows.steps.facts import Asked
from service.flows.steps.purchase import RunAgain
from service.flows.steps.returning import Returning
from service.flows.steps.work import Work
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError

LOST_MAX: Final = 5


class Command(msgspec.Struct, frozen=True):
    """A return to record. `at`: the clock of an import; None: PostgreSQL's."""

    actor: Actor
    body: RecordReturn
    fp: bytes
    at: dt.datetime | None = None

    @property
    def natural_key(self) -> returns.NaturalKey:
        """(channel, external_id) of the return."""
        return (self.body.channel, self.body.external_id)

    @property
    def twin(self) -> tuple[returns.NaturalKey, bytes]:
        """Equal for requests that record the same return."""
        return (self.natural_key, self.fp)


def command(actor: Actor, body: RecordReturn, at: dt.datetime | None = None) -> Command:
    """The command of a request; raises PurchaseNotNamed when it names none or two."""
    check_reference(body.purchase)
    return Command(actor, body, fingerprint(body), at)


def gate_key(body: RecordReturn) -> tuple[str, ...]:
    """Returns of one purchase go one after another."""
    reference = body.purchase
    if reference.id is not None:
        return ("return", str(reference.id))
    return ("return", reference.channel or "", reference.external_id or "")


async def record_returns(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ReturnReceipt], an ExpectedError, or BUSY."""
    results: list[Any] = [None] * len(commands)
    todo, lost = list(range(len(commands))), 0
    while todo and lost < LOST_MAX:
        try:
            await _run(ctx, commands, todo, results, wait=wait)
        except RunAgain:
            lost += 1
        todo = [n for n in todo if results[n] is None]
    return [BUSY if result is None else result for result in results]


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
    for n in open_:
        refusal = _refusal(ctx, commands[n].body, now)
        if refusal is not None:
            results[n] = refusal
        elif n not in named and commands[n].body.purchase.id is not None:
            results[n] = PurchaseNotFound()
    parking = [n for n in open_ if results[n] is None and n not in named]
    if parking:
        await _park(ctx, commands, parking, results)
    chosen: dict[uuid.UUID, tuple[int, uuid.UUID]] = {}
    for n in open_:
        if results[n] is None:
            purchase_id, holder_id = named[n]
            chosen.setdefault(holder_id, (n, purchase_id))
    if chosen:
        await _record(ctx, commands, chosen, results, wait=wait)


def _refusal(ctx: Context, body: RecordReturn, now: dt.datetime) -> ExpectedError | None:
    """What no return may get wrong, a parked one either."""
    document = ctx.programs.at(now).document
    if body.channel not in document.channels:
        return UnknownChannel(channel=body.channel, allowed=document.channels)
    if body.store is not None and document.stores and body.store not in document.stores:
        return UnknownStore(store=body.store)
    if body.occurred_at is not None and body.occurred_at > now + IN_THE_FUTURE_MAX:
        return InTheFuture(now=now)
    return None


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
    results: list[Any],
    *,
    wait: bool,
) -> None:
    done: dict[int, Returning] = {}
    refused: dict[int, ExpectedError] = {}
    async with ctx.db.transaction() as tx:
        locked, newest = await holders.lock(tx, chosen, wait=wait, clock_offset=ctx.db.clock_offset)
        if newest > ctx.programs.newest:
            raise VersionBehind
        now = tx.now or EARLIEST
        found = await purchases.by_ids(tx, [p for _, p in chosen.values()])
        begun: dict[int, tuple[Work, Purchase]] = {}
        for holder_id, (n, purchase_id) in chosen.items():
            if holder_id not in locked:
                continue
            purchase = found[purchase_id]
            if purchase.holder_id != holder_id:
                raise RunAgain  # claimed meanwhile
            work = Work(locked[holder_id], commands[n].at or now, now, Outbox())
            begun[n] = (work, purchase)
        loaded = await _load(tx, ctx, commands, begun)
        for n, returned in loaded.items():
            try:
                _check_order(returned)
                returning.apply(ctx, returned, cut=False)
                done[n] = returned
            except ExpectedError as refusal:
                refused[n] = refusal
        await _write(tx, commands, done)
    for n, _ in chosen.values():
        if n in done and done[n].row is not None:
            results[n] = Answer(done[n].row.receipt)  # type: ignore[union-attr]
        else:
            results[n] = refused.get(n, BUSY)


def _check_order(returned: Returning) -> None:
    if returned.at < returned.purchase.occurred_at:
        raise ReturnBeforePurchase


async def _load(
    tx: Tx, ctx: Context, commands: Sequence[Command], begun: dict[int, tuple[Work, Purchase]]
) -> dict[int, Returning]:
    works = [work for work, _ in begun.values()]
    if not works:
        return {}
    await wallets.load(tx, ctx, works)
    members = [work for work in works if work.is_member]
    operations = [purchase.purchase_id for _, purchase in begun.values()]
    holder_ids = [work.holder.holder_id for work in works]
    await wallets.load_lots(tx, members, operations)
    asked = [
        Asked(work, ctx.programs.version(purchase.program_version), purchase.occurred_at)
        for work, purchase in begun.values()
    ]
    people = await facts.load_members(tx, ctx, asked)
    standings = await tiers.load(
        tx, ctx, [(work, purchase.occurred_at) for work, purchase in begun.values()], people,
        replay=True,
    )  # fmt: skip
    kept = await returns.kept(tx, holder_ids, operations)
    lapsed = await wallets.lapsed(tx, works, operations)
    loaded: dict[int, Returning] = {}
    for n, (work, purchase) in begun.items():
        body = commands[n].body
        loaded[n] = Returning(
            work=work,
            program=ctx.programs.version(purchase.program_version),
            purchase=purchase,
            standings=standings.get(work.holder.holder_id, {}),
            body=body,
            actor=commands[n].actor,
            at=min((body.occurred_at or commands[n].at or work.at).astimezone(dt.UTC), work.at),
            kept={k: v for k, v in kept.items() if k[0] == purchase.purchase_id},
            expired={w: u for (p, w), u in lapsed.items() if p == purchase.purchase_id},
        )
    return loaded


async def _write(tx: Tx, commands: Sequence[Command], done: dict[int, Returning]) -> None:
    if not done:
        return
    standings = {r.work.holder.holder_id: r.standings for r in done.values() if r.standings}
    for of_holder in standings.values():
        tiers.emit_changes(of_holder)
    claims: list[returns.KeyClaim] = [
        (commands[n].natural_key, r.return_id, r.work.holder.holder_id, commands[n].fp)
        for n, r in done.items()
    ]
    await returning.write(tx, list(done.values()), parked=False)
    if len(await returns.claim_keys(tx, claims)) < len(claims):
        raise RunAgain
    await tiers.write(tx, standings)
    await wallets.write(tx, [r.work for r in done.values()])
    # of those that were applied: what settling found due for a refused one is not written either
    await Outbox.of(r.work.outbox for r in done.values()).write(tx)
