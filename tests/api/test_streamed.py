"""Answers sent part by part."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import pytest

from service.api.streamed import Streamed, csv
from tests.api.calls import call_with


async def parts(
    *given: bytes | Exception, log: list[str] | None = None
) -> AsyncGenerator[bytes, None]:
    """The parts; an exception is raised in its turn."""
    try:
        for one in given:
            if isinstance(one, Exception):
                raise one
            yield one
    finally:
        if log is not None:
            log.append("closed")


async def sent(
    reply: Streamed, method: str = "GET", broken_at: int | None = None
) -> list[dict[str, Any]]:
    """The messages; the n-th send may fail."""
    call = call_with({})
    call.method = method
    call.request_id = b"12345678"
    messages: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        if len(messages) == broken_at:
            raise ConnectionResetError
        messages.append(message)

    scope: Any = {"call": call, "scheme": "https"}
    await reply(scope, None, send)  # type: ignore[arg-type]  # nothing is received
    assert call.status == 200
    return messages


async def test_each_part_is_sent_as_it_is_made_and_no_length_is_promised() -> None:
    start, *bodies = await sent(Streamed(parts(b"code\r\n", b"A\r\n"), media=b"text/csv"))

    assert start["status"] == 200
    assert dict(start["headers"])[b"content-type"] == b"text/csv"
    assert dict(start["headers"])[b"cache-control"] == b"no-store"
    assert b"content-length" not in dict(start["headers"])
    assert [(one["body"], one["more_body"]) for one in bodies] == [
        (b"code\r\n", True),
        (b"A\r\n", True),
        (b"", False),
    ]


async def test_nothing_made_is_an_empty_body() -> None:
    _, *bodies = await sent(Streamed(parts(), media=b"text/csv"))

    assert [one["body"] for one in bodies] == [b""]


async def test_head_gets_no_body() -> None:
    _, *bodies = await sent(Streamed(parts(b"code\r\n"), media=b"text/csv"), "HEAD")

    assert [one["body"] for one in bodies] == [b""]


async def test_what_fails_before_the_first_part_has_sent_nothing() -> None:
    call = call_with({})
    call.request_id = b"12345678"
    call.status = 0
    scope: Any = {"call": call, "scheme": "http"}

    with pytest.raises(RuntimeError):
        await Streamed(parts(RuntimeError()), media=b"text/csv")(scope, None, None)  # type: ignore[arg-type]

    assert call.status == 0


async def test_what_fails_later_never_ends_the_answer() -> None:
    with pytest.raises(RuntimeError):
        await sent(Streamed(parts(b"A", RuntimeError()), media=b"text/csv"))


async def test_who_hangs_up_leaves_nothing_open() -> None:
    log: list[str] = []

    with pytest.raises(ConnectionResetError):
        await sent(Streamed(parts(b"A", b"B", b"C", log=log), media=b"text/csv"), broken_at=2)

    assert log == ["closed"]


async def test_a_table_is_lines_under_a_header() -> None:
    async def lines() -> AsyncIterator[list[str]]:
        yield ["A,1", "B,2"]
        yield ["C,"]

    start, *bodies = await sent(csv("code,pin", lines()))

    assert dict(start["headers"])[b"content-type"] == b"text/csv; charset=utf-8; header=present"
    assert [one["body"] for one in bodies] == [
        *(b"code,pin\r\n", b"A,1\r\nB,2\r\n", b"C,\r\n", b""),
    ]
