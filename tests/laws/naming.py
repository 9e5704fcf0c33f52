"""Which operations name a member, and what is asked of them in the law of old ids."""

import typing
import uuid
from collections.abc import Iterator
from typing import Any, Final

import msgspec

from service.api.route import Route
from service.api.table import ROUTES
from tests.laws.outsiders import Request, basket

# Where an id stands that is nobody's; every other id in a body or a query is a member's.
THINGS: Final = frozenset(
    {"hold_id", "buy.hold_id", "coupon_id", "card_id", "purchase.id", "bring.purchase.id", "events"}
)
ME: Final = {"member_id": "$me"}
OLD: Final = frozenset({"$me", "$friend", "$second"})  # the last one only under its old id
HOME: Final = {"household_id": "$home"}
CLUB: Final = {"club": "inner"}
PAID: Final = {"amount": 2_900, "currency": "EUR"}


def ids_in(given: Any, path: tuple[str, ...] = ()) -> Iterator[str]:
    """The places of ids in a type, as `member.id`; those of lists as of one item."""
    if given is uuid.UUID:
        yield ".".join(path)
    elif isinstance(given, type) and issubclass(given, msgspec.Struct):
        for field in msgspec.structs.fields(given):
            yield from ids_in(field.type, (*path, field.encode_name))
    else:
        for part in typing.get_args(given):
            yield from ids_in(part, path)


def members_in(route: Route) -> set[str]:
    """Where the operation names members."""
    asked = set() if route.takes is None else set(ids_in(route.takes.given))
    found = {place for place in asked if place.removeprefix("items.") not in THINGS}
    return found | ({"{member_id}"} if "{member_id}" in route.path else set())


KEYED: Final = {one.operation_id for one in ROUTES if one.key and members_in(one)}
NAMING: Final = {one.operation_id: places for one in ROUTES if (places := members_in(one))}


def named_in(request: Request) -> set[str]:
    """Where a request names somebody who may be named by an old id."""
    found = set(_named(request.body, ()))
    if request.ids.get("member_id") in OLD:
        found.add("{member_id}")
    name, _, value = request.query.removeprefix("?").partition("=")
    return found | ({name} if value in OLD else set())


def _named(value: Any, path: tuple[str, ...]) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _named(inner, (*path, name))
    elif isinstance(value, list):
        for inner in value:
            yield from _named(inner, path)
    elif value in OLD:
        yield ".".join(path)


def of_me(operation: str, body: Any = None, query: str = "", keep: str | None = None) -> Request:
    """An operation on a member's own path."""
    return Request("admin", operation, body, ME, query, keep)


def reads() -> Iterator[Request]:
    """All that is told of a member."""
    for operation in (
        "read_member", "read_home", "read_tier", "read_wallets", "list_coupons", "list_purchases",
        "list_member_rewards", "list_redemptions", "read_members_household", "list_members_clubs",
        "list_activities", "export_member", "read_consents", "stream_member",
    ):  # fmt: skip
        yield of_me(operation)
    yield of_me("read_wallets", query="?at=2030-01-01T00:00:00Z")
    yield of_me("list_members_clubs", query="?history=true")
    yield Request("admin", "list_entries", None, {**ME, "wallet": "points"})
    yield Request("admin", "list_clubs", None, query="?member_id=$me")
    yield Request("admin", "read_club", None, CLUB, "?member_id=$me")
    yield Request("admin", "search_purchases", {"member": {"id": "$me"}})
    by_card = {"identifiers": [{"kind": "card", "value": "OLD_ME"}]}
    yield Request("admin", "lookup_member", by_card)


