"""What a new version changes, in words."""

import re

import pytest

from service.rules.check import check_text
from service.rules.plan import ladders_changed, plan
from tests.rules.check.files import document

TEXT = """\
program: {id: shop, timezone: Europe/Warsaw, currency: EUR, no_earning: {category: deposit}, \
discount_caps: [{where: {category: tobacco}, max: 5 %}]}
channels: [web, app]
stores: {waw-01: {groups: [warsaw]}}
identifiers: [card, phone]
line_fields: {category: text}
member_fields: {taste: [sweet, sour]}
wallets:
  points:
    title: {en: Beans}
    pending: {for: 14d}
    expires: {after: 12 months, per_tier: {main: {gold: never}}}
  cash:
    scale: 2
    shortfall: clamp
    redeem: {rate: 1 cash = 1 EUR, min: 2, step: 0.50, share_max: 50 %, where: {kind: goods}}
  status: {qualifying: true}
ladders:
  main:
    title: {en: Levels}
    qualify: {wallet: status, within: {rolling: 12 months}}
    downgrade: {steps: one, grace: 1 month}
    tiers: [{id: base, from: 0}, {id: gold, from: 2000, title: {en: Gold}}]
coupons:
  MINE: {personal: true, discount: {percent: 10, max: 20 EUR}, valid: {for: 60d}}
  SHARED:
    title: {en: Three}
    code: HELLO5
    when: {now.day: 1}
    discount: {buy: 3, pay: 2, where: {category: beans}}
    valid: {from: 2026-02-01, until: 2026-02-28}
    limit: {uses: 100, per_member: 1}
campaigns:
  - id: price
    budget: {money: 500 EUR, when_out: reject}
    rules:
      - id: price
        then: [{discount: {percent: 5, where: {category: cake}}}, {coupon: {template: MINE}}]
  - id: base
    rules:
      - id: base-earn
        then: [{points: {per: 1 EUR, award: 1}}]
  - id: autumn
    from: 2026-09-01
    until: 2026-11-30
    budget: {points: 1000, when_out: trim}
    rules:
      - id: mornings
        when: {now.weekday: mon}
        limit: {times: 1, per: day}
        then: [{multiply: {by: 2}}]
"""
OLD = document(TEXT)
CASH_WORTH_HALF = [
    ("wallet 'cash': redeem 1.00 cash = 1.00 EUR as a tender -> 2.00 cash = 1.00 EUR as a tender")
]
CASH_CAPPED_OTHERWISE = [
    "wallet 'cash': redeem max none -> 9.00",
    "wallet 'cash': redeem share max 50 % -> none",
]
CASH_GIVEN_BACK_SHORTER = ["wallet 'cash': redeem grace 30 days -> 9 days"]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("id: shop", "id: shop2", ["program: id shop -> shop2"]),
        ("Warsaw", "Vilnius", ["program: timezone Europe/Warsaw -> Europe/Vilnius"]),
        ("EUR, no", "EUR, prices: net, no", ["program: prices gross -> net"]),
        ("EUR, no", "EUR, earns_on: net, no", ["program: earns on gross -> net"]),
        ("EUR, no", "EUR, claim_max: 60d, no", ["program: claim max 30 days -> 60 days"]),
        ("EUR, no", "EUR, backdate_max: 2h, no", ["program: backdate max 30 days -> 2 hours"]),
        ("EUR, no", "EUR, title: {en: Shop}, no", ["program: title added"]),
        ("category: deposit", "category: fees", ["program: no earning changed"]),
        ("max: 5 %", "max: 6 %", ["program: discount caps changed"]),
        ("rate: 1 c", "rate: 2 c", CASH_WORTH_HALF),
        ("min: 2", "min: 2.50", ["wallet 'cash': redeem min 2.00 -> 2.50"]),
        ("step: 0.50", "step: 1", ["wallet 'cash': redeem step 0.50 -> 1.00"]),
        ("share_max: 50 %", "share_max: 60 %", ["wallet 'cash': redeem share max 50 % -> 60 %"]),
        ("share_max: 50 %", "max: 9", CASH_CAPPED_OTHERWISE),
        ("kind: goods", "kind: service", ["wallet 'cash': redeem where changed"]),
        ("share_max: 50 %", "share_max: 50 %, grace: 9d", CASH_GIVEN_BACK_SHORTER),
        ("[web, app]", "[web, pos]", ["channel 'app' removed", "channel 'pos' added"]),
        ("[warsaw]", "[city]", ["store 'waw-01': groups warsaw -> city"]),
        ("{waw-01", "{krk-01: {}, waw-01", ["store 'krk-01' added"]),
        (
            "[card, phone]",
            "[phone, card]",
            ["identifiers: in the order card, phone -> phone, card"],
        ),
        (
            "category: text}",
            "category: text, brand: [a, b]}",
            ["line field 'brand' added: type one of a, b"],
        ),
        (
            "[sweet, sour]",
            "text",
            ["member field 'taste': type one of sweet, sour -> text"],
        ),
        ("en: Beans", "en: Bean", ["wallet 'points': title changed"]),
        ("pending: {for: 14d}", "", ["wallet 'points': pending 14 days -> none"]),
        (
            "after: 12 m",
            "after: 6 m",
            ["wallet 'points': expires after 12 months -> after 6 months"],
        ),
        (
            "gold: never",
            "gold: {after: 2 years}",
            ["wallet 'points': expires for main gold never -> after 2 years"],
        ),
        ("shortfall: clamp", "shortfall: debt", ["wallet 'cash': shortfall clamp -> none"]),
        (
            "  status:",
            "  gifts: {}\n  status:",
            ["wallet 'gifts' added: expires never", "rule 'mornings': effects changed"],
        ),
        ("en: Levels", "en: Steps", ["ladder 'main': title changed"]),
        (
            "rolling: 12",
            "rolling: 6",
            [
                (
                    "ladder 'main': qualify by wallet 'status', rolling 12 months -> "
                    "by wallet 'status', rolling 6 months"
                )
            ],
        ),
        (
            "steps: one, ",
            "",
            [
                (
                    "ladder 'main': downgrade at the end of the period, one step at a time, "
                    "1 month of grace -> at the end of the period, to the tier reached, "
                    "1 month of grace"
                )
            ],
        ),
        ("from: 2000", "from: 2500", ["tier 'main gold': from 2000 -> 2500"]),
        ("title: {en: Gold}", "title: {en: Au}", ["tier 'main gold': title changed"]),
        (
            "{id: base, from: 0}",
            "{id: start, from: 0}",
            ["tier 'main base' removed", "tier 'main start' added: from 0"],
        ),
        ("from: 2026-09-01\n    ", "", ["campaign 'autumn': from 2026-09-01 -> none"]),
        ("2026-11-30", "2026-12-31", ["campaign 'autumn': until 2026-11-30 -> 2026-12-31"]),
        (
            "points: 1000, when_out: trim",
            "points: 2000, when_out: reject",
            [
                (
                    "campaign 'autumn': budget 1000 of wallet 'points', then trim -> "
                    "2000 of wallet 'points', then reject"
                )
            ],
        ),
        ("when: {now.weekday: mon}", "", ["rule 'mornings': conditions removed"]),
        ("weekday: mon", "weekday: tue", ["rule 'mornings': conditions changed"]),
        ("per: day", "per: 1d", ["rule 'mornings': limit 1 per calendar day -> 1 per 1 day"]),
        ("by: 2", "by: 3", ["rule 'mornings': effects changed"]),
        ("percent: 5", "percent: 6", ["rule 'price': effects changed"]),
        (
            "money: 500 EUR, when_out: reject",
            "money: 400 EUR",
            ["campaign 'price': budget 500.00 EUR, then reject -> 400.00 EUR, then trim"],
        ),
        ("for: 60d", "for: 90d", ["coupon 'MINE': valid for 60 days -> 90 days"]),
        (
            "percent: 10, max: 20 EUR",
            "percent: 10",
            [("coupon 'MINE': gives 10 % off the order, at most 20.00 EUR -> 10 % off the order")],
        ),
        (
            "{personal: true, d",
            "{personal: true, recover: points, comes_back: never, priority: 2, d",
            [
                "coupon 'MINE': priority none -> 2",
                "coupon 'MINE': comes back none -> never",
                "coupon 'MINE': recover none -> points",
            ],
        ),
        ("code: HELLO5", "code: HELLO6", ["coupon 'SHARED': code HELLO5 -> HELLO6"]),
        ("title: {en: Three}\n    code", "code", ["coupon 'SHARED': title removed"]),
        (
            "code: HELLO5",
            "code: HELLO5\n    text: {en: Tasty}\n    terms: {en: Once}",
            ["coupon 'SHARED': text added", "coupon 'SHARED': terms added"],
        ),
        (
            "buy: 3, pay: 2",
            "buy: 4, pay: 3",
            ["coupon 'SHARED': gives buy 3, 1 of those free -> buy 4, 1 of those free"],
        ),
        ("category: beans", "category: tea", ["coupon 'SHARED': for lines changed"]),
        (
            "buy: 3, pay: 2, where: {category: beans}",
            "buy: 3, pay: 2",
            ["coupon 'SHARED': for lines removed"],
        ),
        ("now.day: 1", "now.day: 2", ["coupon 'SHARED': conditions changed"]),
        ("from: 2026-02-01, ", "", ["coupon 'SHARED': valid from 2026-02-01 -> none"]),
        (
            "until: 2026-02-28",
            "until: 2026-03-01",
            ["coupon 'SHARED': valid until 2026-02-28 -> 2026-03-01"],
        ),
        ("uses: 100", "uses: 200", ["coupon 'SHARED': uses 100 -> 200"]),
        (
            "per_member: 1",
            "per_member: 2, per: month",
            ["coupon 'SHARED': per member 1 ever -> 2 per calendar month"],
        ),
        (
            "  SHARED:",
            "  SAVE20:",
            [
                "coupon 'SHARED' removed",
                (
                    "coupon 'SAVE20' added: code HELLO5, gives buy 3, 1 of those free, "
                    "valid from 2026-02-01, valid until 2026-02-28, uses 100, per member 1 ever"
                ),
            ],
        ),
        (
            "- id: mornings",
            "- id: mornings\n        priority: 5",
            ["rule 'mornings': priority none -> 5"],
        ),
        (
            "- id: mornings",
            "- id: early",
            [
                "rule 'mornings' removed",
                "rule 'early' added: campaign 'autumn', limit 1 per calendar day",
            ],
        ),
    ],
)
def test_each_change_is_one_line_that_names_what_changes(
    before: str, after: str, told: list[str]
) -> None:
    assert TEXT.count(before) == 1
    assert plan(OLD, document(TEXT.replace(before, after))) == told


