"""Quotes: what recording a cart would decide, in every channel alike, and nothing written."""

import asyncio
import uuid
from typing import Any

import msgspec
import pytest

from service.domain.members.errors import MemberNotFound, UnknownIdentifierKind
from service.domain.purchases.errors import (
    CurrencyMismatch,
    LineInvalid,
    NamedTwice,
    NotRedeemable,
    TooManyToCombine,
    UnknownChannel,
)
from service.domain.purchases.types import AskQuote, Quote, Receipt, RewardUsable
from service.domain.wallets.errors import UnknownWallet
from service.flows.steps.checkout.quoted import VALID_FOR
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id
from service.kernel.values import Identifier, Redeemed, TierNow
from service.rules.cart import LineKind
from tests.flows.counter import (
    CHECKOUT,
    basket,
    beyond,
    buy,
    hold,
    nothing_written,
    positions,
    quote,
    reasons,
    rich,
    unique,
)
from tests.flows.coupon_shop import give
from tests.flows.shop import TILL, Shop, card, day, goods

DECIDED = (
    *("subtotal", "discount", "total", "due", "lines", "effects", "redeemed", "coupons"),
    *("not_applied", "tier", "program_version", "currency"),
)
CART = (
    goods(3_000),
    goods(2_000, category="tea"),
    goods(1_999, category="book"),
    goods(5_000, category="lamp"),
    goods(899, kind=LineKind.SHIPPING),
)


def decision(shown: Quote | Receipt) -> dict[str, Any]:
    """What was decided, as it is shown, and what it earns."""
    earned = [(one.wallet, one.amount) for one in shown.earned]
    return {name: getattr(shown, name) for name in DECIDED} | {"earned": earned}


@pytest.mark.parametrize("channel", ["web", "app", "pos"])
async def test_recording_it_gives_the_same_decision_in_every_channel(
    checkout: Shop, channel: str
) -> None:
    """By hand, on 30.00, tea 20.00, a book of 19.99, a lamp of 50.00, shipping 8.99:
    tea-tenth 2.00; lamp-fifth 10.00; of the book's 3.00, its tenth 2.00 and BOOK-FOUR 4.00 the
    last; GIVE-FIVE 5.00 and the unique code 7.00 off the order, then TENTH10 on what remains,
    119.99 - 2 - 10 - 4 - 5 - 10 % (9.90) - 7 = 82.09. (FIVE, TENTH, UNIQUE by priority and id.)
    With shipping 91.08, which earn 91. 1,000 points pay 10.00."""
    ola = await rich(checkout, "1")
    (code,) = await unique(checkout)
    given: dict[str, Any] = {
        "coupons": ("GIVE-FIVE", code, "book four", "TENTH10"),
        "points": 1_000,
        "channel": channel,
    }

    async with nothing_written(checkout):
        asked = await quote(checkout, ola, *CART, **given)
    bought = await buy(checkout, "p1", ola, *CART, **given)

    assert decision(asked) == decision(bought)
    assert (asked.subtotal, asked.discount, asked.total, asked.due) == (12_898, 3_790, 9_108, 8_108)
    assert [(one.wallet, one.amount) for one in asked.earned] == [("points", 91), ("status", 91)]
    assert asked.redeemed == (Redeemed(wallet="points", amount=1_000, value=1_000),)
    assert positions(asked) == [0, 1, 2, 3]


