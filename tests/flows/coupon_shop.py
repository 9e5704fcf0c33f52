"""The shop with coupon templates, and few words for coupons."""

import uuid
from typing import Any, Final

from service.domain.coupons.types import (
    BatchView,
    CheckCoupon,
    CouponCheck,
    CouponStanding,
    CouponView,
    ImportCodes,
    ImportReceipt,
    IssueCoupon,
    IssuedCoupon,
    MakeBatch,
    MemberId,
    NameCoupon,
)
from service.kernel.answer import Answer
from service.kernel.texts import Languages
from service.kernel.values import Client, Identifier
from tests.flows.shop import SOURCE, TILL, Shop, day

COUPONS: Final = """
coupons:
  FLYER:                                     # unique codes
    title: {en: A euro off, pl: Euro mniej}
    discount: {amount: 1 EUR}
    valid: {for: 30d}
  TWICE:
    discount: {amount: 1 EUR}
    limit: {uses: 2}
  SPRING:                                    # unique, for some days of March
    discount: {percent: 5}
    valid: {from: 2026-03-05, until: 2026-03-10}
  GIFT:                                      # in members' lists
    title: {en: A gift, pl: Prezent}
    text: {en: For you}
    terms: {en: Once}
    personal: true
    discount: {amount: 2 EUR}
    valid: {for: 10d}
  OPENING:                                   # one code for all, one use each
    title: {en: Opening}
    code: OPENING
    discount: {percent: 10}
    limit: {uses: 3, per_member: 1}
  ALWAYS:
    code: ALWAYS-7
    discount: {percent: 1}
"""


async def with_coupons(shop: Shop, source: str = SOURCE + COUPONS) -> Shop:
    """Publish the templates on the eve of day 0, then it is day 0."""
    await shop.publish(source, None)
    await shop.show(day(0))
    return shop


async def make(
    shop: Shop, size: int, template: str = "FLYER", key: str = "batch-0001", note: str = ""
) -> Answer[BatchView]:
    """A batch of codes."""
    body = MakeBatch(template=template, size=size, note=note)
    return await shop.verbs.make_coupon_batch(TILL, body, key)


async def codes_of(shop: Shop, batch_id: uuid.UUID) -> list[str]:
    """All codes of a batch, as they are printed."""
    parts = await shop.reads.coupon_codes(batch_id)
    return [code async for part in parts for code in part]


async def bring(
    shop: Shop, *codes: str, template: str = "FLYER", key: str = "import-01"
) -> Answer[ImportReceipt]:
    """Codes from elsewhere."""
    body = ImportCodes(template=template, codes=codes)
    return await shop.verbs.import_coupon_batch(TILL, body, key)


async def check(
    shop: Shop,
    code: str,
    member: uuid.UUID | tuple[Identifier, ...] | None = None,
    client: Client | None = None,
    languages: Languages = (),
) -> CouponCheck:
    """What a code is."""
    who = MemberId(id=member) if isinstance(member, uuid.UUID) else member
    return await shop.verbs.check_coupon(
        TILL, CheckCoupon(code=code, member=who, client=client), languages
    )


async def give(
    shop: Shop, member: uuid.UUID, template: str = "GIFT", key: str | None = None
) -> IssuedCoupon:
    """A personal coupon by hand; without a key each call is another."""
    body = IssueCoupon(template=template, reason="by hand")
    answer = await shop.verbs.issue_coupon(TILL, member, body, key or uuid.uuid1().hex)
    return answer.body


async def void(shop: Shop, **named: Any) -> CouponStanding:
    """Void a coupon named by `code` or `coupon_id`."""
    return (await shop.verbs.void_coupon(TILL, NameCoupon(reason="leaked", **named))).body


async def reinstate(shop: Shop, **named: Any) -> CouponStanding:
    """Reinstate it."""
    return (await shop.verbs.reinstate_coupon(TILL, NameCoupon(reason="sorry", **named))).body


async def listed(shop: Shop, member: uuid.UUID, languages: Languages = ()) -> list[CouponView]:
    """A member's whole list."""
    return list((await shop.reads.coupons(member, languages, None, 200)).items)
