"""record_purchase: decide purchases by the rules of their instant and post all that comes of them.

A batch is one transaction: match, lock, settle, load, decide, post. Nothing a request can get wrong
is found out after the first write, so a refusal writes nothing and leaves its natural key free.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.programs.errors import VersionBehind
from service.domain.purchases import store as purchases
from service.domain.purchases.content import cart_of, fingerprint
from service.domain.purchases.errors import (
    BackdateTooFar,
    CurrencyMismatch,
    DecisionDiffers,
    InTheFuture,
    NaturalKeyReused,
    UnknownChannel,
    UnknownStore,
)
from service.domain.purchases.stored import receipt
from service.domain.purchases.types import MemberRef, Mode, RecordPurchase
from service.flows.steps import deciding, posting
from service.flows.steps.context import EARLIEST, IN_THE_FUTURE_MAX, Context
from service.flows.steps.match import Look, Match, MatchAgain, Who, check_kinds, held_by, match
from service.flows.steps.purchase import Item, RunAgain
from service.flows.steps.work import Work
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.calendar import shift
from service.kernel.errors import ExpectedError
from service.rules.compile import Program

LOST_MAX: Final = 5  # lost races of one batch; the next run finds by look-up who won


class Command(msgspec.Struct, frozen=True):
    """A purchase to record. `at`: the clock of an import; None: PostgreSQL's."""

    actor: Actor
    body: RecordPurchase
    fp: bytes
    at: dt.datetime | None = None

    @property
    def natural_key(self) -> purchases.NaturalKey:
        """(channel, external_id)."""
        return (self.body.channel, self.body.external_id)

    @property
    def twin(self) -> tuple[purchases.NaturalKey, bytes]:
        """Equal for requests that record the same purchase."""
        return (self.natural_key, self.fp)


def command(actor: Actor, body: RecordPurchase, at: dt.datetime | None = None) -> Command:
    """The command of a request; raises LineInvalid for lines that cannot be read."""
    return Command(actor, body, fingerprint(body), at)


def gate_key(body: RecordPurchase) -> tuple[str, ...]:
    """What the gate may run one of at a time: the member as far as the request names one."""
    if isinstance(body.member, MemberRef):
        return ("holder", str(body.member.id))
    if body.member:
        return ("identifier", body.member[0].kind, body.member[0].value)
    return ("purchase", body.channel, body.external_id)


