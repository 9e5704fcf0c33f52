"""Merging with few words.

The verbs of service/flows/members/{merge,unmerge}_members.py.
"""

import uuid
from typing import Any

from service.domain.members.merges import (
    MergeMember,
    MergeReceipt,
    UnmergeMember,
    UnmergeReceipt,
)
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.values import Identifier, OtherMember
from tests.flows.shop import TILL, Shop


async def merged(
    shop: Shop,
    survivor: uuid.UUID,
    old: uuid.UUID | tuple[Identifier, ...],
    key: str | None = None,
    actor: Actor = TILL,
) -> Answer[MergeReceipt]:
    """`old`, by id or identifiers, is `survivor` too; without a key each call is another."""
    who: Any = OtherMember(id=old) if isinstance(old, uuid.UUID) else old
    body = MergeMember(member=who, note="the same person")
    return await shop.verbs.merge_member(actor, survivor, body, key or uuid.uuid1().hex)


async def merge(
    shop: Shop, survivor: uuid.UUID, old: uuid.UUID | tuple[Identifier, ...]
) -> MergeReceipt:
    """The same without whether it is a replay."""
    return (await merged(shop, survivor, old)).body


async def unmerged(
    shop: Shop, old: uuid.UUID, key: str | None = None, actor: Actor = TILL
) -> Answer[UnmergeReceipt]:
    """`old` is itself again."""
    body = UnmergeMember(note="two people after all")
    return await shop.verbs.unmerge_member(actor, old, body, key or uuid.uuid1().hex)


async def unmerge(shop: Shop, old: uuid.UUID) -> UnmergeReceipt:
    """The same without whether it is a replay."""
    return (await unmerged(shop, old)).body
