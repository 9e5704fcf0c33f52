"""Who asked."""

import uuid

from service.kernel.actor import Actor, ActorKind, shown

CLIENT = uuid.UUID(int=7)


def test_an_actor_may_do_what_was_granted() -> None:
    actor = Actor(
        kind=ActorKind.PARTNER, id="pos", client_id=CLIENT, scopes=frozenset({"purchases:write"})
    )
    assert actor.may("purchases:write")
    assert not actor.may("members:read")


def test_an_administrator_may_do_everything() -> None:
    admin = Actor(
        kind=ActorKind.PARTNER, id="admin", client_id=CLIENT, scopes=frozenset({"admin:*"})
    )
    assert admin.may("members:read")


def test_an_actor_without_scopes_may_nothing() -> None:
    actor = Actor(kind=ActorKind.JOB, id="relay", client_id=CLIENT)
    assert not actor.may("members:read")


def test_answers_say_of_what_kind_somebody_is() -> None:
    assert shown(int(ActorKind.STAFF), "ann") == "staff:ann"


def test_stored_numbers_of_kinds_stay() -> None:
    assert {kind.name: kind.value for kind in ActorKind} == {
        "PARTNER": 1,
        "STAFF": 2,
        "MEMBER": 3,
        "JOB": 4,
        "COMMAND": 5,
    }
