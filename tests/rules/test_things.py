"""What a program consists of, in words."""

import pytest

from service.rules.things import Hidden, things
from tests.rules.check.files import HEAD, RICH, document

COUPONS = (
    "coupons: {A: {discount: {amount: 5 EUR}}, B: {personal: true, points: {fixed: 5}}, "
    "C: {code: Hello-5, multiply: {by: 2}}, "
    "D: {discount: {buy: 1, where: {sku: a}, free: 1, of: {sku: b}}}}\n"
)
REWARDS = (
    "rewards: {mug: {price: 250, gives: {item: mug}}, "
    "one: {title: {en: One}, price: 2.50 cash, prices: {gold: 2 cash}, gives: {coupon: B}, "
    "stock: 0, "
    "from: 2026-03-29, until: 2026-10-25, limit: {times: 1, per: year}, "
    "when: {member.newsletter: true}}}\n"
)
CARDS = (
    "gift_cards: {plain: {max: 5 EUR}, full: {title: {en: A}, min: 1 EUR, max: 9 EUR, pin: true}}\n"
)
RULE = "  - {id: one, then: [{points: {fixed: 1}}]}\n"
WHOLE = document(f"{RICH}{RULE}{COUPONS}{REWARDS}{CARDS}")


def test_everything_in_a_program_is_a_thing_once() -> None:
    found = [(thing.kind, thing.name) for thing in things(WHOLE)]
    assert len(found) == len(set(found))
    assert ("tier", "main gold") in found
    assert ("rule", "one") in found
    assert ("coupon", "A") in found
    assert ("reward", "mug") in found
    assert {kind for kind, _ in found} == {
        *("program", "channel", "store", "identifiers", "line field", "member field"),
        *("wallet", "ladder", "tier", "campaign", "rule", "coupon", "reward"),
        "gift card",
    }


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("A", {"gives": "5.00 EUR off the order", "uses": "1"}),
        ("B", {"personal": "yes", "gives": "5 to wallet 'points'", "uses": "1"}),
        ("C", {"code": "Hello-5", "gives": "x 2 in wallets 'points', 'cash'"}),
    ],
)
def test_the_parts_of_a_coupon_are_told_without_its_defaults(
    name: str, parts: dict[str, str]
) -> None:
    (found,) = [thing for thing in things(WHOLE) if (thing.kind, thing.name) == ("coupon", name)]
    assert found.parts == parts


def test_the_parts_of_a_reward_are_told_without_its_defaults() -> None:
    mug, one = [thing for thing in things(WHOLE) if thing.kind == "reward"]
    assert mug.parts == {"price": "250 of wallet 'points'", "gives": "item 'mug'"}
    assert {name: text for name, text in one.parts.items() if not isinstance(text, Hidden)} == {
        "price": "2.50 of wallet 'cash'",
        "gives": "coupon 'B'",
        "stock": "0",
        "valid from": "2026-03-29",
        "valid until": "2026-10-25",
        "limit": "1 per calendar year",
        "price for main gold": "2.00 of wallet 'cash'",
    }
    assert one.parts.keys() >= {"title", "conditions"}


def test_lines_are_too_long_to_show_and_those_that_are_free_are_among_them() -> None:
    def lines(text: str) -> str:
        (found,) = [thing for thing in things(document(text)) if thing.kind == "coupon"]
        return found.parts["for lines"]

    discount = "{buy: 1, where: {sku: a}, free: 1, of: {sku: b}}"
    one = f"{HEAD}coupons: {{D: {{discount: {discount}}}}}"
    assert isinstance(lines(one), Hidden)
    assert lines(one) == lines(one.replace("D:", "E:"))
    assert lines(one) != lines(one.replace("sku: b", "sku: c"))
    assert lines(one) != lines(one.replace("sku: a", "sku: c"))


def test_sharing_is_told_of_the_wallet_and_once_for_all_households() -> None:
    found = {
        (thing.kind, thing.name): thing.parts
        for thing in things(
            document(
                f"{HEAD}wallets: {{points: {{transfer: {{max: 50}}}}}}\n"
                "households: {members_max: 6, wallets: [points]}"
            )
        )
    }
    assert found["wallet", "points"] == {"expires": "never", "transfer": "from 1, up to 50"}
    assert found["households", ""] == {
        "members max": "6",
        "wallets": "points",
        "offer for": "7 days",
    }


