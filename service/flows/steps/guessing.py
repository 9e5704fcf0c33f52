"""Limits for those who try codes that do not exist: asked before a look-up, counted after it.

A failed code is counted in a transaction of its own, so that it counts although the request that
failed is rolled back; when it cannot be counted, the request fails, so nobody guesses uncounted.
"""

import datetime as dt
import math
from collections.abc import Awaitable, Callable, Collection, Sequence
from typing import Final

import structlog

from service.domain.coupons import attempts
from service.domain.coupons.errors import TooManyCodes
from service.domain.coupons.guesses import Failures, Subject, locked_until
from service.domain.holders import store as holders
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx

_log: Final = structlog.get_logger("regulars.codes")


async def refuse_if_locked(tx: Tx, ctx: Context, subjects: Sequence[Subject]) -> None:
    """TooManyCodes while one of the subjects is locked; `tx.now` is set, no subject is no question.

    Those the process knows as locked are refused without a question to the database.
    """
    seconds = ctx.locked.seconds_left(subjects)
    if seconds > 0:
        raise TooManyCodes(retry_after_seconds=seconds)
    if not subjects:
        return
    failures = await tx.ask(attempts.ask_failures(subjects, tx.now or EARLIEST))
    left = [seconds_left(tx, ctx, one, failures[one.digest]) for one in subjects]
    if max(left) > 0:
        raise TooManyCodes(retry_after_seconds=math.ceil(max(left)))


async def count(ctx: Context, subjects: Sequence[Subject], failures: int = 1) -> None:
    """Count failures, whatever was tried; not to be called inside another transaction.

    A subject that is locked by it is logged: somebody may be guessing.
    """

    async def write(tx: Tx, now: dt.datetime) -> None:
        await attempts.count(tx, subjects, failures, now)

    await _count(ctx, subjects, write)


async def count_tried(ctx: Context, subjects: Sequence[Subject], tried: Collection[bytes]) -> None:
    """The same of codes that do not exist, by their digests (guesses.tried), each once."""

    async def write(tx: Tx, now: dt.datetime) -> None:
        await attempts.count_tried(tx, subjects, tried, now)

    if tried:
        await _count(ctx, subjects, write)


async def _count(
    ctx: Context,
    subjects: Sequence[Subject],
    write: Callable[[Tx, dt.datetime], Awaitable[None]],
) -> None:
    if not subjects:
        return
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        await write(tx, now)
        counted = await tx.ask(attempts.ask_failures(subjects, now))
    for one in subjects:
        seconds = seconds_left(tx, ctx, one, counted[one.digest])
        if seconds > 0:
            _log.warning("codes_guessed", subject=one.digest.hex()[:16], seconds=math.ceil(seconds))


def seconds_left(tx: Tx, ctx: Context, subject: Subject, failures: Failures) -> float:
    """How long the subject is locked yet, remembered by the process; 0: it is not."""
    until = locked_until(failures, subject.limit)
    if until is None:
        return 0
    seconds = (until - (tx.now or EARLIEST)).total_seconds()
    if seconds <= 0:
        return 0
    ctx.locked.remember(subject, seconds)
    return seconds
