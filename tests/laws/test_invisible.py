"""Nobody outside sees a hidden club: every answer is that of the program without it.

Each route that a channel of outsiders may call is asked, of a service whose program has a hidden
club with members, coupons, rewards, rules and segments, and of one whose program has none of it.
Where a club is named that only insiders know, the second service has no such club; so an outsider
is told of a hidden club what is told of none.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Final

import pytest

from service.api.table import ROUTES
from service.domain.access.roles import scopes_of
from tests.api.client import Service, serving
from tests.databases import Fresh
from tests.laws.outsiders import (
    PROGRAM,
    UNKNOWN_CODE,
    WITHOUT,
    Request,
    Walk,
    basket,
    link_to,
    nobodys,
    people_of,
    settled_in,
)

ROLES: Final = ("app", "pos", "checkout")
OUTSIDER: Final = {"member_id": "$outsider"}
HIDDEN: Final = {"club": "inner"}


def clubs() -> Iterator[Request]:
    """Everything that can be asked of a club, by somebody who does not know it."""
    of = {"member": "$outsider"}
    guest = {"by": "$outsider", "member": {"id": "$friend"}}
    for club in ("inner", "no-such-club"):
        ids = {"club": club}
        yield Request("app", "read_club", None, ids)
        yield Request("app", "read_club", None, ids, "?member_id=$outsider")
        yield Request("pos", "read_club", None, ids, "?member_id=$friend")
        yield Request("app", "invite_to_club", guest, ids)
        yield Request("app", "withdraw_club_invitation", {"by": "$outsider"}, ids)
        yield Request("app", "make_club_code", {"by": "$outsider"}, ids)
        yield Request("app", "void_club_code", {"by": "$outsider"}, ids)
        yield Request("app", "join_club", of, ids)
        yield Request("app", "join_club", {**of, "code": "7K2M-9QXD-4TBW-F0HS-6"}, ids)
        yield Request("pos", "join_club", of, ids)
        for operation in ("decline_club_offer", "leave_waiting_list", "leave_club"):
            yield Request("checkout", operation, of, ids)
        for operation in ("cancel_club_membership", "keep_club_membership"):
            yield Request("app", operation, of, ids)
        until = {**of, "until": "2030-01-01T00:00:00Z"}
        yield Request("app", "pause_club_membership", until, ids)
        yield Request("app", "resume_club_membership", of, ids)
        yield Request("app", "apply_to_club", {**of, "words": "please"}, ids)
        shown = {"member": "$friend", "words": "please", "code": "7K2M-9QXD-4TBW-F0HS-6"}
        yield Request("app", "apply_to_club", shown, ids)
        yield Request("app", "join_club", {"member": "$friend", "code": "$link"}, ids)
        yield Request("app", "make_club_code", {"by": "$outsider", "lets": "apply"}, ids)
        yield Request("app", "withdraw_club_application", of, ids)
        decision = {"decision": "approved", "by": "$outsider"}
        yield Request("app", "decide_club_application", decision, ids)
        yield Request("app", "offer_club_payment", of, ids)
        paid = {"member": {"id": "$outsider"}, "amount": 2900, "currency": "EUR"}
        yield Request("checkout", "record_club_payment", {**paid, "reference": f"pay-{club}"}, ids)
        yield Request(
            "checkout", "reverse_club_payment", {"reference": "pay-1", "note": "back"}, ids
        )
        yield Request("app", "change_club_owner", {"member": "$friend", "by": "$outsider"}, ids)
        units = {**of, "wallet": "points", "amount": 10}
        yield Request("app", "give_to_club", units, ids)
        yield Request("app", "draw_from_club", units, ids)


def links() -> Iterator[Request]:
    """The code to apply to the club with, shown to others."""
    for club in ("no-such-club", "readers"):
        shown = {"member": "$friend", "words": "please", "code": "$link"}
        yield Request("app", "apply_to_club", shown, {"club": club})


def coupons() -> Iterator[Request]:
    """Codes of the club, and one that does not exist, wherever a code can be shown."""
    for code in ("INNER20", "inner-20", "$unique", UNKNOWN_CODE, "WELCOME5"):
        yield Request("app", "check_coupon", {"code": code, "member": {"id": "$outsider"}})
        yield Request("pos", "check_coupon", {"code": code})
        yield Request("app", "ask_quote", basket(code))
        yield Request("checkout", "ask_quote", nobodys(code))
        held = basket(code, checkout=f"try-{code}")
        yield Request("checkout", "place_hold", held)
        tried = {**basket(code), "mode": "authorise", "external_id": f"try-{code}"}
        yield Request("checkout", "record_purchase", tried)
    for number, code in enumerate(("INNER20", "$unique")):
        done = {**basket(code), "mode": "record", "external_id": f"done-{number}"}
        yield Request("pos", "record_purchase", {**done, "channel": "pos"})
        asks = {"channel": "pos", "external_id": f"done-{number}"}
        query = "&".join(f"{name}={value}" for name, value in asks.items())
        yield Request("checkout", "find_purchase", None, query=f"?{query}")


def guesses() -> Iterator[Request]:
    """Wrong codes until no more may be tried: those of the club count like all others."""
    for number in range(9):
        code = ("INNER20", "$unique", UNKNOWN_CODE)[number % 3]
        yield Request("app", "check_coupon", {"code": code, "member": {"id": "$friend"}})
        more = {"code": f"9999-{number}999-9999-9", "member": {"id": "$friend"}}
        yield Request("app", "check_coupon", more)


def rewards() -> Iterator[Request]:
    """Rewards of the club, and others."""
    for reward in ("inner-cup", "inner-tree", "no-such-reward"):
        yield Request("app", "redeem_reward", {"reward": reward}, OUTSIDER)
        yield Request("pos", "redeem_reward", {"reward": reward, "hold": 600}, OUTSIDER)
    yield Request("app", "redeem_reward", {"reward": "cup", "hold": 600}, OUTSIDER, keep="cup")
    yield Request("app", "read_redemption", None, {"redemption_id": "$cup"})
    yield Request("app", "grant_redemption", None, {"redemption_id": "$cup"})
    yield Request("pos", "hand_over_redemption", {"note": "here"}, {"redemption_id": "$cup"})
    yield Request("pos", "cancel_redemption", {"reason": "no more"}, {"redemption_id": "$cup"})
    yield Request("app", "redeem_reward", {"reward": "coffee"}, OUTSIDER)
    yield Request("app", "list_rewards")


def lists() -> Iterator[Request]:
    """What is told of the outsider: every list and every summary."""
    for operation in (
        "read_member", "read_home", "read_tier", "read_wallets", "list_coupons", "list_purchases",
        "list_member_rewards", "list_redemptions", "read_members_household", "list_members_clubs",
        "read_consents",
    ):  # fmt: skip
        yield Request("app", operation, None, OUTSIDER)
    yield Request("app", "list_members_clubs", None, OUTSIDER, "?history=true")
    yield Request("app", "list_activities", None, OUTSIDER)
    yield Request("app", "stream_member", None, OUTSIDER, "?after=$outsider-0")
    yield Request("app", "list_entries", None, {**OUTSIDER, "wallet": "points"})
    yield Request("app", "list_clubs")
    yield Request("app", "list_clubs", None, query="?member_id=$outsider")
    yield Request("pos", "list_clubs", None, query="?member_id=$friend")
    yield Request("app", "list_rewards")
    yield Request("pos", "lookup_member", {"identifiers": [{"kind": "card", "value": "OUT"}]})
    yield Request("app", "ask_quote", {**basket(), "rewards": True})


def purchases() -> Iterator[Request]:
    """From a basket to a return, with everything read in between."""
    yield Request("checkout", "ask_quote", basket())
    yield Request("checkout", "place_hold", basket(checkout="c-1"), keep="hold")
    for operation in ("read_hold", "extend_hold", "release_hold"):
        body = {"hold_for": 900} if operation == "extend_hold" else None
        yield Request("checkout", operation, body, {"hold_id": "$hold"})
    for number in range(2):
        bought = {**basket(), "external_id": f"order-{number}"}
        yield Request("checkout", "record_purchase", bought, keep=f"bought-{number}")
    yield Request("checkout", "record_purchase", {**basket(), "external_id": "order-1"})
    items = [{**basket("INNER20"), "mode": "record", "external_id": "batch-1"}]
    yield Request("checkout", "record_purchase_batch", {"items": items})
    of_it = {"purchase_id": "$bought-1"}
    yield Request("app", "read_purchase", None, of_it)
    for role in ROLES:
        yield Request(role, "explain_purchase", None, of_it)
    yield Request("checkout", "search_purchases", {"member": {"id": "$outsider"}})
    back = {"channel": "web", "external_id": "back-1", "purchase": {"id": "$bought-0"}}
    yield Request("checkout", "record_return", back)
    yield Request("checkout", "void_purchase", {"reason": "a mistake"}, of_it)
    yield Request("app", "record_activity", {
        "name": "review-written", "source": "shop", "external_id": "review-1",
        "member": {"id": "$outsider"},
    })  # fmt: skip


def people() -> Iterator[Request]:
    """Members, transfers and households."""
    card = {"identifiers": [{"kind": "card", "value": "NEW"}]}
    yield Request("app", "enrol_member", card, keep="new")
    yield Request("app", "change_member", {"profile": {"name": "Eve"}}, OUTSIDER)
    said = {"channel": "email", "given": True, "source": "web"}
    yield Request("app", "record_consents", {"consents": [said]}, OUTSIDER)
    units = {"to": {"id": "$friend"}, "wallet": "points", "amount": 10, "reason": "a present"}
    yield Request("app", "transfer_units", units, OUTSIDER)
    yield Request("app", "form_household", {"head": "$outsider"}, keep="home")
    yield Request("app", "read_household", None, {"household_id": "$home"})


# Routes asked with the example of the documentation, and of nobody's things: they tell of nothing
# that a program has of clubs, but an answer is an answer.
AS_DOCUMENTED: Final = (
    ("checkout", "attach_purchase"),
    ("checkout", "exchange_items"),
    ("app", "record_activity_batch"),
    ("app", "read_operation"),
    ("app", "invite_to_household"),
    ("app", "join_household"),
    ("app", "change_household_person"),
    ("app", "leave_household"),
    ("app", "remove_from_household"),
    ("app", "dissolve_household"),
    ("app", "give_to_household"),
    ("app", "draw_from_household"),
    ("app", "read_coupon_batch"),
    ("pos", "activate_gift_card"),
    ("pos", "top_up_gift_card"),
    ("app", "check_gift_card"),
    ("pos", "list_gift_card_entries"),
    ("pos", "sign_in_staff"),
    ("pos", "sign_out_staff"),
    ("pos", "change_staff_secret"),
)

REQUESTS: Final = (
    *lists(),
    *clubs(),
    *links(),
    *coupons(),
    *purchases(),
    *people(),
    *rewards(),
    *(Request(role, operation) for role, operation in AS_DOCUMENTED),
    *lists(),
    *guesses(),
)


@pytest.fixture
async def both(database: Fresh, other_database: Fresh) -> AsyncIterator[tuple[Service, Service]]:
    """The service with the club, and the one without it."""
    async with (
        serving(database.url, program=PROGRAM) as inside,
        serving(other_database.url, program=WITHOUT) as outside,
    ):
        yield inside, outside


def test_every_route_of_an_outsiders_channel_is_asked() -> None:
    may = {scope for role in ROLES for scope in scopes_of(role)}
    callable_ = {route.operation_id for route in ROUTES if route.scope in may}

    assert {request.operation for request in REQUESTS} == callable_


def test_no_channel_of_outsiders_reads_the_program_or_all_of_a_decision() -> None:
    for role in ROLES:
        assert not {"program:read", "decisions:read", "clubs:manage", "events:read"} & set(
            scopes_of(role)
        )


async def test_outsiders_are_answered_as_if_the_club_did_not_exist(
    both: tuple[Service, Service],
) -> None:
    said = [await people_of(service) for service in both]
    code = await settled_in(both[0], said[0])
    shown = {"unique": code, "link": await link_to(both[0])}
    walks = [Walk(one, {**ids, **shown}) for one, ids in zip(both, said, strict=True)]

    differing = []
    for request in REQUESTS:
        seen, wanted = [await walk.ask(request) for walk in walks]
        assert seen.status < 500, seen
        if not seen.is_like(wanted):
            differing.append((seen, wanted))

    assert differing == []


async def test_the_insider_sees_what_outsiders_do_not(both: tuple[Service, Service]) -> None:
    inside, _ = both
    said = await people_of(inside)
    await settled_in(inside, said)
    insider, outsider = said["insider"], said["outsider"]
    card = [{"kind": "card", "value": "IN"}]

    clubs_of = {
        one["id"]
        for one in (await inside.app.get(f"/v1/clubs?member_id={insider}")).json()["items"]
    }
    rewards_of = {
        name: {
            one["id"] for one in (await inside.app.get(f"/v1/members/{m}/rewards")).json()["items"]
        }
        for name, m in (("insider", insider), ("outsider", outsider))
    }
    quote = await inside.app.post("/v1/quotes", json={**basket("INNER20"), "member": card})
    check = await inside.app.post(
        "/v1/coupons/check", json={"code": "INNER20", "member": {"id": insider}}
    )

    assert clubs_of == {"inner", "friends", "readers"}
    assert rewards_of["insider"] - rewards_of["outsider"] == {"inner-cup", "inner-tree"}
    assert [one["coupon"] for one in quote.json()["coupons"]] == ["INNER20"]
    assert {"inner-price", "inner-bonus"} <= {one["rule"] for one in quote.json()["effects"]}
    assert (check.json()["usable"], check.json()["template"]) == (True, "INNER")
