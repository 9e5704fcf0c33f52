"""From matched activities to locked ones: one of each holder, and nobody moved meanwhile."""

import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from service.domain.access.errors import OwnWallet
from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.programs.errors import VersionBehind
from service.flows.steps import unclaimed
from service.flows.steps.activities.item import Item
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.match import Match, held_by
from service.flows.steps.own import is_own
from service.flows.steps.work import Work
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.errors import ExpectedError

Chosen = Mapping[uuid.UUID, tuple[Item, Match]]


def choose(
    items: Sequence[Item], matches: Sequence[Match | ExpectedError], results: list[Any]
) -> dict[uuid.UUID, tuple[Item, Match]]:
    """The first activity of each holder; a second one waits for the next round.

    OwnWallet for what one of the staff tells of himself: rules may give units for it.
    """
    chosen: dict[uuid.UUID, tuple[Item, Match]] = {}
    for item, matched in zip(items, matches, strict=True):
        if isinstance(matched, ExpectedError):
            results[item.n] = matched
        elif is_own(item.actor, matched.holder_id):
            results[item.n] = OwnWallet()
        else:
            chosen.setdefault(matched.holder_id, (item, matched))
    return chosen


async def lock(
    tx: Tx, ctx: Context, chosen: Chosen, results: list[Any], *, wait: bool
) -> list[Item]:
    """Those whose holder is locked now, with their `work`; the others are BUSY.

    Holders that are new are made here. VersionBehind: a newer program than this process knows.
    RunAgain: an identifier has moved.
    """
    there = {one for one, (_, matched) in chosen.items() if not matched.is_new}
    locked, newest = await holders.lock(tx, there, wait=wait, clock_offset=ctx.db.clock_offset)
    if newest > ctx.programs.newest:
        raise VersionBehind
    await _still_matched(tx, ctx, chosen, locked)
    now = tx.now or EARLIEST
    locked |= await unclaimed.make(tx, [matched for _, matched in chosen.values()], now)
    ready = []
    for holder_id, (item, matched) in chosen.items():
        if holder_id in locked:
            item.work = Work(locked[holder_id], now, now, Outbox())
            item.identifier_conflict, item.home = matched.conflict, matched.home
            ready.append(item)
        else:
            results[item.n] = BUSY
    return ready


def _may_have_moved(holder: Holder, matched: Match) -> bool:
    """Or: it holds an identifier for nobody, which a claim takes unseen when nothing is with it."""
    is_unclaimed = holder.kind is Kind.UNCLAIMED
    return is_unclaimed or holder.version != matched.version or holder.merged_into is not None


async def _still_matched(
    tx: Tx, ctx: Context, chosen: Chosen, locked: Mapping[uuid.UUID, Holder]
) -> None:
    changed = [
        (holder_id, item.who)
        for holder_id, (item, matched) in chosen.items()
        if holder_id in locked and _may_have_moved(locked[holder_id], matched)
    ]
    if not changed:
        return
    now_held = await held_by(tx, ctx, [who for _, who in changed], tx.now or EARLIEST)
    if any(holder_id != now for (holder_id, _), now in zip(changed, now_held, strict=True)):
        raise RunAgain
