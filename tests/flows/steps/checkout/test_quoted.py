"""What a quote promises: prices, to whom it was quoted, for what it was quoted, for a while."""

import datetime as dt
from typing import Any

import pytest

from service.domain.purchases.errors import (
    CouponsRefused,
    QuoteDiffers,
    QuoteExpired,
    QuoteInvalid,
    QuoteNotGranted,
)
from service.domain.purchases.types import QUOTE_LENGTH_MAX, Mode
from service.domain.wallets.errors import InsufficientPoints
from service.flows.steps.checkout.quoted import VALID_FOR
from service.infra.cursors import CursorInvalid
from tests.flows.counter import (
    CHECKOUT,
    buy,
    nothing_written,
    quote,
    report,
    rich,
    sale,
    unique,
)
from tests.flows.coupon_shop import void
from tests.flows.shop import Shop, day, goods

TEA = goods(3_000, category="tea")
DEARER = CHECKOUT.replace(
    "discount: {percent: 10, where: {category: tea}}",
    "discount: {percent: 1, where: {category: tea}}",
)
MINUTE = dt.timedelta(minutes=1)


async def test_its_prices_stay_when_a_new_version_comes_in_between(checkout: Shop) -> None:
    """A tenth off tea when it was quoted, a hundredth when it is bought. What it earns, and who
    climbs, is decided anew: 27.00 earn 27."""
    assert DEARER != CHECKOUT
    ola = await rich(checkout, "1", 0)
    asked = await quote(checkout, ola, TEA)
    await checkout.publish(DEARER, None)
    await checkout.show(day(0) + MINUTE)

    kept = await buy(checkout, "p1", ola, TEA, quote_id=asked.quote_id)
    fresh = await buy(checkout, "p2", ola, TEA)

    assert (asked.discount, kept.discount, fresh.discount) == (300, 300, 30)
    assert (kept.program_version, fresh.program_version) == (2, 2)
    assert [(one.wallet, one.amount) for one in kept.earned] == [("points", 27), ("status", 27)]


