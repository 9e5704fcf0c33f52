"""What tills gave beyond what there was, by channel and store, with the purchases behind it."""

import uuid
from typing import Any

import pytest

from service.domain.purchases.errors import SpanInvalid
from service.domain.purchases.overruns import OverrunKind, Wanted
from service.infra.cursors import CursorInvalid
from tests.flows.counter import buy, report, rich, unique
from tests.flows.shop import Shop, day, goods

ALL = Wanted(since=day(0), until=day(30))


async def sums(shop: Shop, store: str | None = None) -> list[tuple[Any, ...]]:
    """(channel, store, kind, name, purchases, amount) of the rows."""
    found = await shop.reads.overruns(day(0), day(30), store)
    return [
        (one.channel, one.store, one.kind, one.name, one.purchases, one.amount)
        for one in found.items
    ]


async def a_bad_week(shop: Shop) -> uuid.UUID:
    """Points that were not there at two tills, codes that were used up; Ola."""
    ola = await rich(shop, "1", 300)
    till: dict[str, Any] = {"channel": "pos", "store": "waw-01"}
    (code,) = await unique(shop)
    await report(shop, "a", ola, goods(3_000), points=500, at=day(0.1), **till)
    await report(shop, "b", ola, goods(3_000), points=100, at=day(0.2), **till)
    await report(shop, "c", ola, goods(3_000), points=100, at=day(0.3), channel="web")
    await buy(shop, "d", None, goods(2_000), coupons=(code,), at=day(0.4), **till)
    await report(shop, "e", None, goods(2_000), coupons=(code,), at=day(0.5), **till)
    for n in range(3):
        await buy(shop, f"f{n}", None, goods(1_000), coupons=("FEW-LEFT",))
    await report(shop, "g", None, goods(1_000), coupons=("FEW-LEFT",), at=day(0.6), **till)
    return ola


async def test_it_is_summed_up_by_channel_store_kind_and_name(checkout: Shop) -> None:
    """200 owed of 500; then 30 earned pay of it, so 100 and 100 more are owed."""
    await a_bad_week(checkout)

    assert await sums(checkout) == [
        ("pos", "waw-01", OverrunKind.POINTS, "points", 2, 300),
        ("pos", "waw-01", OverrunKind.COUPON, "FEW", 1, 1),
        ("pos", "waw-01", OverrunKind.COUPON, "UNIQUE", 1, 1),
        ("web", None, OverrunKind.POINTS, "points", 1, 100),
    ]
    assert await sums(checkout, "waw-02") == []
    assert len(await sums(checkout, "waw-01")) == 3


async def test_what_was_granted_in_full_is_not_told(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 500)
    await report(checkout, "a", ola, goods(3_000), points=500, at=day(0.1))

    assert await sums(checkout) == []


async def test_the_purchases_behind_a_row_are_listed(checkout: Shop) -> None:
    ola = await a_bad_week(checkout)
    points = Wanted(since=day(0), until=day(30), channel="pos", store="waw-01", name="points")

    page = await checkout.reads.overrun_purchases(points, None, 10)

    told = [(one.external_id, one.member_id, one.amount) for one in page.items]
    assert told == [("b", ola, 100), ("a", ola, 200)]
    coupons = Wanted(since=day(0), until=day(30), kind=OverrunKind.COUPON)
    page = await checkout.reads.overrun_purchases(coupons, None, 10)
    assert [(one.external_id, one.member_id, one.name) for one in page.items] == [
        ("g", None, "FEW"),
        ("e", None, "UNIQUE"),
    ]


async def test_pages_follow_each_other(checkout: Shop) -> None:
    await a_bad_week(checkout)
    found, cursor = [], None
    for _ in range(3):
        page = await checkout.reads.overrun_purchases(ALL, cursor, 2)
        found += [one.external_id for one in page.items]
        cursor = page.next

    assert found == ["g", "e", "c", "b", "a"]
    assert cursor is None
    first = await checkout.reads.overrun_purchases(ALL, None, 2)
    other = Wanted(since=day(0), until=day(29))
    with pytest.raises(CursorInvalid):
        await checkout.reads.overrun_purchases(other, first.next, 2)


async def test_the_span_is_half_open(checkout: Shop) -> None:
    await a_bad_week(checkout)
    wanted = Wanted(since=day(0.2), until=day(0.3))

    page = await checkout.reads.overrun_purchases(wanted, None, 10)

    assert [one.external_id for one in page.items] == ["b"]
    found = await checkout.reads.overruns(day(0.2), day(0.3), None)
    assert [(one.purchases, one.amount) for one in found.items] == [(1, 100)]


async def test_a_span_that_is_none_or_too_long_is_refused(checkout: Shop) -> None:
    for since, until in ((day(1), day(1)), (day(1), day(0)), (day(0), day(401))):
        with pytest.raises(SpanInvalid):
            await checkout.reads.overruns(since, until, None)
        with pytest.raises(SpanInvalid):
            await checkout.reads.overrun_purchases(Wanted(since, until), None, 10)


async def test_one_that_is_claimed_afterwards_is_its_member_s(checkout: Shop) -> None:
    """The receipt goes on to say that more was given than there was."""
    for n in range(3):
        await buy(checkout, f"f{n}", None, goods(1_000), coupons=("FEW-LEFT",))
    bought = await report(
        checkout, "g", "77", goods(1_000), coupons=("FEW-LEFT",), at=day(0.6), store="waw-01"
    )

    ola = (await checkout.enrol("77")).id

    (one,) = (await checkout.reads.overrun_purchases(ALL, None, 10)).items
    assert (one.purchase_id, one.member_id) == (bought.id, ola)
    assert (await checkout.reads.purchase(bought.id)).overrun
