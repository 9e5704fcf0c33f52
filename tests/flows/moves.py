"""Purchases that go from one member to another, with few words."""

import uuid
from typing import Any

from service.domain.purchases.basket import MemberRef
from service.domain.purchases.types import AttachPurchase, Receipt
from tests.flows.shop import TILL, Shop


async def move(shop: Shop, purchase: uuid.UUID, old: uuid.UUID, new: uuid.UUID) -> Receipt:
    """Move a purchase."""
    body = AttachPurchase(member=MemberRef(id=new), reason="it was hers", from_member=old)
    return (await shop.verbs.attach_purchase(TILL, purchase, body)).body


async def two(shop: Shop) -> tuple[uuid.UUID, uuid.UUID]:
    """Ola and Jan."""
    return ((await shop.enrol("1")).id, (await shop.enrol("2")).id)


async def told(shop: Shop, member: uuid.UUID, kind: str) -> list[dict[str, Any]]:
    """The data of a member's events of a kind."""
    return [data for name, data in await shop.events(member) if name == kind]
