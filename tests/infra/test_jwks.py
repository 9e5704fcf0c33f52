"""Keys of issuers: kept, fetched once by all who wait, and used while the issuer is away."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Callable

import pytest
from joserfc.jwk import ECKey, OctKey

from service.infra import jwks
from service.infra.jwks import Jwks, KeysUnknown, read_keys
from service.infra.urls import UrlInsecure
from tests.issuer import Issuer, issuing


class Clock:
    """Monotonic seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    async with issuing() as found:
        yield found


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def keys(issuer: Issuer, clock: Clock) -> AsyncIterator[Jwks]:
    found = Jwks(issuer.jwks_url, clock=clock)
    yield found
    await found.close()


async def until(said: Callable[[], bool]) -> None:
    """What goes on by itself has happened."""
    async with asyncio.timeout(10):
        while not said():
            await asyncio.sleep(0.005)


async def test_all_keys_come_with_one_request(issuer: Issuer, keys: Jwks) -> None:
    found = await asyncio.gather(*(keys.key(kid) for kid in [*issuer.keys] * 10))

    assert all(one is not None for one in found)
    assert issuer.asked == 1


async def test_keys_are_asked_for_again_after_ten_minutes(
    issuer: Issuer, keys: Jwks, clock: Clock
) -> None:
    await keys.key("es256-1")
    issuer.rotate("new")
    clock.now += 600
    assert await keys.key("es256-1") is not None
    assert issuer.asked == 1

    clock.now += 1

    assert await keys.key("es256-1") is None
    assert await keys.key("new") is not None
    assert issuer.asked == 2


async def test_a_key_that_is_not_known_is_fetched_at_once(
    issuer: Issuer, keys: Jwks, clock: Clock
) -> None:
    await keys.key("es256-1")
    issuer.rotate("new")
    clock.now += 30

    assert await keys.key("new") is not None


async def test_a_storm_of_unknown_keys_makes_one_request_in_half_a_minute(
    issuer: Issuer, keys: Jwks, clock: Clock
) -> None:
    await keys.key("es256-1")
    clock.now += 30
    for _ in range(3):
        found = await asyncio.gather(*(keys.key(f"nobodys-{n}") for n in range(200)))
        assert found == [None] * 200
    assert issuer.asked == 2

    clock.now += 29.9
    await keys.key("nobodys")
    assert issuer.asked == 2
    clock.now += 0.2
    await keys.key("nobodys")

    assert issuer.asked == 3


async def test_keys_are_used_for_a_day_while_the_issuer_is_down(
    issuer: Issuer, keys: Jwks, clock: Clock
) -> None:
    fetched = await keys.key("es256-1")
    issuer.is_down = True
    began = clock.now
    for seconds in (601, 3600, 86_400):
        clock.now = began + seconds
        assert await keys.key("es256-1") is fetched
        await until(lambda: keys._fetching is None)

    clock.now = began + 86_401

    with pytest.raises(KeysUnknown):
        await keys.key("es256-1")


async def test_nobody_waits_for_an_issuer_that_has_failed_already(
    issuer: Issuer, keys: Jwks, clock: Clock
) -> None:
    await keys.key("es256-1")
    issuer.is_down = True
    clock.now += 601
    await keys.key("es256-1")
    issuer.wait.clear()
    clock.now += 31
    assert issuer.asked == 2

    async with asyncio.timeout(2):
        assert await keys.key("es256-1") is not None

    issuer.is_down = False
    issuer.rotate("new")
    issuer.wait.set()
    await until(lambda: keys._fetching is None)
    assert await keys.key("new") is not None
    assert issuer.asked == 3


async def test_an_issuer_that_was_never_there_is_asked_every_five_seconds(
    issuer: Issuer, keys: Jwks, clock: Clock
) -> None:
    issuer.is_down = True
    for _ in range(3):
        with pytest.raises(KeysUnknown):
            await keys.key("es256-1")
    assert issuer.asked == 1

    issuer.is_down = False
    clock.now += 5

    assert await keys.key("es256-1") is not None


