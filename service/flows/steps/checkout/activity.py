"""A purchase is activity: units of inactivity wallets live on from it.

A purchase that is reported late meets activity from both sides. The open lots live on from the day
it took place, and its own lots live on from every purchase that followed in time: whether the till
was late must not decide what lapses. So do units that a later return leaves to keep again. A lot
that has lapsed already stays lapsed.
"""

import datetime as dt
import uuid
from collections.abc import Sequence

from service.domain.purchases import store as purchases
from service.domain.purchases.stored import Purchase
from service.flows.steps import wallets
from service.flows.steps.checkout.purchase import Item
from service.infra.db import Tx
from service.rules.compile import Program
from service.rules.document import Wallet
from service.rules.expiry import ExpiryKind, expires_at


async def prolong(tx: Tx, items: Sequence[Item]) -> None:
    """Move the expiries of open lots on, and note what late purchases' own lots live on from."""
    active = [item for item in items if item.work.is_member and _idle(item.program)]
    if not active:
        return
    await wallets.touch_inactivity(tx, [(item.work, _until(item)) for item in active])
    late = [item for item in active if item.is_late]
    if late:
        asked = [(item.work.holder.holder_id, item.occurred_at) for item in late]
        for item, later in zip(late, await purchases.later(tx, asked), strict=True):
            item.later = later


async def followed(
    tx: Tx, bought: Sequence[tuple[Program, Purchase]]
) -> dict[uuid.UUID, list[dt.datetime]]:
    """By purchase, when its holder bought after it; of those that earned what lives on by that."""
    earning = [
        purchase
        for program, purchase in bought
        if not purchase.decision.earned().keys().isdisjoint(one.id for one in _idle(program))
    ]
    if not earning:
        return {}
    later = await purchases.later(tx, [(one.holder_id, one.occurred_at) for one in earning])
    return {one.purchase_id: after for one, after in zip(earning, later, strict=True)}


def end_of_lot(
    program: Program, wallet: Wallet, end: dt.datetime | None, later: Sequence[dt.datetime]
) -> dt.datetime | None:
    """When a lot of a purchase lapses, by its own end and the purchases since."""
    if wallet.expires.kind is not ExpiryKind.INACTIVITY:
        return end
    for at in later:
        if end is None or at >= end:
            return end
        end = max(end, expires_at(wallet.expires, at, program.tz) or end)
    return end


def _idle(program: Program) -> list[Wallet]:
    return [
        wallet
        for wallet in program.wallets.values()
        if wallet.expires.kind is ExpiryKind.INACTIVITY
    ]


def _until(item: Item) -> dict[int, dt.datetime]:
    found = {}
    for wallet in _idle(item.program):
        until = expires_at(wallet.expires, item.occurred_at, item.program.tz)
        if until is not None:
            found[wallet.number] = until
    return found
