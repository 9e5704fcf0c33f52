"""Units that pay: every limit of the wallet, in a quote, and refused before payment."""

from typing import Any

import pytest

from service.domain.purchases.basket import RedeemIn
from service.domain.purchases.errors import (
    CouponsRefused,
    DecisionDiffers,
    NamedTwice,
    RedemptionRefused,
)
from service.domain.wallets.errors import InsufficientPoints
from service.kernel.answer import Answer
from service.kernel.values import Balance, Redeemed
from service.rules.cart import LineKind
from service.rules.decision import Refused
from tests.flows.counter import (
    buy,
    hold,
    nothing_written,
    place,
    quote,
    reasons,
    report,
    rich,
    sale,
    unique,
)
from tests.flows.shop import TILL, Shop, goods

CAKE = goods(1_000, category="cake")


async def refusal(shop: Shop, member: Any, *lines: Any, **fields: Any) -> tuple[str, str, int]:
    """(wallet, reason, most) of a refused redemption: told by a quote, by a hold and by a purchase,
    which both write nothing."""
    (told,) = (await quote(shop, member, *lines, **fields)).not_applied
    assert told.wallet is not None
    assert told.most is not None
    async with nothing_written(shop):
        for asked in (
            hold(shop, "c9", member, *lines, **fields),
            buy(shop, "p9", member, *lines, **fields),
        ):
            with pytest.raises((RedemptionRefused, InsufficientPoints)) as refused:
                await asked
            error = refused.value
            if isinstance(error, RedemptionRefused):
                assert (error.reason, error.most) == (told.reason, told.most)
                assert error.pointer == "/redeem/0/amount"
            else:
                assert told.reason == Refused.NOT_ENOUGH
    return (told.wallet, told.reason, told.most)


async def test_the_least_and_the_step(checkout: Shop) -> None:
    """At least 100 points, in steps of 50."""
    ola = await rich(checkout, "1")

    assert await refusal(checkout, ola, goods(3_000), points=50) == ("points", "below_min", 1_000)
    assert await refusal(checkout, ola, goods(3_000), points=130) == (
        *("points", "not_a_step", 1_000),
    )
    assert (await buy(checkout, "p1", ola, goods(3_000), points=100)).due == 2_900
    assert (await buy(checkout, "p2", ola, goods(3_000), points=150)).due == 2_850


async def test_the_most(checkout: Shop) -> None:
    """At most 200 stamps, 20.00, of cake."""
    ola = await rich(checkout, "1", 0)
    await checkout.adjust(ola, 500, "stamps")
    cake = goods(9_000, category="cake")

    assert await refusal(checkout, ola, cake, stamps=201) == ("stamps", "above_max", 200)
    assert (await buy(checkout, "p1", ola, cake, stamps=200)).due == 7_000


async def test_no_more_than_there_is(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 420)

    assert await refusal(checkout, ola, goods(3_000), points=450) == ("points", "not_enough", 400)
    assert (await buy(checkout, "p1", ola, goods(3_000), points=400)).wallets["points"] == Balance(
        available=50, pending=0, held=0, debt=0
    )


async def test_a_share_of_the_goods(checkout: Shop) -> None:
    """Half of the goods after discounts, without shipping, deposits and tobacco: of tea 20.00 less
    2.00, 9.00; a cart twice as dear by what does not count pays no more."""
    ola = await rich(checkout, "1", 5_000)
    lines = (
        goods(2_000, category="tea"),
        goods(1_000, kind=LineKind.SHIPPING),
        goods(500, kind=LineKind.DEPOSIT),
        goods(4_000, kind=LineKind.GIFT_CARD),
        goods(2_000, category="tobacco"),
    )

    assert await refusal(checkout, ola, *lines, points=950) == ("points", "above_max", 900)
    bought = await buy(checkout, "p1", ola, *lines, points=900)

    assert (bought.total, bought.due) == (9_300, 8_400)


async def test_only_the_lines_the_wallet_may_pay(checkout: Shop) -> None:
    """Stamps pay cake: 10.00 of 40.00."""
    ola = await rich(checkout, "1", 0)
    await checkout.adjust(ola, 500, "stamps")

    assert await refusal(checkout, ola, CAKE, goods(3_000), stamps=110) == (
        *("stamps", "above_max", 100),
    )
    assert await refusal(checkout, ola, goods(3_000), stamps=10) == ("stamps", "above_max", 0)
    assert (await buy(checkout, "p1", ola, CAKE, goods(3_000), stamps=100)).due == 3_000


async def test_units_as_a_discount_lower_the_price(checkout: Shop) -> None:
    """Cash is off the price: 30.00 less 4.00 earn 26; the points' half is of 26.00."""
    ola = await rich(checkout, "1", 5_000)
    await checkout.adjust(ola, 1_000, "cash")

    bought = await buy(checkout, "p1", ola, goods(3_000), points=1_300, cash=400)

    assert (bought.discount, bought.total, bought.due) == (400, 2_600, 1_300)
    assert bought.redeemed == (
        Redeemed(wallet="cash", amount=400, value=400),
        Redeemed(wallet="points", amount=1_300, value=1_300),
    )
    assert [(m.wallet, m.amount) for m in bought.earned] == [("points", 26), ("status", 26)]
    assert await refusal(checkout, ola, goods(2_999), points=1_500) == (
        *("points", "above_max", 1_450),
    )