def test_lines_of_receipts_are_too_long_to_show_and_told_by_occasion() -> None:
    def told(lines: str) -> dict[str, str]:
        text = f"{HEAD}receipts: {{width: 32, quote: {{en: [{lines}]}}}}"
        return next(one.parts for one in things(document(text)) if one.kind == "receipts")

    assert told("a").keys() == {"width", "lines on a quote"}
    assert told("a")["width"] == "32"
    assert isinstance(told("a")["lines on a quote"], Hidden)
    assert told("a") != told("b")


def test_what_people_are_told_is_part_of_every_thing_they_see() -> None:
    one = f"{HEAD}wallets: {{points: {{text: {{en: A}}}}}}"
    found = {thing.kind: thing.parts for thing in things(document(one))}
    other = {thing.kind: thing.parts for thing in things(document(one.replace("A", "B")))}
    assert isinstance(found["wallet"]["text"], Hidden)
    assert found["wallet"] != other["wallet"]


def test_what_staff_may_do_alone_is_told_of_the_wallet_and_once_for_all() -> None:
    caps = "{max: 5, per_day_max: 20, reasons: [late, mistake]}"
    wallets = f"wallets: {{points: {{adjust: {caps}}}}}"
    found = {
        (thing.kind, thing.name): thing.parts
        for thing in things(document(f"{HEAD}{wallets}\nstaff: {{approve_for: 24h}}"))
    }
    assert found["wallet", "points"]["adjust"] == "alone up to 5, 20 a day, for late, mistake"
    assert found["staff", ""] == {"approve for": "24 hours"}


def test_a_wallet_that_does_not_pay_says_nothing_of_paying() -> None:
    (points,) = [thing for thing in things(WHOLE) if thing.name == "points"]
    assert points.parts == {"expires": "never"}


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("plain", {"max": "5.00 EUR", "expires": "never"}),
        (
            "full",
            {
                "title": '{"en":"A"}',
                "min": "1.00 EUR",
                "max": "9.00 EUR",
                "expires": "never",
                "pin": "yes",
            },
        ),
    ],
)
def test_the_parts_of_a_gift_card_are_told(name: str, parts: dict[str, str]) -> None:
    (found,) = [thing for thing in things(WHOLE) if (thing.kind, thing.name) == ("gift card", name)]
    assert found.parts == parts


CLUBS = (
    "clubs:\n  table: {title: {en: Table}, visible: true, enter: [invitation, "
    "{rule: {member.newsletter: true}, mode: auto}, {paid: 5 EUR, term: 1 year}], seats: 9, "
    "waiting_list: true, invitations_per_member: 2, pause_max: 1 month, wallets: [points]}\n"
    "  plain: {enter: [application]}\n"
    "segments: {fans: {member.newsletter: true}}\nbadges: {first: {title: {en: First}}, last: {}}\n"
)
JOINED = "  - {id: one, trigger: {club_join: table}, then: [{badge: {badge: first}}]}\n"
BELONGING = {
    (one.kind, one.name): {n: t for n, t in one.parts.items() if not isinstance(t, Hidden)}
    for one in things(document(f"{RICH}{JOINED}{CLUBS}"))
}


def test_the_parts_of_clubs_segments_and_badges_are_told() -> None:
    assert BELONGING["club", "table"] == {
        "visible": "to everybody",
        "enter": "by invitation; by rule, at once, while it is true; 5.00 EUR for 1 year",
        "seats": "9",
        "waiting list": "yes",
        "offer for": "72 hours",
        "invitations per member": "2",
        "pause max": "1 month",
        "pool": "points",
    }
    assert BELONGING["club", "plain"] == {
        "visible": "to members",
        "enter": "by application",
        "offer for": "72 hours",
    }
    assert BELONGING["segment", "fans"] == BELONGING["badge", "last"] == {}
    assert BELONGING["rule", "one"] == {
        "campaign": "'base'",
        "trigger": "club_join of 'table'",
    }
