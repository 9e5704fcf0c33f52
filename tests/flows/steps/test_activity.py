"""Units of an inactivity wallet (gifts: 30 days without a purchase) live on with every purchase."""

import datetime as dt

from tests.flows.shop import Shop, card, day, goods


async def test_a_purchase_lets_units_of_an_inactivity_wallet_live_on(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(100, 2, category="plant"), at=day(0))
    await shop.show(day(20))
    await shop.buy("b", ola.id, goods(100), at=day(20))
    await shop.show(day(45))

    (lot,) = (await shop.wallets(ola.id))["gifts"].expiring

    # 30 days from day 20, over the night when the clocks change
    assert (lot.amount, lot.expires_at) == (10, day(50) - dt.timedelta(hours=1))


async def test_without_activity_they_lapse(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(100, 2, category="plant"), at=day(0))
    await shop.show(day(31))

    assert await shop.balance(ola.id, "gifts") == (0, 0, 0)


async def test_a_late_purchase_never_shortens_a_life(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.show(day(20))
    await shop.buy("a", ola.id, goods(100, 2, category="plant"), at=day(20))

    await shop.buy("b", ola.id, goods(100), at=day(1))

    (lot,) = (await shop.wallets(ola.id))["gifts"].expiring
    assert lot.expires_at == day(50) - dt.timedelta(hours=1)


async def test_late_units_live_on_from_every_purchase_that_followed(shop: Shop) -> None:
    """Of day 1, alive until day 31; purchases of days 25 and 39 came in time, each within 30."""
    ola = await shop.enrol("1")
    for n in (25, 39):
        await shop.show(day(n))
        await shop.buy(f"b{n}", ola.id, goods(100), at=day(n))
    await shop.show(day(40))

    await shop.buy("late", ola.id, goods(100, category="plant"), at=day(1))

    (lot,) = (await shop.wallets(ola.id))["gifts"].expiring
    assert (lot.amount, lot.expires_at) == (5, day(69))


async def test_late_units_lapse_in_a_gap_although_somebody_came_back_later(shop: Shop) -> None:
    """Of day 1, alive until day 31; the next purchase was on day 39."""
    ola = await shop.enrol("1")
    await shop.show(day(39))
    await shop.buy("b", ola.id, goods(100))

    await shop.buy("late", ola.id, goods(100, category="plant"), at=day(1))

    assert await shop.balance(ola.id, "gifts") == (0, 0, 0)
    entries = (await shop.reads.entries(ola.id, "gifts", None, 10)).items
    assert sorted(entry.amount for entry in entries) == [-5, 5]


async def test_a_purchase_at_the_very_instant_of_the_end_is_too_late(shop: Shop) -> None:
    ola = await shop.enrol("1")
    end = day(31) - dt.timedelta(hours=1)
    await shop.show(day(35))
    await shop.buy("b", ola.id, goods(100), at=end)

    await shop.buy("late", ola.id, goods(100, category="plant"), at=day(1))

    assert await shop.balance(ola.id, "gifts") == (0, 0, 0)


async def test_units_of_a_claimed_purchase_live_on_from_what_the_member_bought(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("stray", "2", goods(100, category="plant"), at=day(0))
    await shop.show(day(20))
    await shop.buy("b", ola.id, goods(100), at=day(20))
    await shop.show(day(40))

    await shop.change(ola.id, add=(card("2"),))

    (lot,) = (await shop.wallets(ola.id))["gifts"].expiring
    assert (lot.amount, lot.expires_at) == (5, day(50) - dt.timedelta(hours=1))
