"""From matched baskets to locked ones: one of each holder, and nobody moved meanwhile."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.programs.errors import VersionBehind
from service.flows.steps import asking
from service.flows.steps.checkout import Checkout
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.match import Match, held_by
from service.flows.steps.purchase import RunAgain
from service.flows.steps.work import Work
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.errors import ExpectedError

C = TypeVar("C", bound=Checkout)
Chosen = Mapping[uuid.UUID, tuple[C, Match]]


def choose(
    items: Sequence[C], matches: Sequence[Match | ExpectedError], results: list[Any]
) -> dict[uuid.UUID, tuple[C, Match]]:
    """The first basket of each holder; a second one waits for the next round."""
    chosen: dict[uuid.UUID, tuple[C, Match]] = {}
    for item, matched in zip(items, matches, strict=True):
        if isinstance(matched, ExpectedError):
            results[item.n] = matched
        else:
            chosen.setdefault(matched.holder_id, (item, matched))
    return chosen


async def lock(
    tx: Tx, ctx: Context, chosen: Chosen[C], results: list[Any], *, wait: bool
) -> list[C]:
    """Those whose holder is locked now, with their `work`; the others are BUSY.

    VersionBehind: a newer program than this process knows. RunAgain: an identifier has moved.
    """
    locked, newest = await holders.lock(tx, chosen, wait=wait, clock_offset=ctx.db.clock_offset)
    if newest > ctx.programs.newest:
        raise VersionBehind
    await _still_matched(tx, ctx, chosen, locked)
    now = tx.now or EARLIEST
    ready: list[C] = []
    for holder_id, (item, _) in chosen.items():
        holder = locked.get(holder_id)
        if holder is None:
            results[item.n] = BUSY
            continue
        item.work = Work(holder, item.at or now, now, Outbox())
        ready.append(item)
    return ready


def _may_have_moved(holder: Holder, item: Checkout, matched: Match) -> bool:
    """Or: it holds an identifier for nobody, which a claim without purchases takes unseen."""
    unclaimed = holder.kind is Kind.UNCLAIMED and item.body.member is not None
    return unclaimed or holder.version != matched.version or holder.merged_into is not None


async def _still_matched(
    tx: Tx, ctx: Context, chosen: Chosen[C], locked: dict[uuid.UUID, Holder]
) -> None:
    """Whoever changed between match and lock is matched again: an identifier may have moved."""
    changed = [
        (holder_id, asking.who(item.body, item.occurred_at, item.holder_id and holder_id))
        for holder_id, (item, matched) in chosen.items()
        if holder_id in locked and _may_have_moved(locked[holder_id], item, matched)
    ]
    if not changed:
        return
    now_held = await held_by(tx, ctx, [who for _, who in changed], tx.now or EARLIEST)
    if any(holder_id != now for (holder_id, _), now in zip(changed, now_held, strict=True)):
        raise RunAgain
