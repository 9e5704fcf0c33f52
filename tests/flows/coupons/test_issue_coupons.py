"""Personal coupons by hand."""

import asyncio
import datetime as dt

import pytest

from service.domain.coupons.errors import TemplateNotPersonal, UnknownTemplate
from service.domain.coupons.types import IssueCoupon
from service.domain.idempotency.errors import IdempotencyKeyReused
from service.domain.members.errors import MemberNotFound
from service.kernel.codes import normalise
from service.kernel.ids import new_id
from tests.flows.counter import CHECKOUT, quote, reasons, rich
from tests.flows.coupon_shop import check, give, with_coupons
from tests.flows.shop import TILL, Shop, day, goods


async def test_a_coupon_is_the_members_and_lasts_from_now(shop: Shop) -> None:
    await with_coupons(shop)
    ola = await shop.enrol("1")

    gift = await give(shop, ola.id)

    assert (gift.member_id, gift.template, gift.uses_max) == (ola.id, "GIFT", 1)
    assert gift.issued_at >= day(0)
    assert (gift.valid_from, gift.valid_until) == (None, gift.issued_at + dt.timedelta(days=10))
    assert (await check(shop, gift.code, ola.id)).usable


async def test_the_operation_says_who_and_why_and_the_event_no_code(shop: Shop) -> None:
    await with_coupons(shop)
    ola = await shop.enrol("1")

    gift = await give(shop, ola.id)

    kind, data = (await shop.events(ola.id))[-1]
    async with shop.db.reading() as tx:
        row = await tx.connection.fetchrow("select op_id, kind, note, actor_id from operation")
        origin = await tx.connection.fetchval("select origin_op from coupon")
    assert tuple(row) == (origin, 4, "by hand", "till")
    assert kind == "coupon.issued"
    assert data.pop("valid_until").startswith("2026-03-12T10:00:0")
    assert data == {"coupon_id": str(gift.id), "template": "GIFT", "operation_id": str(origin)}


@pytest.mark.parametrize(
    ("template", "refusal"),
    [
        ("NONE", UnknownTemplate),
        ("FLYER", TemplateNotPersonal),
        ("OPENING", TemplateNotPersonal),
    ],
)
async def test_only_a_personal_template_is_given(
    shop: Shop, template: str, refusal: type[Exception]
) -> None:
    await with_coupons(shop)
    ola = await shop.enrol("1")
    before = await shop.tables()

    with pytest.raises(refusal):
        await give(shop, ola.id, template, key="key-00001")

    assert await shop.tables() == before
    assert (await give(shop, ola.id, key="key-00001")).template == "GIFT"


async def test_nobody_is_given_nothing(shop: Shop) -> None:
    await with_coupons(shop)
    await shop.buy("a", "1", goods(100))
    async with shop.db.reading() as tx:
        unclaimed = await tx.connection.fetchval("select holder_id from holder")
    before = await shop.tables()

    for nobody in (unclaimed, new_id()):
        with pytest.raises(MemberNotFound):
            await give(shop, nobody)

    assert await shop.tables() == before


async def test_the_same_key_gives_once_and_answers_the_code_again(shop: Shop) -> None:
    await with_coupons(shop)
    ola, jan = await shop.enrol("1"), await shop.enrol("2")
    first = await give(shop, ola.id, key="key-00001")
    before = await shop.tables()

    body = IssueCoupon(template="GIFT", reason="by hand")
    again = await shop.verbs.issue_coupon(TILL, ola.id, body, "key-00001")
    with pytest.raises(IdempotencyKeyReused):
        await give(shop, jan.id, key="key-00001")

    assert (again.replayed, again.body) == (True, first)
    assert await shop.tables() == before


async def test_what_is_kept_under_the_key_holds_no_code(shop: Shop) -> None:
    await with_coupons(shop)
    ola = await shop.enrol("1")
    gift = await give(shop, ola.id, key="key-00001")

    async with shop.db.reading() as tx:
        body = await tx.connection.fetchval("select body from idem")

    assert str(gift.id) in body.decode()
    assert gift.code[:4] not in body.decode()
    assert (normalise(gift.code) or "")[:6] not in body.decode()


async def test_many_at_once_each_give_one(shop: Shop) -> None:
    await with_coupons(shop)
    ola = await shop.enrol("1")

    gifts = await asyncio.gather(*(give(shop, ola.id) for _ in range(10)))

    assert len({gift.code for gift in gifts}) == 10
    assert await shop.count("coupon") == 10


async def test_a_coupon_of_a_list_is_its_members_however_its_template_is_declared(
    checkout: Shop,
) -> None:
    """NEXT5 is taken out of the program, and declared again for whoever has the code."""
    ola = await rich(checkout, "1", 0)
    jan = await rich(checkout, "2", 0)
    gift = await give(checkout, ola, "NEXT5")
    lines = CHECKOUT.replace("template: NEXT5", "template: DEBT").splitlines(keepends=True)
    gone = "".join(line for line in lines if not line.startswith("  NEXT5:"))
    await checkout.publish(gone, None)
    await checkout.show(day(1))
    await checkout.publish(gone + "  NEXT5: {discount: {amount: 5 EUR}}\n", None)
    await checkout.show(day(2))

    shown = {
        who: await quote(checkout, who, goods(1_000), coupons=(gift.code,))
        for who in (None, jan, ola)
    }

    assert reasons(shown[None]) == [(0, "needs_member")]
    assert reasons(shown[jan]) == [(0, "unknown")]
    assert (reasons(shown[ola]), shown[ola].discount) == ([], 500)
