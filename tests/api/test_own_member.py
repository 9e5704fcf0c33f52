"""What a member's token may be used for, wherever a route takes a member."""

import uuid
from typing import Any

import msgspec
import pytest

from service.api.own_member import PATH, as_own, is_own, refuse_foreign, refuse_others
from service.domain.access.errors import NotForMembers
from service.domain.members.errors import MemberNotFound
from service.domain.purchases.errors import PurchaseNotFound
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import derived_id
from service.kernel.values import Identifier, Identifiers, OtherMember
from tests.api.calls import call_with

ANN, OLD, BOB = (derived_id("a member", name) for name in ("ann", "old", "bob"))
MEMBER = Actor(kind=ActorKind.MEMBER, id=str(ANN), client_id=ANN, members=frozenset({ANN, OLD}))
APP = Actor(kind=ActorKind.PARTNER, id="app", client_id=BOB)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    by: uuid.UUID | None = None
    member: Identifiers | OtherMember | None = None
    note: str = ""


def asked(actor: Actor, **given: Any) -> Asked:
    return as_own(actor, (PATH, "by", "member.id"), Asked(**given))


def at(actor: Actor, member: object, own: tuple[str, ...] | None) -> None:
    call = call_with({}, path_params={"member_id": str(member)})
    call.actor = actor
    refuse_others(call, own)


def test_a_route_that_says_nothing_is_not_for_members() -> None:
    with pytest.raises(NotForMembers):
        at(MEMBER, ANN, None)
    at(APP, ANN, None)
    at(MEMBER, BOB, ())


def test_the_member_of_a_path_is_one_of_the_tokens_own() -> None:
    for own in (ANN, OLD):
        at(MEMBER, own, (PATH,))
    for other in (BOB, "x", ""):
        with pytest.raises(MemberNotFound):
            at(MEMBER, other, (PATH,))
    at(APP, BOB, (PATH,))


def test_where_nobody_is_named_the_own_id_is_put_in() -> None:
    assert asked(MEMBER, note="hi") == Asked(by=ANN, member=OtherMember(id=ANN), note="hi")
    assert asked(APP) == Asked()


def test_an_own_id_stays_and_another_one_is_of_nobody() -> None:
    assert asked(MEMBER, by=OLD, member=OtherMember(id=ANN)).by == OLD
    card = (Identifier("card", "ANN"),)
    for given in ({"by": BOB}, {"member": OtherMember(id=BOB)}, {"member": card}):
        with pytest.raises(MemberNotFound):
            asked(MEMBER, **given)
    assert asked(APP, by=BOB, member=card) == Asked(by=BOB, member=card)


def test_a_thing_of_somebody_else_is_not_there() -> None:
    assert [is_own(MEMBER, one) for one in (ANN, OLD, BOB, None)] == [True, True, False, False]
    assert is_own(APP, BOB)
    assert is_own(APP)
    refuse_foreign(MEMBER, PurchaseNotFound, BOB, OLD)
    with pytest.raises(PurchaseNotFound):
        refuse_foreign(MEMBER, PurchaseNotFound, BOB)