async def test_a_rule_that_is_gone_by_then_keeps_its_price_too(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    asked = await quote(checkout, ola, TEA)
    start = CHECKOUT.index("      - id: tea-tenth")
    end = CHECKOUT.index("      - id: mug-gift")
    await checkout.publish(CHECKOUT[:start] + CHECKOUT[end:], None)
    await checkout.show(day(0) + MINUTE)

    kept = await buy(checkout, "p1", ola, TEA, quote_id=asked.quote_id)

    assert (kept.discount, kept.due) == (300, 2_700)


async def test_a_tier_that_was_lost_or_won_meanwhile_changes_no_price(checkout: Shop) -> None:
    """20 % for silver, who was bronze when she was quoted; and the other way round."""
    ola = await rich(checkout, "1", 0)
    as_bronze = await quote(checkout, ola, goods(2_000), coupons=("SILVER-20",))
    await buy(checkout, "p1", ola, goods(10_000))
    as_silver = await quote(checkout, ola, goods(3_000), coupons=("SILVER-20",))
    await checkout.bring_back("r1", "p1")
    assert await checkout.tier(ola) == "bronze"

    cheap = await buy(
        checkout, "p2", ola, goods(3_000), coupons=("SILVER-20",), quote_id=as_silver.quote_id
    )

    assert (as_bronze.discount, as_silver.discount, cheap.discount) == (0, 600, 600)
    assert (await quote(checkout, ola, goods(3_000), coupons=("SILVER-20",))).discount == 0


@pytest.mark.parametrize(
    ("fields", "off"),
    [
        ({"lines": (goods(3_001, category="tea"),)}, 30),
        ({"lines": (TEA, TEA)}, 60),
        ({"coupons": ("TENTH10",)}, 327),
        ({"points": 150}, 30),
        ({"channel": "app"}, 30),
        ({"store": "waw-02"}, 30),
    ],
)
async def test_another_basket_has_another_price(
    checkout: Shop, fields: dict[str, Any], off: int
) -> None:
    """Refused before payment; what was sold all the same is recorded as if unquoted."""
    ola = await rich(checkout, "1")
    asked = await quote(checkout, ola, TEA, points=100, store="waw-01")
    given: dict[str, Any] = {"points": 100, "store": "waw-01"} | fields
    lines = given.pop("lines", (TEA,))
    await checkout.publish(DEARER, None)
    await checkout.show(day(0) + MINUTE)

    async with nothing_written(checkout):
        with pytest.raises(QuoteDiffers):
            await buy(checkout, "p1", ola, *lines, quote_id=asked.quote_id, **given)
    receipt = await report(checkout, "p1", ola, *lines, quote_id=asked.quote_id, **given)

    assert (asked.discount, receipt.discount) == (300, off)


async def test_of_another_member_it_is_refused(checkout: Shop) -> None:
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    asked = await quote(checkout, ola, TEA)
    of_nobody = await quote(checkout, None, TEA)

    async with nothing_written(checkout, "holder"):
        for member, quote_id in (
            *((jan, asked.quote_id), (None, asked.quote_id), (ola, of_nobody.quote_id)),
        ):
            with pytest.raises(QuoteDiffers):
                await buy(checkout, "p1", member, TEA, quote_id=quote_id)

    assert (await buy(checkout, "p1", "1", TEA, quote_id=asked.quote_id)).member_id == ola


async def test_what_has_happened_for_another_is_recorded_as_if_unquoted(checkout: Shop) -> None:
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    asked = await quote(checkout, ola, TEA)
    await checkout.publish(DEARER, None)
    await checkout.show(day(0) + MINUTE)

    receipt = await report(checkout, "p1", jan, TEA, quote_id=asked.quote_id)

    assert (receipt.member_id, receipt.discount) == (jan, 30)


async def test_it_ends_after_a_quarter_of_an_hour(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    asked = await quote(checkout, ola, TEA)
    await checkout.show(asked.valid_until - MINUTE)
    assert (await buy(checkout, "p1", ola, TEA, quote_id=asked.quote_id)).discount == 300
    await checkout.show(asked.valid_until)

    async with nothing_written(checkout):
        with pytest.raises(QuoteExpired) as refused:
            await buy(checkout, "p2", ola, TEA, quote_id=asked.quote_id)

    assert refused.value.valid_until == asked.valid_until
    assert asked.valid_until - day(0) >= VALID_FOR


async def test_what_a_till_has_charged_by_it_is_recorded_whenever(checkout: Shop) -> None:
    """Offline for a day: it was charged by the quote, so these are the prices."""
    ola = await rich(checkout, "1", 0)
    asked = await quote(checkout, ola, TEA)
    await checkout.publish(DEARER, None)
    await checkout.show(day(1))

    receipt = await report(checkout, "p1", ola, TEA, quote_id=asked.quote_id)

    assert (receipt.discount, receipt.overrun) == (300, False)


async def test_scarce_things_are_not_kept_by_it(checkout: Shop) -> None:
    """The code is used and the points are spent by somebody else, before the quote is used."""
    ola, jan = await rich(checkout, "1", 300), await rich(checkout, "2", 0)
    (code,) = await unique(checkout)
    with_code = await quote(checkout, ola, TEA, coupons=(code,))
    with_points = await quote(checkout, ola, TEA, points=300)
    await buy(checkout, "p1", jan, goods(3_000), coupons=(code,))
    await buy(checkout, "p2", ola, goods(3_000), points=100)

    async with nothing_written(checkout):
        with pytest.raises(CouponsRefused) as refused:
            await buy(checkout, "p3", ola, TEA, coupons=(code,), quote_id=with_code.quote_id)
        with pytest.raises(InsufficientPoints):
            await buy(checkout, "p3", ola, TEA, points=300, quote_id=with_points.quote_id)

    assert [one["reason"] for one in refused.value.reasons] == ["used_up"]


async def test_money_of_a_budget_is_not_kept_by_it(checkout: Shop) -> None:
    """40 of the 50 euros were quoted, 45 were taken by others: 5 are left. Who has not paid yet is
    refused, who has is recorded with what is left."""
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    lamp = goods(20_000, category="lamp")
    asked = await quote(checkout, ola, lamp)
    await buy(checkout, "p1", jan, goods(22_500, category="lamp"))

    async with nothing_written(checkout):
        with pytest.raises(QuoteNotGranted):
            await buy(checkout, "p2", ola, lamp, quote_id=asked.quote_id)
    receipt = await report(checkout, "p2", ola, lamp, quote_id=asked.quote_id)

    assert (asked.discount, receipt.discount) == (4_000, 500)
    assert await checkout.left("lamps") == 0


async def test_a_coupon_that_ends_meanwhile_keeps_its_price(checkout: Shop) -> None:
    """MARCH-ONE ends with 4 March, in Warsaw: at 23:00 UTC."""
    ola = await rich(checkout, "1", 0)
    midnight = day(2) + dt.timedelta(hours=13)
    await checkout.show(midnight - MINUTE)
    asked = await quote(checkout, ola, goods(3_000), coupons=("MARCH-ONE",))
    await checkout.show(midnight + MINUTE)

    bought = await buy(
        checkout, "p1", ola, goods(3_000), coupons=("MARCH-ONE",), quote_id=asked.quote_id
    )

    assert (asked.discount, bought.discount, len(bought.coupons)) == (100, 100, 1)


@pytest.mark.parametrize("mode", list(Mode))
async def test_a_coupon_that_is_void_meanwhile_is_good_for_nobody(
    checkout: Shop, mode: Mode
) -> None:
    ola = await rich(checkout, "1", 0)
    (code,) = await unique(checkout)
    asked = await quote(checkout, ola, goods(3_000), coupons=(code,))
    await void(checkout, code=code)
    body = sale("p1", ola, goods(3_000), coupons=(code,), quote_id=asked.quote_id, mode=mode)

    if mode is Mode.AUTHORISE:
        with pytest.raises(CouponsRefused) as refused:
            await checkout.record(body)
        assert refused.value.reasons[0]["reason"] == "unknown"
    else:
        receipt = (await checkout.record(body)).body
        assert (receipt.discount, receipt.not_applied[0].reason) == (0, "unknown")
    assert asked.discount == 700


async def test_who_reports_what_the_quote_gave_uses_the_code_beyond_its_end(
    checkout: Shop,
) -> None:
    """Its only use was somebody else's by then: the price stays, the second use is an overrun."""
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    (code,) = await unique(checkout)
    asked = await quote(checkout, ola, goods(3_000), coupons=(code,))
    await buy(checkout, "p1", jan, goods(3_000), coupons=(code,))

    receipt = await report(
        checkout, "p2", ola, goods(3_000), coupons=(code,), quote_id=asked.quote_id
    )

    assert (receipt.discount, receipt.overrun) == (700, True)
    async with checkout.db.reading() as tx:
        assert await tx.connection.fetchval("select used from coupon") == 1
        assert await tx.connection.fetchval(
            "select array_agg(overrun order by occurred_at) from coupon_use"
        ) == [False, True]


async def test_coupons_of_the_quote_are_used_once_more_each(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    asked = await quote(checkout, ola, goods(3_000), coupons=("FEW-LEFT", "ONCE-EACH"))

    bought = await buy(
        checkout, "p1", ola, goods(3_000), coupons=("FEW-LEFT", "ONCE-EACH"),
        quote_id=asked.quote_id,
    )  # fmt: skip
    with pytest.raises(CouponsRefused) as refused:
        await buy(
            checkout, "p2", ola, goods(3_000), coupons=("FEW-LEFT", "ONCE-EACH"),
            quote_id=asked.quote_id,
        )  # fmt: skip

    assert bought.discount == 200
    assert await checkout.left("coupon:FEW") == 2
    assert [one["reason"] for one in refused.value.reasons] == ["member_limit"]


async def test_the_same_purchase_without_its_quote_is_a_replay(checkout: Shop) -> None:
    """The quote is no part of what makes it the same purchase; not even an expired one."""
    ola = await rich(checkout, "1", 0)
    asked = await quote(checkout, ola, TEA)
    body = sale("p1", ola, TEA, quote_id=asked.quote_id)
    first = await checkout.record(body)
    await checkout.show(asked.valid_until + MINUTE)

    async with nothing_written(checkout):
        for quote_id in (asked.quote_id, None, "tampered"):
            again = await checkout.record(sale("p1", ola, TEA, quote_id=quote_id))
            assert (again.replayed, again.body) == (True, first.body)


def tampered(quote_id: str) -> list[tuple[str, str]]:
    """What was never given by the service."""
    middle = len(quote_id) // 2
    other = "A" if quote_id[middle] != "A" else "B"
    return [
        ("one character", quote_id[:middle] + other + quote_id[middle + 1 :]),
        ("cut", quote_id[:-1]),
        ("longer", quote_id + "A"),
        ("nothing", "A"),
        ("not ASCII", "ż" * 20),
        ("too long", "A" * QUOTE_LENGTH_MAX),
    ]


async def test_a_forged_one_is_none(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    asked = await quote(checkout, ola, TEA)

    async with nothing_written(checkout):
        for what, quote_id in tampered(asked.quote_id):
            with pytest.raises(QuoteInvalid):
                await buy(checkout, "p1", ola, TEA, quote_id=quote_id)
            with pytest.raises(QuoteInvalid):
                await report(checkout, "p1", ola, TEA, quote_id=quote_id)
            assert what


async def test_a_cursor_is_no_quote(checkout: Shop) -> None:
    """Both are signed, with keys of their own."""
    ola = await rich(checkout, "1", 10)
    await checkout.adjust(ola, 10)
    cursor = (await checkout.reads.entries(ola, "points", None, 1)).next
    assert cursor is not None

    with pytest.raises(QuoteInvalid):
        await buy(checkout, "p1", ola, TEA, quote_id=cursor)
    asked = await quote(checkout, ola, TEA)
    with pytest.raises(CursorInvalid):
        await checkout.reads.entries(ola, "points", asked.quote_id, 1)
