"""A hold named by its id, with its holder locked and settled: as it stands now."""

import uuid
from collections.abc import Mapping

import msgspec

from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holds import store
from service.domain.holds.errors import HoldNotFound
from service.domain.holds.types import Closing, Hold, OpenHold, State
from service.flows.steps import wallets
from service.flows.steps.checkout import holding, paying_by_card
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor

Cards = Mapping[uuid.UUID, Work]  # gift card -> the work on it
Parts = Mapping[uuid.UUID, OpenHold]  # gift card -> what the hold has of it


class Held(msgspec.Struct):
    """`hold` None: its holder, or a gift card it keeps money of, is locked elsewhere.

    `cards`: the work on those gift cards; `parts`: what the open hold has of each.
    """

    work: Work | None
    hold: Hold | None
    cards: dict[uuid.UUID, Work] = {}
    parts: dict[uuid.UUID, OpenHold] = {}

    @property
    def works(self) -> list[Work]:
        """All that is locked."""
        return [*([self.work] if self.work else ()), *self.cards.values()]


def freed(
    ctx: Context, work: Work, hold: Hold, cards: Cards, parts: Parts, actor: Actor
) -> list[Closing]:
    """What an open hold keeps is free again, on its gift cards too; answers how all of it ends."""
    holding.free(ctx, work, hold, actor, hold.store)
    for card, part in parts.items():
        holding.free(ctx, cards[card], part, actor, hold.store)
    whole = Closing(hold=hold, state=State.RELEASED, at=work.at)
    return [whole, *paying_by_card.ended(parts, cards, State.RELEASED)]


async def lock(tx: Tx, ctx: Context, hold_id: uuid.UUID, *, wait: bool) -> Held:
    """HoldNotFound. A hold that has timed out by now is answered as timed out."""
    found = await store.by_id(tx, hold_id)
    if found is None:
        raise HoldNotFound
    cards = paying_by_card.cards_of(found)
    wanted = {found.holder_id, *cards}
    locked, _ = await holders.lock(tx, wanted, wait=wait, clock_offset=ctx.db.clock_offset)
    if len(locked) < len(wanted):
        return Held(None, None)
    now = tx.now or EARLIEST
    at = max([now, *(holder.settled_at for holder in locked.values())])
    works = {holder_id: Work(one, at, now, Outbox()) for holder_id, one in locked.items()}
    await wallets.load(tx, ctx, list(works.values()))
    await wallets.load_lots(tx, list(works.values()), [])
    work = works.pop(found.holder_id)
    again = await store.by_id(tx, hold_id)
    if again is None:
        raise HoldNotFound
    if again.state is State.OPEN and not again.is_open(work.at):
        again = msgspec.structs.replace(again, state=State.TIMED_OUT, closed_at=again.due_at)
    parts = await paying_by_card.parts_of(tx, [(card, hold_id) for card in works])
    return Held(work, again, works, parts)
