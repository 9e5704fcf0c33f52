"""A receipt is found by what stands on it; a member's purchases are listed."""

import datetime as dt
import uuid
from typing import Any

import pytest

from service.domain.members.errors import MemberNotFound
from service.domain.purchases.basket import MemberRef
from service.domain.purchases.errors import SearchTooWide, SpanInvalid
from service.domain.purchases.receipts import FindPurchases, PurchaseSummary
from service.domain.returns.types import VoidPurchase
from service.infra.cursors import CursorInvalid
from service.kernel.ids import new_id
from tests.flows.shop import TILL, Shop, card, day, goods

MONDAY = dt.date(2026, 3, 2)


async def find(shop: Shop, **wanted: Any) -> list[str]:
    """The external ids of what is found, on one page."""
    page = await shop.reads.find_purchases(FindPurchases(**wanted))
    assert page.next is None
    return [one.external_id for one in page.items]


async def a_day(shop: Shop) -> uuid.UUID:
    """Four purchases in waw-01 on Monday, one in waw-02, one in no store, one on Tuesday; Ola."""
    ola = (await shop.enrol("1")).id
    sold = {"store": "waw-01", "channel": "pos"}
    await shop.buy("T1-0001", ola, goods(1_000), at=day(0.01), **sold)
    await shop.buy("T1-0002", None, goods(2_000), at=day(0.02), **sold)
    await shop.buy("T2-0001", "77", goods(1_000), at=day(0.03), **sold)
    await shop.buy("app-1", ola, goods(1_000), at=day(0.04), store="waw-01", channel="app")
    await shop.buy("T1-0001b", ola, goods(1_000), at=day(0.05), store="waw-02", channel="pos")
    await shop.buy("web-1", ola, goods(1_000), at=day(0.06))
    await shop.buy("T1-0003", None, goods(1_000), at=day(1), **sold)
    return ola


async def test_a_receipt_is_found_by_store_and_date_newest_first(shop: Shop) -> None:
    await a_day(shop)

    found = await find(shop, store="waw-01", on=MONDAY)

    assert found == ["app-1", "T2-0001", "T1-0002", "T1-0001"]
    assert await find(shop, store="waw-02", on=MONDAY) == ["T1-0001b"]
    assert await find(shop, store="krk-01", on=MONDAY) == []


async def test_the_date_is_that_of_the_program_s_zone(shop: Shop) -> None:
    """Half past midnight in Warsaw is still the day before in UTC."""
    midnight = dt.datetime(2026, 3, 2, 23, 30, tzinfo=dt.UTC)
    await shop.buy("late", None, goods(100), at=midnight, store="waw-01")

    assert await find(shop, store="waw-01", on=dt.date(2026, 3, 3)) == ["late"]
    assert await find(shop, store="waw-01", on=MONDAY) == []


async def test_each_thing_that_is_told_narrows_it_down(shop: Shop) -> None:
    ola = await a_day(shop)
    there: dict[str, Any] = {"store": "waw-01", "on": MONDAY}

    assert await find(shop, **there, total=2_000) == ["T1-0002"]
    assert await find(shop, **there, channel="app") == ["app-1"]
    assert await find(shop, **there, external_id_starts="T1-") == ["T1-0002", "T1-0001"]
    assert await find(shop, **there, external_id_ends="0001") == ["T2-0001", "T1-0001"]
    assert await find(shop, **there, external_id_ends="0001", total=2_000) == []
    assert await find(shop, **there, member=MemberRef(id=ola)) == ["app-1", "T1-0001"]
    assert await find(shop, **there, member=(card("1"),)) == ["app-1", "T1-0001"]


async def test_a_span_is_half_open_and_a_week_when_it_has_no_end(shop: Shop) -> None:
    await a_day(shop)
    there: dict[str, Any] = {"store": "waw-01", "channel": "pos"}

    assert await find(shop, **there, since=day(0.02), until=day(0.03)) == ["T1-0002"]
    assert await find(shop, **there, since=day(0.03)) == ["T1-0003", "T2-0001"]
    assert await find(shop, **there, since=day(-8)) == []


