"""Settlement before anything else: what is due is posted in the order in which it fell due."""

import datetime as dt

from tests.flows.shop import SOURCE, Shop, day, goods

HOUR = dt.timedelta(hours=1)
JUNE_ENDS = dt.datetime(2026, 6, 30, 22, tzinfo=dt.UTC)


async def test_what_fell_due_is_posted_at_its_instant_before_the_purchase(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(4000, 2, brand="acme"), at=day(0))

    await shop.buy("b", ola, goods(1000), at=day(150))

    told = [(kind, data.get("changes")) for kind, data in await shop.events(ola)][3:]
    assert told[0] == (
        "points.released",
        [{"wallet": "points", "amount": 0, "pending": -40, "debt": 0}],
    )
    assert told[1] == (
        "points.expired",
        [{"wallet": "stars", "amount": -20, "pending": 0, "debt": 0}],
    )
    assert told[2] == (
        "points.expired",
        [{"wallet": "points", "amount": -40, "pending": 0, "debt": 0}],
    )
    assert [kind for kind, _ in told[3:]] == ["purchase.recorded", "points.earned"]
    assert [e[3] for e in await shop.entries(ola) if e[0] == "expired"] == [JUNE_ENDS]
    assert [e[3] for e in await shop.entries(ola, "stars") if e[0] == "expired"] == [day(30) - HOUR]


async def test_a_release_comes_before_an_expiry_of_the_same_instant(empty_shop: Shop) -> None:
    # points are pending for as long as stars live
    source = SOURCE.replace("pending: {for: 14d}", "pending: {for: 30d}")
    await empty_shop.publish(source)
    ola = (await empty_shop.enrol("1")).id
    await empty_shop.buy("a", ola, goods(4000, 2, brand="acme"), at=day(1))

    await empty_shop.show(day(40))
    await empty_shop.settle()

    assert [kind for kind, _ in await empty_shop.events(ola)][3:] == [
        *("points.released", "points.expired"),
    ]
    assert await empty_shop.faults() == []


async def test_released_units_pay_debt_before_they_can_lapse(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(4000), at=day(0))
    await shop.show(day(20))
    await shop.adjust(ola, -40)
    await shop.bring_back("r", "a")
    await shop.buy("b", ola, goods(9000), at=day(21))

    await shop.show(day(200))
    await shop.settle()

    # 40 of the 90 paid the debt on day 35, an hour early; the rest lapsed three months later
    assert [e[:3] for e in await shop.entries(ola)][-2:] == [
        *(("debt_paid", -40, -40), ("expired", -50, 0)),
    ]
    assert (await shop.entries(ola))[-2][3] == day(35) - HOUR
    assert await shop.balance(ola) == (0, 0, 0)


async def test_lots_of_one_instant_make_one_event(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    for key in "abc":
        await shop.buy(key, ola, goods(1000), at=day(0))

    await shop.show(day(15))
    await shop.settle()

    released = [data for kind, data in await shop.events(ola) if kind == "points.released"]
    assert [data["changes"][0]["pending"] for data in released] == [-30]


async def test_who_has_nothing_due_is_not_looked_at_again_before_it_is(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(4000, 2, brand="acme"), at=day(0))

    dues = []
    for on in (0, 14, 30, 130, 400):
        await shop.show(day(on))
        await shop.settle()
        async with shop.db.reading() as tx:
            dues.append(await tx.connection.fetchval(
                "select next_due from holder where holder_id = $1", ola
            ))  # fmt: skip

    assert dues == [day(14), day(30) - HOUR, JUNE_ENDS, None, None]


async def test_every_wallet_of_a_program_is_there_without_a_row(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    assert await shop.count("wallet") == 0

    await shop.buy("a", ola, goods(1000), at=day(0))

    assert await shop.count("wallet") == 2  # points and status
    assert set(await shop.wallets(ola)) == {"points", "stars", "gifts", "status"}


async def test_a_wallet_of_a_new_version_is_there_for_old_members(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(1000), at=day(0))
    source = SOURCE.replace("  gifts:  ", "  coins: {}\n  gifts:  ").replace(
        "- points: {per: 1 EUR, award: 1}",
        "- points: {per: 1 EUR, award: 1}\n          - points: {wallet: coins, fixed: 3}",
        1,
    )
    await shop.publish(source, None)

    await shop.buy("b", ola, goods(1000), at=day(1))

    assert await shop.balance(ola, "coins") == (3, 0, 0)
