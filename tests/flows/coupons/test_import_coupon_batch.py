"""Codes that are out already."""

import asyncio

import pytest

from service.domain.coupons.errors import TemplateNotForBatches, UnknownTemplate
from service.domain.coupons.types import CodeRefused, RefusedCode
from service.domain.idempotency.errors import IdempotencyKeyReused
from service.flows.coupons import import_coupon_batch
from tests.flows.coupon_shop import bring, check, codes_of, make, with_coupons
from tests.flows.shop import Shop


def refused(position: int, reason: CodeRefused) -> RefusedCode:
    return RefusedCode(position=position, reason=reason)


async def test_codes_are_taken_however_they_are_typed(shop: Shop) -> None:
    await with_coupons(shop)

    receipt = (await bring(shop, "old-code-1", "OLD CODE 2", "oldcode3")).body

    assert (receipt.taken, receipt.known, receipt.refused) == (3, 0, ())
    assert receipt.batch is not None
    assert (receipt.batch.size, receipt.batch.done, receipt.batch.imported) == (3, 3, True)
    for code in ("OLDCODE1", "oldc-0de2", "0-L-D-C-O-D-E-3"):
        found = await check(shop, code)
        assert (found.usable, found.template) == (True, "FLYER")


async def test_each_code_that_is_not_taken_says_why(shop: Shop) -> None:
    await with_coupons(shop)
    made = (await codes_of(shop, (await make(shop, 1, "TWICE")).body.id))[0]
    await bring(shop, "KNOWN-1", key="import-00")

    receipt = (
        await bring(shop, "GOOD-77", made, "no", "known1", "openlng", "opening", "good77", "Ж" * 8)
    ).body

    assert (receipt.taken, receipt.known) == (1, 2)  # known: from before, and named twice
    assert receipt.refused == (
        refused(1, CodeRefused.TAKEN),
        refused(2, CodeRefused.MALFORMED),
        refused(4, CodeRefused.SHARED),  # as people read it
        refused(5, CodeRefused.SHARED),
        refused(7, CodeRefused.MALFORMED),
    )
    assert (await check(shop, made)).template == "TWICE"


async def test_where_nothing_is_taken_there_is_no_batch(shop: Shop) -> None:
    await with_coupons(shop)
    await bring(shop, "KNOWN-1", key="import-00")

    receipt = (await bring(shop, "known-1", "x")).body

    assert (receipt.batch, receipt.taken, receipt.known) == (None, 0, 1)
    assert await shop.count("coupon_batch") == 1


async def test_the_same_request_under_the_same_key_takes_nothing_again(shop: Shop) -> None:
    await with_coupons(shop)
    first = await bring(shop, "GOOD-77", "x")
    before = await shop.tables()

    again = await bring(shop, "GOOD-77", "x")

    assert (again.replayed, again.body) == (True, first.body)
    with pytest.raises(IdempotencyKeyReused):
        await bring(shop, "GOOD-78", "x")
    assert await shop.tables() == before


@pytest.mark.parametrize(
    ("template", "refusal"), [("NONE", UnknownTemplate), ("GIFT", TemplateNotForBatches)]
)
async def test_a_template_that_has_no_codes_takes_none(
    shop: Shop, template: str, refusal: type[Exception]
) -> None:
    await with_coupons(shop)
    before = await shop.tables()

    with pytest.raises(refusal):
        await bring(shop, "GOOD-77", template=template)

    assert await shop.tables() == before


async def test_many_at_once_bring_each_code_in_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_coupon_batch, "PART", 7)
    await with_coupons(shop)
    codes = [f"BRING-{n:04}" for n in range(40)]

    receipts = await asyncio.gather(
        bring(shop, *codes, key="import-01"), bring(shop, *codes[::-1], key="import-02")
    )

    assert sorted(one.body.taken for one in receipts) == [0, 40]
    assert sum(one.body.known for one in receipts) == 40
    assert await shop.count("coupon") == 40
