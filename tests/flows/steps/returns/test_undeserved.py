"""Coupons that what is left of a purchase would not give, or gives again: any order ends the same.

Who buys for 50.00 or more gets 3.00 off another time, and so does who buys for 15.00 or less; used
and not deserved it costs 300 points. A jug is 25.00, a bowl 15.00, a cup 10.00: with any one of
them gone the coupon is not deserved, for the cup alone or the bowl alone it is again.
"""

import datetime as dt
import functools
import itertools
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Final

import pytest

from service.domain.coupons.types import NameCoupon
from service.domain.returns.types import CouponAgain, ReturnReceipt, VoidPurchase
from tests.databases import Server
from tests.flows.conftest import opened
from tests.flows.counter import CHECKOUT, buy, hold
from tests.flows.moves import move
from tests.flows.races import at_once
from tests.flows.shop import TILL, Shop, day, goods, phone

EITHER: Final = CHECKOUT.replace(
    "when: {lines: {where: {category: pot}}}",
    "when: {any: [{cart.total: {gte: 50 EUR}}, {cart.total: {lte: 15 EUR}}]}",
)
ONCE: Final = "personal: true, recover: points}"
TWICE: Final = EITHER.replace(ONCE, "personal: true, recover: points, limit: {uses: 2}}")
STAYS: Final = EITHER.replace(ONCE, "personal: true, recover: points, comes_back: never}")
LINES: Final = (goods(2_500), goods(1_500), goods(1_000))
PRICES: Final = {1: 2_500, 2: 1_500, 3: 1_000}
OTHER: Final = 0  # stands for the purchase on which the coupon was used, of which all comes back


@pytest.fixture
async def either(server: Server) -> AsyncIterator[Shop]:
    """A shop with that program, at day 0; the whole ledger must add up after."""
    async with opened(server, EITHER) as shop:
        yield shop


def orders(*parts: int) -> list[tuple[int, ...]]:
    """Every order of every choice of them."""
    return [
        order for size in range(len(parts) + 1) for order in itertools.permutations(parts, size)
    ]


def deserved(parts: Sequence[int]) -> bool:
    """Whether what is left of the first purchase gives the coupon."""
    left = sum(PRICES.values()) - sum(PRICES.get(part, 0) for part in parts)
    return left >= 5_000 or 0 < left <= 1_500


async def have(shop: Shop, number: str, points: int = 0) -> tuple[uuid.UUID, str]:
    """A member who bought all three, and the code of the coupon that gave."""
    member = (await shop.enrol(number)).id
    if points:
        await shop.adjust(member, points)
    await buy(shop, f"a{number}", member, *LINES, at=day(0))
    return member, await code_of(shop, member)


async def use(shop: Shop, number: str, member: uuid.UUID, code: str) -> None:
    """3.00 off 30.00; it earns 27 points and gives no coupon."""
    bought = await buy(shop, f"b{number}", member, goods(3_000), coupons=(code,), at=day(0))
    assert (bought.discount, bought.issued) == (300, ())


async def code_of(shop: Shop, member: uuid.UUID) -> str:
    """The code of the only coupon in a list."""
    (one,) = (await shop.reads.coupons(member, (), None, 10)).items
    return one.code


async def state(shop: Shop, member: uuid.UUID) -> str:
    """What the only coupon in a list is worth."""
    (one,) = (await shop.reads.coupons(member, (), None, 10)).items
    return one.state


async def back(shop: Shop, number: str, part: int) -> ReturnReceipt:
    """A line of the first purchase comes back, or all of the other one."""
    if part == OTHER:
        return await shop.bring_back(f"r{number}-{part}", f"b{number}", at=day(1))
    return await shop.bring_back(f"r{number}-{part}", f"a{number}", {part: None}, at=day(1))


async def lots(shop: Shop, member: uuid.UUID) -> list[tuple[dt.datetime | None, int]]:
    """(when they lapse, units) of the member's points."""
    found = (await shop.wallets(member))["points"].expiring
    return [(lot.expires_at, lot.amount) for lot in found]


async def net(shop: Shop, member: uuid.UUID) -> int:
    """Units of the member less those owed."""
    available, _, debt = await shop.balance(member)
    assert available == 0 or debt == 0
    return available - debt


# ------------------------------------------------------------------ any order


@pytest.mark.parametrize("points", [0, 1_000], ids=["owing", "rich"])
async def test_in_any_order_a_used_coupon_costs_points_once_if_it_is_not_deserved(
    either: Shop, points: int
) -> None:
    """1 point for 1.00 that is left, 27 for the other purchase, 300 less if undeserved."""
    for n, order in enumerate(orders(1, 2, 3)):
        number = str(n)
        ola, code = await have(either, number, points)
        await use(either, number, ola, code)

        for part in order:
            await back(either, number, part)

        left = 50 - sum(PRICES[part] for part in order) // 100
        owed = 0 if deserved(order) else 300
        assert await net(either, ola) == points + left + 27 - owed, order
        assert await state(either, ola) == "used_up"


