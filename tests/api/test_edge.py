"""The outermost layer: every answer has its headers, nothing leaks, what matters is logged."""

import gc
import json
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from service.api import edge
from service.api.call import Call
from service.domain.members.errors import MemberNotFound
from service.infra.db import DatabaseUnavailable
from tests.api import wire
from tests.api.bodies import purchase
from tests.api.client import checked_client
from tests.api.recorder import Alone, alone

ID = "0192f0c0-7a10-7c3e-9a51-4d2f5b1c0a01"
CANARY = "canary-4012001"


def client(one: Alone) -> httpx.AsyncClient:
    """A client with the key of a lone entrance."""
    return checked_client(one.application, {"Authorization": f"Bearer {one.key}"})


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/health/live"),
        ("HEAD", "/health/live"),
        ("OPTIONS", "/v1/purchases"),
        ("GET", "/nowhere"),
        ("DELETE", "/v1/purchases"),
        ("GET", "/v1/purchases"),
        ("GET", "/docs"),
    ],
)
async def test_every_answer_has_the_same_headers_of_safety(method: str, path: str) -> None:
    async with alone() as one, client(one) as http:
        answer = await http.request(method, path)

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["server"] == "regulars"
    assert "access-control-allow-origin" not in answer.headers
    assert "set-cookie" not in answer.headers
    assert "strict-transport-security" not in answer.headers


async def test_an_answered_request_is_freed_without_the_collector_of_cycles() -> None:
    async with alone() as one:
        others = calls()  # of other tests
        gc.disable()
        try:
            for path in ("/health/live", "/nowhere", "/v1/purchases"):
                await wire.send(one.application, "GET", path)
            left = [call for call in calls() if not any(call is other for other in others)]
        finally:
            gc.enable()

    assert left == []


def calls() -> list[Call]:
    return [found for found in gc.get_objects() if type(found) is Call]


async def test_hsts_is_sent_over_tls_only() -> None:
    async with alone() as one:
        plain = await wire.send(one.application, "GET", "/health/live")
        safe = await wire.send(one.application, "GET", "/health/live", scheme="https")

    assert plain is not None
    assert safe is not None
    assert "strict-transport-security" not in plain.headers
    assert safe.headers["strict-transport-security"].startswith("max-age=63072000")


async def test_head_is_get_without_the_body() -> None:
    async with alone() as one, client(one) as http:
        head, get = await http.head("/health/live"), await http.get("/health/live")

    assert head.content == b""
    assert head.headers["content-length"] == str(len(get.content)) == "17"


async def test_options_names_the_methods_and_asks_for_no_key() -> None:
    async with alone() as one, checked_client(one.application) as http:
        both = await http.options("/v1/purchases")
        one_only = await http.options("/v1/returns")

    assert both.status_code == one_only.status_code == 204
    assert both.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert one_only.headers["allow"] == "OPTIONS, POST"


async def test_an_unknown_address_and_an_unknown_method_are_problems_too() -> None:
    async with alone() as one, client(one) as http:
        nowhere = await http.get("/v1/customers")
        delete = await http.delete("/v1/purchases")

    assert (nowhere.status_code, nowhere.json()["code"]) == (404, "route-not-found")
    assert (delete.status_code, delete.json()["code"]) == (405, "method-not-allowed")
    assert delete.headers["allow"] == "GET, HEAD, OPTIONS, POST"


@pytest.mark.parametrize("host", [b"a b", b"a/b", b"\xff"])
async def test_a_host_that_is_none_is_a_problem(host: bytes) -> None:
    async with alone() as one:
        scope_headers = [(b"host", host)]
        sent: list[Any] = []

        async def keep(message: Any) -> None:
            sent.append(message)

        scope = {
            "type": "http",
            "method": "GET",
            "path": "/health/live",
            "raw_path": b"/health/live",
            "query_string": b"",
            "headers": scope_headers,
            "scheme": "http",
        }
        await one.application(scope, None, keep)  # type: ignore[arg-type]

    assert sent[0]["status"] == 400
    assert json.loads(sent[1]["body"])["code"] == "invalid-header"


