"""From a message of msgspec to the field it speaks of, without the value that was sent.

Messages look like "Expected `int`, got `str` - at `$.lines[0].amount`". Only what is known to hold
no input is passed on: an identifier's value must not come back in an answer or reach a log.
"""

import re
from typing import Any, Final

import msgspec
from msgspec import inspect

from service.api.errors import FieldError

_MESSAGE: Final = re.compile(r"(.*?)(?: - at (`key` in )?`(\$[^`]*)`)?", re.DOTALL)
_STEP: Final = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\[(\d+|\.\.\.)\]")
_MISSING: Final = re.compile(r"Object missing required field `([^`]+)`")
_UNKNOWN: Final = re.compile(r"Object contains unknown field `([^`]*)`", re.DOTALL)
_CHOICE: Final = re.compile(r"Invalid (?:enum )?value .*", re.DOTALL)
_HARMLESS: Final = re.compile(
    r"Expected `|Invalid (?:RFC3339|UUID|base64)|(?:Integer value|Number) out of range"
)
_NAME_LENGTH_MAX: Final = 64


def field_error(message: str, shape: inspect.Type) -> FieldError:
    """The field and what is expected of it; `shape` is the type that was being decoded."""
    match = _MESSAGE.fullmatch(message)
    what, in_key, path = match.groups() if match else ("", None, None)
    steps = _steps(path or "$")
    if missing := _MISSING.fullmatch(what):
        return FieldError(pointer=pointer([*steps, missing[1]]), detail="is required")
    if unknown := _UNKNOWN.fullmatch(what):
        return _unknown(shape, steps, unknown[1])
    if _CHOICE.fullmatch(what):
        return FieldError(pointer=pointer(steps), detail=_choices(shape, steps))
    detail = what[0].lower() + what[1:] if _HARMLESS.match(what) else "is not valid"
    return FieldError(pointer=pointer(steps), detail=f"a key: {detail}" if in_key else detail)


def pointer(steps: list[str]) -> str:
    """A JSON pointer as the fragment of an address (RFC 6901)."""
    return "".join(["#", *("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)])


def _steps(path: str) -> list[str]:
    """The keys and numbers on the way; ends where msgspec does not tell which element it was."""
    steps: list[str] = []
    for name, number in _STEP.findall(path):
        if number == "...":
            break
        steps.append(name or number)
    return steps


def _unknown(shape: inspect.Type, steps: list[str], name: str) -> FieldError:
    known = ", ".join(_fields(shape, steps))
    besides = f"; known are {known}" if known else ""
    if name.isprintable() and len(name) <= _NAME_LENGTH_MAX:
        detail = f"is not a known field{besides}"
        return FieldError(pointer=pointer([*steps, name]), detail=detail)
    return FieldError(pointer=pointer(steps), detail=f"holds an unknown field{besides}")


def _choices(shape: inspect.Type, steps: list[str]) -> str:
    found = _allowed(shape, steps)
    return f"is none of {', '.join(found)}" if found else "is not one of the allowed values"


def _allowed(shape: inspect.Type, steps: list[str]) -> list[str]:
    """The values an enum or literal at the end of the way takes; none when it is neither."""
    values: list[Any] = []
    for one in _at_the_end(shape, steps):
        if isinstance(one, inspect.EnumType):
            values += [member.value for member in one.cls]
        elif isinstance(one, inspect.LiteralType):
            values += one.values
    return [str(value) for value in values]


def _fields(shape: inspect.Type, steps: list[str]) -> dict[str, None]:
    """What the object at the end of the way may hold, in order."""
    objects = [one for one in _at_the_end(shape, steps) if isinstance(one, inspect.StructType)]
    return {field.encode_name: None for one in objects for field in one.fields}


def _at_the_end(shape: inspect.Type, steps: list[str]) -> list[inspect.Type]:
    """What may stand there."""
    inner = _alternatives(shape)
    for step in steps:
        inner = [found for one in inner for found in _below(one, step)]
    return inner


def _below(shape: inspect.Type, step: str) -> list[inspect.Type]:
    if isinstance(shape, inspect.StructType):
        for field in shape.fields:
            if field.encode_name == step:
                return _alternatives(field.type)
    if isinstance(shape, inspect.VarTupleType | inspect.ListType):
        return _alternatives(shape.item_type)
    return []


def _alternatives(shape: inspect.Type) -> list[inspect.Type]:
    if isinstance(shape, inspect.Metadata):
        return _alternatives(shape.type)
    if isinstance(shape, inspect.UnionType):
        return [found for one in shape.types for found in _alternatives(one)]
    return [shape]


def shape_of(given: Any) -> inspect.Type:
    """The type as `field_error` wants it."""
    return msgspec.inspect.type_info(given)
