"""Strict decoding of JSON bodies: what two readers could understand differently is refused.

msgspec checks types, bounds and unknown fields. What it lets through is caught here:

- *duplicate keys* (the last one wins silently). The body is decoded without types and encoded
  again: a key that occurred twice is gone, so the canonical text holds fewer string delimiters.
  Both steps run in C: about 7 us for a purchase of 1 KB, exact, also with escapes in it.
- *control characters*, escaped or not, also DEL and U+0080-9F (a body without a backslash and
  without those bytes holds none, so this costs nothing in the normal case).
- *instants* outside of 2000-2100, which PostgreSQL or arithmetic could not take.
- *depth*: the types of bodies are closed (no `Any`, no recursion), so nothing can be nested deeper
  than its type. That is checked once, when a `Strict` is made; no request pays for it. The one
  exception says so (`kernel.text.Json`): a template of another system's JSON, whose noun bounds it.
"""

import datetime as dt
import json
import re
from typing import Any, Final, Generic, TypeVar

import msgspec
from msgspec import inspect

from service.api.errors import FieldError, InvalidBody
from service.api.instants import Finder, instants_in, is_acceptable
from service.api.pointers import field_error
from service.kernel.text import OPEN

T = TypeVar("T")

DEPTH_MAX: Final = 32
_ESCAPE: Final = re.compile(rb"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_CONTROL_ESCAPE: Final = re.compile(rb"[bfnrt]|u00(?:[01][0-9a-f]|7f|[89][0-9a-f])", re.IGNORECASE)
_LAYOUT_ESCAPES: Final = frozenset({b"n", b"r", b"t", b"u000a", b"u000d", b"u0009"})
_C1: Final = re.compile(rb"\xc2[\x80-\x9f]")

_SCALARS: Final = (
    inspect.BoolType,
    inspect.DateTimeType,
    inspect.DateType,
    inspect.EnumType,
    inspect.IntType,
    inspect.LiteralType,
    inspect.NoneType,
    inspect.StrType,
    inspect.UUIDType,
)

_untyped: Final = msgspec.json.Decoder().decode
_canonical: Final = msgspec.json.Encoder().encode


class Strict(Generic[T]):
    """Decodes one type. `layout`: line breaks and tabs are allowed in texts (a program file)."""

    def __init__(self, given: type[T], *, layout: bool = False) -> None:
        self.shape = msgspec.inspect.type_info(given)
        if depth(self.shape) > DEPTH_MAX:
            raise TypeError(f"{given}: nested deeper than {DEPTH_MAX}, or open")
        self._decode = msgspec.json.Decoder(given, strict=True).decode
        self._instants: Finder | None = instants_in(self.shape)
        self._layout = layout

    def decode(self, raw: bytes) -> T:
        """The value; raises InvalidBody, naming the field where there is one."""
        try:
            value = self._decode(raw)
        except msgspec.ValidationError as error:
            raise InvalidBody(errors=(field_error(str(error), self.shape),)) from None
        except UnicodeDecodeError:
            raise _malformed("the text is not valid UTF-8") from None
        except RecursionError:
            raise _malformed("is nested too deep") from None
        except msgspec.DecodeError:  # its message holds a byte position and no input
            raise _malformed("is not valid JSON") from None
        escapes = _ESCAPE.findall(raw) if b"\\" in raw else []
        if _holds_control(raw, escapes, layout=self._layout):
            raise _malformed("control characters are not allowed")
        if _delimiters(raw, escapes) != _canonical_delimiters(raw):
            raise _malformed(f"the key '{_duplicate(raw)}' occurs twice in one object")
        if self._instants is not None:
            _check_instants(self._instants, value)
        return value


def depth(shape: inspect.Type, above: tuple[type, ...] = ()) -> int:
    """How deep a value of this type can be nested; more than DEPTH_MAX when nothing bounds it."""
    if isinstance(shape, inspect.Metadata):
        return 0 if (shape.extra or {}).get(OPEN) else depth(shape.type, above)
    if isinstance(shape, inspect.UnionType):
        return max(depth(one, above) for one in shape.types)
    if isinstance(shape, _SCALARS):
        return 0
    inner: tuple[inspect.Type, ...] | None = None
    if isinstance(shape, inspect.StructType) and shape.cls not in above:
        above = (*above, shape.cls)
        inner = tuple(field.type for field in shape.fields)
    elif isinstance(shape, inspect.VarTupleType | inspect.ListType):
        inner = (shape.item_type,)
    elif isinstance(shape, inspect.DictType):
        inner = (shape.value_type,)
    if inner is None:
        return DEPTH_MAX + 1
    return 1 + max((depth(one, above) for one in inner), default=0)


def _malformed(detail: str) -> InvalidBody:
    return InvalidBody(errors=(FieldError(pointer="#", detail=detail),))


def _holds_control(raw: bytes, escapes: list[bytes], *, layout: bool) -> bool:
    if b"\x7f" in raw or (b"\xc2" in raw and _C1.search(raw)):
        return True
    return bool(escapes) and any(
        _CONTROL_ESCAPE.fullmatch(escape) and not (layout and escape.lower() in _LAYOUT_ESCAPES)
        for escape in escapes
    )


def _delimiters(raw: bytes, escapes: list[bytes]) -> int:
    """How many quotes begin or end a string."""
    return raw.count(b'"') - escapes.count(b'"')


def _canonical_delimiters(raw: bytes) -> int:
    try:
        text = _canonical(_untyped(raw))
    except OverflowError:  # in a part that is open: no other takes an integer of any size
        raise _malformed("an integer is too large") from None
    return _delimiters(text, _ESCAPE.findall(text) if b"\\" in text else [])


def _duplicate(raw: bytes) -> str:
    """The first key that occurs twice, cut to 64 characters."""
    found: list[str] = []

    def look(pairs: list[tuple[str, Any]]) -> None:
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                found.append(key)
            seen.add(key)

    json.loads(raw, object_pairs_hook=look)
    return found[0][:64]


def _check_instants(find: Finder, value: Any) -> None:
    found: list[tuple[str, dt.datetime]] = []
    find(value, "#", found)
    for pointer, instant in found:
        if not is_acceptable(instant):
            detail = "is not between the years 2000 and 2100"
            raise InvalidBody(errors=(FieldError(pointer=pointer, detail=detail),))
