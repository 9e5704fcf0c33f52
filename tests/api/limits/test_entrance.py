"""May this request come in, and may it count as one more: as callers see it."""

import asyncio
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from service.api.call import Call
from service.api.limits.concurrency import AtOnce
from service.api.limits.counting import Counting
from service.api.limits.entrance import Limits
from service.api.limits.errors import QuotaExceeded
from service.api.limits.load import Load
from service.api.limits.policies import Quotas, Rates
from service.app import edge_of
from service.domain.staff.errors import SignInRefused
from service.kernel.actor import Actor, ActorKind
from tests.api import wire
from tests.api.bodies import purchase
from tests.api.client import checked_client, serving
from tests.api.keyring import Time
from tests.api.recorder import CLIENT_ID, Alone, alone
from tests.databases import Fresh
from tests.redis_server import RedisServer

QUOTA = "https://iana.org/assignments/http-problem-types#quota-exceeded"
CAPACITY = "https://iana.org/assignments/http-problem-types#temporary-reduced-capacity"
NO_RATES = Rates(members=0, spends=0, admins=0, addresses=0)
ID = "0192f0c0-7a10-7c3e-9a51-4d2f5b1c0a01"


def limits(
    rates: Rates = NO_RATES, *, requests_max: int = 1000, at_once: int = 1000, time: Any = None
) -> Limits:
    counting = Counting(b"", None, time or Time())
    return Limits(counting, Quotas(rates), Load(requests_max), AtOnce(at_once))


def client(one: Alone) -> httpx.AsyncClient:
    """With the key of a lone entrance; every answer is held to the documentation."""
    return checked_client(one.application, {"Authorization": f"Bearer {one.key}"})


