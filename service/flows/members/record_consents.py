"""record_consents: what a member said to being written to, on some channels."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from service.domain.consents import store
from service.domain.consents.errors import ChannelTwice, SaidInTheFuture, TooManyWords
from service.domain.consents.types import WORDS_MAX, ConsentIn, Consents, RecordConsents, Word
from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.members.errors import MemberNotFound
from service.flows.steps import consents
from service.flows.steps.checkout import apart
from service.flows.steps.context import EARLIEST, IN_THE_FUTURE_MAX, Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer

_A_DAY: Final = dt.timedelta(days=1)


class Command(msgspec.Struct, frozen=True):
    """What one member said."""

    actor: Actor
    member_id: uuid.UUID
    body: RecordConsents


async def record_consents(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[Consents], an ExpectedError, or BUSY."""

    async def record(tx: Tx, command: Command) -> Answer[Consents]:
        return await _record(tx, ctx, command, wait=wait)

    return await apart.each(ctx, commands, record)


async def _record(tx: Tx, ctx: Context, command: Command, *, wait: bool) -> Answer[Consents]:
    """What is known already is a replay.

    MemberNotFound, ChannelTwice, SaidInTheFuture, TooManyWords.
    """
    member_id = command.member_id
    locked = await apart.lock_all(tx, ctx, [member_id], wait=wait)
    holder = locked.get(member_id)
    if holder is None or holder.kind is not Kind.MEMBER:
        raise MemberNotFound
    now = tx.now or EARLIEST
    before = (await store.words(tx, [member_id])).get(member_id, {})
    said = _said(command.body, before, now)
    await _refuse_flood(tx, member_id, said, now)
    written = await store.insert(tx, member_id, said, command.actor, now) if said else 0
    after = (await store.words(tx, [member_id])).get(member_id, {}) if written else before
    await _tell(tx, holder, before, after, now)
    shown = consents.view(member_id, after.values(), await store.history(tx, member_id))
    return Answer(shown, replayed=not written)


def _said(
    body: RecordConsents, before: Mapping[str, Word], now: dt.datetime
) -> list[tuple[ConsentIn, dt.datetime]]:
    """What is to be written: without an instant, only what is another word than the last."""
    found = []
    seen: set[str] = set()
    for place, one in enumerate(body.consents):
        if one.channel in seen:
            raise ChannelTwice(channel=one.channel, pointer=f"/consents/{place}/channel")
        seen.add(one.channel)
        if one.said_at is not None and one.said_at > now + IN_THE_FUTURE_MAX:
            raise SaidInTheFuture(now=now, pointer=f"/consents/{place}/said_at")
        last = before.get(one.channel)
        if one.said_at is not None or last is None or _differs(last, one):
            found.append((one, one.said_at or now))
    return found


def _differs(last: Word, one: ConsentIn) -> bool:
    said = (last.is_given, last.source, last.wording)
    return said != (one.given, one.source, one.wording)


async def _tell(
    tx: Tx,
    holder: Holder,
    before: Mapping[str, Word],
    after: Mapping[str, Word],
    now: dt.datetime,
) -> None:
    outbox = Outbox()
    consents.tell(Work(holder, now, now, outbox), before, after)
    if outbox.rows:
        await holders.update(tx, [holder])
        await outbox.write(tx)


async def _refuse_flood(
    tx: Tx, member_id: uuid.UUID, said: Sequence[tuple[ConsentIn, dt.datetime]], now: dt.datetime
) -> None:
    """TooManyWords. Who takes a consent back is never refused."""
    if not any(one.given for one, _ in said):
        return
    if await store.count(tx, member_id, now - _A_DAY) + len(said) > WORDS_MAX:
        seconds = int(_A_DAY.total_seconds())
        raise TooManyWords(words_max=WORDS_MAX, retry_after_seconds=seconds)
