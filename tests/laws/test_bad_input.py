"""Bad input (F24-F33 of the list of faults) is answered 4xx and changes nothing.

Each case goes to the whole service on a database with a member and a purchase; afterwards every
table holds what it held before.
"""

import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any, Final

import httpx
import msgspec
import pytest

from service.api.openapi.examples import REQUESTS
from service.api.table import ROUTES
from tests.api import wire
from tests.api.bodies import enrolment, purchase
from tests.api.client import Service, serving
from tests.api.tables import contents
from tests.api.wire import Headers
from tests.databases import Fresh

WRITES: Final = tuple(route for route in ROUTES if route.operation_id in REQUESTS)
SECRET: Final = "canary-7f3a"


class Case(msgspec.Struct):
    """The service with something in it, and a client that may do everything."""

    service: Service
    http: httpx.AsyncClient
    member: str
    purchase: str

    async def post(self, body: bytes, path: str = "/v1/purchases", **headers: str) -> Any:
        """The answer to bytes as they are; a problem, else the test fails."""
        given = {"Content-Type": "application/json", **headers}
        answer = await self.http.post(path, content=body, headers=given)
        assert answer.headers["content-type"] == "application/problem+json", answer.text
        return answer

    async def refuses(self, body: bytes, *statuses: int) -> dict[str, Any]:
        """The problem of a purchase that is refused with one of the statuses."""
        answer = await self.post(body)
        assert answer.status_code in statuses, answer.text
        problem: dict[str, Any] = answer.json()
        return problem


@contextlib.asynccontextmanager
async def unchanged(database: Fresh) -> AsyncIterator[Case]:
    """Whatever happens inside leaves the database as it was."""
    async with serving(database.url) as service:
        http = service.admin
        member = (await http.post("/v1/members", json=enrolment())).json()["id"]
        bought = (await http.post("/v1/purchases", json=purchase("first"))).json()["id"]
        before = await contents(database.owner_url)
        yield Case(service, http, member, bought)
        after = await contents(database.owner_url)
    assert {name: rows for name, rows in before.items() if after[name] != rows} == {}
    assert sum(rows for rows, _ in before.values()) > 10


def line(amount: str) -> bytes:
    """A purchase whose amount is written like this."""
    return json.dumps(purchase()).replace("1200", amount).encode()


async def test_f24_bodies_that_are_too_large_compressed_or_never_end(database: Fresh) -> None:
    async with unchanged(database) as case:
        large = await case.post(b" " * (11 * 1024 * 1024))
        zipped = await case.post(b"\x1f\x8b" + b"\x00" * 100, **{"Content-Encoding": "gzip"})
        key: Headers = [
            (b"authorization", f"Bearer {case.service.keys['admin']}".encode()),
            (b"content-type", b"application/json"),
        ]
        chunked = await wire.send(
            case.service.application,
            "POST",
            "/v1/purchases",
            headers=key,
            chunks=[b"[" * 65_536] * 20,
        )

        assert (large.status_code, zipped.status_code) == (413, 415)
        assert chunked is not None
        assert chunked.status == 413


@pytest.mark.parametrize(
    "body",
    [
        b'{"channel":"\xff\xfe"}',
        b"\xef\xbb\xbf" + json.dumps(purchase()).encode(),
        json.dumps(purchase()).encode() + b"}",
        json.dumps(purchase()).encode() + b"\x00",
        json.dumps(purchase()).encode("utf-16"),
        line("NaN"),
        line("Infinity"),
        json.dumps(purchase("a\nb")).encode().replace(b"\\n", b"\n"),
        json.dumps(purchase("\ud800")).encode(),
        json.dumps(purchase("\ude00\ud83d")).encode(),
        b"",
        b"null",
        b'"text"',
        b"[]",
    ],
)
async def test_f25_text_that_is_not_json_in_utf8(database: Fresh, body: bytes) -> None:
    async with unchanged(database) as case:
        await case.refuses(body, 400)


async def test_f26_json_of_a_hundred_thousand_levels(database: Fresh) -> None:
    deep = b"[" * 100_000
    async with unchanged(database) as case:
        for body in (deep, b'{"unknown":' + deep, b'{"lines":' + deep, b'{"a":' * 50_000):
            await case.refuses(body, 400)