async def test_in_any_order_a_coupon_whose_use_came_back_is_good_only_if_deserved(
    either: Shop,
) -> None:
    """Of both purchases together, in all 64 orders of up to four returns; no points are taken once
    the use has come back.
    """
    for n, order in enumerate(orders(1, 2, 3, OTHER)):
        number = str(n)
        ola, code = await have(either, number)
        await use(either, number, ola, code)

        for part in order:
            await back(either, number, part)

        left = 50 - sum(PRICES.get(part, 0) for part in order) // 100
        came_back = OTHER in order
        earned = left + (0 if came_back else 27)
        owed = 0 if deserved(order) or came_back else 300
        assert await net(either, ola) == earned - owed, order
        unused = "usable" if deserved(order) else "void"
        assert await state(either, ola) == (unused if came_back else "used_up"), order


async def test_in_any_order_an_unused_coupon_is_good_only_if_deserved(either: Shop) -> None:
    for n, order in enumerate(orders(1, 2, 3)):
        ola, _ = await have(either, str(n))
        for part in order:
            await back(either, str(n), part)
        assert await state(either, ola) == ("usable" if deserved(order) else "void"), order


async def test_returns_that_are_sent_together_end_as_one_after_another(either: Shop) -> None:
    for n in range(4):
        number = str(n)
        ola, code = await have(either, number)
        await use(either, number, ola, code)

        came = await at_once(
            [functools.partial(back, either, number, part) for part in (1, 2, OTHER)]
        )

        assert came == ["done"] * 3
        assert await net(either, ola) == 10
        assert await state(either, ola) == "usable"


# ------------------------------------------------------------------ what is told


async def test_what_was_taken_and_given_again_is_told(either: Shop) -> None:
    ola, code = await have(either, "1")
    await use(either, "1", ola, code)
    (coupon,) = (await either.reads.coupons(ola, (), None, 10)).items

    first, second = [await back(either, "1", part) for part in (1, 2)]

    (taken,) = first.coupons_taken
    assert (taken.id, taken.recovered, taken.value, taken.points) == (coupon.id, False, 300, 300)
    assert first.coupons_again == ()
    assert second.coupons_taken == ()
    assert second.coupons_again == (
        CouponAgain(id=coupon.id, template="DEBT", wallet="points", points=300),
    )
    told = [data for kind, data in await either.events(ola) if kind == "purchase.returned"]
    assert [data.get("coupons_again", []) for data in told] == [[], [str(coupon.id)]]
    assert [(reason, amount, debt) for reason, amount, debt, _ in await either.entries(ola)] == [
        *(("earned", 50, 0), ("earned", 27, 0)),
        *(("reversed", -25, 0), ("reversed", -52, 248)),
        *(("recovery_undone", 52, -248), ("reversed", -15, 0)),
    ]


async def test_a_use_that_comes_back_says_that_its_coupon_is_void(either: Shop) -> None:
    ola, code = await have(either, "1")
    await use(either, "1", ola, code)
    await back(either, "1", 3)

    done = await back(either, "1", OTHER)

    (one,) = done.coupons_back
    assert (one.template, one.void, one.wallet, one.points) == ("DEBT", True, "points", 300)
    told = [data for kind, data in await either.events(ola) if kind == "purchase.returned"]
    assert "coupons_back" not in told[-1]


async def test_units_go_back_to_the_lots_they_were_taken_from(either: Shop) -> None:
    """77 of the purchases lapse before 400 by hand: less 10, then 67 and 233 are taken."""
    ola, code = await have(either, "1")
    await use(either, "1", ola, code)
    await either.show(day(10))
    await either.adjust(ola, 400)
    bought, by_hand = [lot.expires_at for lot in (await either.wallets(ola))["points"].expiring]

    await either.bring_back("r1", "a1", {3: None})
    assert await lots(either, ola) == [(by_hand, 167)]
    await either.bring_back("r2", "b1")

    assert await lots(either, ola) == [(bought, 40), (by_hand, 400)]


# ------------------------------------------------------------------ other ways


async def test_of_two_uses_each_is_paid_for_and_undone_alone(either: Shop) -> None:
    await either.publish(TWICE, None)
    await either.show(day(1))
    ola = (await either.enrol("1")).id
    await buy(either, "a1", ola, *LINES)
    code = await code_of(either, ola)
    for key in ("b1", "b2"):
        await buy(either, key, ola, goods(3_000), coupons=(code,))

    taken = (await either.bring_back("r1", "a1", {1: None})).coupons_taken[0]
    assert (taken.value, taken.points) == (600, 600)
    assert await net(either, ola) == 25 + 27 + 27 - 600
    await either.bring_back("r2", "b1")
    assert await net(either, ola) == 25 + 27 - 300
    assert await state(either, ola) == "void"
    await either.bring_back("r3", "a1", {2: None})

    assert await net(either, ola) == 10 + 27
    assert await state(either, ola) == "usable"


