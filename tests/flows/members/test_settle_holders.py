"""Nothing depends on the job: what is due counts the moment it is due."""

import datetime as dt
import uuid

import asyncpg
import msgspec

from service.domain.wallets.types import WalletsView
from service.flows.members.settle_holders import settle_holders
from tests.databases import Fresh
from tests.flows.counter import buy, hold, place, rich, unique
from tests.flows.shop import Shop, card, day, goods

HOUR = dt.timedelta(hours=1)


async def everything(shop: Shop, member: uuid.UUID) -> list[object]:
    """All that a member's reads show, but entity tags: those may change with a write."""
    wallets = await shop.reads.wallets(member)
    at = await shop.reads.wallets_at(member, day(60), None)
    past = await shop.reads.wallets_at(member, day(25), None)
    tier = await shop.reads.tier(member)
    return [
        msgspec.json.decode(wallets.body, type=WalletsView),
        at,
        past,
        msgspec.structs.replace(tier, at=day(0)),
        await shop.reads.member(member),
        (await shop.reads.home(member, ("en",))).body,
    ]


async def a_life(shop: Shop, key: str) -> uuid.UUID:
    """Points released on day 14, stars lapsed on day 30, a lift to gold that ends on day 61."""
    member = (await shop.enrol(key)).id
    await shop.buy(f"{key}-a", member, goods(4000, 4, brand="acme"), at=day(0))
    await shop.buy(f"{key}-b", member, goods(1000, category="piano"), at=day(0))
    return member


async def test_reads_before_and_after_the_job_are_equal(shop: Shop) -> None:
    ola = await a_life(shop, "1")
    for on in (10, 20, 45, 70, 400):
        await shop.show(day(on))
        before = await everything(shop, ola)

        await shop.settle()

        assert await everything(shop, ola) == before


async def test_what_comes_next_is_the_same_with_the_job_and_without(shop: Shop) -> None:
    ola, jan = await a_life(shop, "1"), await a_life(shop, "2")
    await shop.show(day(45))
    await settle_holders(shop.built.ctx, [ola])

    receipts = [
        await shop.buy(key, member, goods(3000), at=day(46))
        for key, member in (("x", ola), ("y", jan))
    ]

    assert receipts[0].wallets == receipts[1].wallets
    assert receipts[0].earned == receipts[1].earned
    for wallet in ("points", "stars", "status"):
        assert await shop.entries(ola, wallet) == await shop.entries(jan, wallet)
    ends = [[e for e in await shop.events(who) if e[0] != "member.enrolled"] for who in (ola, jan)]
    assert [kind for kind, _ in ends[0]] == [kind for kind, _ in ends[1]]


async def test_the_job_posts_what_is_due_once_at_its_own_instant(shop: Shop) -> None:
    ola = await a_life(shop, "1")
    await shop.show(day(70))

    assert await shop.settle() == 1
    after = await shop.tables()
    assert await shop.settle() == 0

    assert await shop.tables() == after
    told = [(kind, data) for kind, data in await shop.events(ola)][-3:]
    async with shop.db.reading() as tx:
        times = await tx.connection.fetch(
            "select occurred_at from outbox where holder_id = $1 order by version desc limit 3", ola
        )
    # the clocks go forward on 29 March
    assert [kind for kind, _ in told] == ["points.released", "points.expired", "tier.changed"]
    assert [row[0] for row in reversed(times)] == [day(14), day(30) - HOUR, day(61) - HOUR]
    assert told[0][1]["changes"] == [{"wallet": "points", "amount": 0, "pending": -50, "debt": 0}]
    assert told[1][1]["changes"] == [{"wallet": "stars", "amount": -40, "pending": 0, "debt": 0}]
    assert (told[2][1]["was"], told[2][1]["now"]) == ("gold", "bronze")


async def test_one_that_cannot_be_settled_stops_no_other(empty_shop: Shop, database: Fresh) -> None:
    """Its wallet says that it has no entries, so the next one meets the first."""
    shop = empty_shop
    await shop.publish()
    broken, *others = [await a_life(shop, f"{n}") for n in range(3)]
    superuser = await asyncpg.connect(database.superuser_url)
    await superuser.execute("update wallet set entry_seq = 0 where holder_id = $1", broken)
    await superuser.close()
    await shop.show(day(70))

    assert await shop.settle() == 2

    for member, expired in ((broken, 0), *((other, 1) for other in others)):
        assert [kind for kind, _ in await shop.events(member)].count("points.expired") == expired


async def test_what_is_not_due_yet_is_left_alone(shop: Shop) -> None:
    await a_life(shop, "1")
    await shop.show(day(13))
    before = await shop.tables()

    assert await shop.settle() == 0

    assert await shop.tables() == before


