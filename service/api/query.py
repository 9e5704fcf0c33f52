"""Query parameters, as strict as bodies: one Struct per route, nothing unknown, nothing twice."""

import datetime as dt
import re
import urllib.parse
from typing import Any, Final, Generic, TypeVar

import msgspec
from msgspec import inspect

from service.api.call import Call
from service.api.errors import FieldError, InvalidParameter
from service.api.instants import is_acceptable
from service.api.pointers import field_error

T = TypeVar("T")

_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,18})")
_BROKEN: Final = re.compile(r"%(?![0-9A-Fa-f]{2})")
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_NAME_LENGTH_MAX: Final = 64


class Query(Generic[T]):
    """The query of a route; fields are text, whole numbers, instants, ids, or absent."""

    def __init__(self, given: type[T]) -> None:
        self.given = given
        self.shape = msgspec.inspect.type_info(given)
        assert isinstance(self.shape, inspect.StructType)  # noqa: S101  # a query is a Struct
        self._whole = {f.encode_name for f in self.shape.fields if _holds(f.type, inspect.IntType)}
        self._names = {f.encode_name for f in self.shape.fields}
        self._instants = {
            f.name: f.encode_name for f in self.shape.fields if _holds(f.type, inspect.DateTimeType)
        }
        self._empty = None if any(f.required for f in self.shape.fields) else given()

    async def read(self, call: Call) -> T:
        """The parameters; raises InvalidParameter."""
        raw = call.scope["query_string"]
        return self._empty if self._empty is not None and not raw else self.decode(raw)

    def decode(self, raw: bytes) -> T:
        """The parameters of one query string."""
        values: dict[str, Any] = {}
        for name, text in _pairs(raw):
            if name not in self._names:
                raise _invalid(_shown(name), "is not a known parameter")
            if name in values:
                raise _invalid(name, "is given more than once")
            values[name] = self._value(name, text)
        try:
            value = msgspec.convert(values, self.given, strict=True)
        except msgspec.ValidationError as error:
            found = field_error(str(error), self.shape)
            name = (found.pointer or "#/").removeprefix("#/")
            hint = "; send + as %2B" if " " in str(values.get(name, "")) else ""
            raise _invalid(name, found.detail + hint) from None
        return self._in_utc(value)

    def _value(self, name: str, text: str) -> str | int:
        if name not in self._whole:
            return text
        if not _WHOLE.fullmatch(text):
            raise _invalid(name, "is not a whole number")
        return int(text)

    def _in_utc(self, value: T) -> T:
        """Instants are shown as they are everywhere else, whatever their offset was."""
        changed = {}
        for field, name in self._instants.items():
            instant = getattr(value, field)
            if instant is None:
                continue
            if not is_acceptable(instant):
                raise _invalid(name, "is not between the years 2000 and 2100")
            changed[field] = instant.astimezone(dt.UTC)
        return msgspec.structs.replace(value, **changed) if changed else value  # type: ignore[type-var]


def refuse_query(call: Call) -> None:
    """For routes without parameters; raises InvalidParameter when there is one."""
    if not call.scope["query_string"]:
        return
    for name, _ in _pairs(call.scope["query_string"]):
        raise _invalid(_shown(name), "is not a known parameter")


def _pairs(raw: bytes) -> list[tuple[str, str]]:
    if not raw:
        return []
    try:
        text = raw.decode("ascii")
        pairs = urllib.parse.parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError:
        pairs = None
    if pairs is None or _BROKEN.search(text):
        raise _invalid("?", "the query is not percent-encoded UTF-8")
    for name, value in pairs:
        if _CONTROL.search(name + value):
            raise _invalid(_shown(name), "control characters are not allowed")
    return pairs


def _shown(name: str) -> str:
    return name if name.isprintable() and len(name) <= _NAME_LENGTH_MAX else "?"


def _invalid(name: str, detail: str) -> InvalidParameter:
    return InvalidParameter(errors=(FieldError(parameter=name, place="query", detail=detail),))


def _holds(shape: inspect.Type, kind: type[inspect.Type]) -> bool:
    if isinstance(shape, inspect.Metadata):
        return _holds(shape.type, kind)
    if isinstance(shape, inspect.UnionType):
        return any(_holds(one, kind) for one in shape.types)
    return isinstance(shape, kind)
