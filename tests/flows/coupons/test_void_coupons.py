"""Coupons that are good no more, and good again."""

import asyncio

import pytest
from structlog.testing import capture_logs

from service.domain.coupons.errors import CouponNotFound, NamedByCodeOrId
from service.kernel.ids import new_id
from tests.flows.coupon_shop import (
    bring,
    check,
    codes_of,
    give,
    make,
    reinstate,
    void,
    with_coupons,
)
from tests.flows.shop import Shop, day


async def test_a_void_coupon_is_unknown_until_it_is_reinstated(shop: Shop) -> None:
    await with_coupons(shop)
    code = (await codes_of(shop, (await make(shop, 1)).body.id))[0]

    gone = await void(shop, code=code.lower())
    assert (await check(shop, code)).reason == "unknown"
    back = await reinstate(shop, code=code)
    assert (await check(shop, code)).usable

    assert gone.voided_at is not None
    assert gone.voided_at >= day(0)
    assert (back.id, back.voided_at) == (gone.id, None)
    assert (gone.template, gone.member_id, gone.uses, gone.uses_max) == ("FLYER", None, 0, 1)
    assert gone.coupon == "…" + code.replace("-", "")[-4:]


async def test_it_may_be_named_by_its_id(shop: Shop) -> None:
    await with_coupons(shop)
    code = (await codes_of(shop, (await make(shop, 1)).body.id))[0]
    ola = await shop.enrol("1")
    gift = await give(shop, ola.id)

    assert (await void(shop, coupon_id=gift.id)).member_id == ola.id
    found = await void(shop, code=code)
    assert (await reinstate(shop, coupon_id=found.id)).voided_at is None


async def test_doing_it_twice_changes_nothing(shop: Shop) -> None:
    await with_coupons(shop)
    ola = await shop.enrol("1")
    gift = await give(shop, ola.id)
    assert (await reinstate(shop, coupon_id=gift.id)).voided_at is None
    first = await void(shop, coupon_id=gift.id)
    before = await shop.tables()
    await shop.show(day(1))

    assert await void(shop, coupon_id=gift.id) == first
    assert await shop.tables() == before


async def test_what_happens_to_a_members_coupon_is_told_to_the_member(shop: Shop) -> None:
    await with_coupons(shop)
    ola = await shop.enrol("1")
    gift = await give(shop, ola.id)

    await void(shop, code=gift.code)
    await reinstate(shop, code=gift.code)

    told = {"coupon_id": str(gift.id), "template": "GIFT"}
    assert (await shop.events(ola.id))[-2:] == [
        ("coupon.voided", {**told, "reason": "leaked"}),
        ("coupon.reinstated", {**told, "reason": "sorry"}),
    ]


async def test_a_coupon_of_nobody_is_logged_with_who_and_not_in_whose_words(shop: Shop) -> None:
    await with_coupons(shop)
    await bring(shop, "OLD-CODE-1")
    before = await shop.count("outbox")
    with capture_logs() as logs:
        found = await void(shop, code="OLD-CODE-1")

    (log,) = logs
    assert (log["event"], log["actor"]) == ("coupon_voided", "till")
    assert "leaked" not in repr(log)  # what somebody wrote is told by no log
    assert log["coupon_id"] == str(found.id)
    assert "0LDC0DE1" not in str(log).upper()
    assert await shop.count("outbox") == before


@pytest.mark.parametrize("code", ["7K4V-9QM2-X0HD-T", "no", "OPENING", "☕" * 8])
async def test_a_code_without_a_coupon_is_not_found(shop: Shop, code: str) -> None:
    await with_coupons(shop)
    before = await shop.tables()

    for change in (void, reinstate):
        with pytest.raises(CouponNotFound):
            await change(shop, code=code)
        with pytest.raises(CouponNotFound):
            await change(shop, coupon_id=new_id())

    assert await shop.tables() == before


async def test_a_coupon_is_named_in_one_way(shop: Shop) -> None:
    await with_coupons(shop)

    with pytest.raises(NamedByCodeOrId):
        await void(shop)
    with pytest.raises(NamedByCodeOrId):
        await void(shop, code="7K4V-9QM2-X0HD-T", coupon_id=new_id())


async def test_of_many_who_void_it_at_once_one_tells(shop: Shop) -> None:
    await with_coupons(shop)
    ola = await shop.enrol("1")
    gift = await give(shop, ola.id)
    by_code = [void(shop, code=gift.code) for _ in range(5)]

    found = await asyncio.gather(*by_code, *(void(shop, coupon_id=gift.id) for _ in range(5)))

    assert len({one.voided_at for one in found}) == 1
    assert [kind for kind, _ in await shop.events(ola.id)].count("coupon.voided") == 1
