"""Answers as ASGI messages."""

from typing import Any

import msgspec

from service.api.reply import Reply, created, ok, waiting
from tests.api.calls import call_with


class Shown(msgspec.Struct):
    """An answer."""

    text: str


async def sent(reply: Reply, method: str = "GET") -> tuple[int, dict[bytes, bytes], bytes]:
    """(status, headers, body) of an answer."""
    call = call_with({}, method=method)
    call.request_id = b"request-1"
    messages: list[Any] = []

    async def keep(message: Any) -> None:
        messages.append(message)

    scope: Any = {"type": "http", "scheme": "http", "call": call}
    await reply(scope, None, keep)  # type: ignore[arg-type]
    start, end = messages
    assert call.status == start["status"]
    return start["status"], dict(start["headers"]), end["body"]


async def test_an_answer_is_encoded_with_its_length() -> None:
    status, headers, body = await sent(ok(Shown(text="zażółć")))

    assert (status, body) == (200, '{"text":"zażółć"}'.encode())
    assert headers[b"content-type"] == b"application/json"
    assert headers[b"content-length"] == str(len(body)).encode()
    assert headers[b"x-request-id"] == b"request-1"


async def test_an_answer_is_not_stored_by_anybody_unless_it_says_so() -> None:
    _, headers, _ = await sent(ok(Shown(text="")))
    assert headers[b"cache-control"] == b"no-store"

    _, headers, _ = await sent(Reply(200, b"{}", cache=b"private, no-cache"))
    assert headers[b"cache-control"] == b"private, no-cache"


async def test_what_was_made_says_where_it_is() -> None:
    status, headers, _ = await sent(created(Shown(text=""), "/v1/members/1"), "POST")

    assert (status, headers[b"location"]) == (201, b"/v1/members/1")


async def test_what_waits_says_where_that_is_told() -> None:
    status, headers, _ = await sent(waiting(Shown(text=""), "/v1/approvals/1"), "POST")

    assert (status, headers[b"location"]) == (202, b"/v1/approvals/1")


async def test_head_has_the_length_but_not_the_body() -> None:
    _, headers, body = await sent(Reply(200, b'{"a":1}'), "HEAD")

    assert (headers[b"content-length"], body) == (b"7", b"")


async def test_an_answer_without_content_declares_none() -> None:
    _, headers, body = await sent(Reply(304, b"", media=None))

    assert b"content-type" not in headers
    assert b"content-length" not in headers
    assert body == b""
