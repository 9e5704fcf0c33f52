"""Query parameters are as strict as bodies."""

import datetime as dt
from typing import Annotated

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.api.errors import InvalidParameter
from service.api.query import Query
from service.kernel.text import Instant


class Given(msgspec.Struct, frozen=True):
    """All kinds of parameters."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=10)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200)] = 50
    at: Instant | None = None
    from_: Instant | None = msgspec.field(name="from", default=None)


class Needed(msgspec.Struct, frozen=True):
    """One that must be there."""

    channel: str


QUERY = Query(Given)


def refused(raw: bytes, query: Query[Given] | Query[Needed] = QUERY) -> tuple[str | None, str]:
    """(parameter, detail) of what is wrong with a query."""
    with pytest.raises(InvalidParameter) as found:
        query.decode(raw)
    (error,) = found.value.errors
    assert error.place == "query"
    return error.parameter, error.detail


@pytest.mark.parametrize(
    ("raw", "value"),
    [
        (b"", Given()),
        (b"limit=200", Given(limit=200)),
        (b"name=a+b%2Bc%C3%A9", Given(name="a b+cé")),
        (
            b"at=2026-11-22T10:00:00Z",
            Given(at=dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)),
        ),
        (
            b"at=2026-11-22T12:00:00%2B02:00&limit=1",
            Given(at=dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC), limit=1),
        ),
        (
            b"from=2026-11-22T12:00:00%2B02:00",
            Given(from_=dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)),
        ),
    ],
)
def test_parameters_are_read(raw: bytes, value: Given) -> None:
    assert QUERY.decode(raw) == value


@pytest.mark.parametrize(
    "number", ["", " 1", "1.0", "1e2", "+1", "1_0", "0x1", "01", "--1", "٣", "1" * 30, "true"]
)
def test_a_whole_number_is_written_in_one_way_only(number: str) -> None:
    raw = f"limit={number}".encode() if number.isascii() else b"limit=%D9%A3"

    assert refused(raw) == ("limit", "is not a whole number")


@pytest.mark.parametrize(
    ("raw", "name", "detail"),
    [
        (b"limit=0", "limit", "expected `int` >= 1"),
        (b"limit=201", "limit", "expected `int` <= 200"),
        (b"limit=-1", "limit", "expected `int` >= 1"),
        (b"limit=1&limit=1", "limit", "is given more than once"),
        (b"limits=1", "limits", "is not a known parameter"),
        (b"name=", "name", "expected `str` of length >= 1"),
        (b"name=01234567890", "name", "expected `str` of length <= 10"),
        (b"name=a%00", "name", "control characters are not allowed"),
        (b"name=a%0Ab", "name", "control characters are not allowed"),
        (b"name=%FF", "?", "the query is not percent-encoded UTF-8"),
        (b"name=%zz", "?", "the query is not percent-encoded UTF-8"),
        (b"name=%", "?", "the query is not percent-encoded UTF-8"),
        (b"name=\xff", "?", "the query is not percent-encoded UTF-8"),
        (b"at=2026-11-22", "at", "invalid RFC3339 encoded datetime"),
        (b"at=2026-11-22T10:00:00", "at", "expected `datetime` with a timezone component"),
        (b"at=1999-01-01T00:00:00Z", "at", "is not between the years 2000 and 2100"),
        (b"from=1999-01-01T00:00:00Z", "from", "is not between the years 2000 and 2100"),
        (
            b"at=2026-11-22T10:00:00+01:00",
            "at",
            "invalid RFC3339 encoded datetime; send + as %2B",
        ),
    ],
)
def test_what_is_wrong_is_named(raw: bytes, name: str, detail: str) -> None:
    assert refused(raw) == (name, detail)


def test_a_missing_parameter_is_named() -> None:
    assert refused(b"", Query(Needed)) == ("channel", "is required")


def test_a_strange_name_is_not_repeated() -> None:
    assert refused(b"x" * 65 + b"=1") == ("?", "is not a known parameter")


@given(st.binary(max_size=60))
def test_any_bytes_are_a_query_or_an_invalid_parameter(raw: bytes) -> None:
    try:
        found = QUERY.decode(raw)
    except InvalidParameter:
        return
    assert isinstance(found, Given)
