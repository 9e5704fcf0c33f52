"""Whoever takes data away is written down before it goes, and each time.

Asked by the verbs of service/flows/audit/verbs.py.
"""

from service.kernel.ids import new_id
from tests.flows.shop import TILL, Shop


async def test_an_export_is_an_act_each_time(shop: Shop) -> None:
    member = new_id()
    for _ in range(2):
        await shop.verbs.export_member(TILL, member)
    async with shop.db.reading() as tx:
        rows = await tx.connection.fetch(
            "select actor_id, about_kind, about_id from audit_act where act = 'member.exported'"
        )
    assert [tuple(row) for row in rows] == [("till", "member", str(member))] * 2


async def test_codes_of_a_batch_are_too(shop: Shop) -> None:
    coupons, cards = new_id(), new_id()
    await shop.verbs.export_coupon_batch(TILL, coupons)
    await shop.verbs.export_gift_card_batch(TILL, cards)
    async with shop.db.reading() as tx:
        rows = await tx.connection.fetch(
            "select act, about_kind, about_id from audit_act where act like '%batch%' order by act"
        )
    assert [tuple(row) for row in rows] == [
        ("coupon-batch.exported", "coupon-batch", str(coupons)),
        ("gift-card-batch.exported", "gift-card-batch", str(cards)),
    ]
