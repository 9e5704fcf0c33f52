"""A purchase is activity: units of inactivity wallets live on from it.

A purchase that is reported late meets activity from both sides. The open lots live on from the day
it took place, and its own lots live on from every purchase that followed in time: whether the till
was late must not decide what lapses. A lot that has lapsed already stays lapsed.
"""

import datetime as dt
from collections.abc import Sequence

from service.domain.purchases import store as purchases
from service.flows.steps import wallets
from service.flows.steps.purchase import Item
from service.infra.db import Tx
from service.rules.document import Wallet
from service.rules.expiry import ExpiryKind, expires_at


async def prolong(tx: Tx, items: Sequence[Item]) -> None:
    """Move the expiries of open lots on, and note what late purchases' own lots live on from."""
    active = [item for item in items if item.work.is_member and _idle(item)]
    if not active:
        return
    await wallets.touch_inactivity(tx, [(item.work, _until(item)) for item in active])
    late = [item for item in active if item.is_late]
    if late:
        asked = [(item.work.holder.holder_id, item.occurred_at) for item in late]
        for item, later in zip(late, await purchases.later(tx, asked), strict=True):
            item.later = later


def end_of_lot(item: Item, wallet: Wallet, end: dt.datetime | None) -> dt.datetime | None:
    """When a lot of this purchase lapses, by its own end and the purchases since."""
    if wallet.expires.kind is not ExpiryKind.INACTIVITY:
        return end
    for at in item.later:
        if end is None or at >= end:
            return end
        end = max(end, expires_at(wallet.expires, at, item.program.tz) or end)
    return end


def _idle(item: Item) -> list[Wallet]:
    return [
        wallet
        for wallet in item.program.wallets.values()
        if wallet.expires.kind is ExpiryKind.INACTIVITY
    ]


def _until(item: Item) -> dict[int, dt.datetime]:
    found = {}
    for wallet in _idle(item):
        until = expires_at(wallet.expires, item.occurred_at, item.program.tz)
        if until is not None:
            found[wallet.number] = until
    return found
