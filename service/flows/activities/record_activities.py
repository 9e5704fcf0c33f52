"""record_activity: write what a member did that is no purchase, once under its natural key.

A batch is one transaction: match, lock, settle, write. Nothing a request can get wrong is found out
after the first write, so a refusal leaves its natural key free.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.activities import store as activities
from service.domain.activities.content import fingerprint
from service.domain.activities.errors import (
    ActivityInTheFuture,
    ActivityKeyReused,
    ActivityTooOld,
)
from service.domain.activities.types import RecordActivity
from service.domain.holders import store as holders
from service.flows.steps.activities import locking, posting
from service.flows.steps.activities.item import Item, who
from service.flows.steps.context import EARLIEST, IN_THE_FUTURE_MAX, Context
from service.flows.steps.match import Look, Match, check_kinds, known_or_new
from service.flows.steps.purchases.rounds import answered
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.calendar import shift
from service.kernel.errors import ExpectedError
from service.kernel.values import OtherMember


class Command(msgspec.Struct, frozen=True):
    """An activity to record."""

    actor: Actor
    body: RecordActivity
    fp: bytes

    @property
    def natural_key(self) -> activities.NaturalKey:
        """(source, external_id)."""
        return (self.body.source, self.body.external_id)

    @property
    def twin(self) -> tuple[activities.NaturalKey, bytes]:
        """Equal for requests that record the same activity."""
        return (self.natural_key, self.fp)


def command(actor: Actor, body: RecordActivity) -> Command:
    """The command of a request."""
    return Command(actor, body, fingerprint(body))


def gate_key(body: RecordActivity) -> tuple[str, ...]:
    """What the gate may run one of at a time: the member as far as the request names one."""
    if isinstance(body.member, OtherMember):
        return ("holder", str(body.member.id))
    return ("identifier", body.member[0].kind, body.member[0].value)


async def record_activities(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[ActivityView], an ExpectedError, or BUSY."""

    async def run(batch: Sequence[int], results: list[Any]) -> None:
        await _run(ctx, [(n, commands[n]) for n in batch], results, wait=wait)

    return await answered(run, len(commands))


async def _run(
    ctx: Context, batch: Sequence[tuple[int, Command]], results: list[Any], *, wait: bool
) -> None:
    async with ctx.db.reading() as tx:
        clock = holders.ask_clock()
        keys = activities.ask_keys(list({asked.natural_key for _, asked in batch}))
        look = Look(ctx, [who(asked.body, None) for _, asked in batch])
        await tx.ask_all([clock, keys, *look.questions])
        read_at, newest = clock.answer
        tx.now = read_at + ctx.db.clock_offset
        if newest > ctx.programs.newest:
            await ctx.programs.refresh(ctx.db)
        items = await _prepare(tx, ctx, batch, results, keys.answer)
        matches = known_or_new(look, [item.who for item in items], tx.now)
        await _record(tx, ctx, items, matches, results, wait=wait)


async def _prepare(
    tx: Tx,
    ctx: Context,
    batch: Sequence[tuple[int, Command]],
    results: list[Any],
    known: dict[activities.NaturalKey, activities.Key],
) -> list[Item]:
    """Answer replays and refusals; what is left is to be recorded, the first of each natural key.

    The others of that key find its answer in the next run.
    """
    stored = [key.activity_id for key in known.values()]
    found = await activities.by_ids(tx, stored) if stored else {}
    items: dict[activities.NaturalKey, Item] = {}
    for n, asked in batch:
        key = known.get(asked.natural_key)
        if key is not None:
            view = found[key.activity_id].view()
            same = key.fp == asked.fp
            results[n] = Answer(view, replayed=True) if same else ActivityKeyReused()
        elif asked.natural_key not in items:
            try:
                items[asked.natural_key] = _item(ctx, n, asked, tx.now or EARLIEST)
            except ExpectedError as refusal:
                results[n] = refusal
    return list(items.values())


def _item(ctx: Context, n: int, asked: Command, now: dt.datetime) -> Item:
    """What no activity may get wrong; its clock may run ahead, but nothing is in the future."""
    body = asked.body
    said = (body.occurred_at or now).astimezone(dt.UTC)
    occurred_at = min(said, now)
    document = ctx.programs.at(occurred_at).document
    if not isinstance(body.member, OtherMember):
        check_kinds(body.member, document.identifiers, "/member")
    if said > now + IN_THE_FUTURE_MAX:
        raise ActivityInTheFuture(now=now)
    earliest = shift(now, document.program.backdate_max, ctx.programs.tz, -1)
    if said < earliest:
        raise ActivityTooOld(earliest=earliest)
    return Item(n, asked.actor, body, asked.fp, occurred_at)


async def _record(
    tx: Tx,
    ctx: Context,
    items: list[Item],
    matches: list[Match | ExpectedError],
    results: list[Any],
    *,
    wait: bool,
) -> None:
    """Lock and write what was matched; a holder's second activity waits for the next run."""
    chosen = locking.choose(items, matches, results)
    if not chosen:
        return
    done: list[Any] = [None] * len(results)  # nobody is answered before the commit
    async with tx.transaction():
        ready = await locking.lock(tx, ctx, chosen, done, wait=wait)
        await posting.post(tx, ctx, ready)
    for n, result in enumerate(done):
        results[n] = results[n] or result
    for item in ready:
        results[item.n] = Answer(item.activity.view())
