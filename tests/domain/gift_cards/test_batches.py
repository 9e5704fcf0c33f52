"""Batches of gift cards in the database."""

import asyncpg
import pytest

from service.domain.gift_cards import batches, codes, store
from service.domain.gift_cards.types import BatchRow, State
from service.infra.db import Tx
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import new_id
from tests.domain.gift_cards.rows import NOW, SECRET

SEED = bytes(range(32))
ACTOR = Actor(kind=ActorKind.PARTNER, id="shop", client_id=new_id())


def row(*, size: int = 10, has_pins: bool = True) -> BatchRow:
    return BatchRow(new_id(), "secret", size, SEED, has_pins, 0, "spring", NOW)


async def test_a_batch_is_written_once(tx: Tx) -> None:
    batch = row()
    await batches.insert(tx, batch, ACTOR)
    await batches.insert(tx, BatchRow(batch.batch_id, "x", 1, bytes(32), False, 0, "", NOW), ACTOR)

    assert await batches.find(tx, batch.batch_id) == batch
    assert await batches.find(tx, new_id()) is None


async def test_cards_are_copied_and_know_the_seed_of_their_batch(tx: Tx) -> None:
    batch = row()
    await batches.insert(tx, batch, ACTOR)

    assert await batches.add(tx, SECRET, batch, range(1, 6)) == 5

    digest = codes.digest(SECRET, codes.derive(SECRET, SEED, 3))
    found = (await store.find(tx, [digest]))[digest]
    assert (found.kind, found.state, found.activated_at) == ("secret", State.ISSUED, None)
    assert (found.derived_from, found.number, found.issued_at) == (SEED, 3, NOW)
    assert (found.has_pin, found.pin_hash) == (True, None)
    assert found.shown == "…" + codes.derive(SECRET, SEED, 3)[-4:]


async def test_how_far_a_batch_is_stands_in_it_and_in_its_last_card(tx: Tx) -> None:
    batch = row()
    await batches.insert(tx, batch, ACTOR)
    assert await batches.lock(tx, batch.batch_id) == (0, 0)

    await batches.add(tx, SECRET, batch, range(1, 5))
    await batches.mark_done(tx, batch.batch_id, 4)

    assert await batches.lock(tx, batch.batch_id) == (4, 4)
    assert await batches.numbers(tx, batch.batch_id, 1, 2) == [2, 3]
    assert await batches.numbers(tx, batch.batch_id, 3, 9) == [4]


async def test_a_number_is_one_card(tx: Tx) -> None:
    batch = row()
    await batches.insert(tx, batch, ACTOR)
    await batches.add(tx, SECRET, batch, range(1, 3))

    with pytest.raises(asyncpg.UniqueViolationError):
        await batches.add(tx, SECRET, batch, range(2, 4))


def test_codes_and_pins_are_made_again_for_the_printer() -> None:
    pins = [codes.derive_pin(SECRET, SEED, number) for number in (1, 2)]
    made = [codes.derive(SECRET, SEED, number) for number in (1, 2)]

    assert batches.made(SECRET, row(), [1, 2]) == list(zip(made, pins, strict=True))
    assert batches.made(SECRET, row(has_pins=False), [1, 2]) == [(code, None) for code in made]