async def test_the_total_is_what_was_paid_whatever_came_back(shop: Shop) -> None:
    """Shipping is on the receipt too."""
    lines = (goods(2_000, 2), goods(490, kind="shipping"))
    bought = await shop.buy("a", None, *lines, at=day(0), store="waw-01")
    await shop.bring_back("r", "a", {1: 1})

    (one,) = (
        await shop.reads.find_purchases(FindPurchases(store="waw-01", on=MONDAY, total=2_490))
    ).items

    assert one == PurchaseSummary(
        id=bought.id,
        member_id=None,
        channel="web",
        external_id="a",
        store="waw-01",
        occurred_at=day(0),
        recorded_at=bought.recorded_at,
        currency="EUR",
        total=2_490,
        returned=True,
    )


async def test_one_from_before_its_total_was_kept_is_found_all_the_same(shop: Shop) -> None:
    await a_day(shop)
    async with shop.db.transaction() as tx:
        await tx.connection.execute("update purchase set total = null")
    there: dict[str, Any] = {"store": "waw-01", "on": MONDAY}

    assert await find(shop, **there, total=2_000) == ["T1-0002"]
    assert await find(shop, **there, total=1_000) == ["app-1", "T2-0001", "T1-0001"]


async def test_pages_follow_each_other_and_belong_to_one_question(shop: Shop) -> None:
    await a_day(shop)
    wanted: dict[str, Any] = {"store": "waw-01", "on": MONDAY, "limit": 3}
    first = await shop.reads.find_purchases(FindPurchases(**wanted))
    second = await shop.reads.find_purchases(FindPurchases(**wanted, cursor=first.next))

    assert [one.external_id for one in first.items] == ["app-1", "T2-0001", "T1-0002"]
    assert [one.external_id for one in second.items] == ["T1-0001"]
    assert second.next is None
    with pytest.raises(CursorInvalid):
        await shop.reads.find_purchases(FindPurchases(**wanted, total=5, cursor=first.next))


async def test_a_member_is_looked_for_at_any_time_and_in_any_store(shop: Shop) -> None:
    ola = await a_day(shop)

    found = await find(shop, member=MemberRef(id=ola))

    assert found == ["web-1", "T1-0001b", "app-1", "T1-0001"]
    assert await find(shop, member=(card("1"),), since=day(0.05)) == ["web-1", "T1-0001b"]
    for nobody in (MemberRef(id=new_id()), (card("none"),)):
        with pytest.raises(MemberNotFound):
            await find(shop, member=nobody)


@pytest.mark.parametrize(
    ("wanted", "refusal"),
    [
        ({}, SearchTooWide),
        ({"channel": "web", "since": day(0), "until": day(1)}, SearchTooWide),
        ({"store": "waw-01"}, SearchTooWide),
        ({"store": "waw-01", "until": day(1)}, SearchTooWide),
        ({"store": "waw-01", "since": day(0), "until": day(8)}, SearchTooWide),
        ({"store": "waw-01", "since": day(1), "until": day(1)}, SpanInvalid),
        ({"store": "waw-01", "on": MONDAY, "since": day(0)}, SpanInvalid),
        ({"on": MONDAY}, SearchTooWide),
    ],
)
async def test_what_would_have_to_look_at_too_much_is_refused(
    shop: Shop, wanted: dict[str, Any], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        await find(shop, **wanted)


async def test_the_purchases_of_a_member_are_listed_in_pages(shop: Shop) -> None:
    ola = await a_day(shop)
    first = await shop.reads.member_purchases(ola, None, 3)
    second = await shop.reads.member_purchases(ola, first.next, 3)

    assert [one.external_id for one in first.items] == ["web-1", "T1-0001b", "app-1"]
    assert [one.external_id for one in second.items] == ["T1-0001"]
    assert second.next is None
    jan = (await shop.enrol("2")).id
    assert (await shop.reads.member_purchases(jan, None, 3)).items == ()
    with pytest.raises(CursorInvalid):
        await shop.reads.member_purchases(jan, first.next, 3)
    with pytest.raises(MemberNotFound):
        await shop.reads.member_purchases(new_id(), None, 3)


async def test_a_void_purchase_says_so(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    bought = await shop.buy("a", ola, goods(1_000), at=day(0))
    await shop.verbs.void_purchase(TILL, bought.id, VoidPurchase(reason="wrong till"))

    (one,) = (await shop.reads.member_purchases(ola, None, 10)).items

    assert (one.void, one.returned, one.total) == (True, True, 1_000)
