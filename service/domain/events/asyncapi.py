"""The AsyncAPI 3.1 document of all events, made from the catalog. Pure.

`python -m service.domain.events.asyncapi` writes it; a law refuses a stale one. Channels are
the pull stream of `GET /v1/events`, the stream of one member, Redis Streams, NATS and webhooks;
every event matches exactly one of their messages by its `type`.
"""

import pathlib
import sys
from typing import Any, Final

import msgspec

from service.domain.events.catalog import TYPES, Event
from service.domain.events.told import TOLD
from service.kernel.schemas import REF, components

_CHANNEL: Final = "events"
_STREAM: Final = "memberStream"
_REDIS: Final = "redisStreams"
_NATS: Final = "natsSubjects"
_WEBHOOKS: Final = "webhooks"
# Name -> protocol, what it is, and where it is if nothing else is said.
_SERVERS: Final = {
    "service": ("https", "The service.", "localhost:8000"),
    "redis": ("redis", "The Redis of REGULARS_REDIS_URL.", "localhost:6379"),
    "nats": ("nats", "The NATS of REGULARS_NATS_URL.", "localhost:4222"),
    "endpoint": ("https", "Whoever asked for events at `/v1/endpoints`.", "crm.example.com"),
}

Kinds = list[tuple[type[Event], str]]


def document() -> dict[str, Any]:
    """The document, in a stable order."""
    kinds = list(TYPES.items())
    _, schemas = components([kind for kind, _ in kinds])
    return {
        "asyncapi": "3.1.0",
        "id": "urn:regulars:events",
        "info": {
            "title": "Regulars events",
            "version": "1.0.0",
            "description": (
                "What happens to members and gift cards, as CloudEvents 1.0 in structured JSON."
                " Events of one come in the order of their `sequence`, 1, 2, 3 … without a gap;"
                " delivery is at least once, so readers drop repeats by `source` and `id`."
            ),
        },
        "servers": {name: _server(*given) for name, given in _SERVERS.items()},
        "defaultContentType": "application/cloudevents+json",
        "channels": _channels(kinds),
        "operations": _operations(),
        "components": {
            "messages": {_short(kind): _message(kind, name) for kind, name in kinds},
            "schemas": dict(sorted(schemas.items())),
        },
    }


def _server(protocol: str, description: str, host: str) -> dict[str, Any]:
    return {
        "host": "{host}",
        "protocol": protocol,
        "description": description,
        "variables": {"host": {"description": "Host and port.", "default": host}},
    }


def _on(server: str) -> list[dict[str, str]]:
    return [{"$ref": f"#/servers/{server}"}]


def _channels(kinds: Kinds) -> dict[str, Any]:
    return {
        _CHANNEL: {
            "address": "/v1/events",
            "servers": _on("service"),
            "description": "The stream of all events, read by cursor.",
            "messages": _messages(kinds),
        },
        _STREAM: {
            "address": "/v1/members/{member_id}/stream",
            "servers": _on("service"),
            "description": (
                "What happens to one member, told to apps as server-sent events: `event` is the"
                " type, `data` the event."
            ),
            "parameters": {"member_id": {"description": "The member."}},
            "messages": _messages([one for one in kinds if one[0] in TOLD]),
        },
        _REDIS: _sent(
            "redis",
            "regulars:ev:{{shard}}",
            "Streams of Redis, with braces around the shard (`regulars:ev:{5}`): an entry has"
            " `event` (the event), `id` and `type`; its own id is `<place>-0`.",
            kinds,
        ),
        _NATS: _sent(
            "nats",
            "regulars.ev.{shard}",
            "Subjects of the JetStream stream REGULARS_EVENTS: a message is the event; headers"
            " `Ce-Id`, `Ce-Type` and `Regulars-Place`.",
            kinds,
        ),
        _WEBHOOKS: {
            "address": None,
            "servers": _on("endpoint"),
            "description": (
                "POST requests to the URL of an endpoint, signed as Standard Webhooks has it:"
                " `webhook-id`, `webhook-timestamp`, `webhook-signature`."
            ),
            "messages": _messages(kinds),
        },
    }


def _messages(kinds: Kinds) -> dict[str, Any]:
    return {_short(kind): {"$ref": f"#/components/messages/{_short(kind)}"} for kind, _ in kinds}


def _operations() -> dict[str, Any]:
    return {
        "publishEvents": {
            "action": "send",
            "channel": {"$ref": f"#/channels/{_CHANNEL}"},
            "summary": "Regulars sends what happened.",
        },
        "tellMembers": {
            "action": "send",
            "channel": {"$ref": f"#/channels/{_STREAM}"},
            "summary": "Regulars tells a member's apps what happened to them.",
        },
        "relayToRedis": {
            "action": "send",
            "channel": {"$ref": f"#/channels/{_REDIS}"},
            "summary": "Regulars adds what happened to streams of Redis, where one is set.",
        },
        "relayToNats": {
            "action": "send",
            "channel": {"$ref": f"#/channels/{_NATS}"},
            "summary": "Regulars publishes what happened to NATS, where one is set.",
        },
        "callEndpoints": {
            "action": "send",
            "channel": {"$ref": f"#/channels/{_WEBHOOKS}"},
            "summary": "Regulars sends endpoints what happened, as far as they asked for it.",
        },
    }


def _sent(server: str, address: str, description: str, kinds: Kinds) -> dict[str, Any]:
    """A channel of all events, in shards."""
    return {
        "address": address,
        "servers": _on(server),
        "description": description,
        "parameters": {"shard": {"description": "0 to 63; all events of one holder are in one."}},
        "messages": _messages(kinds),
    }


def _short(kind: type[Event]) -> str:
    return kind.__name__


def _message(kind: type[Event], name: str) -> dict[str, Any]:
    return {
        "name": name,
        "title": (kind.__doc__ or name).strip().splitlines()[0],
        "contentType": "application/cloudevents+json",
        "payload": {
            "type": "object",
            "required": [
                "specversion", "id", "source", "type", "subject", "time", "datacontenttype",
                "partitionkey", "sequence", "recordedtime", "timestamp", "data",
            ],
            "properties": {
                "specversion": {"const": "1.0"},
                "id": {"type": "string", "format": "uuid"},
                "source": {"type": "string", "description": "/members/{id} or /gift-cards/{id}"},
                "type": {"const": name},
                "subject": {"type": "string", "format": "uuid"},
                "time": {"type": "string", "format": "date-time"},
                "datacontenttype": {"const": "application/json"},
                "partitionkey": {"type": "string", "format": "uuid"},
                "sequence": {"type": "string", "pattern": "^[0-9]{19}$"},
                "recordedtime": {"type": "string", "format": "date-time"},
                "timestamp": {"type": "string", "format": "date-time"},
                "traceparent": {"type": "string", "description": "W3C, where requests are traced"},
                "data": {"$ref": REF.format(name=_short(kind))},
            },
        },
    }  # fmt: skip


def text() -> bytes:
    """The document as it is committed."""
    return msgspec.json.format(msgspec.json.encode(document()), indent=2) + b"\n"


if __name__ == "__main__":
    target = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "openapi/asyncapi.json")
    target.write_bytes(text())