async def test_f27_nul_in_text_path_query_and_headers(database: Fresh) -> None:
    async with unchanged(database) as case:
        for changed in (
            purchase("a\u0000b"),
            purchase(member=[{"kind": "card", "value": "\u0000"}]),
            purchase(lines=[{"sku": "a", "amount": 1, "attributes": {"roast\u0000": "x"}}]),
        ):
            await case.refuses(json.dumps(changed).encode(), 400)
        text = json.dumps({"wallet": "points", "amount": 1, "reason": "for\u0000you"}).encode()
        key = {"Idempotency-Key": "12345678"}
        adjusted = await case.post(text, f"/v1/members/{case.member}/adjustments", **key)
        path = await case.http.get("/v1/members/%00")
        wallet = await case.http.get(f"/v1/members/{case.member}/wallets/a%00/entries")
        query = await case.http.get("/v1/purchases?channel=web&external_id=a%00")
        header = await wire.send(
            case.service.application,
            "POST",
            "/v1/purchases",
            headers=[(b"idempotency-key", b"1234567\x008")],
        )

        found = [one.status_code for one in (adjusted, path, wallet, query)]
        assert found == [400, 400, 400, 400]
        assert header is not None
        assert header.status == 400


@pytest.mark.parametrize(
    "amount",
    [
        "9223372036854775808",
        "1" + "0" * 40,
        "1" * 5000,
        "-1",
        "1.0",
        "1e2",
        '"1"',
        "true",
        "1000000000001",
        "[1]",
        '{"a":1}',
        "1_0",
        "0x1",
    ],
)
async def test_f28_amounts_that_are_none(database: Fresh, amount: str) -> None:
    async with unchanged(database) as case:
        problem = await case.refuses(line(amount), 400, 422)

        assert problem["errors"][0]["pointer"].startswith("#")


async def test_f28_numbers_of_paths_and_queries_that_are_none(database: Fresh) -> None:
    async with unchanged(database) as case:
        entries = f"/v1/members/{case.member}/wallets/points/entries"
        for path, status in (
            (f"{entries}?limit=0", 400),
            (f"{entries}?limit=201", 400),
            (f"{entries}?limit=1e2", 400),
            (f"{entries}?limit=9223372036854775808", 400),
            (f"{entries}?cursor=made-up", 400),
            ("/v1/events?shard=64", 400),
            ("/v1/events?shard=-1", 400),
            ("/v1/events?after=AAAA", 400),
            ("/v1/program/versions/0", 404),
            ("/v1/program/versions/" + "9" * 30, 404),
            ("/v1/program/versions/-1", 404),
            ("/v1/members/1", 404),
            ("/v1/purchases/not-an-id", 404),
        ):
            answer = await case.http.get(path)
            assert answer.status_code == status, path


async def test_f28_minus_zero_is_zero(database: Fresh) -> None:
    async with serving(database.url) as service:
        answer = await service.admin.post(
            "/v1/purchases",
            content=line("-0"),
            headers={"Content-Type": "application/json"},
        )

    assert (answer.status_code, answer.json()["total"]) == (201, 0)


async def test_f29_keys_that_occur_twice_and_fields_nobody_knows(database: Fresh) -> None:
    good = json.dumps(purchase())
    async with unchanged(database) as case:
        twice = good.replace('"currency"', '"external_id": "other", "currency"')
        problem = await case.refuses(twice.encode(), 400)
        assert "'external_id' occurs twice" in problem["detail"]

        in_a_line = good.replace('"amount": 1200', '"amount": 1200, "amount": 1')
        problem = await case.refuses(in_a_line.encode(), 400)
        assert "'amount' occurs twice" in problem["detail"]

        problem = await case.refuses(json.dumps(purchase(points=1_000_000)).encode(), 400)
        (error,) = problem["errors"]
        assert error["pointer"] == "#/points"
        assert error["detail"].startswith("is not a known field; known are channel, ")


@pytest.mark.parametrize("route", WRITES, ids=lambda route: route.operation_id)
async def test_f29_no_route_takes_an_unknown_field_or_a_key_twice(
    database: Fresh, route: Any
) -> None:
    (example, *_) = REQUESTS[route.operation_id].values()
    body = json.dumps(example["value"])
    async with unchanged(database) as case:
        path = route.path.replace("{member_id}", case.member)
        first = next(iter(example["value"]))
        for changed in (
            body.replace("{", '{"surprise": 1, ', 1),
            body.replace("{", f'{{"{first}": null, ', 1),
            body.replace("{", f'{{"{first}": {json.dumps(example["value"][first])}, ', 1),
        ):
            headers = {
                "Content-Type": "application/json",
                "Authorization": f"Bearer {case.service.keys['admin']}",
                "Idempotency-Key": "12345678",
            }
            answer = await case.service.public.request(
                route.method, path, content=changed, headers=headers
            )
            assert (answer.status_code, answer.json()["code"]) == (400, "invalid-body")


