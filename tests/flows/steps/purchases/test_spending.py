"""What purchases take: from lots, codes and budgets, and beyond them when it has happened."""

import uuid
from typing import Any

import pytest

from service.kernel.values import Redeemed
from tests.flows.counter import (
    beyond,
    buy,
    held,
    hold,
    quote,
    reasons,
    report,
    rich,
    sale,
    unique,
)
from tests.flows.shop import Shop, day, goods


async def uses(shop: Shop) -> list[tuple[Any, ...]]:
    """(template, position, by a unique or personal code, overrun, came back), as recorded."""
    async with shop.db.reading() as tx:
        rows = await tx.connection.fetch(
            "select template, position, digest is not null, overrun, given_back_at is not null"
            " from coupon_use join purchase using (purchase_id) order by recorded_at, position"
        )
    return [tuple(row) for row in rows]


async def used(shop: Shop) -> int:
    """How often the only unique or personal code was used."""
    async with shop.db.reading() as tx:
        times: int = await tx.connection.fetchval("select used from coupon")
    return times


async def overruns(shop: Shop, member: uuid.UUID) -> list[str]:
    """What the last purchase gave beyond what was there, as its event tells it."""
    told = [data for kind, data in await shop.events(member) if kind == "purchase.recorded"]
    found: list[str] = told[-1].get("overruns", [])
    return found


# ------------------------------------------------------------------ what is there


