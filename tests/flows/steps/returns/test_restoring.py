"""What returns and voids give back besides money: units to their lots, coupons by their policy."""

import itertools
import uuid

import pytest

from service.domain.purchases.errors import CouponsRefused
from service.domain.returns.errors import NothingToReturn, NotOfThisStoreAndDay
from service.domain.returns.types import Refund, ReturnReceipt, VoidPurchase
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.values import Movement
from service.rules.cart import LineKind
from tests.flows.counter import buy, held, hold, nothing_written, positions, quote, rich
from tests.flows.shop import TILL, Shop, day, goods


async def void(
    shop: Shop, purchase_id: uuid.UUID, store: str | None = None, actor: Actor = TILL
) -> Answer[ReturnReceipt]:
    """Void a purchase."""
    body = VoidPurchase(reason="wrong member", store=store)
    return await shop.verbs.void_purchase(actor, purchase_id, body)


async def code_given(shop: Shop, member: uuid.UUID) -> str:
    """The code of the only coupon in a list."""
    (one,) = (await shop.reads.coupons(member, (), None, 10)).items
    return one.code


# ------------------------------------------------------------------ units


async def test_units_go_back_with_the_lines_they_paid(checkout: Shop) -> None:
    """30.00 and 10.00, 800 points: 6.00 of the first line, 2.00 of the second.

    One of the three units of the first line carries 10.00 and 2.00 of points.
    """
    ola = await rich(checkout, "1")
    lines = (goods(3_000, 3), goods(1_000))
    await buy(checkout, "a", ola, *lines, points=800, at=day(0))

    one = await checkout.bring_back("r1", "a", {1: 1}, at=day(1))
    assert one.refund == Refund(total=1_000, points=200, other_tender=800)
    assert one.given_back == (Movement(wallet="points", amount=200),)
    assert one.reversed[0] == Movement(wallet="points", amount=10)
    assert await checkout.balance(ola) == (1_000 - 800 + 40 + 200 - 10, 0, 0)

    rest = await checkout.bring_back("r2", "a", at=day(2))
    assert rest.refund == Refund(total=3_000, points=600, other_tender=2_400)
    assert await checkout.balance(ola) == (1_000, 0, 0)


async def test_units_paid_as_a_discount_go_back_and_are_no_money(checkout: Shop) -> None:
    """25.00 with 5.00 of cash off: 20.00 is charged and handed back, the cash to its lot."""
    ola = await rich(checkout, "1", 0)
    await checkout.adjust(ola, 500, "cash")
    bought = await buy(checkout, "a", ola, goods(2_500, 5), cash=500, at=day(0))
    assert (bought.discount, bought.total, bought.due) == (500, 2_000, 2_000)

    back = await checkout.bring_back("r", "a", {1: 2}, at=day(1))

    assert back.refund == Refund(total=800, points=0, other_tender=800)
    assert back.given_back == (Movement(wallet="cash", amount=200),)
    assert (await checkout.balance(ola, "cash"))[0] == 200


async def test_units_go_back_to_the_lot_they_came_from(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 300)
    await checkout.show(day(10))
    await checkout.adjust(ola, 300)
    before = (await checkout.wallets(ola))["points"].expiring
    await buy(checkout, "a", ola, goods(2_000), points=400, at=day(11))

    await checkout.bring_back("r", "a", at=day(12))

    assert (await checkout.wallets(ola))["points"].expiring == before


async def test_units_of_a_lapsed_lot_live_for_a_time_of_grace(checkout: Shop) -> None:
    """Stamps lapse after 20 days; they come back on day 30 and stay 30 days more."""
    ola = await rich(checkout, "1", 0)
    await checkout.show(day(0))
    await checkout.adjust(ola, 50, "stamps")
    await buy(checkout, "a", ola, goods(1_000, category="cake"), stamps=50, at=day(1))

    await checkout.bring_back("r", "a", at=day(30))

    (lot,) = (await checkout.wallets(ola))["stamps"].expiring
    assert lot.amount == 50
    assert lot.expires_at is not None
    assert (lot.expires_at - day(30)).days in {29, 30}


async def test_debt_is_paid_with_what_comes_back(checkout: Shop) -> None:
    """Earns 20, spends all 320; the other purchase's 40 come back as debt, then 300 pay it."""
    ola = await rich(checkout, "1", 300)
    await buy(checkout, "a", ola, goods(4_000), at=day(0))  # earns 40
    await buy(checkout, "b", ola, goods(1_000), points=300, at=day(1))  # earns 10
    await checkout.adjust(ola, -50)
    await checkout.bring_back("r1", "a", at=day(2))
    assert await checkout.balance(ola) == (0, 0, 40)

    await checkout.bring_back("r2", "b", at=day(3))

    assert await checkout.balance(ola) == (300 - 40 - 10, 0, 0)


