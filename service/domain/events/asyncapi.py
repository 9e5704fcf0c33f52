"""The AsyncAPI 3.1 document of all events, made from the catalog. Pure.

`python -m service.domain.events.asyncapi` writes it; a law refuses a stale one. One channel, the
pull stream of `GET /v1/events`; every event matches exactly one of its messages by its `type`.
"""

import pathlib
import sys
from typing import Any, Final

import msgspec

from service.domain.events.catalog import TYPES, Event
from service.kernel.schemas import REF, components

_CHANNEL: Final = "events"


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
        "defaultContentType": "application/cloudevents+json",
        "channels": {
            _CHANNEL: {
                "address": "/v1/events",
                "description": "The stream of all events, read by cursor.",
                "messages": {
                    _short(kind): {"$ref": f"#/components/messages/{_short(kind)}"}
                    for kind, _ in kinds
                },
            }
        },
        "operations": {
            "publishEvents": {
                "action": "send",
                "channel": {"$ref": f"#/channels/{_CHANNEL}"},
                "summary": "Regulars sends what happened.",
            }
        },
        "components": {
            "messages": {_short(kind): _message(kind, name) for kind, name in kinds},
            "schemas": dict(sorted(schemas.items())),
        },
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
