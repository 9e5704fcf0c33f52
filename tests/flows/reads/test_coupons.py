"""A member's coupons, and batches."""

import pytest

from service.domain.coupons import codes
from service.domain.coupons.errors import BatchImported, BatchNotFound
from service.domain.coupons.types import CouponState
from service.domain.members.errors import MemberNotFound
from service.domain.members.types import Profile
from service.flows.steps import batching
from service.infra.cursors import CursorInvalid
from service.kernel.codes import normalise
from service.kernel.ids import new_id
from tests.flows.coupon_shop import (
    COUPONS,
    bring,
    codes_of,
    give,
    listed,
    make,
    void,
    with_coupons,
)
from tests.flows.shop import SECRET, SOURCE, Shop, day, goods

FIRST = COUPONS.replace(
    "valid: {for: 10d}", "valid: {from: 2026-03-05, until: 2026-03-10}"
).replace("personal: true", "personal: true\n    limit: {per_member: 1}")


async def test_a_list_shows_codes_and_texts_in_the_language_asked_for(shop: Shop) -> None:
    await with_coupons(shop)
    ola = await shop.enrol("1", profile=Profile(language="pl"))
    older, newer = await give(shop, ola.id), await give(shop, ola.id)

    own, asked = await listed(shop, ola.id), await listed(shop, ola.id, ("en",))

    assert [one.id for one in own] == [newer.id, older.id]
    assert [one.code for one in own] == [newer.code, older.code]
    (shown, _), (english, _) = own, asked
    assert shown.title == {"en": "A gift", "pl": "Prezent"}
    assert english.title == {"en": "A gift"}
    assert (shown.text, shown.terms) == ({"en": "For you"}, {"en": "Once"})
    assert (shown.state, shown.uses, shown.uses_max) == (CouponState.USABLE, 0, 1)
    assert (shown.valid_from, shown.valid_until) == (None, newer.valid_until)
    assert shown.issued_at == newer.issued_at


async def put(shop: Shop, text: str, *given: object) -> None:
    async with shop.db.reading() as tx:
        await tx.connection.execute(text, *given)


async def test_each_coupon_says_what_it_is_worth_now(shop: Shop) -> None:
    await with_coupons(shop)
    ola = await shop.enrol("1")
    spent, gone, held, good = [await give(shop, ola.id) for _ in range(4)]
    await void(shop, coupon_id=gone.id)
    await put(shop, "update coupon set used = 1 where coupon_id = $1", spent.id)
    digest = codes.digest(SECRET.encode(), normalise(held.code) or "")
    await put(shop, "insert into coupon_hold values ($1, $2, $3)", digest, new_id(), day(1))

    states = {one.id: one.state for one in await listed(shop, ola.id)}
    await shop.show(day(11))
    later = {one.id: one.state for one in await listed(shop, ola.id)}

    assert states == {
        spent.id: CouponState.USED_UP,
        gone.id: CouponState.VOID,
        held.id: CouponState.HELD,
        good.id: CouponState.USABLE,
    }
    assert set(later.values()) == {CouponState.EXPIRED, CouponState.VOID}


async def test_the_dates_of_the_program_in_force_count(shop: Shop) -> None:
    await with_coupons(shop, SOURCE + FIRST)
    ola = await shop.enrol("1")
    one, other = await give(shop, ola.id), await give(shop, ola.id)
    assert one.valid_until is None  # the template's dates are not copied

    states = []
    for number in (0, 4, 9):
        await shop.show(day(number))
        states.append([view.state for view in await listed(shop, ola.id)])
    await put(
        shop,
        "insert into coupon_use (holder_id, template, occurred_at, purchase_id, position)"
        " values ($1, 'GIFT', $2, $3, 0)",
        *(ola.id, day(4), new_id()),
    )
    await put(shop, "update coupon set used = 1 where coupon_id = $1", one.id)
    await shop.show(day(5))

    assert states == [
        [CouponState.NOT_STARTED] * 2,
        [CouponState.USABLE] * 2,
        [CouponState.EXPIRED] * 2,
    ]
    assert {view.id: view.state for view in await listed(shop, ola.id)} == {
        one.id: CouponState.USED_UP,
        other.id: CouponState.MEMBER_LIMIT,
    }


async def test_a_coupon_whose_template_left_the_program_has_expired(shop: Shop) -> None:
    await with_coupons(shop)
    ola = await shop.enrol("1")
    gift = await give(shop, ola.id)
    await shop.publish(effective_from=day(3))
    await shop.show(day(3))

    (view,) = await listed(shop, ola.id)

    assert (view.state, view.title, view.code) == (CouponState.EXPIRED, {}, gift.code)
    assert view.valid_until == gift.valid_until


async def test_a_list_comes_in_pages(shop: Shop) -> None:
    await with_coupons(shop)
    ola, jan = await shop.enrol("1"), await shop.enrol("2")
    made = [(await give(shop, ola.id)).id for _ in range(5)]
    await give(shop, jan.id)

    seen, cursor = [], None
    for _ in range(3):
        page = await shop.reads.coupons(ola.id, (), cursor, 2)
        seen += [one.id for one in page.items]
        cursor = page.next
        if cursor is None:
            break

    assert seen == made[::-1]
    with pytest.raises(CursorInvalid):
        await shop.reads.coupons(ola.id, (), "made-up", 2)
    own = (await shop.reads.coupons(ola.id, (), None, 2)).next
    with pytest.raises(CursorInvalid):
        await shop.reads.coupons(jan.id, (), own, 2)


async def test_who_has_none_has_an_empty_list_and_nobody_has_no_list(shop: Shop) -> None:
    await with_coupons(shop)
    ola = await shop.enrol("1")
    await shop.buy("a", "2", goods(100))
    async with shop.db.reading() as tx:
        unclaimed = await tx.connection.fetchval(
            "select holder_id from holder where holder_id <> $1", ola.id
        )

    assert await listed(shop, ola.id) == []
    for nobody in (unclaimed, new_id()):
        with pytest.raises(MemberNotFound):
            await listed(shop, nobody)


async def test_the_codes_of_a_batch_come_in_parts_and_always_the_same(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batching, "EXPORT_PART", 4)
    await with_coupons(shop)
    batch = (await make(shop, 10)).body

    parts = [part async for part in await shop.reads.coupon_codes(batch.id)]

    assert [len(part) for part in parts] == [4, 4, 2]
    assert await codes_of(shop, batch.id) == [code for part in parts for code in part]


async def test_what_was_brought_in_is_not_shown_again(shop: Shop) -> None:
    await with_coupons(shop)
    batch = (await bring(shop, "OLD-CODE-1")).body.batch
    assert batch is not None

    with pytest.raises(BatchImported):
        await codes_of(shop, batch.id)
    assert await shop.reads.coupon_batch(batch.id) == batch


async def test_a_batch_that_is_not_there_is_not_found(shop: Shop) -> None:
    await with_coupons(shop)

    with pytest.raises(BatchNotFound):
        await shop.reads.coupon_batch(new_id())
    with pytest.raises(BatchNotFound):
        await codes_of(shop, new_id())