async def test_a_bug_is_500_logged_under_the_request_id_and_told_to_nobody() -> None:
    bug = ZeroDivisionError(CANARY)
    async with alone(verbs={"record_purchase": bug}) as one, client(one) as http:
        with capture_logs() as logs:
            answer = await http.post("/v1/purchases", json=purchase())

    body = answer.json()
    assert (answer.status_code, body["code"], body["retryable"]) == (500, "internal-error", True)
    assert CANARY not in answer.text
    assert "ZeroDivision" not in answer.text
    (line,) = [one for one in logs if one["event"] == "bug"]
    assert line["request_id"] == body["request_id"] == answer.headers["x-request-id"]
    assert line["exc_info"] is bug


async def test_an_outage_is_503_with_retry_after_and_logged() -> None:
    async with alone(reads={"member": DatabaseUnavailable()}) as one, client(one) as http:
        with capture_logs() as logs:
            answer = await http.get(f"/v1/members/{ID}")

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")
    assert [line["event"] for line in logs] == ["database_unavailable", "request"]


async def test_a_refusal_is_logged_by_its_route_without_ids_and_bodies() -> None:
    secret = purchase(member=[{"kind": "card", "value": CANARY}], currency="nope")
    async with alone(reads={"member": MemberNotFound()}) as one, client(one) as http:
        with capture_logs() as logs:
            await http.get(f"/v1/members/{ID}")
            await http.post("/v1/purchases", json=secret)

        text = repr(logs)
        assert [(line["route"], line["status"]) for line in logs] == [
            ("/v1/members/{member_id}", 404),
            ("/v1/purchases", 400),
        ]
        assert CANARY not in text
        assert ID not in text
        assert one.key not in text


async def test_what_went_well_and_fast_is_not_logged_unless_asked() -> None:
    async with alone() as one, client(one) as http:
        with capture_logs() as logs:
            await http.get("/health/live")

    assert logs == []


async def test_a_slow_answer_is_logged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(edge, "SLOW_SECONDS", 0)
    async with alone() as one, client(one) as http:
        with capture_logs() as logs:
            await http.get("/health/live")

    assert [line["status"] for line in logs] == [200]


async def test_a_request_id_of_the_caller_is_used_throughout() -> None:
    async with alone() as one, client(one) as http:
        with capture_logs() as logs:
            answer = await http.get("/nowhere", headers={"X-Request-Id": "till-3-000482"})

    assert answer.headers["x-request-id"] == "till-3-000482"
    assert answer.json()["request_id"] == "till-3-000482"
    assert logs[0]["request_id"] == "till-3-000482"


async def test_an_answer_that_had_begun_is_broken_off_not_answered_twice() -> None:
    sent: list[Any] = []

    async def fail(message: Any) -> None:
        sent.append(message)
        if message["type"] == "http.response.body":
            raise ConnectionResetError

    async with alone() as one:
        scope = {
            "type": "http",
            "method": "GET",
            "path": "/health/live",
            "raw_path": b"/health/live",
            "query_string": b"",
            "headers": [(b"host", b"testserver")],
            "scheme": "http",
        }
        with pytest.raises(ConnectionResetError):
            await one.application(scope, None, fail)  # type: ignore[arg-type]

    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]


async def test_a_websocket_is_closed() -> None:
    sent: list[Any] = []

    async def keep(message: Any) -> None:
        sent.append(message)

    async with alone() as one:
        await one.application({"type": "websocket", "headers": []}, None, keep)  # type: ignore[arg-type]

    assert sent == [{"type": "websocket.close", "code": 1000, "reason": ""}]


async def test_limits_of_header_and_address_come_before_everything_else() -> None:
    async with alone() as one, checked_client(one.application) as http:
        headers = await http.get("/v1/program", headers={"X-Long": "a" * 100_000})
        address = await http.get("/v1/program", params={"q": "a" * 5000})

    assert (headers.status_code, headers.json()["code"]) == (431, "headers-too-large")
    assert (address.status_code, address.json()["code"]) == (414, "address-too-long")


@pytest.mark.parametrize("path", ["/health/live", "/health/live/", "//health/live"])
async def test_an_address_is_the_same_however_it_is_written(path: str) -> None:
    """The first is found without the router, which makes the same of the others."""
    async with alone() as one:
        answer = await wire.send(one.application, "GET", path)

    assert answer is not None
    assert (answer.status, answer.json()) == (200, {"status": "live"})


async def test_a_route_that_is_found_without_the_router_is_named_in_the_log() -> None:
    async with alone() as one:
        with capture_logs() as logs:
            await wire.send(one.application, "POST", "/v1/purchases")

    assert [(entry["route"], entry["status"]) for entry in logs] == [("/v1/purchases", 401)]