async def test_units_as_a_tender_do_not_lower_what_earns_unless_a_rule_says_so(
    checkout: Shop,
) -> None:
    """Cake of 10.00, 5.00 of it with points: 10 for the price, and of the cake's own rule, which is
    `less: [points]`, 5. Stamps lower nothing."""
    ola = await rich(checkout, "1")
    await checkout.adjust(ola, 100, "stamps")

    with_points = await buy(checkout, "p1", ola, CAKE, points=500)
    with_stamps = await buy(checkout, "p2", ola, CAKE, stamps=50)
    without = await buy(checkout, "p3", ola, CAKE)

    earned = [
        next(m.amount for m in one.earned if m.wallet == "points")
        for one in (with_points, with_stamps, without)
    ]
    assert earned == [15, 20, 20]


async def test_nobody_pays_with_what_the_purchase_earns(checkout: Shop) -> None:
    """90 points, and a purchase that earns 300: 100 cannot be paid."""
    ola = await rich(checkout, "1", 90)

    assert await refusal(checkout, ola, goods(30_000), points=100) == ("points", "not_enough", 0)
    receipt = await report(checkout, "p1", ola, goods(30_000), points=100)

    # what a till took all the same is owed, and then the 300 pay it
    assert receipt.overrun
    assert [(e[0], e[1], e[2]) for e in await checkout.entries(ola)] == [
        ("adjusted", 90, 0),
        ("redeemed", -90, 10),
        ("earned", 300, 0),
        ("debt_paid", -10, -10),
    ]
    assert await checkout.balance(ola) == (290, 0, 0)


async def test_wallets_together_pay_no_more_than_the_cart(checkout: Shop) -> None:
    """Cake of 10.00: 80 stamps pay 8.00, which leaves 2.00 for points."""
    ola = await rich(checkout, "1")
    await checkout.adjust(ola, 100, "stamps")

    shown = await quote(checkout, ola, CAKE, points=250, stamps=80)

    # in the order of the program: points first, then stamps on what they left
    assert reasons(shown) == [("stamps", "above_max")]
    assert (await buy(checkout, "p1", ola, CAKE, points=200, stamps=80)).due == 0


async def test_the_same_wallet_or_code_twice_is_a_mistake(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    twice = (RedeemIn(wallet="points", amount=100), RedeemIn(wallet="points", amount=200))

    async with nothing_written(checkout):
        with pytest.raises(NamedTwice) as wallet:
            await buy(checkout, "p1", ola, goods(3_000), redeem=twice)
        with pytest.raises(NamedTwice) as code:
            await place(checkout, "c1", ola, goods(3_000), coupons=("TENTH10", "x", "tenth 10"))

    assert (wallet.value.pointer, code.value.pointer) == ("/redeem/1/wallet", "/coupons/2")


async def test_nobody_has_units(checkout: Shop) -> None:
    async with nothing_written(checkout, "holder", "identifier"):
        for member in (None, "a-card-of-nobody"):
            with pytest.raises(RedemptionRefused) as refused:
                await buy(checkout, "p1", member, goods(3_000), points=100)
            assert (refused.value.reason, refused.value.most) == ("needs_member", 0)


async def test_coupons_are_told_before_units(checkout: Shop) -> None:
    """All coupons at once, so that the till can ask once more without any of them."""
    ola = await rich(checkout, "1", 0)

    with pytest.raises(CouponsRefused) as refused:
        await buy(
            checkout, "p1", ola, goods(3_000), points=5_000,
            coupons=("SOON-COME", "TENTH10", "ALL-OVER", "BOOK-FOUR"),
        )  # fmt: skip

    assert refused.value.reasons == (
        {"reason": "not_started", "position": 0, "coupon": "SOON-COME"},
        {"reason": "expired", "position": 2, "coupon": "ALL-OVER"},
    )
    assert refused.value.detail() == "SOON-COME: not_started; ALL-OVER: expired"


async def test_a_refusal_leaves_the_natural_key_free(checkout: Shop) -> None:
    """The same key, then with what can be granted; and sent again it is a replay."""
    ola = await rich(checkout, "1", 120)
    async with nothing_written(checkout):
        with pytest.raises(InsufficientPoints):
            await buy(checkout, "p1", ola, goods(3_000), points=150)
        with pytest.raises(CouponsRefused):
            await buy(checkout, "p1", ola, goods(3_000), coupons=("ALL-OVER",))

    body = sale("p1", ola, goods(3_000), points=100, coupons=("TENTH10",))
    first, again = await checkout.record(body), await checkout.record(body)

    assert (first.replayed, first.body.due) == (False, 2_600)
    assert (again.replayed, again.body) == (True, first.body)
    assert await checkout.balance(ola) == (20 + 27, 0, 0)


async def test_what_was_charged_otherwise_takes_nothing(checkout: Shop) -> None:
    """The till asks the full price of a lamp that is 48.00 off."""
    ola = await rich(checkout, "1", 0)
    (code,) = await unique(checkout)
    lamp = goods(20_000, category="lamp")

    async with nothing_written(checkout):
        with pytest.raises(DecisionDiffers) as refused:
            await buy(checkout, "p1", ola, lamp, coupons=(code, "FEW-LEFT"), charged=20_000)

    assert (refused.value.charged, refused.value.decided) == (20_000, 15_200)


async def test_of_a_batch_the_refused_write_nothing_and_the_others_are_recorded(
    checkout: Shop,
) -> None:
    """The first two want lamps, of which the budget has 50.00, and the first is refused: the second
    gets all of it."""
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    lamp = goods(25_000, category="lamp")

    refused, granted = await checkout.verbs.record_purchase_batch(
        TILL, [sale("p1", ola, lamp, points=100), sale("p2", jan, lamp)]
    )

    assert isinstance(refused, InsufficientPoints)
    assert isinstance(granted, Answer)
    assert granted.body.discount == 5_000
    assert await checkout.count("purchase") == 1
    assert await checkout.left("lamps") == 0