async def test_the_order_of_partial_returns_does_not_matter(checkout: Shop) -> None:
    """Three returns in each of their six orders: the same money, units and coupons in the end."""
    parts: tuple[dict[int, int | str | None], ...] = ({1: 1}, {2: "0.5"}, {1: 2, 3: None})
    ends = []
    for n, order in enumerate(itertools.permutations(parts)):
        ola = await rich(checkout, f"c{n}")
        lines = (goods(2_999, 3), goods(1_001, "1.5"), goods(777, category="tea"))
        bought = await buy(
            checkout, f"a{n}", ola, *lines, points=650, coupons=("GIVE-FIVE",), at=day(0)
        )
        refunds = [
            (await checkout.bring_back(f"r{n}-{k}", f"a{n}", part)).refund
            for k, part in enumerate(order)
        ]
        total = sum(one.total for one in refunds if one)
        points = sum(one.points for one in refunds if one)
        left = await checkout.balance(ola)
        ends.append((bought.total, total, points, left))
    assert len(set(ends)) == 1


# ------------------------------------------------------------------ coupons used


@pytest.mark.parametrize(
    ("code", "after_one", "after_all"),
    [("STAYS22", False, False), ("GIVE-FIVE", False, True), ("ANYBACK", True, True)],
    ids=["never", "whole", "any"],
)
async def test_a_coupon_comes_back_by_its_policy(
    checkout: Shop, code: str, *, after_one: bool, after_all: bool
) -> None:
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "a", ola, goods(3_000, 2), coupons=(code,), at=day(0))

    one = await checkout.bring_back("r1", "a", {1: 1}, at=day(1))
    rest = await checkout.bring_back("r2", "a", at=day(2))

    assert bool(one.coupons_back) is after_one
    assert bool(one.coupons_back or rest.coupons_back) is after_all


async def test_a_use_that_came_back_counts_against_nobody(checkout: Shop) -> None:
    """FEW-LEFT has three uses in all."""
    for n in range(3):
        await buy(checkout, f"a{n}", f"{n}", goods(1_000), coupons=("FEW-LEFT",), at=day(0))
    with pytest.raises(CouponsRefused):
        await buy(checkout, "b", "9", goods(1_000), coupons=("FEW-LEFT",), at=day(1))

    await checkout.bring_back("r", "a1", at=day(2))

    await buy(checkout, "b", "9", goods(1_000), coupons=("FEW-LEFT",), at=day(3))
    with pytest.raises(CouponsRefused):
        await buy(checkout, "c", "8", goods(1_000), coupons=("FEW-LEFT",), at=day(3))


async def test_discounts_go_back_with_their_lines(checkout: Shop) -> None:
    """10 % off 20.00 of tea, 3.00 off a book of 10.00: 18.00 and 7.00 were paid."""
    ola = await rich(checkout, "1", 0)
    lines = (goods(2_000, 4, category="tea"), goods(1_000, category="book"))
    bought = await buy(checkout, "a", ola, *lines, at=day(0))
    assert [line.total for line in bought.lines] == [1_800, 700]

    back = await checkout.bring_back("r", "a", {1: 1, 2: None}, at=day(1))

    assert [line.total for line in back.lines] == [450, 700]


async def test_money_of_a_budget_goes_back(checkout: Shop) -> None:
    """20 % off lamps of 100.00 is 20.00 of the 50.00."""
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "a", ola, goods(10_000, 2, category="lamp"), at=day(0))
    assert await checkout.left("lamps") == 3_000

    await checkout.bring_back("r", "a", {1: 1}, at=day(1))

    assert await checkout.left("lamps") == 4_000


# ------------------------------------------------------------------ coupons given


async def test_a_coupon_that_is_not_deserved_any_more_is_void(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    bought = await buy(checkout, "a", ola, goods(1_000, category="mug"), at=day(0))
    code = await code_given(checkout, ola)

    back = await checkout.bring_back("r", "a", at=day(1))

    assert [(one.id, one.recovered) for one in back.coupons_taken] == [(bought.issued[0].id, True)]
    shown = await quote(checkout, ola, goods(3_000), coupons=(code,))
    assert shown.not_applied[0].reason == "unknown"


async def test_a_coupon_used_meanwhile_stays_used_and_is_told_with_its_worth(
    checkout: Shop,
) -> None:
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "a", ola, goods(1_000, category="mug"), at=day(0))
    code = await code_given(checkout, ola)
    used = await buy(checkout, "b", ola, goods(3_000), coupons=(code,), at=day(1))
    assert positions(used) == [0]

    back = await checkout.bring_back("r", "a", at=day(2))

    (taken,) = back.coupons_taken
    assert (taken.recovered, taken.value, taken.points) == (False, 500, 0)
    data = [data for kind, data in await checkout.events(ola) if kind == "purchase.returned"]
    assert data[0]["unrecovered"] == {str(taken.id): 500}