async def test_the_three_channels_are_quoted_alike(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    given: dict[str, Any] = {"coupons": ("TENTH10", "SILVER-20", "NO-SUCH-CODE"), "points": 150}

    quotes = [
        await quote(checkout, ola, *CART, channel=channel, **given)
        for channel in ("web", "app", "pos")
    ]

    assert decision(quotes[0]) == decision(quotes[1]) == decision(quotes[2])
    assert quotes[0].usable == quotes[1].usable == quotes[2].usable
    assert reasons(quotes[0]) == [(1, "condition_failed"), (2, "unknown")]


async def test_a_quote_writes_nothing(checkout: Shop) -> None:
    """Not of a member with things due, nor of a card nobody has, nor of nobody at all."""
    ola = await rich(checkout, "1")
    (code,) = await unique(checkout)
    await give(checkout, ola, "NEXT5")
    await checkout.adjust(ola, 100, "stamps")
    await checkout.show(day(21))  # the stamps are over, and nobody has settled it

    async with nothing_written(checkout):
        for member in (ola, "1", "nobody-has-it", None):
            shown = await quote(checkout, member, *CART, coupons=(code, "FEW-LEFT"))
            assert positions(shown) == [0, 1]
            assert (shown.member_id == ola) is (member in (ola, "1"))


async def test_of_nobody_only_coupons_for_everybody_count(checkout: Shop) -> None:
    """No rule, no points; the code of 10 %, and shipping is left alone: 3.00 off 30.00."""
    asked = await quote(
        checkout, None, goods(2_000), goods(1_000, category="tea"),
        goods(500, kind=LineKind.SHIPPING), coupons=("TENTH10", "ONCE-EACH", "DOUBLE2"),
    )  # fmt: skip

    assert (asked.member_id, asked.discount, asked.due) == (None, 300, 3_200)
    assert (asked.earned, asked.tier, asked.usable.points) == ((), {}, {})
    assert reasons(asked) == [(1, "needs_member"), (2, "needs_member")]


async def test_it_shows_where_the_member_would_stand(checkout: Shop) -> None:
    """99 of status so far, silver from 100: 1.00 is the step."""
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "p1", ola, goods(9_900))

    below = await quote(checkout, ola, goods(99))
    above = await quote(checkout, ola, goods(100))

    assert below.tier == {"main": TierNow(id="bronze", changed=False, next="silver", missing=1)}
    assert above.tier == {"main": TierNow(id="silver", changed=True)}
    assert await checkout.tier(ola) == "bronze"


async def test_it_is_valid_for_a_quarter_of_an_hour(checkout: Shop) -> None:
    asked = await quote(checkout, None, goods(100))

    assert VALID_FOR.total_seconds() == 900
    assert VALID_FOR <= asked.valid_until - day(0) < VALID_FOR * 2


async def test_what_is_not_there_is_told_and_refuses_nothing(checkout: Shop) -> None:
    """A quote answers; the purchase that is asked for the same is refused."""
    ola = await rich(checkout, "1", 120)

    asked = await quote(
        checkout, ola, goods(3_000), goods(3_000, category="cake"), points=150, stamps=10
    )

    assert reasons(asked) == [("points", "not_enough"), ("stamps", "not_enough")]
    assert [one.most for one in asked.not_applied] == [100, 0]
    assert asked.due == 6_000


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"currency": "PLN"}, CurrencyMismatch),
        ({"channel": "fax"}, UnknownChannel),
        ({"coupons": ("GIVE-FIVE", "give five")}, NamedTwice),
        ({"points": 100, "redeem_again": True}, NamedTwice),
        ({"redeem_wallet": "nothing"}, UnknownWallet),
        ({"redeem_wallet": "status"}, NotRedeemable),
        ({"member": new_id()}, MemberNotFound),
        ({"member": (Identifier("passport", "1"),)}, UnknownIdentifierKind),
        ({"amount": None}, LineInvalid),
    ],
)
async def test_what_is_wrong_whatever_the_member_has_is_refused(
    checkout: Shop, fields: dict[str, Any], error: type[ExpectedError]
) -> None:
    member = fields.pop("member", None)
    line = goods(fields.pop("amount", 100))
    again, wallet = fields.pop("redeem_again", False), fields.pop("redeem_wallet", None)
    body = basket(AskQuote, member, line, **fields)
    if again:
        body = msgspec.structs.replace(body, redeem=body.redeem * 2)
    if wallet:
        (one,) = basket(AskQuote, member, line, points=100).redeem
        body = msgspec.structs.replace(body, redeem=(msgspec.structs.replace(one, wallet=wallet),))

    async with nothing_written(checkout):
        with pytest.raises(error):
            await checkout.reads.quote(TILL, body)


VASES = """
  - id: vases
    rules:
      - {id: a, then: [{discount: {amount: 1 EUR, where: {category: vase}, stackable: false}}]}
      - {id: b, then: [{discount: {amount: 1 EUR, where: {category: vase}, stackable: false}}]}
      - {id: c, then: [{discount: {amount: 1 EUR, where: {category: vase}, stackable: false}}]}
  - id: lamps  """


