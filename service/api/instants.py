"""Which instants a request may name: from 2000 up to 2100. Beyond lie slips and overflows."""

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

from msgspec import inspect

EARLIEST: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
LATEST: Final = dt.datetime(2100, 1, 1, tzinfo=dt.UTC)

Finder = Callable[[Any, str, list[tuple[str, dt.datetime]]], None]


def is_acceptable(instant: dt.datetime) -> bool:
    """True from EARLIEST up to, not including, LATEST."""
    return EARLIEST <= instant < LATEST


def instants_in(shape: inspect.Type) -> Finder | None:
    """A function that adds (JSON pointer, instant) for all in a value; None when it can hold none.

    Made once per type, so that a request only pays for the fields that are instants.
    """
    if isinstance(shape, inspect.Metadata):
        return instants_in(shape.type)
    if isinstance(shape, inspect.DateTimeType):
        return _one
    if isinstance(shape, inspect.UnionType):
        return _either([found for one in shape.types if (found := instants_in(one))])
    if isinstance(shape, inspect.StructType):
        fields = [(f.name, f.encode_name, instants_in(f.type)) for f in shape.fields]
        return _struct(shape.cls, [(n, e, f) for n, e, f in fields if f is not None])
    if isinstance(shape, inspect.VarTupleType | inspect.ListType):
        return _list(instants_in(shape.item_type))
    if isinstance(shape, inspect.DictType) and instants_in(shape.value_type) is not None:
        raise TypeError("instants as values of an object are not looked at")
    return None


def _one(value: Any, pointer: str, into: list[tuple[str, dt.datetime]]) -> None:
    if isinstance(value, dt.datetime):
        into.append((pointer, value))


def _either(finders: list[Finder]) -> Finder | None:
    if not finders:
        return None

    def find(value: Any, pointer: str, into: list[tuple[str, dt.datetime]]) -> None:
        for one in finders:
            one(value, pointer, into)

    return find


def _struct(cls: type, fields: list[tuple[str, str, Finder]]) -> Finder | None:
    if not fields:
        return None

    def find(value: Any, pointer: str, into: list[tuple[str, dt.datetime]]) -> None:
        if isinstance(value, cls):
            for name, shown, inner in fields:
                inner(getattr(value, name), f"{pointer}/{shown}", into)

    return find


def _list(inner: Finder | None) -> Finder | None:
    if inner is None:
        return None

    def find(value: Any, pointer: str, into: list[tuple[str, dt.datetime]]) -> None:
        if isinstance(value, tuple | list):
            for number, one in enumerate(value):
                inner(one, f"{pointer}/{number}", into)

    return find
