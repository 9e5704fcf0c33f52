"""JSON Schemas in words: a type as one line with links, a Struct as a table of its fields."""

from typing import Any, Final

import msgspec

from service.api.docs.markup import element, escaped, inline, prose, table

Schema = dict[str, Any]

_RANGES: Final = (
    ("minimum", "maximum", ""),
    ("exclusiveMinimum", "exclusiveMaximum", " (exclusive)"),
    ("minLength", "maxLength", " characters"),
    ("minItems", "maxItems", " items"),
    ("minProperties", "maxProperties", " keys"),
)


def anchor(name: str) -> str:
    """The id of a shape on the page."""
    return f"shape-{name}"


def shape_link(schema: Schema) -> str:
    """The type in one line of HTML."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[-1]
        return element("a", escaped(name), href=f"#{anchor(name)}")
    if "anyOf" in schema:
        return " or ".join(shape_link(one) for one in schema["anyOf"])
    if "const" in schema:
        return element("code", escaped(msgspec.json.encode(schema["const"]).decode()))
    if "enum" in schema:
        return " · ".join(element("code", escaped(one)) for one in schema["enum"])
    return _plain(schema)


def shape(name: str, schema: Schema) -> str:
    """A section for one component."""
    heading = element("h3", escaped(name), id=anchor(name))
    about = prose(schema.get("description", ""))
    if "properties" not in schema:
        return element("section", heading + about + element("p", shape_link(schema)))
    required = schema.get("required", ())
    rows = [
        (
            element("code", escaped(field)) + ("" if field in required else _optional(given)),
            shape_link(given),
            _limits(given) + inline(given.get("description", "")),
        )
        for field, given in schema["properties"].items()
    ]
    return element("section", heading + about + table(("Field", "Type", "Limits"), rows))


def _plain(schema: Schema) -> str:
    kind = schema.get("type", "any")
    if kind == "array":
        return "list of " + shape_link(schema.get("items", {}))
    if kind == "object" and isinstance(schema.get("additionalProperties"), dict):
        return "object of " + shape_link(schema["additionalProperties"])
    return escaped(schema.get("format", kind))


def _optional(schema: Schema) -> str:
    default = schema.get("default")
    if default in (None, [], {}):
        return element("small", "optional")
    return element("small", f"default {escaped(msgspec.json.encode(default).decode())}")


def _limits(schema: Schema) -> str:
    found: list[str] = []
    for one in (schema, *schema.get("anyOf", ()), schema.get("propertyNames", {})):
        found += [
            _range(one.get(low), one.get(high)) + unit
            for low, high, unit in _RANGES
            if low in one or high in one
        ]
        if "pattern" in one:
            found.append(element("code", escaped(one["pattern"])))
    return ", ".join(dict.fromkeys(found)) + (". " if found and "description" in schema else "")


def _range(low: int | None, high: int | None) -> str:
    if low is None:
        return f"at most {high}"
    return f"at least {low}" if high is None else f"{low} to {high}"