def test_a_new_wallet_changes_rules_that_multiply_all_wallets() -> None:
    gifts = TEXT.replace("  status:", "  gifts: {}\n  status:")
    assert "rule 'mornings': effects changed" in plan(OLD, document(gifts))
    named = gifts.replace("{by: 2}", "{by: 2, wallets: [points, cash]}")
    assert plan(OLD, document(named)) == ["wallet 'gifts' added: expires never"]


def test_nothing_changed_gives_nothing() -> None:
    assert plan(OLD, OLD) == []


def test_comments_order_and_numbers_are_no_changes() -> None:
    head, tail = TEXT.split("  - id: base\n")
    base, autumn = tail.split("  - id: autumn\n")
    moved = f"{head}  - id: autumn\n{autumn}  - id: base\n{base}# the end\n"
    moved = moved.replace("[web, app]", "[app, web]")
    found = check_text(moved, previous=document("\n".join(TEXT.splitlines()[:6]))).document
    assert found is not None
    assert plan(OLD, found) == []


def test_a_rule_moved_to_another_campaign_is_told_as_moved() -> None:
    rule = "      - id: mornings\n" + TEXT.split("      - id: mornings\n")[1]
    text = TEXT.replace(rule, "").replace("  - id: autumn", f"{rule}  - id: autumn")
    text += "      - id: other\n        then: [{points: {fixed: 1}}]\n"
    assert plan(OLD, document(text)) == [
        "rule 'other' added: campaign 'autumn'",
        "rule 'mornings': campaign 'autumn' -> 'base'",
    ]