async def test_an_operator_is_told_what_is_left_and_then_refused() -> None:
    time = Time()
    given = limits(Rates(admins=2), time=time)
    async with alone(limits=given) as one, client(one) as http:
        answers = [await http.get(f"/v1/members/{ID}?no=such") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [400, 400, 429]
    assert [answer.headers["ratelimit"] for answer in answers] == [
        '"admin";r=1;t=60',
        '"admin";r=0;t=60',
        '"admin";r=0;t=60',
    ]
    assert {answer.headers["ratelimit-policy"] for answer in answers} == {'"admin";q=2;w=60'}
    refused = answers[-1]
    body = refused.json()
    assert int(refused.headers["retry-after"]) == body["retry_after_seconds"] >= 60
    assert (body["type"], body["code"], body["violated-policies"]) == (
        QUOTA,
        "quota-exceeded",
        ["admin"],
    )
    assert body["retryable"] is True


async def test_after_the_time_that_was_told_a_request_is_answered_again() -> None:
    time = Time()
    given = limits(Rates(admins=1), time=time)
    async with alone(limits=given) as one, client(one) as http:
        path = f"/v1/members/{ID}?no=such"
        await http.get(path)
        refused = await http.get(path)
        time.now += int(refused.headers["retry-after"])
        again = await http.get(path)

    assert (refused.status_code, again.status_code) == (429, 400)


async def test_a_partner_without_a_quota_is_neither_counted_nor_told_anything() -> None:
    given = limits(Rates(members=1, spends=1, admins=1, addresses=1))
    scopes = ["purchases:write"]
    async with alone(scopes=scopes, limits=given) as one, client(one) as http:
        answers = [await http.post("/v1/purchases", content=b"{}") for _ in range(5)]

    assert [answer.status_code for answer in answers] == [415] * 5
    assert not any("ratelimit" in answer.headers for answer in answers)


@pytest.mark.parametrize("header", [None, "Bearer nonsense", "Basic YTpi"])
async def test_who_is_not_known_counts_against_the_address_and_is_told_no_quota(
    header: str | None,
) -> None:
    given = limits(Rates(addresses=2))
    headers = {} if header is None else {"Authorization": header}
    async with alone(limits=given) as one, checked_client(one.application, headers) as http:
        answers = [await http.get(f"/v1/members/{ID}") for _ in range(4)]
        async with client(one) as known:
            also = await known.get(f"/v1/members/{ID}?no=such")

    assert [answer.status_code for answer in answers] == [401, 401, 429, 429]
    assert answers[-1].json()["violated-policies"] == ["address"]
    assert int(answers[-1].headers["retry-after"]) >= 60
    assert not any("ratelimit" in answer.headers for answer in answers)
    assert also.status_code == 400  # good credentials are good from everywhere


async def test_failed_sign_ins_count_against_the_address() -> None:
    given = limits(Rates(addresses=1, admins=0))
    body = {"login": "waw-117", "pin": "482915", "device": "till-3", "store": "waw-01"}
    refusing = {"sign_in_staff": SignInRefused()}
    async with alone(verbs=refusing, limits=given) as one, client(one) as http:
        answers = [await http.post("/v1/staff/sign-in", json=body) for _ in range(2)]

    assert [answer.json()["code"] for answer in answers] == ["sign-in-refused", "quota-exceeded"]


async def test_addresses_are_counted_one_by_one() -> None:
    given = limits(Rates(addresses=1))
    async with alone(limits=given) as one:
        statuses = []
        for address in ("192.0.2.1", "192.0.2.1", "192.0.2.2", "2001:db8::1", "2001:db8::2"):
            app: Any = one.application
            transport = httpx.ASGITransport(app, client=(address, 1))
            async with httpx.AsyncClient(transport=transport, base_url="http://t") as http:
                statuses.append((await http.get(f"/v1/members/{ID}")).status_code)

    assert statuses == [401, 429, 401, 401, 429]  # of IPv6 a network of 64 bits is one


class Slow:
    """Verbs that answer when they are told to."""

    def __init__(self) -> None:
        self.entered = 0
        self.go_on = asyncio.Event()

    async def record_purchase(self, *_given: Any, **_named: Any) -> Any:
        self.entered += 1
        await self.go_on.wait()
        raise SignInRefused

    async def all_in(self, count: int) -> None:
        async with asyncio.timeout(10):
            while self.entered < count:
                await asyncio.sleep(0)


async def sent(one: Alone, count: int) -> list[asyncio.Task[wire.Raw | None]]:
    body = httpx.Request("POST", "http://t", json=purchase()).content
    headers = [
        (b"authorization", f"Bearer {one.key}".encode()),
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    return [
        asyncio.create_task(
            wire.send(one.application, "POST", "/v1/purchases", headers=headers, chunks=[body])
        )
        for _ in range(count)
    ]


async def test_more_than_the_process_takes_at_once_are_refused_before_they_are_looked_at() -> None:
    verbs = Slow()
    async with alone(limits=limits(requests_max=3)) as one, checked_client(one.application) as http:
        edge_of(one.application).services.verbs = verbs  # type: ignore[assignment]
        working = await sent(one, 3)
        await verbs.all_in(3)

        with capture_logs() as logs:
            refused = [await http.get("/v1/program") for _ in range(2)]
        health = await http.get("/health/live")
        verbs.go_on.set()
        answers = await asyncio.gather(*working)
        after = await http.get("/v1/program")

    assert [(one.status_code, one.json()["code"]) for one in refused] == [
        (503, "reduced-capacity"),
        (503, "reduced-capacity"),
    ]
    assert refused[0].json()["type"] == CAPACITY
    assert int(refused[0].headers["retry-after"]) >= 1
    assert [line["event"] for line in logs if line["log_level"] == "warning"] == ["full"]
    assert health.status_code == 200
    assert {answer.status for answer in answers if answer} == {422}
    assert after.status_code == 401


async def test_one_client_cannot_have_all_of_it() -> None:
    verbs = Slow()
    async with alone(limits=limits(at_once=2)) as one, client(one) as http:
        edge_of(one.application).services.verbs = verbs  # type: ignore[assignment]
        working = await sent(one, 2)
        await verbs.all_in(2)

        refused = await http.get("/v1/program")
        async with checked_client(one.application) as other:
            elsewhere = await other.get("/v1/program")
        verbs.go_on.set()
        await asyncio.gather(*working)
        after = await http.get("/v1/program?no=such")

    assert (refused.status_code, refused.json()["code"]) == (429, "too-many-at-once")
    assert refused.json()["type"] == QUOTA
    assert refused.json()["violated-policies"] == ["concurrency"]
    assert refused.headers["ratelimit-policy"] == '"concurrency";q=2;qu="concurrent-requests"'
    assert refused.headers["ratelimit"] == '"concurrency";r=0'
    assert int(refused.headers["retry-after"]) >= 1
    assert elsewhere.status_code == 401  # somebody else is not refused
    assert after.status_code == 400


def call_of(actor: Actor) -> Call:
    scope: Any = {"method": "POST", "headers": [], "path": "/v1/holds"}
    call = Call(scope, None, None)  # type: ignore[arg-type]
    call.actor = actor
    return call


async def test_a_member_may_spend_less_often_than_ask() -> None:
    given = limits(Rates(members=4, spends=1))
    member = Actor(kind=ActorKind.MEMBER, id="m-1", client_id=CLIENT_ID)
    await given.count(call_of(member), spends=True)

    with pytest.raises(QuotaExceeded) as refused:
        await given.count(call_of(member), spends=True)
    asking = call_of(member)
    await given.count(asking, spends=False)

    assert refused.value.violated == ("spend",)
    assert dict(asking.extra)[b"ratelimit"] == b'"member";r=1;t=60'


async def test_leaving_twice_changes_nothing() -> None:
    load, at_once = Load(10), AtOnce(10)
    given = Limits(Counting(b"", None), Quotas(NO_RATES), load, at_once)
    actor = Actor(kind=ActorKind.PARTNER, id="shop", client_id=CLIENT_ID)
    call = call_of(actor)
    given.enter(call)
    await given.count(call, spends=False)
    assert (load.at_work, len(at_once)) == (1, 1)

    given.leave(call)
    given.leave(call)

    assert (load.at_work, len(at_once)) == (0, 0)


async def test_with_redis_killed_purchases_go_on_and_limits_of_codes_and_requests_hold(
    database: Fresh, redis_server: RedisServer
) -> None:
    more: dict[str, Any] = {"redis_url": redis_server.url, "rate_addresses": 2, "jobs": False}
    nobody = f"/v1/members/{ID}"
    async with (
        serving(database.url, **more) as one,
        serving(database.url, keys=one.keys, **more) as other,
    ):
        together = [await which.public.get(nobody) for which in (one, other, one)]
        redis_server.kill()
        sold = await one.checkout.post("/v1/purchases", json=purchase("o-1"))
        alone_ = [await other.public.get(nobody) for _ in range(3)]
        wrong = [
            {"code": f"7K4V-9QM2-{number:04}", "client": {"device": "kiosk-1"}}
            for number in range(21)
        ]
        codes = [(await one.checkout.post("/v1/coupons/check", json=body)) for body in wrong]
        elsewhere = await other.checkout.post("/v1/coupons/check", json=wrong[0])

    assert [answer.status_code for answer in together] == [401, 401, 429]
    assert sold.status_code == 201
    assert [answer.status_code for answer in alone_] == [401, 401, 429]
    assert [answer.status_code for answer in codes] == [200] * 20 + [429]
    assert (elsewhere.status_code, elsewhere.json()["code"]) == (429, "too-many-codes")
    assert int(elsewhere.headers["retry-after"]) > 60
