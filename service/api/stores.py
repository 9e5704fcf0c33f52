"""Keys that are bound to one store."""

from typing import TypeVar

import msgspec

from service.domain.access.errors import StoreForbidden
from service.domain.purchases.receipts import FindPurchases
from service.domain.purchases.types import AskQuote, PlaceHold, RecordPurchase
from service.domain.returns.types import RecordReturn, VoidPurchase
from service.flows.steps.undoing.undoing import UndoOperation
from service.kernel.actor import Actor

T = TypeVar(
    "T",
    AskQuote,
    FindPurchases,
    PlaceHold,
    RecordPurchase,
    RecordReturn,
    UndoOperation,
    VoidPurchase,
)


def at_own_store(actor: Actor, body: T) -> T:
    """The body with the key's store filled in; raises StoreForbidden when it names another."""
    if actor.store is None or body.store == actor.store:
        return body
    if body.store is not None:
        raise StoreForbidden
    return msgspec.structs.replace(body, store=actor.store)