def baskets() -> Iterator[Request]:
    """Everything at a checkout, of a member who is named by id."""
    mine = basket(member={"id": "$me"})
    yield Request("admin", "ask_quote", mine)
    yield Request("admin", "place_hold", {**mine, "checkout": "c-1"}, keep="hold")
    yield Request("admin", "release_hold", None, {"hold_id": "$hold"})
    yield Request("admin", "record_purchase", {**mine, "external_id": "p-1"}, keep="bought")
    items = [{**mine, "mode": "record", "external_id": "p-2"}]
    yield Request("admin", "record_purchase_batch", {"items": items})
    back = {"channel": "web", "external_id": "r-1", "purchase": {"id": "$bought"}}
    exchange = {"bring": back, "buy": {**mine, "external_id": "p-3"}}
    yield Request("admin", "exchange_items", exchange)
    nobodys = {name: one for name, one in mine.items() if name != "member"}
    yield Request("admin", "record_purchase", {**nobodys, "external_id": "p-4"}, keep="nobodys")
    shown = {"member": {"id": "$me"}, "reason": "showed the receipt"}
    yield Request("admin", "attach_purchase", shown, {"purchase_id": "$nobodys"})
    moved = {"member": {"id": "$friend"}, "from_member": "$me", "reason": "was the friend's"}
    yield Request("admin", "attach_purchase", moved, {"purchase_id": "$nobodys"})
    review = {"name": "review-written", "source": "shop", "member": {"id": "$me"}}
    yield Request("admin", "record_activity", {**review, "external_id": "a-1"})
    items = [{**review, "external_id": "a-2"}]
    yield Request("admin", "record_activity_batch", {"items": items})
    yield Request("admin", "check_coupon", {"code": "WELCOME5", "member": {"id": "$me"}})


def desk() -> Iterator[Request]:
    """What is done with a member by hand, and what a member does."""
    yield of_me("change_member", {"profile": {"name": "Ola"}})
    said = {"channel": "email", "given": True, "source": "web"}
    yield of_me("record_consents", {"consents": [said]})
    gift = {"wallet": "points", "amount": 1_500, "reason": "a start"}
    yield of_me("adjust_wallet", gift)
    units = {"to": {"id": "$friend"}, "wallet": "points", "amount": 10, "reason": "a present"}
    yield of_me("transfer_units", units)
    back = {"to": {"id": "$me"}, "wallet": "points", "amount": 10, "reason": "no, thanks"}
    yield Request("admin", "transfer_units", back, {"member_id": "$friend"})
    yield of_me("issue_coupon", {"template": "THANKS10", "reason": "cold coffee"})
    yield of_me("redeem_reward", {"reward": "cup"})
    staff = {"login": "ola", "role": "agent", "password": "seven otters sing at dawn"}
    yield Request("admin", "create_staff_account", {**staff, "member": "$me"}, keep="account")
    at = {"account_id": "$account"}
    yield Request("admin", "change_staff_account", {"member": "$friend"}, at)
    yield Request("admin", "change_staff_account", {"member": "$me"}, at)
    yield Request("admin", "change_staff_account", {"member": None}, at)


def household() -> Iterator[Request]:
    """A household from its first day to its last."""
    mine, friends = {"member": "$me"}, {"member": "$friend"}
    asked = {"by": "$me", "member": {"id": "$friend"}}
    yield Request("admin", "form_household", {"head": "$me"}, keep="home")
    yield Request("admin", "invite_to_household", asked, HOME)
    yield Request("admin", "join_household", friends, HOME)
    may = {"by": "$me", "draw_max": {"points": 100}}
    friend_at_home = {**HOME, "member_id": "$friend"}
    yield Request("admin", "change_household_person", may, friend_at_home)
    units = {"wallet": "points", "amount": 50}
    yield Request("admin", "give_to_household", {**mine, **units}, HOME)
    yield Request("admin", "draw_from_household", {**friends, **units}, HOME)
    yield of_me("read_members_household")
    yield Request("admin", "leave_household", friends, HOME)
    yield Request("admin", "invite_to_household", asked, HOME)
    yield Request("admin", "join_household", friends, HOME)
    yield Request("admin", "remove_from_household", {"by": "$me", **friends}, HOME)
    yield Request("admin", "dissolve_household", {"by": "$me"}, HOME)