async def test_points_are_taken_for_it_where_the_template_says_so(checkout: Shop) -> None:
    """3.00 off is worth 300 points; 10 and 27 were earned, 10 go back with the pot."""
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "a", ola, goods(1_000, category="pot"), at=day(0))
    code = await code_given(checkout, ola)
    await buy(checkout, "b", ola, goods(3_000), coupons=(code,), at=day(1))
    assert await checkout.balance(ola) == (37, 0, 0)

    back = await checkout.bring_back("r", "a", at=day(2))

    (taken,) = back.coupons_taken
    assert (taken.recovered, taken.value, taken.wallet, taken.points) == (
        False, 300, "points", 300,
    )  # fmt: skip
    assert await checkout.balance(ola) == (0, 0, 300 - 27)


async def test_a_held_coupon_that_is_not_deserved_is_void_when_the_hold_ends(
    checkout: Shop,
) -> None:
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "a", ola, goods(1_000, category="mug"), at=day(0))
    code = await code_given(checkout, ola)
    kept = await hold(checkout, "c", ola, goods(3_000), coupons=(code,))

    await checkout.bring_back("r", "a")
    captured = await buy(checkout, "b", ola, goods(3_000), coupons=(code,), hold_id=kept.id)

    assert captured.discount == 500
    assert (await quote(checkout, ola, goods(3_000), coupons=(code,))).discount == 0


# ------------------------------------------------------------------ parked


async def test_a_return_that_came_first_gives_back_what_its_purchase_then_takes(
    checkout: Shop,
) -> None:
    ola = await rich(checkout, "1")
    first = await checkout.bring_back("r", "a", {1: 1}, at=day(0))
    assert first.status == "parked"

    await buy(checkout, "a", ola, goods(2_000, 2), points=600, coupons=("ANYBACK",), at=day(0))

    assert await held(checkout, ola) == (1_000 - 600 + 300 + 9, 0)


# ------------------------------------------------------------------ void


async def test_a_void_purchase_is_as_if_it_had_not_been(checkout: Shop) -> None:
    """Even a coupon that returns never give back can be used again."""
    ola = await rich(checkout, "1")
    lines = (goods(2_000), goods(500, kind=LineKind.SHIPPING), goods(1_000, category="mug"))
    bought = await buy(
        checkout, "a", ola, *lines, points=600, coupons=("STAYS22", "FEW-LEFT"), at=day(0)
    )
    assert await checkout.left("coupon:FEW") == 2

    done = (await void(checkout, bought.id)).body

    assert done.refund == Refund(total=3_200, points=600, other_tender=2_600)
    assert [one.template for one in done.coupons_back] == ["STAYS", "FEW"]
    assert await checkout.balance(ola) == (1_000, 0, 0)
    assert await checkout.left("coupon:FEW") == 3
    assert (await checkout.reads.purchase(bought.id)).void
    again = await void(checkout, bought.id)
    assert (again.replayed, again.body) == (True, done)
    with pytest.raises(NothingToReturn):
        await checkout.bring_back("r", "a")


async def test_only_the_same_store_voids_and_only_the_same_day(checkout: Shop) -> None:
    till = Actor(
        kind=TILL.kind, id="t", client_id=TILL.client_id, scopes=frozenset({"purchases:void"})
    )
    bought = await buy(checkout, "a", "1", goods(2_000), store="waw-01", at=day(0))
    async with nothing_written(checkout):
        with pytest.raises(NotOfThisStoreAndDay):
            await void(checkout, bought.id, "waw-02", till)
    await checkout.show(day(1))
    async with nothing_written(checkout):
        with pytest.raises(NotOfThisStoreAndDay):
            await void(checkout, bought.id, "waw-01", till)

    assert (await void(checkout, bought.id, "waw-01")).body.purchase_id == bought.id


async def test_what_is_left_after_a_return_can_still_be_void(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    bought = await buy(checkout, "a", ola, goods(2_000, 2), points=400, at=day(0))
    await checkout.bring_back("r", "a", {1: 1})

    done = (await void(checkout, bought.id)).body

    assert done.refund == Refund(total=1_000, points=200, other_tender=800)
    assert await checkout.balance(ola) == (1_000, 0, 0)
