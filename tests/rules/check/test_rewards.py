"""Rewards in the file."""

import datetime as dt

import pytest

from service.kernel.calendar import Period
from service.rules.conditions import Fact
from service.rules.document import Limit, Reward, stock_name
from service.rules.values import Test as Comparison
from tests.rules.check.files import HEAD, document, problems

SECTIONS = f"""\
{HEAD}line_fields: {{category: text}}
wallets: {{status: {{qualifying: true}}, points: {{}}, cash: {{scale: 2}}}}
ladders:
  main: {{qualify: {{wallet: status, within: lifetime}}, \
tiers: [{{id: bronze, from: 0}}, {{id: gold, from: 9}}]}}
  club: {{qualify: {{visits: true, within: lifetime}}, \
tiers: [{{id: guest, from: 0}}, {{id: gold, from: 9}}]}}
coupons: {{FREE: {{personal: true, discount: {{amount: 5 EUR}}}}, \
FLYER: {{discount: {{amount: 5 EUR}}}}}}
"""  # 9 lines
GIVES = "gives: {item: mug}"


def text(reward: str) -> str:
    """The reward `mug` at line 10, its value from column 17 on."""
    return f"{SECTIONS}rewards: {{mug: {reward}}}\n"


def read(reward: str) -> Reward:
    (found,) = document(text(reward)).rewards
    return found


def wrong(reward: str) -> list[str]:
    return [one.removeprefix("9:") for one in problems(text(reward))]


def test_what_is_left_out_has_its_default() -> None:
    assert read(f"{{price: 250, {GIVES}}}") == Reward(
        at="$.rewards.mug", id="mug", wallet="points", price=250, item="mug"
    )


def test_everything_may_be_said() -> None:
    found = read(
        "{title: {en: A mug}, text: {en: Blue}, terms: {en: One each}, "
        "image: {en: 'https://example.org/m.png'}, price: 2.50 cash, "
        "prices: {bronze: 2 cash, main.gold: 1.99 cash, club.gold: 1 cash}, "
        "gives: {coupon: FREE}, stock: 40, when: {member.tier.main: {at_least: gold}}, "
        "from: 2026-03-29, until: 2026-10-25, limit: {times: 2, per: month}}"
    )
    assert found == Reward(
        at="$.rewards.mug",
        id="mug",
        title={"en": "A mug"},
        text={"en": "Blue"},
        terms={"en": "One each"},
        image={"en": "https://example.org/m.png"},
        wallet="cash",
        price=250,
        prices=(("main", "bronze", 200), ("main", "gold", 199), ("club", "gold", 100)),
        coupon="FREE",
        stock=40,
        when=Fact(
            "$.rewards.mug.when.member.tier.main", "member.tier.main", Comparison(gte="gold")
        ),
        from_at=dt.datetime(2026, 3, 28, 23, tzinfo=dt.UTC),
        until_at=dt.datetime(2026, 10, 25, 23, tzinfo=dt.UTC),
        limit=Limit(2, period=Period.MONTH),
    )


def test_the_stock_is_a_budget_of_uses_and_may_be_none() -> None:
    assert read(f"{{price: 1, {GIVES}}}").cap is None
    assert read(f"{{price: 1, {GIVES}, stock: 0}}").cap == stock_name("mug") == "reward:mug"


@pytest.mark.parametrize(
    "condition",
    [
        "member.tier.main: gold",
        "member.is_birthday_month: true",
        "now.weekday: mon",
        "now.time: {from: '06:00', to: '11:00'}",
        "history.spend: {within: 30d, gte: 50 EUR}",
        "any: [{member.enrolled_days: {gte: 30}}, {not: {history.purchases: {eq: 0}}}]",
    ],
)
def test_who_may_have_it_is_asked_of_the_member_and_the_clock(condition: str) -> None:
    assert read(f"{{price: 1, {GIVES}, when: {{{condition}}}}}").when is not None


@pytest.mark.parametrize(
    ("condition", "fact"),
    [
        ("cart.total: {gte: 5 EUR}", "cart.total"),
        ("cart.channel: web", "cart.channel"),
        ("lines: {where: {category: tea}}", "lines"),
        ("any: [{not: {cart.store: x}}]", "cart.store"),
    ],
)
def test_there_is_no_purchase_to_ask_about(condition: str, fact: str) -> None:
    (problem,) = wrong(f"{{price: 1, {GIVES}, when: {{{condition}}}}}")
    assert problem.endswith(
        f"'{fact}' is of a purchase, and there is none here: ask member, history, now"
    )