async def record_purchases(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[Receipt], an ExpectedError, or BUSY."""
    results: list[Any] = [None] * len(commands)
    todo, lost = list(range(len(commands))), 0
    while todo and lost < LOST_MAX:
        try:
            await _run(ctx, commands, todo, results, wait=wait)
        except (RunAgain, MatchAgain):
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
        clock = holders.ask_clock()
        keys = purchases.ask_keys(list({commands[n].natural_key for n in batch}))
        look = Look(ctx, [_who(commands[n].body, None) for n in batch])
        await tx.ask_all([clock, keys, *look.questions])
        read_at, newest = clock.answer
        now = tx.now = read_at + ctx.db.clock_offset
        if newest > ctx.programs.newest:
            await ctx.programs.refresh(ctx.db)
        items = await _prepare(tx, ctx, commands, batch, results, keys.answer)
        if not items:
            return
        known = [look.of(_who(item.body, item.occurred_at), now) for item in items]
        matches = [one for one in known if one is not None]
        if len(matches) < len(known):
            whom = [_who(item.body, item.occurred_at) for item in items]
            async with tx.transaction():
                matches = await match(tx, ctx, whom, now)
        await _record(tx, ctx, items, matches, results, wait=wait)


async def _prepare(
    tx: Tx,
    ctx: Context,
    commands: Sequence[Command],
    batch: Sequence[int],
    results: list[Any],
    known: dict[purchases.NaturalKey, purchases.Key],
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
            same = key.fp == asked.fp
            results[n] = (
                Answer(receipt(found[key.purchase_id]), replayed=True)
                if same
                else NaturalKeyReused()
            )
            continue
        try:
            items[asked.natural_key] = _item(ctx, asked, n, now, awaited=key is not None)
        except ExpectedError as refusal:
            results[n] = refusal
    return list(items.values())


def _item(ctx: Context, asked: Command, n: int, now: dt.datetime, *, awaited: bool) -> Item:
    body = asked.body
    said = (body.occurred_at or asked.at or now).astimezone(dt.UTC)
    occurred_at = min(said, now)  # a clock may run ahead, but nothing is effective in the future
    program = ctx.programs.at(occurred_at)
    _check(program, body, said, now, importing=asked.at is not None)
    cart = cart_of(body, program.document.program.prices)
    item = Item(n, asked.actor, body, asked.fp, asked.at, occurred_at, program, cart)
    item.awaited = awaited
    decided = cart.subtotal()
    charged = body.charged.total if body.charged else decided
    item.charged_differs = charged != decided
    if item.charged_differs and body.mode is Mode.AUTHORISE:
        raise DecisionDiffers(charged=charged, decided=decided)
    return item


def _check(
    program: Program, body: RecordPurchase, at: dt.datetime, now: dt.datetime, *, importing: bool
) -> None:
    """What no purchase may get wrong, whatever its mode."""
    document = program.document
    if body.currency != document.program.currency:
        raise CurrencyMismatch(expected=document.program.currency)
    if body.channel not in document.channels:
        raise UnknownChannel(channel=body.channel, allowed=document.channels)
    if body.store is not None and document.stores and body.store not in document.stores:
        raise UnknownStore(store=body.store)
    if isinstance(body.member, tuple):
        check_kinds(body.member, document.identifiers, "/member")
    if at > now + IN_THE_FUTURE_MAX:
        raise InTheFuture(now=now)
    earliest = EARLIEST if importing else shift(now, document.program.backdate_max, program.tz, -1)
    if at < earliest:
        raise BackdateTooFar(earliest=earliest)


def _who(body: RecordPurchase, at: dt.datetime | None) -> Who:
    member = body.member
    if isinstance(member, MemberRef):
        return Who((), member.id, at)
    return Who(member or (), None, at)


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
    chosen: dict[uuid.UUID, tuple[Item, Match]] = {}
    for item, matched in zip(items, matches, strict=True):
        if isinstance(matched, ExpectedError):
            results[item.n] = matched
        else:
            chosen.setdefault(matched.holder_id, (item, matched))
    if not chosen:
        return
    async with tx.transaction():
        locked, newest = await holders.lock(tx, chosen, wait=wait, clock_offset=ctx.db.clock_offset)
        if newest > ctx.programs.newest:
            raise VersionBehind
        busy = [item for holder_id, (item, _) in chosen.items() if holder_id not in locked]
        ready = _ready(chosen, locked, tx.now or EARLIEST)
        await _still_matched(tx, ctx, chosen, locked)
        await deciding.decide_all(tx, ctx, ready)
        await posting.post(tx, ctx, ready)
    for item in busy:
        results[item.n] = BUSY
    for item in ready:
        results[item.n] = Answer(receipt(item.purchase))


def _may_have_moved(holder: Holder, item: Item, matched: Match) -> bool:
    """Or: it holds an identifier for nobody, which a claim without purchases takes unseen."""
    unclaimed = holder.kind is Kind.UNCLAIMED and item.body.member is not None
    return unclaimed or holder.version != matched.version or holder.merged_into is not None


async def _still_matched(
    tx: Tx,
    ctx: Context,
    chosen: dict[uuid.UUID, tuple[Item, Match]],
    locked: dict[uuid.UUID, Holder],
) -> None:
    """Whoever changed between match and lock is matched again: an identifier may have moved."""
    changed = [
        (holder_id, _who(item.body, item.occurred_at))
        for holder_id, (item, matched) in chosen.items()
        if holder_id in locked and _may_have_moved(locked[holder_id], item, matched)
    ]
    if not changed:
        return
    now_held = await held_by(tx, ctx, [who for _, who in changed], tx.now or EARLIEST)
    if any(holder_id != now for (holder_id, _), now in zip(changed, now_held, strict=True)):
        raise RunAgain


def _ready(
    chosen: dict[uuid.UUID, tuple[Item, Match]], locked: dict[uuid.UUID, Holder], now: dt.datetime
) -> list[Item]:
    outbox = Outbox()
    ready: list[Item] = []
    for holder_id, (item, matched) in chosen.items():
        holder = locked.get(holder_id)
        if holder is not None:
            item.work = Work(holder, item.at or now, now, outbox)
            item.identifier_conflict = matched.conflict
            ready.append(item)
    return ready
