"""API keys as bearer tokens: looked up once, remembered for a while, refused alike."""

import asyncio
import datetime as dt

import msgspec
import pytest

from service.api import lookups
from service.api.authentication import Keyring
from service.api.lookups import KNOWN_SECONDS, REFUSED_SECONDS, REMEMBERED_MAX
from service.domain.access import codes
from service.domain.access.errors import KeyMissing, KeyNotAccepted
from service.domain.access.types import KeyRow
from service.infra.db import DatabaseUnavailable
from service.kernel.actor import Actor, ActorKind
from tests.api.keyring import Keys, header
from tests.api.recorder import CLIENT_ID, find_nobody, note_nothing, row_of


@pytest.fixture
def keys() -> Keys:
    return Keys()


async def test_a_live_key_is_its_client_with_its_scopes_and_store(keys: Keys) -> None:
    actor = await keys.ring.actor(keys.issue(store="waw-01"))

    assert actor == Actor(
        kind=ActorKind.PARTNER,
        id="tests",
        client_id=CLIENT_ID,
        scopes=frozenset({"members:read"}),
        store="waw-01",
    )


@pytest.mark.parametrize("kind", [b"bearer", b"BEARER"])
async def test_the_scheme_is_named_in_any_case(keys: Keys, kind: bytes) -> None:
    given = keys.issue().replace(b"Bearer", kind)

    assert (await keys.ring.actor(given)).id == "tests"


@pytest.mark.parametrize("given", [None, b"", b"Basic dXNlcjpwYXNz", b"rgl_test_0123456789_x"])
async def test_without_a_bearer_token_there_is_no_key(keys: Keys, given: bytes | None) -> None:
    with pytest.raises(KeyMissing):
        await keys.ring.actor(given)


@pytest.mark.parametrize(
    "given",
    [b"Bearer ", b"Bearer x", b"Bearer \xff\xfe", b"Bearer  rgl_", b"Bearer " + b"a" * 9000],
)
async def test_what_has_not_the_form_of_a_key_never_reaches_the_database(
    keys: Keys, given: bytes
) -> None:
    with pytest.raises(KeyNotAccepted):
        await keys.ring.actor(given)

    assert keys.asked == []


async def test_unknown_expired_revoked_and_wrong_keys_are_refused_alike(keys: Keys) -> None:
    long_ago = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    unknown = header(codes.issue(codes.Mode.TEST)[0])
    expired = keys.issue(expires_at=long_ago)
    revoked = keys.issue(revoked_at=long_ago)
    wrong_secret = keys.issue(secret_sha256=bytes(32))

    for given in (unknown, expired, revoked, wrong_secret):
        with pytest.raises(KeyNotAccepted) as refused:
            await keys.ring.actor(given)
        assert refused.value.members() == {}


async def test_a_known_key_is_looked_up_again_after_30_seconds(keys: Keys) -> None:
    given = keys.issue()
    first = await keys.ring.actor(given)

    keys.time.now += KNOWN_SECONDS - 0.1
    assert keys.ring.remembered(given) == first
    assert await keys.ring.actor(given) == first
    assert len(keys.asked) == 1

    keys.time.now += 0.1
    assert keys.ring.remembered(given) is None
    await keys.ring.actor(given)
    assert len(keys.asked) == 2


async def test_a_revoked_key_is_refused_after_30_seconds_at_the_latest(keys: Keys) -> None:
    given = keys.issue()
    await keys.ring.actor(given)
    (kid,) = keys.rows
    row = keys.rows[kid]
    keys.rows[kid] = msgspec.structs.replace(row, revoked_at=row.read_at)

    keys.time.now += KNOWN_SECONDS

    with pytest.raises(KeyNotAccepted):
        await keys.ring.actor(given)


