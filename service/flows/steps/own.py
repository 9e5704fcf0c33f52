"""Staff touch nothing of the member they are themselves: neither their wallets nor their pool.

Every verb that moves units, money, coupons or rewards of a member asks here, with every holder it
writes to, once it knows them. What has happened at a till, and goods that come back, are facts and
recorded all the same. API keys of systems and members are nobody's own: of them nothing is
asked.
"""

import uuid

from service.domain.access.errors import OwnWallet
from service.kernel.actor import Actor


def is_own(actor: Actor, *holder_ids: uuid.UUID | None) -> bool:
    """One of them is the member the actor is; None: nobody known."""
    return actor.own_member is not None and actor.own_member in holder_ids


def refuse_own(actor: Actor, *holder_ids: uuid.UUID | None) -> None:
    """Raise OwnWallet when one of them is the member the actor is; None: nobody known."""
    if is_own(actor, *holder_ids):
        raise OwnWallet
