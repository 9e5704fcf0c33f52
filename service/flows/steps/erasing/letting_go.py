"""What is kept for who is erased is let go: holds of checkouts, rewards, coupons, approvals.

Rewards that were granted stay granted: they are paid, and nobody comes for them.
"""

from typing import Final

from service.domain.erasures import store as erasures
from service.domain.events.approvals import ApprovalRefused
from service.domain.holds import store as holds
from service.domain.holds.types import Closing
from service.domain.operations import store as operations
from service.domain.rewards import store as rewards
from service.flows.steps import wallets
from service.flows.steps.checkout import held, holding, paying_by_card
from service.flows.steps.context import Context
from service.flows.steps.erasing.going import Going
from service.flows.steps.rewards import cancelling
from service.flows.steps.rewards.redemptions import Found
from service.infra.db import Tx
from service.kernel.ids import new_id

HELD_MAX: Final = 10_000  # more than anybody has units for
ADJUSTMENT: Final = "adjustment"  # the one kind of approvals there is


async def let_go(tx: Tx, ctx: Context, going: Going) -> None:
    """In the one order of locks: coupons first. After it no unit of the member is held."""
    await erasures.void_coupons(tx, going.family, going.work.now)
    await wallets.load_lots(tx, list(going.works.values()), [])
    await _release(tx, ctx, going)
    await _cancel(tx, ctx, going)
    await _refuse(tx, going)


async def _release(tx: Tx, ctx: Context, going: Going) -> None:
    """Open holds of checkouts, with what they keep of gift cards."""
    found = await tx.ask(holds.ask_open([going.member_id]))
    ids = [one.hold_id for one in found.get(going.member_id, [])]
    of_checkouts = list((await holds.by_ids(tx, ids)).values())
    closing: list[Closing] = []
    for hold in of_checkouts:
        cards = {card: going.works[card] for card in paying_by_card.cards_of(hold)}
        parts = await paying_by_card.parts_of(tx, [(card, hold.hold_id) for card in cards])
        closing += held.freed(ctx, going.work, hold, cards, parts, going.actor)
    await holds.close(tx, closing)
    await holding.give_up(tx, of_checkouts)


async def _cancel(tx: Tx, ctx: Context, going: Going) -> None:
    """Rewards whose price is held, each by an operation of its own as at a desk."""
    work, actor, steps = going.work, going.actor, []
    for row in await rewards.list_open(tx, going.member_id, (), work.at, HELD_MAX):
        op_id, found = new_id(), Found(work, row, going.together.standings)
        after = await cancelling.cancel(tx, ctx, found, op_id, erasures.SAID, actor)
        kind = operations.Kind.CANCELLATION
        await operations.insert(tx, row.holder_id, op_id, erasures.SAID, actor, work.now, kind)
        steps.append((row, after))
    if steps:
        await rewards.update(tx, steps)


async def _refuse(tx: Tx, going: Going) -> None:
    """What waits for a second person."""
    work = going.work
    for approval_id in await erasures.refuse_approvals(tx, going.family, going.op_id, work.now):
        work.emit(ApprovalRefused(approval_id=approval_id, kind=ADJUSTMENT), work.now)