async def test_a_key_is_not_remembered_beyond_its_end(keys: Keys) -> None:
    given = keys.issue()
    (kid,) = keys.rows
    row = keys.rows[kid]
    soon = row.read_at + dt.timedelta(seconds=3)
    keys.rows[kid] = msgspec.structs.replace(row, expires_at=soon)
    await keys.ring.actor(given)

    keys.time.now += 2.9
    assert keys.ring.remembered(given) is not None
    keys.time.now += 0.1
    assert keys.ring.remembered(given) is None


async def test_a_refused_key_is_looked_up_again_after_5_seconds(keys: Keys) -> None:
    key, code = codes.issue(codes.Mode.TEST)
    for _ in range(3):
        with pytest.raises(KeyNotAccepted):
            await keys.ring.actor(header(key))
    assert len(keys.asked) == 1

    keys.rows[code.kid] = row_of(code, ["members:read"])
    keys.time.now += REFUSED_SECONDS

    assert (await keys.ring.actor(header(key))).id == "tests"


async def test_a_hundred_requests_with_one_key_share_one_look_up(keys: Keys) -> None:
    given = keys.issue()

    actors = await asyncio.gather(*(keys.ring.actor(given) for _ in range(100)))

    assert len({actor.id for actor in actors}) == 1
    assert len(keys.asked) == 1


async def test_a_flood_of_wrong_keys_pushes_out_no_right_one(
    keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookups, "REMEMBERED_MAX", 5)
    right = keys.issue()
    await keys.ring.actor(right)

    for _ in range(20):
        with pytest.raises(KeyNotAccepted):
            await keys.ring.actor(header(codes.issue(codes.Mode.TEST)[0]))

    assert keys.ring.remembered(right) is not None
    assert len(keys.ring._keys._refused) == 5
    assert REMEMBERED_MAX == 4096


async def test_the_oldest_of_too_many_known_keys_is_forgotten(
    keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lookups, "REMEMBERED_MAX", 2)
    first, second, third = (keys.issue() for _ in range(3))
    for given in (first, second, third):
        await keys.ring.actor(given)

    assert keys.ring.remembered(first) is None
    assert keys.ring.remembered(third) is not None
    assert await keys.ring.actor(first) is not None


async def test_look_ups_use_two_connections_at_most() -> None:
    at_once, most = 0, 0

    async def find(_kid: str) -> None:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.001)
        at_once -= 1

    ring = Keyring(find, note_nothing, find_nobody)
    tries = [ring.actor(header(codes.issue(codes.Mode.TEST)[0])) for _ in range(20)]
    await asyncio.gather(*tries, return_exceptions=True)

    assert most == 2


async def test_an_outage_is_told_and_not_remembered(keys: Keys) -> None:
    given = keys.issue()
    keys.down = True
    with pytest.raises(DatabaseUnavailable):
        await keys.ring.actor(given)

    keys.down = False

    assert (await keys.ring.actor(given)).id == "tests"


async def test_one_caller_who_leaves_does_not_end_the_look_up_of_the_others(keys: Keys) -> None:
    given = keys.issue()
    leaving = asyncio.create_task(keys.ring.actor(given))
    staying = asyncio.create_task(keys.ring.actor(given))
    await asyncio.sleep(0)

    leaving.cancel()

    assert (await staying).id == "tests"


async def test_a_use_is_noted_and_a_failure_to_note_it_refuses_nobody() -> None:
    key, code = codes.issue(codes.Mode.TEST)
    row = row_of(code, ["members:read"])

    async def find(_kid: str) -> KeyRow:
        return row

    async def fail(_key: KeyRow) -> None:
        raise DatabaseUnavailable

    assert (await Keyring(find, fail, find_nobody).actor(header(key))).id == "tests"


async def test_a_look_up_notes_the_use_of_the_key(keys: Keys) -> None:
    await keys.ring.actor(keys.issue())

    assert keys.noted == list(keys.rows)


async def test_no_secret_is_kept_in_memory(keys: Keys) -> None:
    given = keys.issue()
    await keys.ring.actor(given)
    secret = given.split(b"_")[3][:43]

    assert secret.decode() not in repr(vars(keys.ring._keys))