def club() -> Iterator[Request]:
    """Everything that belongs to being in a club, and owning it."""
    mine, friends = {"member": "$me"}, {"member": "$friend"}

    def of_club(operation: str, body: Any, keep: str | None = None, **ids: str) -> Request:
        return Request("admin", operation, body, {**CLUB, **ids}, keep=keep)

    yield of_club("let_into_club", {"member": {"id": "$me"}, "note": "founding member"})
    yield of_club("pause_club_membership", {**mine, "until": None})
    yield of_club("resume_club_membership", mine)
    yield of_club("change_club_owner", {**mine, "by": None})
    invitation = {"by": "$me", "member": {"id": "$friend"}}
    yield of_club("invite_to_club", invitation, "offer")
    yield of_club("withdraw_club_invitation", {"by": "$me"}, offer_id="$offer")
    yield of_club("invite_to_club", invitation)
    yield of_club("decline_club_offer", friends)
    yield of_club("make_club_code", {"by": "$me", "uses_max": 1}, "code")
    yield of_club("void_club_code", {"by": "$me"}, code_id="$code")
    yield of_club("apply_to_club", {**friends, "words": "please"}, "application")
    yield of_club("withdraw_club_application", friends, application_id="$application")
    yield of_club("apply_to_club", {**friends, "words": "again"}, "application")
    decided = {"decision": "approved", "by": "$me", "note": "welcome"}
    yield of_club("decide_club_application", decided, application_id="$application")
    units = {"wallet": "points", "amount": 10}
    yield of_club("give_to_club", {**friends, **units})
    yield of_club("draw_from_club", {**mine, **units})
    yield of_club("leave_club", friends)
    yield of_club("ban_from_club", {"member": {"id": "$friend"}, "note": "rude to staff"})
    yield of_club("unban_from_club", {"member": {"id": "$friend"}, "note": "said sorry"})
    yield of_club("change_club_owner", {"member": None, "by": "$me"})
    yield of_club("leave_club", mine)
    yield of_club("offer_club_payment", mine)
    yield of_club("record_club_payment", {**PAID, "member": {"id": "$me"}, "reference": "pay-1"})
    yield of_club("cancel_club_membership", mine)
    yield of_club("keep_club_membership", mine)
    yield of_club("let_into_club", {"member": {"id": "$filler"}, "note": "the second seat"})
    yield of_club("let_into_club", {"member": {"id": "$third"}, "note": "the last seat"})
    yield of_club("invite_to_club", {"by": None, "member": {"id": "$friend"}})
    yield of_club("join_club", friends)
    yield of_club("leave_waiting_list", friends)


def ends() -> Iterator[Request]:
    """What makes one of two, two of one, and nobody of somebody."""
    yield of_me("merge_member", {"member": {"id": "$friend"}, "note": "the same once more"})
    yield Request(
        "admin", "unmerge_member", {"note": "two people after all"}, {"member_id": "$second"}
    )
    yield of_me("erase_member", {"note": "asked for it"})
    yield of_me("read_member")


def keyed() -> Iterator[Request]:
    """What is remembered under an Idempotency-Key, of two who are not merged yet."""
    yield from desk()
    mine = basket(member={"id": "$me"})
    nobodys = {name: one for name, one in mine.items() if name != "member"}
    yield Request("admin", "record_purchase", {**nobodys, "external_id": "k-1"}, keep="nobodys")
    shown = {"member": {"id": "$me"}, "reason": "showed the receipt"}
    yield Request("admin", "attach_purchase", shown, {"purchase_id": "$nobodys"})
    mine, units = {"member": "$me"}, {"wallet": "points", "amount": 10}
    yield Request("admin", "form_household", {"head": "$me"}, keep="home")
    yield Request("admin", "give_to_household", {**mine, **units}, HOME)
    yield Request("admin", "draw_from_household", {**mine, **units}, HOME)
    founder = {"member": {"id": "$me"}, "note": "founding member"}
    yield Request("admin", "let_into_club", founder, CLUB)
    yield Request("admin", "make_club_code", {"by": "$me", "uses_max": 1}, CLUB)
    yield Request("admin", "give_to_club", {**mine, **units}, CLUB)
    yield Request("admin", "change_club_owner", {**mine, "by": None}, CLUB)
    yield Request("admin", "draw_from_club", {**mine, **units}, CLUB)
    yield of_me("merge_member", {"member": {"id": "$second"}, "note": "the same person"})
    yield Request("admin", "unmerge_member", {"note": "two after all"}, {"member_id": "$second"})
    yield Request("admin", "erase_member", {"note": "asked for it"}, {"member_id": "$third"})


REQUESTS: Final = (
    *reads(),
    *desk(),
    *baskets(),
    *household(),
    *club(),
    *reads(),
    *ends(),
)
