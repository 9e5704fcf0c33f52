"""How much of a body is taken, how it must be declared, and how long it may take."""

import asyncio
import json

import pytest

from service.api import body
from service.api.body import BYTES_MAX, LARGE_BYTES_MAX
from tests.api import wire
from tests.api.bodies import purchase
from tests.api.recorder import Alone, alone
from tests.api.wire import Headers, Raw

GOOD = json.dumps(purchase()).encode()
JSON = (b"content-type", b"application/json")


async def post(
    one: Alone,
    chunks: list[bytes],
    *more: tuple[bytes, bytes],
    path: str = "/v1/purchases",
    pause: float = 0,
    hang_up: bool = False,
) -> Raw | None:
    """A purchase in chunks."""
    headers: Headers = [(b"authorization", f"Bearer {one.key}".encode()), *more]
    return await wire.send(
        one.application,
        "POST",
        path,
        headers=headers,
        chunks=chunks,
        pause=pause,
        hang_up=hang_up,
    )


async def refused(one: Alone, chunks: list[bytes], *more: tuple[bytes, bytes]) -> tuple[int, str]:
    """(status, code) of a body that is refused; nothing has passed."""
    answer = await post(one, chunks, *more)
    assert answer is not None
    assert one.untouched()
    return answer.status, answer.json()["code"]


async def test_a_declared_length_beyond_256_kb_is_refused_before_a_byte_is_read() -> None:
    async with alone() as one:
        length = (b"content-length", b"%d" % (11 * 1024 * 1024))
        answer = await post(one, [], JSON, length)

    assert answer is not None
    assert (answer.status, answer.json()["bytes_max"]) == (413, 262_144)


async def test_chunks_without_a_length_are_refused_beyond_256_kb() -> None:
    chunks = [b"[" * 65_536] * 200
    async with alone() as one:
        assert await refused(one, chunks, JSON) == (413, "body-too-large")


async def test_a_length_that_is_a_lie_does_not_let_more_in() -> None:
    chunks = [b" " * BYTES_MAX, b" "]
    async with alone() as one:
        assert await refused(one, chunks, JSON, (b"content-length", b"262144")) == (
            400,
            "invalid-body",
        )


async def test_a_body_of_exactly_256_kb_is_read() -> None:
    body_ = GOOD + b" " * (BYTES_MAX - len(GOOD))
    async with alone(verbs={"record_purchase": LookupError()}) as one:
        await post(one, [body_], JSON)
        await post(one, [body_ + b" "], JSON)

        assert len(one.verbs.calls) == 1


async def test_batches_and_programs_may_have_1_mb_and_nothing_else() -> None:
    large = b" " * LARGE_BYTES_MAX
    async with alone() as one:
        for path in (
            "/v1/purchases/batch",
            "/v1/program/check",
            "/v1/program/plan",
            "/v1/program/versions",
        ):
            taken = await post(one, [large], JSON, path=path)
            too_large = await post(one, [large, b" "], JSON, path=path)
            assert taken is not None
            assert too_large is not None
            assert (taken.status, too_large.status) == (400, 413)
        small = await post(one, [large], JSON, path="/v1/returns")

    assert small is not None
    assert small.status == 413


@pytest.mark.parametrize(
    "media",
    [b"application/json", b"APPLICATION/JSON", b"application/json; charset=UTF-8"],
)
async def test_json_in_utf8_is_taken_however_it_is_spelled(media: bytes) -> None:
    async with alone(verbs={"record_purchase": LookupError()}) as one:
        await post(one, [GOOD], (b"content-type", media))

        assert len(one.verbs.calls) == 1


@pytest.mark.parametrize(
    "media",
    [
        None,
        b"",
        b"text/plain",
        b"application/x-www-form-urlencoded",
        b"application/json; charset=latin-1",
        b"application/jsonp",
        b"application/cloudevents+json",
        b"multipart/form-data; boundary=x",
    ],
)
async def test_another_content_type_is_refused(media: bytes | None) -> None:
    headers = [] if media is None else [(b"content-type", media)]
    async with alone() as one:
        assert await refused(one, [GOOD], *headers) == (415, "unsupported-media-type")


@pytest.mark.parametrize("encoding", [b"gzip", b"br", b"deflate", b"identity, gzip", b""])
async def test_a_compressed_body_is_refused(encoding: bytes) -> None:
    async with alone() as one:
        assert await refused(one, [GOOD], JSON, (b"content-encoding", encoding)) == (
            415,
            "unsupported-media-type",
        )


@pytest.mark.parametrize("length", [b"x", b"-1", b"1.5", b"", b"\xb2"])
async def test_a_length_that_is_no_number_is_refused(length: bytes) -> None:
    async with alone() as one:
        assert await refused(one, [GOOD], JSON, (b"content-length", length)) == (
            400,
            "invalid-header",
        )


async def test_a_body_in_many_chunks_is_one_body() -> None:
    async with alone(verbs={"record_purchase": LookupError()}) as one:
        await post(one, [GOOD[n : n + 7] for n in range(0, len(GOOD), 7)], JSON)

        (name, given, _), *_ = one.verbs.calls
    assert name == "record_purchase"
    assert given[1].external_id == "order-1"


async def test_a_body_byte_by_byte_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "SECONDS_MAX", 0.05)
    async with alone() as one:
        answer = await post(one, [b"{"] + [b" "] * 1000, JSON, pause=0.01)

        assert one.untouched()
    assert answer is not None
    assert (answer.status, answer.json()["code"]) == (408, "body-too-slow")
    assert answer.json()["retryable"] is True


async def test_a_body_that_never_begins_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(body, "SECONDS_MAX", 0.05)
    async with alone() as one:
        answer = await post(one, [GOOD], JSON, pause=5)

    assert answer is not None
    assert answer.status == 408


async def test_a_caller_who_hangs_up_half_way_is_answered_nothing() -> None:
    async with alone() as one:
        assert await post(one, [GOOD[:50]], JSON, hang_up=True) is None
        assert one.untouched()


async def test_a_request_that_is_cancelled_is_not_called_slow() -> None:
    async with alone() as one:
        task = asyncio.create_task(post(one, [GOOD], JSON, pause=5))
        await asyncio.sleep(0.01)
        task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await task
