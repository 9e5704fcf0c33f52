"""From matched baskets to locked ones: one of each holder, and nobody moved meanwhile.

The order of locks everywhere: holders by id, coupons by digest, slots of budgets, the day of one of
the staff (`adjusted_day`, one row a transaction, never together with a slot), natural keys, idem.
"""

import datetime as dt
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
    """The first basket of each holder and gift card; a second one waits for the next round."""
    chosen: dict[uuid.UUID, tuple[C, Match]] = {}
    concerned: set[uuid.UUID] = set()
    for item, matched in zip(items, matches, strict=True):
        if isinstance(matched, ExpectedError):
            results[item.n] = matched
            continue
        wanted = {matched.holder_id, *item.card_ids}
        if concerned.isdisjoint(wanted):
            chosen[matched.holder_id] = (item, matched)
        concerned |= wanted  # nobody overtakes one who waits
    return chosen


async def lock(
    tx: Tx, ctx: Context, chosen: Chosen[C], results: list[Any], *, wait: bool
) -> list[C]:
    """Those whose holder and gift cards are locked now, with their `work`; the others are BUSY.

    VersionBehind: a newer program than this process knows. RunAgain: an identifier has moved.
    """
    wanted = [one for holder_id, (item, _) in chosen.items() for one in (holder_id, *item.card_ids)]
    locked, newest = await holders.lock(tx, wanted, wait=wait, clock_offset=ctx.db.clock_offset)
    if newest > ctx.programs.newest:
        raise VersionBehind
    await _still_matched(tx, ctx, chosen, locked)
    now = tx.now or EARLIEST
    ready: list[C] = []
    for holder_id, (item, _) in chosen.items():
        if holder_id in locked and item.card_ids <= locked.keys():
            begin(item, locked[holder_id], [locked[one] for one in item.card_ids], now)
            ready.append(item)
        else:
            results[item.n] = BUSY
    return ready


def begin(item: Checkout, holder: Holder, cards: Sequence[Holder], now: dt.datetime) -> None:
    """Work on a basket's holder and gift cards, all at one instant: a hold ends for all at once."""
    at = max([item.at or now, *(card.settled_at for card in cards), holder.settled_at])
    item.work = Work(holder, at, now, Outbox())
    item.card_works = {card.holder_id: Work(card, at, now, Outbox()) for card in cards}


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
