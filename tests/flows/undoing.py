"""Undoing with few words: who stands at the till, and a shop with everything that can be undone.

The verb of service/flows/desk/verbs.py.
"""

import uuid
from typing import Final

import msgspec

from service.domain.operations.errors import CannotBeUndone
from service.flows.steps.undoing.undoing import UndoOperation, UndoReceipt
from service.kernel.actor import Actor, ActorKind
from service.kernel.answer import Answer
from service.kernel.ids import derived_id
from tests.flows.gift_card_shop import CARDS
from tests.flows.reward_shop import REWARDS
from tests.flows.shop import SOURCE, TILL, Shop

DESK: Final = SOURCE + REWARDS + CARDS
ANN: Final = Actor(
    kind=ActorKind.STAFF,
    id="ann",
    client_id=TILL.client_id,
    scopes=frozenset({"operations:undo"}),
    store="waw-01",
)  # at the till whose key did it
BEN: Final = msgspec.structs.replace(ANN, id="ben", store="waw-02")
MANAGER: Final = msgspec.structs.replace(
    ANN, id="max", scopes=ANN.scopes | {"operations:undo-any"}, store=None
)
ELSEWHERE: Final = msgspec.structs.replace(ANN, id="eve", client_id=derived_id("client", "other"))


async def undo(
    shop: Shop,
    op_id: uuid.UUID,
    actor: Actor = ANN,
    store: str | None = None,
    reason: str = "a mistake",
) -> UndoReceipt:
    """What an id names is undone."""
    return (await undone(shop, op_id, actor, store, reason)).body


async def undone(
    shop: Shop,
    op_id: uuid.UUID,
    actor: Actor = ANN,
    store: str | None = None,
    reason: str = "a mistake",
) -> Answer[UndoReceipt]:
    """The same with whether it is a replay."""
    body = UndoOperation(reason=reason, store=store)
    return await shop.verbs.undo_operation(actor, op_id, body)


async def in_the_way(shop: Shop, op_id: uuid.UUID, actor: Actor = ANN) -> tuple[str, int | None]:
    """Why it cannot be undone, and how much is missing; no table changes by the refusal."""
    before = await shop.tables()
    try:
        await undo(shop, op_id, actor)
    except CannotBeUndone as refusal:
        assert await shop.tables() == before
        return (refusal.why, refusal.missing)
    raise AssertionError("it was undone")


async def last(shop: Shop, member: uuid.UUID, count: int, wallet: str) -> list[tuple[str, int]]:
    """(reason, amount) of the last entries of a wallet, oldest first."""
    return [entry[:2] for entry in (await shop.entries(member, wallet))[-count:]]
