"""From matched baskets to locked ones: one of each holder, and nobody moved meanwhile.

The order of locks everywhere: holders by id, coupons by digest, slots of budgets, the day of one of
the staff (`adjusted_day`, one row a transaction, never together with a slot), natural keys, idem.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Hashable, Mapping, Sequence
from typing import Any, TypeVar

from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.programs.errors import VersionBehind
from service.flows.steps import unclaimed
from service.flows.steps.checkout import (
    asking,
    contested,
)
from service.flows.steps.checkout.checkout import Checkout
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.match import Match, Who, held_by
from service.flows.steps.work import Work
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.errors import ExpectedError

C = TypeVar("C", bound=Checkout)
Chosen = Mapping[uuid.UUID, tuple[C, Match]]


def choose(
    items: Sequence[C],
    matches: Sequence[Match | ExpectedError],
    results: list[Any],
    scarce: Collection[str] = (),
) -> dict[uuid.UUID, tuple[C, Match]]:
    """The first basket of each holder and gift card; a second one waits for the next round.

    So it is with the codes that are `scarce` (see `contested.among`).
    """
    chosen: dict[uuid.UUID, tuple[C, Match]] = {}
    concerned: set[Hashable] = set()
    for item, matched in zip(items, matches, strict=True):
        if isinstance(matched, ExpectedError):
            results[item.n] = matched
            continue
        wanted: set[Hashable] = {matched.holder_id, *item.others}
        if scarce:
            wanted.update(code for code in contested.unique(item) if code in scarce)
        if concerned.isdisjoint(wanted):
            chosen[matched.holder_id] = (item, matched)
        concerned |= wanted  # nobody overtakes one who waits
    return chosen


async def lock(
    tx: Tx, ctx: Context, chosen: Chosen[C], results: list[Any], *, wait: bool
) -> list[C]:
    """Those whose holder and gift cards are locked now, with their `work`; the others are BUSY.

    Holders that are new are made here, of those alone that need wait for nothing.
    VersionBehind: a newer program than this process knows. RunAgain: an identifier has moved.
    """
    required = {one: needed(item, matched) for one, (item, matched) in chosen.items()}
    wanted = {one for of_one in required.values() for one in of_one}
    locked, newest = await holders.lock(tx, wanted, wait=wait, clock_offset=ctx.db.clock_offset)
    if newest > ctx.programs.newest:
        raise VersionBehind
    await still_matched(tx, ctx, chosen, locked)
    now = tx.now or EARLIEST
    free = {one: chosen[one] for one in chosen if required[one] <= locked.keys()}
    locked |= await unclaimed.make(tx, [matched for _, matched in free.values()], now)
    for holder_id, (item, _) in chosen.items():
        if holder_id in free:
            begin(item, locked[holder_id], [locked[one] for one in item.others], now)
        else:
            results[item.n] = BUSY
    return [item for item, _ in free.values()]


def needed(item: Checkout, matched: Match) -> set[uuid.UUID]:
    """Which holders have to be locked for a basket."""
    return item.others if matched.is_new else {matched.holder_id, *item.others}


def begin(item: Checkout, holder: Holder, others: Sequence[Holder], now: dt.datetime) -> None:
    """Work on a basket's holder and `others`, all at one instant: a hold ends for all at once."""
    at = max([item.at or now, *(one.settled_at for one in others), holder.settled_at])
    item.work = Work(holder, at, now, Outbox())
    works = {one.holder_id: Work(one, at, now, Outbox()) for one in others if one is not holder}
    item.guest = None if item.guest_id is None else works.pop(item.guest_id, None)
    item.card_works = works


def _may_have_moved(holder: Holder, item: Checkout, matched: Match) -> bool:
    """Or: it holds an identifier for nobody, which a claim without purchases takes unseen."""
    unclaimed = holder.kind is Kind.UNCLAIMED and item.body.member is not None
    return unclaimed or holder.version != matched.version or holder.merged_into is not None


def _who(item: Checkout, holder_id: uuid.UUID) -> Who:
    return asking.who(
        item.body,
        item.occurred_at,
        item.holder_id and holder_id,
        has_happened=item.has_happened,
    )


async def still_matched(
    tx: Tx, ctx: Context, chosen: Chosen[C], locked: Mapping[uuid.UUID, Holder]
) -> None:
    """RunAgain: an identifier moved between match and lock. Whoever changed is matched again."""
    changed = [
        (holder_id, _who(item, holder_id))
        for holder_id, (item, matched) in chosen.items()
        if holder_id in locked and _may_have_moved(locked[holder_id], item, matched)
    ]
    if not changed:
        return
    now_held = await held_by(tx, ctx, [who for _, who in changed], tx.now or EARLIEST)
    if any(holder_id != now for (holder_id, _), now in zip(changed, now_held, strict=True)):
        raise RunAgain
