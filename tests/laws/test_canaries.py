"""No word of anybody, and no secret, gets to where it does not belong.

Every text a request can hold is a word of its own: in bodies as they should be and in others, in
addresses, queries and headers of every route. Afterwards the log at its most talkative, traces,
figures, what is said of readiness, the doctor, the verification, refusals, events in PostgreSQL and
Redis and what went out to receivers are searched for them. Then PostgreSQL refuses to write, with
whole rows in what it says.
"""

import asyncio
import contextlib
import re
import time
from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import asyncpg
import httpx
import pytest
from aiohttp import web

from service.api.openapi.connector_examples import BRAZE
from tests.api.client import SECRET
from tests.databases import Server
from tests.fuzz.place import Place, in_a_thread, opened
from tests.laws.canaries import Canaries
from tests.receiver import Came, Receiver, receiving
from tests.redis_server import RedisServer
from tests.running import regulars
from tests.waiting import SECONDS_MAX

# Events tell what partners and the shop call things, and why staff said they did what they did.
EVENTS: Final = {
    ("record_activity", "/external_id"),
    ("record_activity", "/name"),
    ("record_activity", "/source"),
    ("record_activity_batch", "/items/*/external_id"),
    ("record_activity_batch", "/items/*/name"),
    ("record_activity_batch", "/items/*/source"),
    ("record_consents", "/consents/*/channel"),
    ("record_consents", "/consents/*/source"),
    ("exchange_items", "/buy/external_id"),
    ("exchange_items", "/bring/external_id"),
    ("record_purchase", "/external_id"),
    ("record_purchase_batch", "/items/*/external_id"),
    ("record_return", "/external_id"),
    ("cancel_redemption", "/reason"),
}
# Refusals say again which name of the program there is not, and where a program is wrong.
AGAIN: Final = {"program-invalid"}
NAMES: Final = {"channel", "code", "kind", "reward", "store", "template", "wallet"}
TOLD: Final = {"/profile/first_name", "/identifiers/*/value"}  # under consent, to who asked for it
# Tables where a person or a secret is written first.
WALLED: Final = (
    *("member_profile", "staff_account", "consent", "endpoint", "activity", "operation"),
    *("club_code", "club_application", "purchase", "coupon_batch", "gift_card", "idem"),
)
LONG: Final = 8  # characters of a secret, so that it is not found by chance
PINS: Final = re.compile(r"(?<![.\d])(738205|640283)(?!\d)")  # of staff


class Aviary(NamedTuple):
    """A service that was asked everything; `vendor` is told of people, `crm` of events."""

    place: Place
    birds: Canaries
    crm: Receiver
    vendor: Receiver
    traces: Receiver
    redis: RedisServer


async def takes_all(_: Came) -> web.Response:
    return web.Response(status=200)


@pytest.fixture(scope="module")
def aviary(server: Server, running_redis: RedisServer) -> Iterator[Aviary]:
    with (
        in_a_thread(receiving()) as crm,
        in_a_thread(receiving()) as vendor,
        in_a_thread(receiving()) as traces,
    ):
        traces.answers = vendor.answers = takes_all
        running_redis.restart()
        running_redis.flush()
        otlp = traces.url.removesuffix("/events")
        with (
            opened(server, running_redis, LOG_LEVEL="debug", OTLP_ENDPOINT=otlp) as place,
            contextlib.closing(Canaries(place)) as birds,
        ):
            connect(place, crm, vendor)
            birds.meant()
            consenting(place, birds)
            birds.refused()
            settled(place)
            yield Aviary(place, birds, crm, vendor, traces, running_redis)


def connect(place: Place, crm: Receiver, vendor: Receiver) -> None:
    """A webhook of all events, and a system that is told of people."""
    with httpx.Client(base_url=place.url, headers=place.headers("admin")) as http:
        hook = http.post("/v1/endpoints", json={"name": "hook", "url": crm.url})
        assert hook.status_code == 201, hook.text
        proved = http.post(f"/v1/endpoints/{hook.json()['endpoint']['id']}/verify")
        assert proved.status_code == 200, proved.text
        asked = {**BRAZE, "name": "vendor", "url": vendor.url.removesuffix("/events")}
        assert http.post("/v1/endpoints", json=asked).status_code == 201


def consenting(place: Place, birds: Canaries) -> None:
    """Somebody who lets the vendor be told of them."""
    body: dict[str, Any] = {
        "identifiers": [
            {"kind": "card", "value": birds.word("consenting", "/card")},
            {
                "kind": "email",
                "value": f"{birds.word('consenting', '/identifiers/*/value')}@example.org",
                "verified": True,
            },
        ],
        "profile": {
            "name": birds.word("consenting", "/profile/name"),
            "first_name": birds.word("consenting", "/profile/first_name"),
        },
    }
    with httpx.Client(base_url=place.url, headers=place.headers("admin")) as http:
        made = http.post("/v1/members", json=body)
        assert made.status_code == 201, made.text
        word = {"channel": BRAZE["consent"], "given": True, "source": "web"}
        path = f"/v1/members/{made.json()['id']}/consents"
        said = http.post(path, json={"consents": [word]})
        assert said.status_code in {200, 201}, said.text


def figures(place: Place) -> str:
    headers = {"Authorization": f"Bearer {place.keys['monitor']}"}
    return httpx.get(f"{place.url}/metrics", headers=headers).text


