"""The pieces a JSON Schema is made of. An `about` is the description that editors show."""

from collections.abc import Iterable
from typing import Any

from service.rules.check.cursor import ID_PATTERN

Schema = dict[str, Any]


def mapping(
    properties: Schema,
    about: str = "",
    needs: Iterable[str] = (),
    patterns: Schema | None = None,
    least: int = 0,
) -> Schema:
    """An object of these properties and no others; at least so many of them."""
    made: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    optional = {
        "description": about,
        "required": list(needs),
        "patternProperties": patterns,
        "minProperties": least,
    }
    return made | {key: value for key, value in optional.items() if value}


def list_of(items: Schema, about: str = "", least: int = 0) -> Schema:
    """An array of at least so many items."""
    made: Schema = {"type": "array", "items": items, "minItems": least}
    return made | described(about)


def by_id(value: Schema, about: str = "", pattern: str = ID_PATTERN) -> Schema:
    """An object whose keys are ids."""
    return mapping({}, about, patterns={pattern: value})


def ref(name: str, about: str = "") -> Schema:
    """What `$defs` has under the name."""
    return {"$ref": f"#/$defs/{name}"} | described(about)


def one_of(values: Iterable[str], about: str = "") -> Schema:
    """One of the words."""
    return {"enum": [str(value) for value in values]} | described(about)


def any_of(*of: Schema, about: str = "") -> Schema:
    """At least one of the schemas fits."""
    return {"anyOf": list(of)} | described(about)


def text(pattern: str, about: str, *examples: str) -> Schema:
    """Text of this form."""
    return {"type": "string", "pattern": pattern, "description": about, "examples": list(examples)}


def described(about: str) -> Schema:
    """The description, if there is one."""
    return {"description": about} if about else {}