@pytest.mark.parametrize(
    "value", ["1e400", "1e131000", "1.5", "{}", "[]", "null", '"' + "x" * 600 + '"']
)
async def test_f30_free_fields_hold_short_texts_whole_numbers_and_booleans_only(
    database: Fresh, value: str
) -> None:
    body = json.dumps(enrolment(fields={"city": 0})).replace('"city": 0', f'"city": {value}')
    async with unchanged(database) as case:
        answer = await case.post(body.encode(), "/v1/members")

        assert answer.status_code == 400
        attribute = purchase(lines=[{"sku": "a", "amount": 1, "attributes": {"roast": 0}}])
        text = json.dumps(attribute).replace('"roast": 0', f'"roast": {value}')
        await case.refuses(text.encode(), 400)


@pytest.mark.parametrize(
    "fields",
    [
        {"cups_a_day": 9_223_372_036_854_775_808},
        {"cups_a_day": 10**40},
        {"cups_a_day": -(2**63)},
        {f"f{number}": 1 for number in range(51)},
        {"x" * 65: 1},
        {"cups_a_day": True},
    ],
)
async def test_f30_free_fields_are_bounded(database: Fresh, fields: dict[str, Any]) -> None:
    other = enrolment(identifiers=[{"kind": "card", "value": "other"}], fields=fields)
    async with unchanged(database) as case:
        answer = await case.post(json.dumps(other).encode(), "/v1/members")

        assert answer.status_code in {400, 422}


@pytest.mark.parametrize(
    "at",
    [
        "2026-11-22T10:00:00",
        "2026-11-22",
        "2026-11-22T10:00:00+24:00",
        "2026-11-22T25:00:00Z",
        "2026-02-30T10:00:00Z",
        "9999-12-31T23:59:59-23:59",
        "0001-01-01T00:00:00+23:59",
        "1999-12-31T23:59:59Z",
        "2100-01-01T00:00:00Z",
        "yesterday",
        "",
    ],
)
async def test_f32_instants_that_are_none(database: Fresh, at: str) -> None:
    async with unchanged(database) as case:
        await case.refuses(json.dumps(purchase(occurred_at=at)).encode(), 400)
        url = f"/v1/members/{case.member}/wallets"
        balance = await case.http.get(url, params={"at": at})
        known = await case.http.get(url, params={"known_at": at})

        assert (balance.status_code, known.status_code) == (400, 400)


@pytest.mark.parametrize(
    "lines",
    [
        [(b"idempotency-key", b"12345678"), (b"idempotency-key", b"12345678")],
        [(b"idempotency-key", b"")],
        [(b"idempotency-key", b"short")],
        [(b"idempotency-key", b"x" * 256)],
        [(b"idempotency-key", "żółć-12345".encode())],
        [(b"idempotency-key", b"12345678\r\nx-role: admin")],
        [(b"content-type", b"application/json"), (b"content-type", b"text/plain")],
        [(b"x-anything", b"a" * 100_000)],
    ],
)
async def test_f33_headers_that_are_abused(database: Fresh, lines: Headers) -> None:
    async with unchanged(database) as case:
        key = (b"authorization", f"Bearer {case.service.keys['admin']}".encode())
        media = (b"content-type", b"application/json")
        answer = await wire.send(
            case.service.application,
            "POST",
            "/v1/purchases",
            headers=[key, *([] if lines[0][0] == b"content-type" else [media]), *lines],
            chunks=[json.dumps(purchase()).encode()],
        )

        assert answer is not None
        assert answer.status == (431 if lines[0][0] == b"x-anything" else 400)


async def test_nothing_that_was_sent_wrong_comes_back(database: Fresh) -> None:
    wrong = [
        purchase(currency=SECRET),
        purchase(mode=SECRET),
        purchase(occurred_at=SECRET),
        purchase(member=[{"kind": "card", "value": [SECRET]}]),
        purchase(member=[{"kind": SECRET, "value": "x\n"}]),
        purchase(lines=[{"sku": "a", "quantity": SECRET}]),
    ]
    async with unchanged(database) as case:
        for body in wrong:
            answer = await case.post(json.dumps(body).encode())
            assert SECRET not in answer.text
        looked_up = await case.post(
            json.dumps({"identifiers": [{"kind": "card", "value": SECRET}]}).encode(),
            "/v1/members/lookup",
        )
        assert SECRET not in looked_up.text
        assert looked_up.status_code == 404