def test_there_is_no_purchase_to_include() -> None:
    (problem,) = wrong(
        f"{{price: 1, {GIVES}, when: {{history.spend: {{gte: 5 EUR, including_this: true}}}}}}"
    )
    assert problem.endswith("there is no purchase here that could be included")


@pytest.mark.parametrize(
    ("reward", "message"),
    [
        (f"{{{GIVES}}}", "$.rewards.mug: needs 'price'"),
        ("{price: 1}", "$.rewards.mug: needs 'gives'"),
        (f"{{price: 0, {GIVES}}}", "price: expected more than 0, got 0"),
        (f"{{price: 1.5, {GIVES}}}", "price: expected a whole number, got 1.5"),
        (
            f"{{price: 5 beans, {GIVES}}}",
            "price: unknown wallet 'beans'; one of points, cash",
        ),
        (
            f"{{price: 5 status, {GIVES}}}",
            "price: a qualifying wallet counts towards tiers: 'status' cannot be spent",
        ),
        (
            f"{{price: 5 points, prices: {{bronze: 4 cash}}, {GIVES}}}",
            "prices.bronze: expected a number or an amount such as '500 points', got '4 cash'",
        ),
        (
            f"{{price: 5, prices: {{gold: 4}}, {GIVES}}}",
            "prices.gold: several ladders have it: say main.gold or club.gold",
        ),
        (
            f"{{price: 5, prices: {{silver: 4}}, {GIVES}}}",
            "prices.silver: unknown tier 'silver'; one of bronze, gold, guest",
        ),
        (
            f"{{price: 5, prices: {{bronze: 4, main.bronze: 3}}, {GIVES}}}",
            "prices.main.bronze: tier main.bronze has a price already",
        ),
        ("{price: 1, gives: {}}", "gives: needs exactly one of coupon, item, external"),
        (
            "{price: 1, gives: {item: mug, external: post}}",
            "gives: needs exactly one of coupon, item, external",
        ),
        (
            "{price: 1, gives: {coupon: FLYER}}",
            "gives.coupon: 'FLYER' is not given to members: it has no 'personal: true'",
        ),
        (
            "{price: 1, gives: {coupon: FREEE}}",
            "gives.coupon: unknown coupon 'FREEE', did you mean 'FREE'?",
        ),
        (
            f"{{price: 1, {GIVES}, stock: -1}}",
            "stock: expected a whole number from 0 to 1000000000, got -1",
        ),
        (
            f"{{price: 1, {GIVES}, image: {{en: 'http://example.org'}}}}",
            "image.en: expected an address that starts with https://, got 'http://example.org'",
        ),
        (
            f"{{price: 1, {GIVES}, from: 2026-03-02, until: 2026-03-01}}",
            "until: 'until' is before 'from', 2026-03-02",
        ),
        (f"{{price: 1, {GIVES}, stocks: 5}}", "unknown key 'stocks', did you mean 'stock'?"),
    ],
)
def test_what_is_wrong_is_told_where_it_is(reward: str, message: str) -> None:
    (problem,) = wrong(reward)
    assert problem.endswith(message)


def test_its_key_is_an_id() -> None:
    assert problems(f"{SECTIONS}rewards: {{A Mug: {{price: 1, {GIVES}}}}}\n")[0].endswith(
        "expected a key that is an id of at most 64 of a-z, 0-9, - and _"
    )


def test_without_a_wallet_to_spend_from_there_is_no_price() -> None:
    (problem,) = problems(f"{HEAD}rewards: {{mug: {{price: 1, {GIVES}}}}}\n")
    assert problem.endswith("$.rewards.mug.price: no wallet to spend from is declared")


def test_there_is_an_end_to_how_many_there_are() -> None:
    many = ", ".join(f"r{n}: {{price: 1, {GIVES}}}" for n in range(1001))
    (problem,) = problems(f"{SECTIONS}rewards: {{{many}}}\n")
    assert problem.endswith("$.rewards: 1001 rewards, at most 1000 are allowed")
