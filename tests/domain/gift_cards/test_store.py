"""Gift cards in the database."""

from typing import Any

import asyncpg
import msgspec
import pytest

from service.domain.gift_cards import store
from service.domain.gift_cards.pins import Tries
from service.domain.gift_cards.types import State
from service.infra.db import Tx
from service.kernel.ids import new_id
from tests.domain.gift_cards.rows import NOW, card


async def test_a_card_is_found_by_its_digest_or_its_id(tx: Tx) -> None:
    mine, other = card(has_pin=True, pin_hash="$argon2id$"), card()
    await store.insert(tx, mine)
    await store.insert(tx, other)

    assert await store.find(tx, [mine.digest, bytes(32)]) == {mine.digest: mine}
    assert await store.digests_of(tx, [mine.holder_id, new_id()]) == {mine.holder_id: mine.digest}


async def test_a_locked_card_is_as_it_is_now(tx: Tx) -> None:
    mine = card(has_pin=True)
    await store.insert(tx, mine)
    sold = msgspec.structs.replace(mine, state=State.ACTIVE, activated_at=NOW)
    await store.update_state(tx, sold)
    await store.update_tries(tx, mine.digest, Tries(5, NOW, (b"one", b"two")))

    found = await store.lock(tx, {mine.digest: mine})

    now = msgspec.structs.replace(sold, pin_tries=5, pin_locked_until=NOW)
    assert found == {
        mine.digest: msgspec.structs.replace(now, pins_tried=(b"one", b"two")),
    }
    assert await store.find(tx, [mine.digest]) == {mine.digest: now}
    assert await store.lock(tx, {}) == {}


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"state": State.ACTIVE}, "gift_card_active"),
        ({"activated_at": NOW}, "gift_card_active"),
        ({"pin_hash": "$argon2id$"}, "gift_card_pin"),
        ({"digest": b"short"}, "gift_card_digest"),
    ],
)
async def test_a_row_that_cannot_be_is_refused(
    tx: Tx, fields: dict[str, Any], constraint: str
) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match=constraint):
        await store.insert(tx, card(**fields))


async def test_a_code_is_one_card_for_ever(tx: Tx) -> None:
    mine = card()
    await store.insert(tx, mine)

    with pytest.raises(asyncpg.UniqueViolationError):
        await store.insert(tx, card(digest=mine.digest))
