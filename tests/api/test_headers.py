"""Limits of headers and address, and the headers that mean something."""

import pytest

from service.api.errors import (
    AddressTooLong,
    HeadersTooLarge,
    InvalidAddress,
    InvalidHeader,
)
from service.api.headers import (
    ADDRESS_BYTES_MAX,
    BYTES_MAX,
    refuse_abuse,
    request_id,
    required_key,
)
from service.domain.idempotency.errors import IdempotencyKeyMissing
from tests.api.calls import call_with


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ("8e03978e-40d5-43e8-bc93-6894a57f9324", "8e03978e-40d5-43e8-bc93-6894a57f9324"),
        ('"8e03978e-40d5-43e8-bc93-6894a57f9324"', "8e03978e-40d5-43e8-bc93-6894a57f9324"),
        ("till:3_000.482-A", "till:3_000.482-A"),
        ("a" * 8, "a" * 8),
        ("a" * 255, "a" * 255),
    ],
)
def test_a_key_is_taken_quoted_or_bare(given: str, key: str) -> None:
    call = call_with({"idempotency-key": given})
    refuse_abuse(call)

    assert required_key(call) == key


@pytest.mark.parametrize(
    "given",
    [
        "",
        " ",
        '""',
        "a" * 7,
        "a" * 256,
        '"' + "a" * 256 + '"',
        '"12345678',
        '12345678"',
        "1234 5678",
        "12345678;q=1",
        "12345678, 87654321",
        "k\xe9y-12345",
        "12345678\r\nX: 1",
        "1234567\x00",
    ],
)
def test_a_key_of_another_form_is_refused_and_not_repeated(given: str) -> None:
    with pytest.raises(InvalidHeader) as refused:
        refuse_abuse(call_with({"idempotency-key": given}))

    (error,) = refused.value.errors
    assert (error.parameter, error.place) == ("Idempotency-Key", "header")
    assert len(given) < 7 or given not in error.detail


def test_no_key_is_no_error_until_one_is_needed() -> None:
    call = call_with({})
    refuse_abuse(call)

    assert call.idempotency_key is None
    with pytest.raises(IdempotencyKeyMissing, match="a new id for each act"):
        required_key(call)


@pytest.mark.parametrize(
    "name",
    ["Idempotency-Key", "Authorization", "Content-Type", "Content-Length", "Content-Encoding"],
)
def test_a_header_of_one_value_is_refused_when_it_comes_twice(name: str) -> None:
    lines = [(name.lower(), "12345678"), (name.lower(), "12345678")]

    with pytest.raises(InvalidHeader) as refused:
        refuse_abuse(call_with(lines))

    assert refused.value.errors[0].parameter == name


def test_lists_on_several_lines_are_one_list() -> None:
    call = call_with([("if-none-match", '"1"'), ("x-any", "a"), ("if-none-match", '"2"')])
    refuse_abuse(call)

    assert call.headers[b"if-none-match"] == b'"1", "2"'


def test_headers_of_16_kb_are_taken_and_one_byte_more_is_not() -> None:
    name = "x-long"
    room = BYTES_MAX - len(name) - 4
    refuse_abuse(call_with({name: "a" * room}))

    with pytest.raises(HeadersTooLarge):
        refuse_abuse(call_with({name: "a" * (room + 1)}))


def test_many_small_headers_are_as_large_as_one() -> None:
    lines = [(f"x-{number}", "v" * 50) for number in range(300)]

    with pytest.raises(HeadersTooLarge):
        refuse_abuse(call_with(lines))


def test_the_same_header_over_and_over_is_counted_each_time() -> None:
    with pytest.raises(HeadersTooLarge):
        refuse_abuse(call_with([("x-same", "v" * 1000)] * 17))


def test_an_address_of_4_kb_is_taken_and_one_byte_more_is_not() -> None:
    path = "/" + "a" * (ADDRESS_BYTES_MAX - 11)
    refuse_abuse(call_with({}, path=path, query=b"q=12345678"))

    with pytest.raises(AddressTooLong):
        refuse_abuse(call_with({}, path=path, query=b"q=123456789"))


@pytest.mark.parametrize("path", ["/a\x00", "/a\n", "/\x7f", "/\x85", "/a\ufffdb"])
def test_control_characters_and_broken_utf8_in_a_path_are_refused(path: str) -> None:
    with pytest.raises(InvalidAddress):
        refuse_abuse(call_with({}, path=path))


def test_a_request_id_that_is_a_token_is_kept() -> None:
    assert request_id(call_with({"x-request-id": "till-3_000482"})) == b"till-3_000482"


@pytest.mark.parametrize("given", ["short", "x" * 65, "with blank", "a\r\nb: c1234", "é" * 10])
def test_another_request_id_is_replaced(given: str) -> None:
    made = request_id(call_with({"x-request-id": given}))

    assert made != given.encode("latin-1")
    assert len(made) == 16


def test_made_request_ids_differ() -> None:
    assert len({request_id(call_with({})) for _ in range(100)}) == 100
