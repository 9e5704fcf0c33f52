"""Keys that are bound to one store."""

import pytest

from service.api.stores import at_own_store
from service.domain.access.errors import StoreForbidden
from service.domain.purchases.basket import LineIn
from service.domain.purchases.types import RecordPurchase
from service.kernel.actor import Actor, ActorKind
from tests.api.recorder import CLIENT_ID


def actor(store: str | None) -> Actor:
    """A till of a store."""
    return Actor(kind=ActorKind.PARTNER, id="till", client_id=CLIENT_ID, store=store)


def body(store: str | None) -> RecordPurchase:
    """A purchase in a store."""
    return RecordPurchase(
        channel="pos", external_id="1", currency="EUR", store=store, lines=(LineIn(sku="a"),)
    )


def test_a_free_key_writes_for_any_store() -> None:
    for store in (None, "waw-01"):
        assert at_own_store(actor(None), body(store)) == body(store)


def test_a_bound_key_writes_for_its_own_store_also_when_it_does_not_say_so() -> None:
    for store in (None, "waw-01"):
        assert at_own_store(actor("waw-01"), body(store)) == body("waw-01")


def test_a_bound_key_writes_for_no_other_store() -> None:
    with pytest.raises(StoreForbidden):
        at_own_store(actor("waw-01"), body("waw-02"))
