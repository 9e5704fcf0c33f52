"""What was beyond what there was: collected, kept by purchase, summed up and listed."""

import uuid

from service.domain.purchases import overruns, store
from service.domain.purchases.overruns import Overrun, OverrunKind, Overruns, Wanted, position
from service.infra.db import Database, Tx
from tests.domain.purchases.test_store import JAN, OLA, TILL, bought, day

POINTS = Overrun(OverrunKind.POINTS, "points", 30)
COUPON = Overrun(OverrunKind.COUPON, "FEW", 1)
LAST = (day(30), uuid.UUID(int=0), 0, "")
ALL = Wanted(day(0), day(30))


def test_one_that_is_told_twice_is_as_much_as_the_larger() -> None:
    found = Overruns()
    assert not found
    found.add(OverrunKind.COUPON, "FEW", 2)
    found.add(OverrunKind.COUPON, "FEW", 1)
    found.add(OverrunKind.POINTS, "points", 30)

    assert found
    assert found.all() == [Overrun(OverrunKind.COUPON, "FEW", 2), POINTS]


def test_events_name_a_coupon_s_template_as_one() -> None:
    found = Overruns()
    for kind in OverrunKind:
        found.add(kind, "one", 1)

    assert found.told() == ("coupon:one", "one", "one", "one")


async def record(tx: Tx) -> None:
    """Ola's two purchases: points and a coupon in waw-01, points in no store."""
    first, second = bought(1, 1, store="waw-01"), bought(2, 2)
    await store.insert(tx, [(first, TILL), (second, TILL)])
    rows = "insert into holder (holder_id, kind, settled_at, recorded_at)"
    await tx.flush()
    for holder in (OLA, JAN):
        await tx.connection.execute(f"{rows} values ($1, 1, $2, $2)", holder, day(0))
    await overruns.insert(tx, [(first, POINTS), (first, COUPON), (second, POINTS)])


async def test_they_are_summed_up_and_listed_with_their_purchase(db: Database) -> None:
    async with db.transaction() as tx:
        await record(tx)
        found = await overruns.sums(tx, day(0), day(30), None)
        there = await overruns.sums(tx, day(0), day(30), "waw-01")
        listed = await overruns.page(tx, ALL, LAST, 10)
        rest = await overruns.page(tx, ALL, position(listed[0]), 10)
        coupons = await overruns.page(
            tx, Wanted(day(0), day(30), kind=OverrunKind.COUPON), LAST, 10
        )

    assert [(one.store, one.kind, one.purchases, one.amount) for one in found] == [
        ("waw-01", OverrunKind.POINTS, 1, 30),
        ("waw-01", OverrunKind.COUPON, 1, 1),
        (None, OverrunKind.POINTS, 1, 30),
    ]
    assert there == found[:2]
    assert [(one.external_id, one.kind, one.member_id) for one in listed] == [
        ("2", OverrunKind.POINTS, OLA),
        ("1", OverrunKind.COUPON, OLA),
        ("1", OverrunKind.POINTS, OLA),
    ]
    assert rest == listed[1:]
    assert coupons == [listed[1]]


async def test_they_go_with_their_purchase(db: Database) -> None:
    async with db.transaction() as tx:
        await record(tx)
        await overruns.move(tx, OLA, bought(1).purchase_id, JAN)
        owners = await tx.connection.fetch(
            "select holder_id, count(*) from purchase_overrun group by holder_id order by 1"
        )

    assert [tuple(row) for row in owners] == [(OLA, 1), (JAN, 2)]
