"""Where a value holds instants."""

import datetime as dt
from typing import Annotated, Any

import msgspec
import pytest

from service.api.instants import EARLIEST, LATEST, instants_in, is_acceptable
from service.kernel.text import Instant


class Part(msgspec.Struct):
    """With an instant under another name in JSON."""

    at: Instant | None = msgspec.field(default=None, name="When")


class Whole(msgspec.Struct):
    """With instants at every place."""

    first: Instant
    parts: Annotated[tuple[Part, ...], msgspec.Meta(max_length=5)] = ()
    one: Part | None = None
    text: str = ""


class Keyed(msgspec.Struct):
    """With instants as values."""

    by_name: dict[str, Instant]


NOW = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)


def all_of(value: Any) -> list[tuple[str, dt.datetime]]:
    """(pointer, instant) of all in a value."""
    find = instants_in(msgspec.inspect.type_info(type(value)))
    assert find is not None
    found: list[tuple[str, dt.datetime]] = []
    find(value, "#", found)
    return found


def test_every_instant_is_found_under_its_name_in_json() -> None:
    value = Whole(first=NOW, parts=(Part(), Part(at=NOW)), one=Part(at=NOW))

    assert [pointer for pointer, _ in all_of(value)] == ["#/first", "#/parts/1/When", "#/one/When"]


def test_a_type_without_instants_needs_no_look() -> None:
    assert instants_in(msgspec.inspect.type_info(dict[str, list[int]])) is None


def test_instants_as_values_of_an_object_are_refused_when_the_service_starts() -> None:
    with pytest.raises(TypeError, match="not looked at"):
        instants_in(msgspec.inspect.type_info(Keyed))


def test_the_century_is_half_open() -> None:
    step = dt.timedelta(microseconds=1)
    assert is_acceptable(EARLIEST)
    assert not is_acceptable(EARLIEST - step)
    assert is_acceptable(LATEST - step)
    assert not is_acceptable(LATEST)


def test_an_instant_is_judged_in_utc_whatever_its_offset() -> None:
    minus_one = dt.timezone(-dt.timedelta(hours=1))

    assert is_acceptable(dt.datetime(1999, 12, 31, 23, tzinfo=minus_one))
    assert not is_acceptable(dt.datetime(2099, 12, 31, 23, tzinfo=minus_one))
