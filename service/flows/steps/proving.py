"""PINs of gift cards: tried a few times only, judged in a thread.

A try is taken before it is judged, in a transaction of its own, so that of many at once no more are
judged than may be, and none is forgotten when the request fails. For a code that does not exist the
same is asked and computed.
"""

import asyncio
import concurrent.futures
import datetime as dt
import math
from typing import Final

from service.domain.gift_cards import pins, store
from service.domain.gift_cards.errors import TooManyPins
from service.domain.gift_cards.types import CardRow
from service.domain.holders import store as holders
from service.flows.steps.context import EARLIEST, Context

THREADS: Final = 2  # each takes 19 MiB while it hashes; who comes then waits
_threads: Final = concurrent.futures.ThreadPoolExecutor(THREADS, "pins")


async def hashed(keyed: bytes) -> str:
    """What is kept of a keyed PIN."""
    return await asyncio.get_running_loop().run_in_executor(_threads, pins.hashed, keyed)


async def knows(ctx: Context, digest: bytes, card: CardRow | None, pin: str) -> bool:
    """Whether it is the card's PIN, None: nobody's; TooManyPins. Not inside a transaction."""
    await _take_try(ctx, digest, card)
    loop = asyncio.get_running_loop()
    right = await loop.run_in_executor(_threads, pins.is_right, ctx.secret, card, pin)
    if right:
        async with ctx.db.transaction() as tx:
            await store.update_tries(tx, digest, 0, None)
    return right


async def _take_try(ctx: Context, digest: bytes, card: CardRow | None) -> None:
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        locked = await store.lock(tx, {} if card is None else {digest: card})
        tries, until = 0, None
        if digest in locked:
            _refuse_locked(locked[digest].pin_locked_until, now)
            tries, until = pins.after_try(locked[digest].pin_tries, now)
        await store.update_tries(tx, digest, tries, until)


def _refuse_locked(until: dt.datetime | None, now: dt.datetime) -> None:
    if until is not None and until > now:
        raise TooManyPins(retry_after_seconds=math.ceil((until - now).total_seconds()))
