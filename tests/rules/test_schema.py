"""The JSON Schema of a program file; service/rules/schema_clubs.py is tested here too."""

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.rules.check import (
    badges,
    campaigns,
    check_text,
    clubs,
    conditions,
    coupons,
    declared,
    discounts,
    early,
    effects,
    expiries,
    gift_cards,
    head,
    households,
    ladders,
    limits,
    places,
    program,
    receipts,
    redeeming,
    rewards,
    rules,
    segments,
    staff,
    transfers,
    triggers,
    wallets,
)
from service.rules.check.cursor import ID_PATTERN
from service.rules.registry import BUILT_IN, BUILT_IN_LINE_FIELDS
from service.rules.schema import json_schema
from service.rules.source import Mapping, Node, Sequence, parse
from tests.rules.check.files import HEAD, rule

PROGRAMS = {path.stem: path.read_text() for path in sorted(Path("service/programs").glob("*.yaml"))}
SCHEMA = json_schema()
VALIDATOR = jsonschema_rs.validator_for(SCHEMA)


def plain(node: Node) -> Any:
    """The file as an editor's YAML 1.2 reader sees it: there 1_000 and 010 are no numbers."""
    if isinstance(node, Mapping):
        return {key: plain(value) for key, (_, value) in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    if isinstance(node.value, Fraction):
        return float(node.value)
    return node.text if "_" in node.text else node.value


def fits(text: str) -> bool:
    root = parse(text).root
    assert root is not None
    return bool(VALIDATOR.is_valid(plain(root)))


def at(*path: str | int) -> Any:
    found: Any = SCHEMA
    for part in path:
        found = found["properties"][part] if isinstance(part, str) else found["anyOf"][part]
    return found


def items(of: Any) -> Any:
    return of["items"]


def by_id(of: Any) -> Any:
    (value,) = of["patternProperties"].values()
    return value


CAMPAIGN = items(at("campaigns"))
RULE = items(CAMPAIGN["properties"]["rules"])
EFFECTS = items(RULE["properties"]["then"])["properties"]
WALLET = by_id(at("wallets"))["properties"]
LADDER = by_id(at("ladders"))["properties"]
COUPON = by_id(at("coupons"))["properties"]
CLUB = by_id(at("clubs"))["properties"]
REWARD = by_id(at("rewards"))["properties"]
DEFS = SCHEMA["$defs"]


def test_it_is_a_valid_schema() -> None:
    jsonschema_rs.meta.validate(SCHEMA)


@pytest.mark.parametrize("name", PROGRAMS)
def test_the_programs_of_the_repository_fit(name: str) -> None:
    root = parse(PROGRAMS[name]).root
    assert root is not None
    assert [error.message for error in VALIDATOR.iter_errors(plain(root))] == []


@pytest.mark.parametrize(
    ("schema", "keys"),
    [
        (SCHEMA, program.SECTIONS),
        (at("program"), head.KEYS),
        (items(at("program", "discount_caps")), head.CAP_KEYS),
        (by_id(at("stores")), places.STORE_KEYS),
        (at("line_fields"), declared.LINE_KEYS),
        (by_id(at("wallets")), wallets.KEYS),
        (WALLET["pending"], wallets.PENDING_KEYS),
        (WALLET["redeem"], redeeming.KEYS),
        (WALLET["transfer"], transfers.KEYS),
        (WALLET["adjust"], staff.ADJUST_KEYS),
        (at("staff"), staff.KEYS),
        (at("households"), households.KEYS),
        (at("receipts"), receipts.KEYS),
        (at("households")["properties"]["draw"], households.DRAW_KEYS),
        (WALLET["expires"]["anyOf"][1], (*expiries.KEYS, "per_tier")),
        (DEFS["expiry"]["anyOf"][1], expiries.KEYS),
        (by_id(at("ladders")), ladders.KEYS),
        (LADDER["qualify"], ladders.QUALIFY_KEYS),
        (LADDER["qualify"]["properties"]["within"]["anyOf"][1], ladders.WITHIN_KEYS),
        (LADDER["downgrade"], ladders.DOWNGRADE_KEYS),
        (items(LADDER["tiers"]), ladders.TIER_KEYS),
        (CAMPAIGN, campaigns.KEYS),
        (CAMPAIGN["properties"]["budget"], campaigns.BUDGET_KEYS),
        (RULE, rules.KEYS),
        (RULE["properties"]["limit"], limits.KEYS),
        ({"properties": EFFECTS}, effects.READERS),
        (EFFECTS["points"], effects.POINTS_KEYS),
        (EFFECTS["multiply"], effects.MULTIPLY_KEYS),
        (EFFECTS["set_tier"], effects.SET_TIER_KEYS),
        (EFFECTS["discount"], discounts.KEYS),
        (EFFECTS["coupon"], effects.COUPON_KEYS),
        ({"properties": COUPON}, coupons.KEYS),
        (COUPON["discount"], discounts.KEYS),
        (COUPON["multiply"], effects.MULTIPLY_KEYS),
        (COUPON["points"], effects.POINTS_KEYS),
        (COUPON["valid"], coupons.VALID_KEYS),
        (COUPON["limit"], coupons.LIMIT_KEYS),
        ({"properties": REWARD}, rewards.KEYS),
        (REWARD["gives"], rewards.GIVES),
        (REWARD["limit"], limits.KEYS),
        (by_id(at("gift_cards")), gift_cards.KEYS),
        (at("clubs")["patternProperties"][ID_PATTERN], clubs.KEYS),
        (CLUB["draw"], households.DRAW_KEYS),
        (items(CLUB["enter"])["anyOf"][1], clubs.ENTRY_KEYS),
        (by_id(at("segments"))["anyOf"][1], segments.KEYS),
        (by_id(at("badges")), badges.KEYS),
        (CAMPAIGN["properties"]["early_access"], early.KEYS),
        (COUPON["early_access"], early.KEYS),
        (REWARD["early_access"], early.KEYS),
        (RULE["properties"]["trigger"]["anyOf"][1], triggers.KEYS),
        (EFFECTS["badge"], effects.BADGE_KEYS),
        (EFFECTS["invite"], effects.INVITE_KEYS),
        (EFFECTS["event"], effects.EVENT_KEYS),
        (DEFS["condition"]["properties"]["member.clubs"], conditions.BELONGING_KEYS),
        (DEFS["condition"]["properties"]["member.segments"], conditions.BELONGING_KEYS),
        (DEFS["condition"], [*(info.name for info in BUILT_IN), *conditions.LOGIC]),
        (DEFS["condition"]["properties"]["lines"], conditions.LINES_KEYS),
        (DEFS["where"], [*(i.name for i in BUILT_IN_LINE_FIELDS), "category", "brand"]),
    ],
)
def test_it_knows_the_same_keys_as_the_check(schema: Any, keys: Iterable[str]) -> None:
    assert set(schema["properties"]) == set(keys)


def keys_of(node: Node) -> set[str]:
    """Every key of the file, wherever it stands."""
    if isinstance(node, Mapping):
        return set(node.entries).union(*(keys_of(value) for _, value in node.entries.values()))
    if isinstance(node, Sequence):
        return set().union(*(keys_of(item) for item in node.items))
    return set()


def test_the_demo_program_uses_every_key() -> None:
    root = parse(PROGRAMS["corner-coffee"]).root
    assert root is not None
    known = {
        *(*program.SECTIONS, *head.KEYS, *head.CAP_KEYS, *places.STORE_KEYS, *declared.LINE_KEYS),
        *(*wallets.KEYS, *wallets.PENDING_KEYS, *expiries.KEYS, *redeeming.KEYS),
        *(*staff.KEYS, *staff.ADJUST_KEYS, *receipts.KEYS),
        *(*transfers.KEYS, *households.KEYS, *households.DRAW_KEYS),
        *(*ladders.KEYS, *ladders.QUALIFY_KEYS, *ladders.WITHIN_KEYS, *ladders.DOWNGRADE_KEYS),
        *(*ladders.TIER_KEYS, *campaigns.KEYS, *campaigns.BUDGET_KEYS, *rules.KEYS, *limits.KEYS),
        *(*effects.READERS, *effects.POINTS_KEYS, *effects.MULTIPLY_KEYS, *effects.SET_TIER_KEYS),
        *(*effects.COUPON_KEYS, *discounts.KEYS, *coupons.KEYS, *coupons.VALID_KEYS),
        *(*coupons.LIMIT_KEYS, *rewards.KEYS, *rewards.GIVES),
        *(*conditions.LOGIC, *conditions.LINES_KEYS, *conditions.BELONGING_KEYS),
        *(*conditions.ACTIVITY_KEYS, *clubs.KEYS, *clubs.ENTRY_KEYS, *segments.KEYS, *badges.KEYS),
        *(*early.KEYS, *triggers.KEYS, *effects.BADGE_KEYS, *effects.INVITE_KEYS),
        *effects.EVENT_KEYS,
    }
    assert known - keys_of(root) == set()


def test_history_knows_the_same_keys_as_the_check() -> None:
    known = set(DEFS["condition"]["properties"]["history.spend"]["properties"])
    assert set(conditions.WINDOW_KEYS) <= known
    assert known - set(conditions.WINDOW_KEYS) == {
        *("eq", "ne", "in", "not_in", "gt", "gte", "lt", "lte"),
    }


def test_activities_know_the_same_keys_as_the_check() -> None:
    known = set(DEFS["condition"]["properties"]["activity.count"]["properties"])
    assert known - set(conditions.ACTIVITY_KEYS) == {
        *("eq", "ne", "in", "not_in", "gt", "gte", "lt", "lte"),
    }


def test_every_fact_is_described() -> None:
    for name, schema in DEFS["condition"]["properties"].items():
        assert schema.get("description") or name in conditions.LOGIC


@pytest.mark.parametrize(
    "text",
    [
        f"{HEAD}walets: {{}}",
        f"{HEAD}gift_cards: {{default: {{}}}}",
        f"{HEAD}gift_cards: {{default: {{max: 5}}}}",
        f"{HEAD}gift_cards: {{default: {{max: 5 EUR, pins: true}}}}",
        f"{HEAD}coupons: {{-A: {{discount: {{amount: 1 EUR}}}}}}",
        f"{HEAD}coupons: {{A: {{discount: {{amount: 1}}}}}}",
        f"{HEAD}coupons: {{A: {{discounts: {{amount: 1 EUR}}}}}}",
        f"{HEAD}coupons: {{A: {{code: 123456, discount: {{amount: 1 EUR}}}}}}",
        f"{HEAD}coupons: {{A: {{comes_back: always, discount: {{amount: 1 EUR}}}}}}",
        f"{HEAD}coupons: {{A: {{valid: {{}}, discount: {{amount: 1 EUR}}}}}}",
        f"{HEAD}wallets: {{points: {{redeem: {{rate: 100 = 1 EUR}}}}}}",
        f"{HEAD}wallets: {{points: {{redeem: {{min: 100}}}}}}",
        f"{HEAD}wallets: {{points: {{redeem: {{rate: 1 points = 1 EUR, share_max: 0.5}}}}}}",
        HEAD.replace("EUR}", "EUR, discount_caps: [{where: {kind: goods}}]}"),
        rule(then="[{discount: {percent: ten}}]"),
        rule(then="[{discount: {percent: 10, on: lines}}]"),
        rule(then="[{coupon: {}}]"),
        HEAD.replace("identifiers", "identifier"),
        HEAD.replace("currency: EUR", "currency: EURO"),
        HEAD.replace("id: shop", "id: My Shop"),
        f"{HEAD}wallets: {{points: {{pending: {{for: 12m}}}}}}",
        f"{HEAD}wallets: {{points: {{shortfall: drop}}}}",
        f"{HEAD}wallets: {{points: {{title: Points}}}}",
        f"{HEAD}member_fields: {{a: txt}}",
        f"{HEAD}campaigns: [{{id: a, from: 1.9.2026, rules: []}}]",
        rule("{cart.chanel: app}"),
        rule("{member.clubs: x}"),
        rule("{member.is_birthday: maybe}"),
        rule("{member.tier.main: {gte: gold}}"),
        rule("{now.weekday: monday}"),
        rule("{now.time: {from: 25:00, to: 06:00}}"),
        rule("{cart.total: {gte: 50}}"),
        rule("{lines: {where: {catgory: x}}}"),
        rule("{history.spend: {within: 30, gte: 5 EUR}}"),
        rule("{any: {now.day: 1}}"),
        rule(then="[{poins: {fixed: 1}}]"),
        rule(then="[{points: {fixed: 1}, multiply: {by: 2}}]"),
        rule(then="[{multiply: {by: two}}]"),
        rule(more=", trigger: returned"),
        rule(more=", trigger: {tier_change: main, direction: sideways}"),
        rule(more=", trigger: {club: a}"),
        rule("{member.clubs: {is: x}}"),
        rule("{activity.count: {gte: 3}}"),
        rule("{activity.Stars: {gte: 3}}"),
        rule(then="[{badge: explorer}]"),
        rule(then="[{invite: {}}]"),
        rule(then="[{event: {name: Won Back}}]"),
        f"{HEAD}clubs: {{a: {{}}}}",
        f"{HEAD}clubs: {{a: {{enter: [payment]}}}}",
        f"{HEAD}clubs: {{a: {{enter: [invitation], seat: 3}}}}",
        f"{HEAD}clubs: {{a: {{enter: [{{paid: 5, term: 1 year}}]}}}}",
        f"{HEAD}segments: {{a: {{title: {{en: A}}}}}}",
        f"{HEAD}segments: {{a: {{}}}}",
        f"{HEAD}badges: {{a: {{titel: {{en: A}}}}}}",
        f"{HEAD}campaigns: [{{id: a, early_access: {{club: b}}, rules: []}}]",
        rule(more=", limit: {times: 1, per: dy}"),
    ],
)
def test_typos_and_wrong_types_do_not_fit(text: str) -> None:
    assert check_text(text).problems
    assert not fits(text)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(sorted(PROGRAMS.values())), st.data())
def test_it_never_refuses_what_the_check_takes(text: str, data: st.DataObject) -> None:
    words = text.split()
    word = words[data.draw(st.integers(0, len(words) - 1))]
    changed = text.replace(word, data.draw(st.sampled_from(words)), 1)
    if not check_text(changed).problems:
        assert fits(changed)
