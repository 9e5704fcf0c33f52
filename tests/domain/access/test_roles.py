"""What each role may do."""

import pytest

from service.domain.access.errors import UnknownRole
from service.domain.access.roles import ROLES, SCOPES, STAFF_ROLES, scopes_of, staff_scopes_of


def test_a_till_sells_and_takes_back_and_adjusts_nothing() -> None:
    assert set(scopes_of("pos")) == {
        "members:lookup",
        "members:enrol",
        "members:read",
        "quotes:ask",
        "holds:write",
        "purchases:write",
        "purchases:read",
        "returns:write",
        "purchases:attach",
        "purchases:void",
        "activities:write",
        "coupons:read",
        "coupons:redeem",
        "giftcards:activate",
        "giftcards:redeem",
        "giftcards:read",
        "rewards:read",
        "rewards:redeem",
        "rewards:fulfil",
        "clubs:read",
        "clubs:join",
        "clubs:pay",
        "consents:read",
        "consents:write",
        "staff:sign-in",
    }


def test_only_supervisors_let_people_into_clubs_and_a_till_invites_nobody() -> None:
    def given(scope: str) -> tuple[list[str], list[str]]:
        return (
            [role for role, scopes in ROLES.items() if scope in scopes],
            [role for role, scopes in STAFF_ROLES.items() if scope in scopes],
        )

    assert given("clubs:join") == (["checkout", "app", "pos"], [])
    assert given("clubs:invite") == (["app"], ["supervisor"])
    assert given("clubs:manage") == ([], ["supervisor"])


def test_whoever_meets_the_member_tells_activities_and_no_person_does() -> None:
    telling = [role for role, given in ROLES.items() if "activities:write" in given]

    assert telling == ["checkout", "app", "pos"]
    assert [role for role, given in STAFF_ROLES.items() if "activities:write" in given] == []


def test_only_an_admin_makes_and_exports_codes() -> None:
    assert [role for role, given in ROLES.items() if "coupons:manage" in given] == []
    assert scopes_of("admin") == ("admin:*",)


def test_only_an_admin_makes_gift_cards_and_only_a_till_reads_them_without_pins() -> None:
    assert [role for role, given in ROLES.items() if "giftcards:issue" in given] == []
    assert [role for role, given in ROLES.items() if "giftcards:activate" in given] == ["pos"]
    assert [role for role, given in ROLES.items() if "giftcards:read" in given] == ["pos"]


def test_an_app_never_records_purchases_nor_looks_members_up() -> None:
    assert not {"purchases:write", "returns:write", "members:lookup"} & set(scopes_of("app"))


def test_roles_name_only_scopes_that_exist() -> None:
    for roles in (ROLES, STAFF_ROLES):
        assert {scope for given in roles.values() for scope in given} <= SCOPES.keys()


def test_an_unknown_role_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownRole) as refused:
        scopes_of("root")

    assert refused.value.allowed == (
        *("admin", "checkout", "app", "pos", "desk"),
        *("integrator", "auditor", "monitor"),
    )


def test_staff_are_given_what_only_a_person_should_do_and_no_back_office() -> None:
    device = set(ROLES["pos"]) | set(ROLES["desk"])
    office = {"admin:*", "staff:manage", "program:write", "coupons:manage", "giftcards:issue"}

    given = {role: set(staff_scopes_of(role)) for role in STAFF_ROLES}

    assert {"points:adjust", "approvals:decide", "operations:undo", "purchases:move"}.isdisjoint(
        device
    )
    assert not any(office & scopes for scopes in given.values())
    assert [role for role, scopes in given.items() if "approvals:decide" in scopes] == [
        "supervisor",
        "lead",
    ]
    assert [role for role, scopes in given.items() if "points:adjust" in scopes] == [
        "supervisor",
        "agent",
        "lead",
    ]
    assert all("operations:undo-any" not in scopes for scopes in given.values())


def test_a_front_end_of_a_call_centre_reads_no_member_without_a_person() -> None:
    assert set(scopes_of("desk")) == {"staff:sign-in", "program:read"}
    assert {"members:lookup", "members:read", "returns:write"} <= set(staff_scopes_of("agent"))


def test_an_unknown_role_of_staff_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownRole) as refused:
        staff_scopes_of("pos")

    assert refused.value.allowed == ("clerk", "supervisor", "agent", "lead")
