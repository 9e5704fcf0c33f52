"""Persons signed in at a device: what the key and their role allow together, and nothing else."""

import datetime as dt
import uuid

import msgspec
import pytest

from service.api.lookups import KNOWN_SECONDS
from service.domain.access.errors import KeyMissing, KeyNotAccepted
from service.domain.access.roles import STAFF_ROLES
from service.domain.staff.errors import StaffTokenNotAccepted
from service.domain.staff.types import State
from service.kernel.actor import Actor, ActorKind
from tests.api.keyring import OWN, Keys
from tests.api.recorder import CLIENT_ID, NOW


@pytest.fixture
def keys() -> Keys:
    return Keys()


async def test_a_person_asks_with_the_scopes_of_the_key_and_of_their_role(keys: Keys) -> None:
    key, staff = keys.issue(), keys.sign_in()

    assert keys.ring.remembered(key, staff) is None
    actor = await keys.ring.actor(key, staff)

    assert actor == Actor(
        kind=ActorKind.STAFF,
        id="waw-117",
        client_id=CLIENT_ID,
        scopes=frozenset({"members:read", *STAFF_ROLES["clerk"]}),
        store="waw-01",
        device="till-3",
        own_member=OWN,
    )
    assert keys.ring.remembered(key, staff) == actor
    assert keys.ring.remembered(key) == await keys.ring.actor(key)


@pytest.mark.parametrize(
    ("of_key", "left"),
    [
        (("members:read", "staff:sign-in"), {"staff:sign-in"}),
        (("admin:*",), {"staff:sign-in"}),
        (("members:read",), set()),
    ],
)
async def test_with_a_secret_that_another_person_knows_one_may_only_change_it(
    keys: Keys, of_key: tuple[str, ...], left: set[str]
) -> None:
    """Whatever the key may; without the header the device is what it was."""
    key = keys.issue(scopes=frozenset(of_key))
    staff = keys.sign_in(must_change_secret=True)

    actor = await keys.ring.actor(key, staff)

    assert (actor.id, actor.scopes) == ("waw-117", frozenset(left))
    assert keys.ring.remembered(key, staff) == actor
    assert (await keys.ring.actor(key)).scopes == {*of_key}


async def test_no_role_of_staff_makes_an_administrator(keys: Keys) -> None:
    for role in STAFF_ROLES:
        actor = await keys.ring.actor(keys.issue(), keys.sign_in(role=role))
        assert not actor.may("program:write")


@pytest.mark.parametrize(
    "changes",
    [
        {"expires_at": NOW},
        {"ended_at": NOW},
        {"state": State.SUSPENDED},
        {"role": "no such role any more"},
        {"client_id": uuid.UUID(int=1)},
        {"secret_sha256": bytes(32)},
    ],
)
async def test_a_token_that_is_not_good_here_never_falls_back_to_the_key(
    keys: Keys, changes: dict[str, object]
) -> None:
    key, staff = keys.issue(), keys.sign_in(**changes)
    await keys.ring.actor(key)

    for _ in range(2):
        assert keys.ring.remembered(key) is not None
        with pytest.raises(StaffTokenNotAccepted):
            keys.ring.remembered(key, staff) or await keys.ring.actor(key, staff)


@pytest.mark.parametrize("staff", [b"", b"rgs_", b"\xff", b"Bearer rgs_x", b"a" * 9000])
async def test_what_has_not_the_form_of_a_token_never_reaches_the_database(
    keys: Keys, staff: bytes
) -> None:
    key = keys.issue()

    with pytest.raises(StaffTokenNotAccepted):
        await keys.ring.actor(key, staff)

    assert len(keys.asked) == 1


async def test_a_key_is_no_token_and_a_token_is_no_key(keys: Keys) -> None:
    key, staff = keys.issue(), keys.sign_in()

    with pytest.raises(StaffTokenNotAccepted):
        await keys.ring.actor(key, key.removeprefix(b"Bearer "))
    with pytest.raises(KeyNotAccepted):
        await keys.ring.actor(b"Bearer " + staff)
    with pytest.raises(KeyMissing):
        await keys.ring.actor(None, staff)


@pytest.mark.parametrize(("of_key", "of_token"), [("waw-01", "krk-01"), ("waw-01", None)])
async def test_a_key_of_a_store_takes_no_token_of_another(
    keys: Keys, of_key: str, of_token: str | None
) -> None:
    with pytest.raises(StaffTokenNotAccepted):
        await keys.ring.actor(keys.issue(store=of_key), keys.sign_in(store=of_token))


async def test_who_was_signed_out_is_refused_after_30_seconds_and_here_at_once(keys: Keys) -> None:
    key, staff = keys.issue(), keys.sign_in()
    await keys.ring.actor(key, staff)
    (kid,) = keys.tokens
    keys.tokens[kid] = msgspec.structs.replace(keys.tokens[kid], ended_at=NOW)

    assert keys.ring.remembered(key, staff) is not None
    keys.time.now += KNOWN_SECONDS
    with pytest.raises(StaffTokenNotAccepted):
        await keys.ring.actor(key, staff)

    staff = keys.sign_in()
    await keys.ring.actor(key, staff)
    keys.ring.sign_out(staff.decode())
    assert keys.ring.remembered(key, staff) is None


async def test_a_token_is_not_remembered_beyond_its_end(keys: Keys) -> None:
    key = keys.issue()
    staff = keys.sign_in(expires_at=NOW + dt.timedelta(seconds=3))
    await keys.ring.actor(key, staff)

    keys.time.now += 2.9
    assert keys.ring.remembered(key, staff) is not None
    keys.time.now += 0.1
    assert keys.ring.remembered(key, staff) is None