def test_a_first_version_is_told_whole() -> None:
    lines = plan(None, OLD)
    assert lines[0] == (
        "program added: id shop, timezone Europe/Warsaw, currency EUR, prices gross, "
        "earns on gross, backdate max 30 days, claim max 30 days"
    )
    assert all(re.search(" added(:|$)", line) for line in lines)
    assert len(lines) == 1 + 2 + 1 + 1 + 1 + 1 + 3 + 1 + 2 + 3 + 3 + 2


def test_many_of_one_kind_are_counted() -> None:
    stores = ", ".join(f"s{number}: {{}}" for number in range(21))
    found = document(TEXT.replace("{waw-01", f"{{{stores}, waw-01"))
    assert plan(OLD, found) == ["21 stores added"]
    assert plan(found, OLD) == ["21 stores removed"]


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ("from: 2000", "from: 2500", True),
        ("steps: one", "steps: all", True),
        ("rolling: 12", "rolling: 6", True),
        ("id: base, from: 0", "id: start, from: 0", True),
        (
            "  main:\n",
            (
                "  first: {qualify: {visits: true, within: lifetime}, "
                "tiers: [{id: x, from: 0}]}\n  main:\n"
            ),
            False,
        ),
        ("en: Levels", "en: Steps", False),
        ("en: Gold", "en: Au", False),
        ("by: 2", "by: 3", False),
    ],
)
def test_a_ladder_is_changed_when_members_may_move_on_it(
    before: str, after: str, *, changed: bool
) -> None:
    found = ladders_changed(OLD, document(TEXT.replace(before, after)))
    assert ("main" in found) is changed
    assert ("first" in found) is ("first" in after)