async def test_too_many_discounts_that_exclude_each_other_are_refused(checkout: Shop) -> None:
    """Three rules and ten coupons, none of which stacks, are 8,192 combinations; nine, 4,096."""
    source = CHECKOUT.replace("\n  - id: lamps  ", VASES)
    source += "  LONE: {discount: {amount: 1 EUR, stackable: false}}\n"
    await checkout.publish(source, None)
    await checkout.show(day(1))
    ola = await rich(checkout, "1", 0)
    codes = tuple(await unique(checkout, 10, "LONE"))
    vase = goods(3_000, category="vase")

    async with nothing_written(checkout):
        with pytest.raises(TooManyToCombine):
            await quote(checkout, ola, vase, coupons=codes)
        with pytest.raises(TooManyToCombine):
            await buy(checkout, "p1", ola, vase, coupons=codes)
        with pytest.raises(TooManyToCombine):
            await hold(checkout, "c1", ola, vase, coupons=codes)
    asked = await quote(checkout, ola, vase, coupons=codes[1:])
    assert (asked.discount, len(asked.effects)) == (100, 3)  # one vase, one of them


async def test_quotes_that_come_together_do_not_mix(checkout: Shop) -> None:
    """Forty at once, of two members and nobody, each with a cart of its own; one is wrong."""
    ola, jan = await rich(checkout, "1", 1_000), await rich(checkout, "2", 0)
    members = (ola, jan, None, "1")
    asked = [
        quote(checkout, members[n % 4], goods(1_000 + n), coupons=("TENTH10",)) for n in range(40)
    ]

    found = await asyncio.gather(
        *asked[:20], quote(checkout, new_id(), goods(1)), *asked[20:], return_exceptions=True
    )

    wrong = found.pop(20)
    assert isinstance(wrong, MemberNotFound)
    quotes = [one for one in found if isinstance(one, Quote)]
    assert [one.subtotal for one in quotes] == [1_000 + n for n in range(40)]
    whose: list[uuid.UUID | None] = [ola, jan, None, ola]
    assert [one.member_id for one in quotes] == whose * 10
    assert {one.discount for one in quotes} == {100, 101, 102, 103, 104}


async def test_another_identifier_that_points_elsewhere_is_told(checkout: Shop) -> None:
    ola, _ = await rich(checkout, "1", 0), await rich(checkout, "2", 0)

    asked = await quote(checkout, (card("1"), card("2")), goods(100))

    assert (asked.member_id, asked.identifier_conflict) == (ola, True)


async def test_a_quote_sees_what_budgets_have_left_and_takes_nothing(checkout: Shop) -> None:
    """50 euros off lamps: ten quotes of 40 each see all of it; after a purchase there are 10."""
    ola = await rich(checkout, "1", 0)
    lamp = goods(20_000, category="lamp")

    assert {(await quote(checkout, ola, lamp)).discount for _ in range(10)} == {4_000}
    await buy(checkout, "p1", ola, lamp)

    assert (await quote(checkout, ola, lamp)).discount == 1_000
    assert await beyond(checkout, "lamps") == (1_000, 0)


async def test_a_past_instant_is_quoted_by_its_day(checkout: Shop) -> None:
    """MARCH-ONE ends with 4 March."""
    ola = await rich(checkout, "1", 0)
    await checkout.show(day(5))

    now = await quote(checkout, ola, goods(3_000), coupons=("MARCH-ONE",))
    then = await quote(checkout, ola, goods(3_000), coupons=("MARCH-ONE",), occurred_at=day(2))

    assert (reasons(now), now.discount) == ([(0, "expired")], 0)
    assert (reasons(then), then.discount) == ([], 100)


def rewards_of(asked: Quote) -> tuple[RewardUsable, ...]:
    """What was asked for."""
    assert asked.usable.rewards is not msgspec.UNSET
    return asked.usable.rewards


async def test_rewards_are_told_when_they_are_asked_for(empty_shop: Shop) -> None:
    rewards = "rewards:\n  mug: {title: {en: A mug}, price: 600 points, gives: {item: mug}}\n"
    await empty_shop.publish(CHECKOUT + rewards, None)
    await empty_shop.show(day(0))
    ola = await rich(empty_shop, "1", 1_000)

    plain = await quote(empty_shop, ola, goods(2_000))
    asked = await quote(empty_shop, ola, goods(2_000), rewards=True)
    paying = await quote(empty_shop, ola, goods(2_000), points=500, rewards=True)
    nobody = await quote(empty_shop, None, goods(2_000), rewards=True)

    assert (plain.usable.rewards, nobody.usable.rewards) == (msgspec.UNSET, ())
    assert asked.usable.rewards == (
        RewardUsable(id="mug", title={"en": "A mug"}, wallet="points", price=600),
    )
    assert [one.reason for one in rewards_of(paying)] == ["not_enough"]  # 500 are left