def settled(place: Place) -> None:
    """Everything that happened was sent."""
    deadline = time.monotonic() + SECONDS_MAX
    wanted = (
        "relay_lag_events{",
        "endpoints_lag_events ",
        "events_unplaced ",
        "occasions_waiting ",
    )
    while time.monotonic() < deadline:
        lines = [one for one in figures(place).splitlines() if not one.startswith("#")]
        found = [one for one in lines if one.removeprefix("regulars_").startswith(wanted)]
        if len(found) == len(wanted) and all(float(one.split()[-1]) == 0 for one in found):
            return
        time.sleep(0.2)
    raise AssertionError(found)


def leaks(aviary: Aviary, text: str) -> set[object]:
    """Words and secrets in a text."""
    secrets = {one for one in aviary.birds.secrets | {SECRET} if len(one) >= LONG and one in text}
    return {*aviary.birds.of(text), *secrets, *PINS.findall(text)}


def test_there_was_something_to_be_found(aviary: Aviary) -> None:
    answers = [one.answer for one in aviary.birds.answers]
    said = "".join(one.text for one in answers if one.is_success)
    statuses = {one.status_code for one in answers}
    assert len(aviary.birds.of(said)) >= 20
    assert len(aviary.birds.secrets) >= 30
    assert statuses >= {200, 201, 400, 401, 404, 409, 415, 422}
    assert not any(status >= 500 for status in statuses)


def test_the_log_holds_none(aviary: Aviary) -> None:
    log = aviary.place.log()
    assert log.count('"event":"request"') >= len(aviary.birds.answers)
    assert leaks(aviary, log) == set()


def test_traces_hold_none(aviary: Aviary) -> None:
    deadline = time.monotonic() + SECONDS_MAX
    while not aviary.traces.came and time.monotonic() < deadline:
        time.sleep(0.1)
    sent = b"".join(one.body for one in aviary.traces.came).decode("latin-1")
    assert "POST /v1/members" in sent
    assert "purchases.insert_purchases" in sent
    assert leaks(aviary, sent) == set()


def test_figures_and_readiness_hold_none(aviary: Aviary) -> None:
    ready = httpx.get(f"{aviary.place.url}/health/ready").text
    found = figures(aviary.place)
    assert "/v1/members/{member_id}" in found
    assert leaks(aviary, found + ready) == set()


@pytest.mark.parametrize("words", [["doctor"], ["doctor", "--json"], ["verify"]])
def test_what_the_operator_is_told_holds_none(aviary: Aviary, words: list[str]) -> None:
    environ = {
        "REGULARS_DATABASE_URL": aviary.place.database.url,
        "REGULARS_REDIS_URL": aviary.redis.url,
        "REGULARS_SECRET": SECRET,
    }
    done = regulars(*words, environ=environ)
    assert len(done.stdout) > 100
    assert leaks(aviary, done.stdout + done.stderr) == set()


def test_refusals_say_again_no_more_than_names_of_the_program(aviary: Aviary) -> None:
    told = set()
    for one in aviary.birds.answers:
        if one.answer.status_code >= 400 and one.answer.content:
            code = one.answer.json()["code"]
            found = leaks(aviary, one.answer.text)
            if code not in AGAIN:
                told |= {(code, where) for where in found}
    names = {(code, str(where[1]).rpartition("/")[2]) for code, where in told}  # type: ignore[index]
    assert {code for code, _ in names if not code.startswith("unknown-")} == set()
    assert {name for _, name in names} <= NAMES


def test_events_tell_names_of_things_and_reasons_only(aviary: Aviary) -> None:
    with aviary.redis.client() as redis:
        entries = [entry for key in redis.scan_iter("regulars:ev:*") for entry in redis.xrange(key)]
    streamed = "".join(body[b"event"].decode() for _, body in entries)
    went = "".join(one.body.decode() + str(one.headers) for one in aviary.crm.came)
    stored = asyncio.run(outbox(aviary.place.database.url))
    assert len(entries) >= 100
    assert len(aviary.crm.came) == len({one.key for one in aviary.crm.came})
    for text in (streamed, stored, went):
        assert leaks(aviary, text) <= EVENTS
        assert ("record_purchase", "/external_id") in leaks(aviary, text)


async def outbox(url: str) -> str:
    connection = await asyncpg.connect(url)
    rows = await connection.fetch("select convert_from(body, 'utf8') from outbox")
    await connection.close()
    return "".join(row[0] for row in rows)


def test_who_is_told_of_people_is_told_what_they_let_be_told(aviary: Aviary) -> None:
    told = "".join(one.body.decode() + one.path for one in aviary.vendor.came)
    found = aviary.birds.of(told)
    assert {("consenting", where) for where in TOLD} <= found
    assert {one for one in found if one[0] == "consenting"} == {("consenting", w) for w in TOLD}
    assert {one for one in found if one[0] != "consenting"} <= EVENTS


async def walled(url: str) -> None:
    """Nothing is written into these tables any more."""
    connection = await asyncpg.connect(url)
    for table in WALLED:
        await connection.execute(f"alter table {table} add constraint wall check (false) not valid")
    await connection.close()


def test_what_postgresql_says_when_it_refuses_is_told_to_nobody(
    server: Server, redis_server: RedisServer
) -> None:
    with (
        opened(server, redis_server, LOG_LEVEL="debug") as place,
        contextlib.closing(Canaries(place)) as birds,
    ):
        asyncio.run(walled(place.database.owner_url))
        birds.meant()
        log = place.log()
        refused = [one.answer for one in birds.answers if one.answer.status_code == 500]
        assert len(refused) >= 10
        assert {one.json()["code"] for one in refused} == {"internal-error"}
        assert log.count("CheckViolationError (23514)") >= len(refused)
        assert birds.of(log) == set()
        assert birds.of("".join(one.text for one in refused)) == set()
