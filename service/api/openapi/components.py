"""JSON Schemas of the Structs of requests and answers."""

from collections.abc import Iterable
from typing import Any

import msgspec

from service.domain.events.catalog import TYPES
from service.kernel.schemas import Schema
from service.kernel.schemas import components as components_of


def schemas(wanted: Iterable[Any]) -> tuple[dict[Any, Schema], dict[str, Schema]]:
    """(type -> its schema or reference, name -> schema) of all types and what they are made of."""
    types = list(dict.fromkeys(wanted))
    found, components = components_of(types)
    for struct in _structs(types):
        _mark_instants(struct, components)
    return dict(zip(types, found, strict=True)), components


def cloud_event() -> tuple[Schema, dict[str, Schema]]:
    """The schema of one event of the stream, and of the data of each type."""
    data, components = schemas(TYPES)
    time = {"type": "string", "format": "date-time"}
    text = {"type": "string"}
    properties: dict[str, Schema] = {
        "specversion": {"const": "1.0"},
        "id": {"type": "string", "format": "uuid"},
        "source": {"type": "string", "description": "`/members/{id}`: the scope of `sequence`."},
        "type": {"enum": list(TYPES.values())},
        "subject": text,
        "time": {**time, "description": "When it happened."},
        "datacontenttype": {"const": "application/json"},
        "partitionkey": text,
        "sequence": {
            "type": "string",
            "pattern": "^[0-9]{19}$",
            "description": "The member's version after this event: 1, 2, … without gaps.",
        },
        "recordedtime": {**time, "description": "When it was written down."},
        "timestamp": {**time, "description": "Equals `time`, for readers of Standard Webhooks."},
        "data": {"anyOf": list(data.values())},
    }
    traced = {**text, "description": "What wrote it (W3C), where requests are traced."}
    envelope = {
        "title": "CloudEvent",
        "description": "An event in the structured form of CloudEvents 1.0.",
        "type": "object",
        "properties": {**properties, "traceparent": traced},
        "required": list(properties),
        "additionalProperties": False,
    }
    return envelope, components


def _structs(types: Iterable[Any]) -> set[type[msgspec.Struct]]:
    """All Struct types within the types."""
    found: set[type[msgspec.Struct]] = set()

    def walk(shape: Any) -> None:
        if isinstance(shape, msgspec.inspect.StructType):
            if shape.cls in found:
                return
            found.add(shape.cls)
            for field in shape.fields:
                walk(field.type)
        for name in ("type", "types", "item_type", "item_types", "value_type"):
            inner = getattr(shape, name, ())
            for one in inner if isinstance(inner, tuple) else (inner,):
                walk(one)

    for one in types:
        walk(msgspec.inspect.type_info(one))
    return found


def _mark_instants(struct: type[msgspec.Struct], components: dict[str, Schema]) -> None:
    """Say that a datetime is an instant: msgspec does so only for those declared with `tz=True`."""
    properties = components[struct.__name__]["properties"]
    shape = msgspec.inspect.type_info(struct)
    assert isinstance(shape, msgspec.inspect.StructType)  # noqa: S101  # for the type checker
    for field in shape.fields:
        kinds = field.type.types if isinstance(field.type, msgspec.inspect.UnionType) else ()
        for kind in (field.type, *kinds):
            if isinstance(kind, msgspec.inspect.DateTimeType):
                _add_format(properties[field.encode_name])


def _add_format(schema: Schema) -> None:
    for one in (schema, *schema.get("anyOf", ())):
        if one.get("type") == "string":
            one["format"] = "date-time"