async def test_released_units_pay_debt_in_the_job_too(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(4000), at=day(0))
    await shop.show(day(20))
    await shop.adjust(ola, -40)
    await shop.bring_back("r", "a")
    await shop.buy("b", ola, goods(9000))
    await shop.show(day(35))

    await shop.settle()

    assert await shop.balance(ola) == (50, 0, 0)
    assert [e[:3] for e in await shop.entries(ola)][-1] == ("debt_paid", -40, -40)


async def test_a_tier_that_ends_is_judged_when_it_is_due(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(12_000), at=day(0))
    await shop.show(day(366))

    assert await shop.tier(ola) == "bronze"
    await shop.settle()

    assert (await shop.events(ola))[-1] == (
        "tier.changed",
        {
            "ladder": "main",
            "was": "silver",
            "now": "bronze",
            "at": "2027-03-02T10:00:00Z",
            "valid_until": None,
        },
    )


async def test_a_holder_in_hand_elsewhere_is_left_for_the_next_pass(shop: Shop) -> None:
    ola, jan = await a_life(shop, "1"), await a_life(shop, "2")
    await shop.show(day(20))

    async with shop.db.transaction() as tx:
        await tx.connection.execute(
            "select 1 from holder where holder_id = $1 for no key update", ola
        )
        assert await settle_holders(shop.built.ctx, [ola, jan]) == 1

    assert await shop.settle() == 1


async def test_nobody_unclaimed_ever_falls_due(shop: Shop) -> None:
    await shop.buy("a", "1", goods(12_000, category="piano"), at=day(0))
    await shop.show(day(800))

    assert await shop.settle() == 0
    assert (await shop.enrol(card("2"))).claimed == 0


async def next_due(shop: Shop, member: uuid.UUID) -> dt.datetime | None:
    async with shop.db.reading() as tx:
        due: dt.datetime | None = await tx.connection.fetchval(
            "select next_due from holder where holder_id = $1", member
        )
    return due


async def test_a_hold_that_timed_out_ends_and_lets_go_of_all_it_had(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    (code,) = await unique(checkout)
    lamp = goods(5000, category="lamp")
    placed = await hold(checkout, "c", ola, lamp, points=400, coupons=(code, "FEW-LEFT"))
    assert await next_due(checkout, ola) == placed.due_at
    assert await checkout.count("coupon_hold") == 1
    await checkout.show(placed.due_at)

    await checkout.settle()

    event = (await checkout.events(ola))[-1]
    assert event == (
        "hold.timed-out",
        {
            "hold_id": str(placed.id),
            "changes": [{"wallet": "points", "amount": 0, "pending": 0, "debt": 0, "held": -400}],
        },
    )
    ended = await checkout.reads.hold(placed.id)
    assert (ended.state, ended.closed_at) == ("timed_out", placed.due_at)
    assert [await checkout.count(table) for table in ("coupon_hold", "budget_hold")] == [0, 0]
    assert [await checkout.left(name) for name in ("lamps", "coupon:FEW")] == [5000, 3]
    points = (await checkout.wallets(ola))["points"]
    assert await next_due(checkout, ola) == points.expiring[0].expires_at


async def test_the_hold_of_nobody_ends_too(checkout: Shop) -> None:
    placed = await hold(checkout, "c", None, goods(5000), coupons=("FEW-LEFT",))
    assert await checkout.left("coupon:FEW") == 2
    await checkout.show(placed.due_at)

    assert await checkout.settle() == 1
    assert await checkout.settle() == 0

    assert (await checkout.reads.hold(placed.id)).state == "timed_out"
    assert await checkout.left("coupon:FEW") == 3


async def test_a_purchase_of_its_holder_ends_a_hold_before_it_is_recorded(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    placed = await hold(checkout, "c", ola, goods(2000), points=1000)
    await checkout.show(placed.due_at)

    await buy(checkout, "b", ola, goods(2000), points=1000)

    kinds = [kind for kind, _ in await checkout.events(ola)]
    assert kinds[-4:] == [
        "hold.timed-out",
        "points.redeemed",
        "purchase.recorded",
        "points.earned",
    ]


async def test_what_an_overdue_hold_has_is_there_for_whoever_is_short(checkout: Shop) -> None:
    """Nobody has settled its holder: its share of the budget, its use of the code."""
    ola, jan = await rich(checkout, "1"), await rich(checkout, "2")
    (code,) = await unique(checkout)
    lamp = goods(25_000, category="lamp")  # a fifth of it is all the budget has
    placed = await hold(checkout, "c", ola, lamp, coupons=(code,))
    await checkout.show(placed.due_at)

    bought = await buy(checkout, "b", jan, lamp, coupons=(code,))

    assert [(e.rule, e.amount) for e in bought.effects if e.type == "discount"] == [
        ("lamp-fifth", 5000),
        ("UNIQUE", 700),
    ]
    again = await place(checkout, "c", ola, lamp)  # the first one has ended
    assert [e for e in again.body.effects if e.type == "discount"] == []
