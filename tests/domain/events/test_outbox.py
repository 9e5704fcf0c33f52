"""Each event of the catalog as the official CloudEvents library reads it."""

import json
import uuid
from typing import Any, get_args

import pytest
from cloudevents.core.base import BaseCloudEvent
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from service.domain.events.catalog import (
    TYPES,
    Event,
    TierChanged,
)
from service.domain.events.gift_cards import (
    GiftCardIssued,
)
from service.domain.events.outbox import SHARDS, Outbox, shard_of
from service.domain.holders import store as holders
from service.domain.holders.types import Kind
from service.infra.db import Tx
from tests.domain.events.instances import EVENTS, HAPPENED, HOLDER, WRITTEN


def body_of(event: Event, version: int = 1) -> bytes:
    outbox = Outbox()
    outbox.emit(event, holder_id=HOLDER, version=version, at=HAPPENED, recorded_at=WRITTEN)
    return outbox.rows[0][5]


def read(body: bytes) -> BaseCloudEvent:
    """What the official library makes of it; it refuses what is no CloudEvent."""
    return JSONFormat().read(CloudEvent, body)


def test_every_event_of_the_catalog_is_tried_here() -> None:
    assert {type(event) for event in EVENTS} == set(get_args(Event)) == set(TYPES)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_the_body_is_a_cloudevent(event: Event) -> None:
    found = read(body_of(event, version=12))

    assert found.get_specversion() == "1.0"
    assert found.get_type() == TYPES[type(event)]
    assert found.get_source() == f"/members/{HOLDER}"
    assert found.get_subject() == str(HOLDER)
    assert found.get_time() == HAPPENED
    assert found.get_datacontenttype() == "application/json"
    assert found.get_extension("sequence") == "0000000000000000012"
    assert found.get_extension("partitionkey") == str(HOLDER)
    assert found.get_extension("recordedtime") == "2026-03-02T10:00:00.000001Z"
    assert found.get_extension("timestamp") == "2026-03-01T23:59:59.999999Z"
    assert isinstance(found.get_data(), dict)


def test_the_source_says_what_sort_of_holder_it_is() -> None:
    outbox = Outbox()
    event = GiftCardIssued(card_id=HOLDER, kind="default")
    times = {"at": HAPPENED, "recorded_at": WRITTEN}

    outbox.emit(event, holder_id=HOLDER, version=1, **times, source="gift-cards")

    assert read(outbox.rows[0][5]).get_source() == f"/gift-cards/{HOLDER}"


def test_the_data_is_the_event() -> None:
    data = read(body_of(TierChanged(
        ladder="main", was="bronze", now="gold", at=HAPPENED, valid_until=None
    ))).get_data()  # fmt: skip

    assert data == {
        "ladder": "main",
        "was": "bronze",
        "now": "gold",
        "at": "2026-03-01T23:59:59.999999Z",
        "valid_until": None,
    }


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: type(event).__name__)
def test_every_context_attribute_is_a_string_with_a_short_lower_case_name(event: Event) -> None:
    body: dict[str, Any] = json.loads(body_of(event))
    del body["data"]

    assert all(isinstance(value, str) for value in body.values())
    assert all(name.isalnum() and name.islower() and len(name) <= 20 for name in body)


def test_the_sequence_sorts_as_text() -> None:
    numbers = [1, 9, 10, 99, 100, 9_007_199_254_740_991]

    texts = [read(body_of(EVENTS[0], n)).get_extension("sequence") for n in numbers]

    assert texts == sorted(texts)
    assert {len(text) for text in texts} == {19}


def test_each_event_has_an_id_of_its_own() -> None:
    assert len({read(body_of(EVENTS[0])).get_id() for _ in range(100)}) == 100


def test_a_holder_stays_in_its_shard() -> None:
    assert SHARDS == 64
    assert shard_of(HOLDER) == 7
    assert {shard_of(uuid.UUID(int=n)) for n in range(64)} == set(range(64))


async def test_the_rows_are_what_was_emitted(tx: Tx) -> None:
    await holders.insert(tx, [HOLDER], Kind.MEMBER, [WRITTEN], WRITTEN)
    outbox = Outbox()
    for version, event in enumerate(EVENTS, 1):
        outbox.emit(event, holder_id=HOLDER, version=version, at=HAPPENED, recorded_at=WRITTEN)

    await outbox.write(tx)
    await tx.flush()

    rows = await tx.connection.fetch("select * from outbox order by version")
    assert [row["type"] for row in rows] == [TYPES[type(event)] for event in EVENTS]
    assert [row["version"] for row in rows] == list(range(1, len(EVENTS) + 1))
    for row in rows:
        assert row["event_id"] == uuid.UUID(read(row["body"]).get_id())
        assert (row["shard"], row["pub_seq"]) == (7, None)
        assert (row["occurred_at"], row["recorded_at"]) == (HAPPENED, WRITTEN)


async def test_an_empty_outbox_writes_nothing(tx: Tx) -> None:
    await Outbox().write(tx)

    assert await tx.connection.fetchval("select count(*) from outbox") == 0


def test_the_parts_of_a_batch_make_one_outbox_in_their_order() -> None:
    first, second = Outbox(), Outbox()
    for version, outbox in ((1, first), (2, first), (1, second)):
        outbox.emit(EVENTS[0], holder_id=HOLDER, version=version, at=HAPPENED, recorded_at=WRITTEN)

    assert Outbox.of([first, second]).rows == [*first.rows, *second.rows]