def test_every_ladder_of_a_first_version_is_new() -> None:
    assert ladders_changed(None, OLD) == ("main",)


CLUB = "clubs: {table: {enter: [{rule: {member.known: true}}], seats: 9}}\n"


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("seats: 9", "seats: 10", ["club 'table': seats 9 -> 10"]),
        ("seats: 9", "visible: true, seats: 9", ["club 'table': visible to members -> to everybo"]),
        ("known: true", "known: false", ["club 'table': rule changed"]),
        (
            "known: true}}",
            "known: true}, mode: auto}",
            ["club 'table': enter by rule, offered, while it is true -> by rule, at once, while"],
        ),
        ("clubs: {", "badges: {b: {}}\nclubs: {", ["badge 'b' added"]),
        ("table:", "chair:", ["club 'table' removed", "club 'chair' added: visible to members"]),
        ("clubs: {", "segments: {s: {member.known: true}}\nclubs: {", ["segment 's' added"]),
        (
            "id: base-earn\n",
            "id: base-earn\n        trigger: enrol\n",
            ["rule 'base-earn': trigger none -> enrol"],
        ),
        (
            "from: 2026-09-01\n",
            "from: 2026-09-01\n    early_access: {club: table, by: 7d}\n",
            ["campaign 'autumn': early access none -> 7 days for club 'table'"],
        ),
    ],
)
def test_a_change_of_who_belongs_is_told(before: str, after: str, told: list[str]) -> None:
    text = TEXT.replace("{points: {per: 1 EUR, award: 1}}", "{points: {fixed: 1}}") + CLUB
    found = plan(document(text), document(text.replace(before, after)))
    assert len(found) == len(told)
    for line, start in zip(found, told, strict=True):
        assert line.startswith(start)
