"""Requests that are sent together, and what came of each."""

import asyncio
import datetime as dt
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

from service.domain.purchases.types import PlaceHold
from service.kernel.errors import ExpectedError
from tests.flows.counter import (
    basket,
    sale,
)
from tests.flows.shop import TILL, Shop
from tests.flows.test_concurrency import patient

DONE: Final = "done"


async def came(ask: Callable[[], Awaitable[Any]]) -> str:
    """What came of it: done, replayed, or the name of the refusal."""
    try:
        answer = await patient(ask)
    except ExpectedError as refusal:
        return type(refusal).__name__
    return "replayed" if getattr(answer, "replayed", False) else DONE


async def at_once(asked: Sequence[Callable[[], Awaitable[Any]]]) -> list[str]:
    """What came of each, all sent together."""
    return await asyncio.gather(*(came(ask) for ask in asked))


def buying(shop: Shop, key: str, member: Any, *lines: Any, **fields: Any) -> Callable[[], Any]:
    """A purchase to be sent."""
    return lambda: shop.record(sale(key, member, *lines, **fields))


def holding(shop: Shop, key: str, member: Any, *lines: Any, **fields: Any) -> Callable[[], Any]:
    """A hold to be placed."""
    body = basket(PlaceHold, member, *lines, checkout=key, **fields)
    return lambda: shop.verbs.place_hold(TILL, body)


def releasing(shop: Shop, hold_id: uuid.UUID) -> Callable[[], Any]:
    """A hold to be let go."""
    return lambda: shop.verbs.release_hold(TILL, hold_id)


async def until(shop: Shop, instant: dt.datetime) -> None:
    """Wait for the clock of the database."""
    async with shop.db.reading() as tx:
        now = await tx.connection.fetchval("select clock_timestamp()")
    await asyncio.sleep(max(0.0, (instant - now).total_seconds()))


async def given_off(shop: Shop) -> int:
    """What all discounts of purchases came to, minor units."""
    async with shop.db.reading() as tx:
        ids = [row[0] for row in await tx.connection.fetch("select purchase_id from purchase")]
    return sum([(await shop.reads.purchase(one)).discount for one in ids])


async def came_with(ask: Callable[[], Awaitable[Any]]) -> Any:
    """The answer, or the refusal."""
    try:
        return await patient(ask)
    except ExpectedError as refusal:
        return refusal
