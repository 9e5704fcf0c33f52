"""The JSON Schema of what members get: it takes what the check takes."""

from typing import Any

import jsonschema_rs
import pytest

from service.rules import schema_gives
from service.rules.check import check_text
from service.rules.schema import json_schema
from service.rules.source import Leaf, Mapping, Node, Sequence, parse
from tests.rules.check.files import HEAD

VALIDATOR = jsonschema_rs.validator_for(json_schema())


def plain(node: Node) -> Any:
    if isinstance(node, Mapping):
        return {key: plain(value) for key, (_, value) in node.entries.items()}
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    assert isinstance(node, Leaf)
    return float(node.text) if isinstance(node.value, int) and node.value > 1 else node.value


def judged(text: str) -> tuple[bool, bool]:
    """What the check says, and what the schema says."""
    root = parse(text).root
    assert root is not None
    return check_text(text).problems == (), bool(VALIDATOR.is_valid(plain(root)))


@pytest.mark.parametrize(
    "discount",
    [
        "{percent: 10}",
        "{percent: 10 %, where: {sku: x}, max: 5 EUR}",
        "{amount: 5 EUR, on: shipping}",
        "{unit_price: 3 EUR, exclusive_group: g}",
        "{buy: 3, pay: 2, stackable: false}",
        "{buy: 2, free: 1, of: {sku: x}}",
        "{free: 1}",
    ],
)
def test_all_forms_of_discounts_fit(discount: str) -> None:
    assert judged(f"{HEAD}coupons: {{A: {{discount: {discount}}}}}") == (True, True)
    rule = f"{{id: r, then: [{{discount: {discount}}}]}}"
    assert judged(f"{HEAD}campaigns: [{{id: c, rules: [{rule}]}}]") == (True, True)


@pytest.mark.parametrize(
    "coupon",
    [
        "{discount: {percent: 10}, code: WELCOME5, limit: {uses: 10, per_member: 1, per: month}}",
        "{discount: {percent: 10}, code: \uff33\uff21\uff36\uff25 - 20}",
        "{points: {fixed: 10}, personal: true, valid: {for: 30d, until: 2026-12-31}}",
        "{multiply: {by: 2}, comes_back: any, recover: nothing, priority: 3}",
    ],
)
def test_coupons_fit(coupon: str) -> None:
    wallets = "wallets: {points: {redeem: {rate: 100 points = 1 EUR}}}\n"
    assert judged(f"{HEAD}{wallets}coupons: {{A-1: {coupon}}}") == (True, True)


@pytest.mark.parametrize(
    "reward",
    [
        "{price: 250, gives: {coupon: A-1}}",
        "{price: 250 points, prices: {c: 200, main.gold: 1 points}, gives: {item: mug}, stock: 40}",
        "{price: 1, gives: {external: x}, from: 2026-01-01, limit: {times: 1, per: year}}",
        "{price: 1, gives: {item: x}, when: {member.tier.main: gold}, image: {en: 'https://x.y/z'}}",
    ],
)
def test_rewards_fit(reward: str) -> None:
    more = (
        "wallets: {points: {}}\nladders: {main: {qualify: {visits: true, within: lifetime}, "
        "tiers: [{id: b, from: 0}, {id: gold, from: 1}]}, x: {qualify: {visits: true, "
        "within: lifetime}, tiers: [{id: c, from: 0}]}}\n"
        "coupons: {A-1: {personal: true, discount: {percent: 10}}}\n"
    )
    assert judged(f"{HEAD}{more}rewards: {{mug: {reward}}}") == (True, True)


@pytest.mark.parametrize(
    "redeem",
    [
        "{rate: 100 points = 1 EUR}",
        "{rate: 1_000 points = 1.50 EUR, min: 100, step: 50 points, max: 5000}",
        "{rate: 1 points = 1 EUR, share_max: 50 %, as: discount, where: {kind: goods}, grace: 1d}",
    ],
)
def test_redeeming_fits(redeem: str) -> None:
    assert judged(f"{HEAD}wallets: {{points: {{redeem: {redeem}}}}}") == (True, True)


@pytest.mark.parametrize(
    "text",
    [
        "coupons: {A: {discount: {percents: 10}}}",
        "rewards: {a: {price: 1}}",
        "rewards: {a: {gives: {item: x}}}",
        "rewards: {a: {price: 1, gives: {}}}",
        "rewards: {a: {price: 1, gives: {item: x, external: x}}}",
        "rewards: {a: {price: 1, gives: {item: x}, prices: {a.b.c: 1}}}",
        "rewards: {A: {price: 1, gives: {item: x}}}",
        "coupons: {A: {discount: {}}}",
        "coupons: {a b: {discount: {percent: 10}}}",
        "coupons: {A: {discount: {percent: 10}, valid: {}}}",
        "coupons: {A: {discount: {percent: 10}, limit: {}}}",
        "coupons: {A: {discount: {percent: 10, on: cart}}}",
        "wallets: {points: {redeem: {rate: 100 points for 1 EUR}}}",
        "wallets: {points: {redeem: {rate: 1 points = 1 EUR, share_max: 50}}}",
    ],
)
def test_wrong_shapes_fit_neither(text: str) -> None:
    assert judged(HEAD + text) == (False, False)


def test_a_rule_has_one_effect_in_each_item() -> None:
    assert schema_gives.effect()["maxProperties"] == 1
