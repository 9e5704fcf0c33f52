"""Who has which quota."""

import uuid
from collections.abc import Iterable

import pytest

from service.api.limits.policies import Policy, Quotas, Rates, subject
from service.kernel.actor import Actor, ActorKind

CLIENT = uuid.UUID(int=1)
QUOTAS = Quotas(Rates())


def actor(
    kind: ActorKind = ActorKind.PARTNER,
    scopes: Iterable[str] = ("purchases:write",),
    name: str = "shop",
    rate: int | None = None,
) -> Actor:
    return Actor(
        kind=kind, id=name, client_id=CLIENT, scopes=frozenset(scopes), rate_per_minute=rate
    )


@pytest.mark.parametrize("kind", [ActorKind.PARTNER, ActorKind.STAFF])
def test_partners_and_their_people_have_no_quota(kind: ActorKind) -> None:
    assert QUOTAS.of(actor(kind), spends=True) == ()


def test_members_have_one_and_a_smaller_one_for_what_spends() -> None:
    member = actor(ActorKind.MEMBER)

    assert QUOTAS.of(member, spends=False) == (Policy("member", 60, 60),)
    assert QUOTAS.of(member, spends=True) == (Policy("member", 60, 60), Policy("spend", 10, 60))


def test_operators_have_one_and_addresses_have_one() -> None:
    assert QUOTAS.of(actor(scopes=["admin:*"]), spends=True) == (Policy("admin", 120, 60),)
    assert QUOTAS.address == (Policy("address", 30, 60),)


@pytest.mark.parametrize("scopes", [["purchases:write"], ["admin:*"]])
def test_what_was_set_on_a_key_holds_instead(scopes: list[str]) -> None:
    assert QUOTAS.of(actor(scopes=scopes, rate=7), spends=False) == (Policy("key", 7, 60),)


def test_nought_is_no_limit() -> None:
    none = Quotas(Rates(members=0, spends=0, admins=0, addresses=0))

    assert none.of(actor(ActorKind.MEMBER), spends=True) == ()
    assert none.of(actor(scopes=["admin:*"]), spends=True) == ()
    assert none.address == ()


def test_keys_and_people_of_a_client_count_together_and_members_by_themselves() -> None:
    at_the_till = actor(ActorKind.STAFF, name="ann")

    assert subject(actor()) == subject(at_the_till)
    assert subject(actor(ActorKind.MEMBER, name="a")) != subject(actor(ActorKind.MEMBER, name="b"))
