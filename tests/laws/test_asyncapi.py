"""openapi/asyncapi.json says what the catalog says, and its references lead somewhere."""

import json
import pathlib
from typing import Any

from service.domain.events.asyncapi import text
from service.domain.events.catalog import TYPES

COMMITTED = pathlib.Path(__file__).parents[2] / "openapi" / "asyncapi.json"


def test_the_committed_document_is_fresh() -> None:
    assert COMMITTED.read_bytes() == text(), "run: python -m service.domain.events.asyncapi"


def test_every_event_of_the_catalog_is_a_message_with_its_own_type() -> None:
    messages = json.loads(COMMITTED.read_text())["components"]["messages"]

    types = [message["payload"]["properties"]["type"]["const"] for message in messages.values()]

    assert sorted(types) == sorted(TYPES.values())
    assert len(set(types)) == len(types)


def _references(node: Any) -> list[str]:
    if isinstance(node, dict):
        found = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return found + [ref for child in node.values() for ref in _references(child)]
    if isinstance(node, list):
        return [ref for child in node for ref in _references(child)]
    return []


def test_every_reference_resolves() -> None:
    document = json.loads(COMMITTED.read_text())

    for reference in _references(document):
        place: Any = document
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
        assert isinstance(place, dict), reference


def test_every_event_has_a_description() -> None:
    for kind in TYPES:
        assert kind.__doc__, kind
        assert not kind.__doc__.startswith(kind.__name__ + "("), kind


def test_every_channel_is_somewhere() -> None:
    document = json.loads(COMMITTED.read_text())
    channels = document["channels"]

    protocols = {
        name: [_at(document, one["$ref"])["protocol"] for one in channel["servers"]]
        for name, channel in channels.items()
    }

    assert protocols == {
        "events": ["https"],
        "memberStream": ["https"],
        "redisStreams": ["redis"],
        "natsSubjects": ["nats"],
        "webhooks": ["https"],
    }
    asked = {one["channel"]["$ref"] for one in document["operations"].values()}
    assert asked == {f"#/channels/{name}" for name in channels}
    assert [name for name, one in channels.items() if one["address"] is None] == ["webhooks"]


def _at(document: Any, reference: str) -> Any:
    for part in reference.removeprefix("#/").split("/"):
        document = document[part]
    return document