async def test_a_use_that_stays_is_still_paid_for(either: Shop) -> None:
    await either.publish(STAYS, None)
    await either.show(day(1))
    ola = (await either.enrol("1")).id
    await buy(either, "a1", ola, *LINES)
    used = await buy(either, "b1", ola, goods(3_000), coupons=(await code_of(either, ola),))
    await either.bring_back("r1", "a1", {1: None})

    await either.bring_back("r2", "b1", {1: "0.5"})
    assert await net(either, ola) == 25 + 13 - 300
    void = VoidPurchase(reason="rung up twice")  # as if it had not been used
    await either.verbs.void_purchase(TILL, used.id, void)

    assert await net(either, ola) == 25
    assert await state(either, ola) == "void"


async def test_what_was_voided_by_hand_stays_void_when_it_is_deserved_again(either: Shop) -> None:
    for number, before in (("1", True), ("2", False)):
        ola, _ = await have(either, number)
        (coupon,) = (await either.reads.coupons(ola, (), None, 10)).items
        named = NameCoupon(coupon_id=coupon.id, reason="posted in a forum")
        if before:
            await either.verbs.void_coupon(TILL, named)
        await back(either, number, 1)
        if not before:
            await either.verbs.reinstate_coupon(TILL, named)
            await either.verbs.void_coupon(TILL, named)
        await back(either, number, 2)
        assert await state(either, ola) == "void"


async def test_what_was_reinstated_by_hand_stays_good(either: Shop) -> None:
    ola, code = await have(either, "1")
    await back(either, "1", 1)
    (coupon,) = (await either.reads.coupons(ola, (), None, 10)).items
    await either.verbs.reinstate_coupon(
        TILL, NameCoupon(coupon_id=coupon.id, reason="for the trouble")
    )
    await use(either, "1", ola, code)

    await back(either, "1", OTHER)

    assert await state(either, ola) == "usable"
    assert await net(either, ola) == 25


async def test_one_that_a_hold_has_kept_is_void_once_its_use_comes_back(either: Shop) -> None:
    ola, code = await have(either, "1")
    kept = await hold(either, "c", ola, goods(3_000), coupons=(code,))
    await either.bring_back("r1-1", "a1", {1: None})
    await buy(either, "b1", ola, goods(3_000), coupons=(code,), hold_id=kept.id)

    done = await either.bring_back("r", "b1")

    assert [one.void for one in done.coupons_back] == [True]
    assert await state(either, ola) == "void"
    assert await net(either, ola) == 25


async def test_what_was_taken_from_who_had_the_purchase_before_comes_back(either: Shop) -> None:
    ola, code = await have(either, "1")
    jan = (await either.enrol("2")).id
    await use(either, "1", ola, code)
    bought = await either.reads.purchase_by_key("web", "a1")
    await move(either, bought.id, ola, jan)
    assert await net(either, ola) == 27 - 300

    await back(either, "1", OTHER)

    assert await net(either, ola) == 0
    assert await state(either, ola) == "void"
    assert await state(either, jan) == "usable"


@pytest.mark.parametrize("after", [0, 1, 2])
async def test_whenever_it_is_claimed_a_purchase_gives_what_is_deserved(
    either: Shop, after: int
) -> None:
    """After the first return the coupon is not deserved, after the second it is."""
    who = phone("+48600100200")
    await buy(either, "a", (who,), *LINES, at=day(0))
    parts: list[dict[int, int | str | None]] = [{1: None}, {2: None}]
    for n, part in enumerate(parts[:after]):
        await either.bring_back(f"r{n}", "a", part)

    ola = (await either.enrol("1", who)).id
    listed = (await either.reads.coupons(ola, (), None, 10)).items
    assert len(listed) == (0 if after == 1 else 1)
    for n, part in enumerate(parts[after:]):
        await either.bring_back(f"s{n}", "a", part)

    assert await state(either, ola) == "usable"
    assert await net(either, ola) == 10


async def test_returns_that_came_first_leave_what_is_deserved(either: Shop) -> None:
    ola = (await either.enrol("1")).id
    for part in (1, 2):
        assert (await back(either, "1", part)).status == "parked"

    await buy(either, "a1", ola, *LINES, at=day(2))

    assert await state(either, ola) == "usable"
    await either.bring_back("r", "a1", {3: None})
    assert await state(either, ola) == "void"