async def test_units_are_taken_soonest_to_end_first(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    for n in range(3):
        await checkout.show(day(n))
        await checkout.adjust(ola, 100, "stamps")

    await buy(checkout, "p1", ola, goods(3_000, category="cake"), stamps=150)

    async with checkout.db.reading() as tx:
        lots = await tx.connection.fetch(
            "select remaining from lot where wallet = 4 order by lot_no"
        )
    assert [lot[0] for lot in lots] == [0, 50, 100]


async def test_one_entry_for_each_wallet_and_an_event(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    await checkout.adjust(ola, 500, "cash")

    receipt = await buy(checkout, "p1", ola, goods(3_000), points=500, cash=300)

    assert [e[:3] for e in await checkout.entries(ola)] == [
        *(("adjusted", 1_000, 0), ("redeemed", -500, 0), ("earned", 27, 0)),
    ]
    assert [e[:3] for e in await checkout.entries(ola, "cash")] == [
        *(("adjusted", 500, 0), ("redeemed", -300, 0)),
    ]
    (told,) = [data for kind, data in await checkout.events(ola) if kind == "points.redeemed"]
    assert [(c["wallet"], c["amount"]) for c in told["changes"]] == [
        *(("points", -500), ("cash", -300)),
    ]
    assert receipt.redeemed == (
        Redeemed(wallet="cash", amount=300, value=300),
        Redeemed(wallet="points", amount=500, value=500),
    )


async def test_each_use_is_recorded_at_its_place(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    (code,) = await unique(checkout)

    await buy(checkout, "p1", ola, goods(3_000), coupons=("BOOK-FOUR", "FEW-LEFT", code, "DOUBLE2"))

    assert await uses(checkout) == [
        ("FEW", 1, False, False, False),
        ("UNIQUE", 2, True, False, False),
        ("DOUBLE", 3, False, False, False),
    ]
    assert (await used(checkout), await beyond(checkout, "coupon:FEW")) == (1, (2, 0))


async def test_a_coupon_may_double_or_add_points(checkout: Shop) -> None:
    """30.00 earn 30 points, twice that is 60, and 50 more: 110; status is not multiplied."""
    ola = await rich(checkout, "1", 0)

    receipt = await buy(checkout, "p1", ola, goods(3_000), coupons=("DOUBLE2", "BONUS-50"))

    assert [(m.wallet, m.amount) for m in receipt.earned] == [("points", 110), ("status", 30)]


async def test_coupons_given_have_an_end_and_an_origin(checkout: Shop) -> None:
    """Two mugs in one purchase: the rule fires once."""
    ola = await rich(checkout, "1", 0)

    receipt = await buy(checkout, "p1", ola, goods(2_400, 2, category="mug"))

    assert [(g.template, g.campaign, g.rule) for g in receipt.issued] == [
        ("NEXT5", "base", "mug-gift")
    ]
    async with checkout.db.reading() as tx:
        found = await tx.connection.fetchrow(
            "select coupon_id, holder_id, origin_op, rule, until_at, uses_max from coupon"
        )
    (given,) = receipt.issued
    assert tuple(found) == (given.id, ola, receipt.id, "mug-gift", given.until_at, 1)


async def test_a_replay_gives_no_second_coupon(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    body = sale("p1", ola, goods(1_200, category="mug"))

    first, again = await checkout.record(body), await checkout.record(body)

    assert (again.replayed, again.body.issued) == (True, first.body.issued)
    assert await checkout.count("coupon") == 1


# ------------------------------------------------------------------ what is not


async def test_points_that_are_not_there_become_debt(checkout: Shop) -> None:
    """120 of 500; 380 are owed; 30 are earned and pay: 350."""
    ola = await rich(checkout, "1", 120)

    receipt = await report(checkout, "p1", ola, goods(3_000), points=500)

    assert (receipt.due, receipt.overrun) == (2_500, True)
    assert receipt.redeemed == (Redeemed(wallet="points", amount=500, value=500),)
    assert await checkout.balance(ola) == (0, 0, 350)
    assert await overruns(checkout, ola) == ["points"]


@pytest.mark.parametrize(
    ("fields", "due"),
    [
        ({"points": 130}, 2_870),  # no step
        ({"points": 10}, 2_990),  # below the least
        ({"points": 2_000}, 1_000),  # more than half of the goods
        ({"points": 4_000}, 0),  # more than the cart
    ],
)
async def test_limits_of_the_wallet_bind_nobody_who_has_paid(
    checkout: Shop, fields: dict[str, int], due: int
) -> None:
    ola = await rich(checkout, "1", 5_000)

    receipt = await report(checkout, "p1", ola, goods(3_000), **fields)

    assert (receipt.due, receipt.overrun, receipt.not_applied) == (due, False, ())
    assert (await held(checkout, ola))[0] == 5_000 - fields["points"] + 30


async def test_nobody_has_no_wallet_to_take_from(checkout: Shop) -> None:
    """Recorded, and told: of an unknown card nothing is redeemed."""
    receipt = await report(checkout, "p1", "a-card-of-nobody", goods(3_000), points=500)

    assert (receipt.due, receipt.redeemed) == (3_000, ())
    assert reasons(receipt) == [("points", "needs_member")]


async def test_a_shared_code_beyond_its_cap_is_counted_apart(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    for n in range(3):
        await buy(checkout, f"few{n}", None, goods(1_000), coupons=("FEW-LEFT",))

    receipt = await report(checkout, "p1", ola, goods(1_000), coupons=("FEW-LEFT",))

    assert (receipt.discount, receipt.overrun) == (100, True)
    assert (await uses(checkout))[3:] == [("FEW", 0, False, True, False)]
    assert await overruns(checkout, ola) == ["coupon:FEW"]
    assert (await checkout.left("coupon:FEW"), (await quote(checkout, None, goods(100), coupons=(
        "FEW-LEFT",))).discount) == (0, 0)  # fmt: skip


async def test_one_that_came_back_is_no_use_beyond_the_cap(checkout: Shop) -> None:
    """The return of the overrun gives nothing back; that of a counted one gives one use."""
    ola = await rich(checkout, "1", 0)
    for n in range(3):
        await buy(checkout, f"few{n}", None, goods(1_000), coupons=("FEW-LEFT",))
    await report(checkout, "p1", ola, goods(1_000), coupons=("FEW-LEFT",))

    await checkout.bring_back("r1", "p1")
    assert await beyond(checkout, "coupon:FEW") == (0, 0)
    await checkout.bring_back("r2", "few0")

    assert await beyond(checkout, "coupon:FEW") == (1, 0)


async def test_a_unique_code_beyond_its_use_is_counted_apart(checkout: Shop) -> None:
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    (code,) = await unique(checkout)
    await buy(checkout, "p1", jan, goods(1_000), coupons=(code,))

    receipt = await report(checkout, "p2", ola, goods(1_000), coupons=(code,))

    assert (receipt.discount, receipt.overrun) == (700, True)
    assert await uses(checkout) == [
        *(("UNIQUE", 0, True, False, False), ("UNIQUE", 0, True, True, False)),
    ]
    assert await used(checkout) == 1
    assert await overruns(checkout, ola) == ["coupon:UNIQUE"]


async def test_a_code_that_is_held_by_another_is_given_and_stays_held(checkout: Shop) -> None:
    """Both get it: the till that has given it beyond, the checkout that held it by right."""
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    (code,) = await unique(checkout)
    kept = await hold(checkout, "c1", jan, goods(1_000), coupons=(code,))

    at_till = await report(checkout, "p1", ola, goods(1_000), coupons=(code,))
    in_web = await buy(checkout, "p2", jan, goods(1_000), coupons=(code,), hold_id=kept.id)

    assert (at_till.discount, at_till.overrun) == (700, True)
    assert (in_web.discount, in_web.overrun) == (700, False)
    assert await used(checkout) == 1


async def test_once_more_than_a_member_may_is_counted(checkout: Shop) -> None:
    """It counts as a use of the member's and of the code; that it was too many is told."""
    ola = await rich(checkout, "1", 0)
    one, two = await unique(checkout, 2, "ONE")
    await buy(checkout, "p1", ola, goods(1_000), coupons=(one,))

    receipt = await report(checkout, "p2", ola, goods(1_000), coupons=(two,))

    assert (receipt.discount, receipt.overrun) == (100, True)
    assert await overruns(checkout, ola) == ["coupon:ONE"]
    assert [use[3] for use in await uses(checkout)] == [False, False]
    jan = await rich(checkout, "2", 0)
    assert reasons(await quote(checkout, jan, goods(1_000), coupons=(two,))) == [(0, "used_up")]


async def test_a_budget_of_money_trims_whoever_reports(checkout: Shop) -> None:
    """A rule's discount is decided, not presented: nobody has been promised it."""
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "p1", ola, goods(22_500, category="lamp"))

    receipt = await report(checkout, "p2", ola, goods(20_000, category="lamp"))

    assert (receipt.discount, receipt.overrun) == (500, False)
    assert await beyond(checkout, "lamps") == (0, 0)


async def test_nothing_refuses_what_has_happened(checkout: Shop) -> None:
    """All that can be wrong at once, and the till has charged something else altogether."""
    ola = await rich(checkout, "1", 0)
    (gone,) = await unique(checkout)
    await buy(checkout, "p0", None, goods(900), coupons=(gone,))

    receipt = await report(
        checkout, "p1", ola, goods(3_000), points=570, stamps=20, charged=2_222,
        coupons=(gone, "ALL-OVER", "SOON-COME", "BOOK-FOUR", "7K4V-9QM2-X0HD-T"),
    )  # fmt: skip

    assert (receipt.total, receipt.charged_differs, receipt.overrun) == (2_222, True, True)
    assert reasons(receipt) == [
        *((1, "expired"), (2, "not_started"), (3, "no_effect"), (4, "unknown")),
        ("stamps", "no_effect"),
    ]
    assert (receipt.due, receipt.redeemed[0].amount) == (1_652, 570)
    assert await checkout.balance(ola) == (0, 0, 570 - 22)
