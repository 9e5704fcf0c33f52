"""Who may be guessing codes through a partner's key: told as an event, and never a lock.

A shop's key is everybody's who shops there: to lock it would let one guesser shut the shop. But
members, devices and addresses are subjects of locks only where the partner tells of them, so what
is tried without any of them is noticed here alone.
"""

import uuid
from collections.abc import Collection
from typing import Final

import structlog

from service.domain.access import store as access
from service.domain.coupons import attempts
from service.domain.coupons.guesses import WINDOW, Subject, of_client, of_told_client, window_start
from service.domain.events.outbox import Outbox
from service.domain.events.security import CodeGuessing
from service.domain.holders import store as holders
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx

_log: Final = structlog.get_logger("regulars.codes")


async def notice(ctx: Context, client_id: uuid.UUID, tried: Collection[bytes]) -> None:
    """Codes that do not exist, by their digests (guesses.tried), each once; in no transaction.

    Once it was told, this process counts no more until the ten minutes are over: so the row that
    all of a client's guesses meet in is written a hundred times, not as often as somebody likes.
    """
    subject = of_client(ctx.secret, client_id)
    if not tried or ctx.locked.seconds_left([subject]) > 0:
        return
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        start = window_start(now)
        await attempts.count_tried(tx, [subject], tried, now)
        count = await _in_window(tx, subject)
        if count < subject.limit:
            return
        ctx.locked.remember(subject, (start + WINDOW - now).total_seconds())
        told = of_told_client(ctx.secret, client_id)
        await attempts.count(tx, [told], 1, now)
        if await _in_window(tx, told) > told.limit:
            return  # by another process
        await _tell(tx, CodeGuessing(client_id=client_id, since=start, tried=count))


async def _in_window(tx: Tx, subject: Subject) -> int:
    now = tx.now or EARLIEST
    failures = (await tx.ask(attempts.ask_failures([subject], now)))[subject.digest]
    return dict(failures).get(window_start(now), 0)


async def _tell(tx: Tx, event: CodeGuessing) -> None:
    """Of a client that is a partner's: of members and jobs there is no key to look after."""
    version = await access.next_version(tx, event.client_id)
    if version is None:
        return
    _log.warning("code_guessing", client=str(event.client_id), tried=event.tried)
    now = tx.now or EARLIEST
    outbox = Outbox()
    outbox.emit(
        event,
        holder_id=event.client_id,
        version=version,
        at=now,
        recorded_at=now,
        source="clients",
    )
    await outbox.write(tx)
