"""Units of an inactivity wallet (gifts: 30 days without a purchase) live on with every purchase."""

import datetime as dt

from tests.flows.shop import SOURCE, Shop, card, day, goods


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


async def test_units_that_are_kept_again_live_on_from_what_was_bought_meanwhile(shop: Shop) -> None:
    """Cake of day 0 earns 100 for 55.00, nothing for 15.00 less, and 60 for 10.00: those would have
    lived on from the purchase of day 20, so they do."""
    live_on = SOURCE.replace("expires: {after: 30d}", "expires: {inactivity: 30d}")
    assert live_on != SOURCE
    await shop.publish(live_on, None)
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(4000, 4, category="cake"), goods(1500), at=day(0))
    await shop.bring_back("r", "a", {2: None})
    assert await shop.balance(ola.id, "stars") == (0, 0, 0)
    await shop.buy("b", ola.id, goods(100), at=day(20))
    await shop.show(day(45))

    await shop.bring_back("q", "a", {1: 3})

    (lot,) = (await shop.wallets(ola.id))["stars"].expiring
    assert (lot.amount, lot.expires_at) == (60, day(50) - dt.timedelta(hours=1))