async def test_a_slow_issuer_is_waited_for_only_so_long(issuer: Issuer, clock: Clock) -> None:
    issuer.wait.clear()
    keys = Jwks(issuer.jwks_url, clock=clock, total_seconds=0.05)

    with pytest.raises(KeysUnknown):
        await keys.key("es256-1")

    await keys.close()
    assert (jwks.CONNECT_SECONDS, jwks.TOTAL_SECONDS) == (3.0, 5.0)


@pytest.mark.parametrize(
    "body", [b" " * (256 * 1024 + 1), b"", b"[]", b'{"keys":[]}', b'{"keys":"none"}', b"\xff"]
)
async def test_an_answer_that_is_none_leaves_the_keys_as_they_were(
    issuer: Issuer, keys: Jwks, clock: Clock, body: bytes
) -> None:
    fetched = await keys.key("es256-1")
    issuer.body = body
    clock.now += 601

    assert await keys.key("es256-1") is fetched
    assert issuer.asked == 2


async def test_one_who_leaves_does_not_end_the_request_of_the_others(
    issuer: Issuer, keys: Jwks
) -> None:
    issuer.wait.clear()
    leaving = asyncio.create_task(keys.key("es256-1"))
    staying = asyncio.create_task(keys.key("es256-1"))
    await until(lambda: issuer.asked == 1)
    leaving.cancel()
    issuer.wait.set()

    assert await staying is not None
    assert issuer.asked == 1


async def test_keys_are_found_through_the_discovery_document(issuer: Issuer, clock: Clock) -> None:
    keys = Jwks(issuer=issuer.url, clock=clock)

    assert await keys.key("es256-1") is not None
    await keys.close()


async def test_a_discovery_document_of_another_issuer_is_not_believed(
    issuer: Issuer, clock: Clock
) -> None:
    issuer.named = "https://another.example"
    keys = Jwks(issuer=issuer.url, clock=clock)

    with pytest.raises(KeysUnknown):
        await keys.key("es256-1")
    await keys.close()
    assert issuer.asked == 0


def test_keys_come_over_https_only() -> None:
    with pytest.raises(UrlInsecure):
        Jwks("http://issuer.example/keys")


def test_of_a_set_only_keys_are_read_that_can_verify_what_is_accepted() -> None:
    weak = {"kty": "RSA", "n": base64.urlsafe_b64encode(b"\x81" * 128).decode(), "e": "AQAB"}
    good = ECKey.generate_key("P-256").as_dict(private=False)
    given = [
        {**weak, "kid": "weak"},
        {**OctKey.generate_key(256).as_dict(private=True), "kid": "secret"},
        {**ECKey.generate_key("P-384").as_dict(private=False), "kid": "long"},
        {**good, "kid": "encrypts", "use": "enc"},
        {**good, "kid": "otherwise", "alg": "RS256"},
        {**good, "kid": "broken", "x": "AAAA"},
        {**good, "kid": 7},
        good,
        "text",
        {**good, "kid": "good", "alg": "ES256", "x5u": "https://elsewhere.example"},
    ]
    for one in given:
        if isinstance(one, dict) and "kid" not in one:
            one.pop("kid", None)

    found = read_keys(json.dumps({"keys": given}).encode())

    assert [*found] == ["good"]
    assert found["good"].algorithms == {"ES256"}


def test_of_a_name_that_comes_twice_the_first_key_counts() -> None:
    first, second = (ECKey.generate_key("P-256").as_dict(private=False) for _ in range(2))
    given = [{**one, "kid": "same"} for one in (first, second)]

    found = read_keys(json.dumps({"keys": given}).encode())

    assert found["same"].key.as_dict(private=False)["x"] == first["x"]


def test_a_set_is_read_up_to_64_keys() -> None:
    good = ECKey.generate_key("P-256").as_dict(private=False)

    found = read_keys(json.dumps({"keys": [{**good, "kid": str(n)} for n in range(65)]}).encode())

    assert len(found) == 64
