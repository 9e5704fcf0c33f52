"""Commands that are done one by one, each in a transaction of its own that locks all it touches."""

import uuid
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

from service.domain.holders import store as holders
from service.domain.holders.types import Holder
from service.domain.programs.errors import VersionBehind
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.context import Context
from service.flows.steps.gone import refuse_gone
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.errors import ExpectedError

C = TypeVar("C")
LOST_MAX: Final = 5


class Busy(Exception):
    """A holder is locked elsewhere; the transaction ends without a write."""


async def each(
    ctx: Context, commands: Sequence[C], do: Callable[[Tx, C], Awaitable[Any]]
) -> list[Any]:
    """One result per command, each in its own transaction: an answer, an ExpectedError, or BUSY."""
    return [await _until_settled(ctx, command, do) for command in commands]


async def _until_settled(ctx: Context, command: C, do: Callable[[Tx, C], Awaitable[Any]]) -> Any:
    for _ in range(LOST_MAX):
        try:
            async with ctx.db.transaction() as tx:
                return await do(tx, command)
        except RunAgain:
            continue
        except ExpectedError as refusal:
            return refusal
        except Busy:
            return BUSY
    return BUSY


async def lock_all(
    tx: Tx, ctx: Context, wanted: Iterable[uuid.UUID], *, wait: bool, erased: bool = False
) -> dict[uuid.UUID, Holder]:
    """The holders that exist, all of them locked; else Busy.

    MemberErased, MergedAway, unless those who are gone are wanted as well (`erased`).
    """
    ids = frozenset(wanted)
    locked, newest = await holders.lock(tx, ids, wait=wait, clock_offset=ctx.db.clock_offset)
    missing = ids - locked.keys()
    if missing and await holders.find(tx, missing):
        raise Busy
    if newest > ctx.programs.newest:
        raise VersionBehind
    if not erased:
        refuse_gone(locked.values())
    return locked
