"""What is kept for somebody is there for others once they are erased.

And with it service/flows/steps/erasing/going.py, which every step is given.
"""

from service.domain.approvals.types import Standing
from service.domain.purchases.basket import GiftCardIn
from tests.flows import gift_card_shop, reward_shop
from tests.flows.caps import Caps
from tests.flows.counter import hold, rich, unique
from tests.flows.eraser import NOTHING, erased, wallets
from tests.flows.shop import Shop, goods


async def test_points_and_codes_that_a_checkout_kept_are_free(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    (code,) = await unique(checkout)
    await hold(checkout, "c-1", ola, goods(2_000), points=300, coupons=(code,))
    await erased(checkout, ola)
    assert await wallets(checkout, ola) == NOTHING
    jan = await rich(checkout, "2")
    held = await hold(checkout, "c-2", jan, goods(2_000), coupons=(code,))
    assert held.not_applied == ()
    kinds = [kind for kind, _ in await checkout.events(ola)]
    assert kinds[-3:] == ["hold.released", "points.expired", "member.erased"]


async def test_money_that_a_checkout_kept_of_a_gift_card_is_on_the_card_again(desk: Shop) -> None:
    ola = (await desk.enrol("1")).id
    card = await gift_card_shop.issue(desk, 5_000)
    paid = (GiftCardIn(code=card.code, amount=2_000),)
    await hold(desk, "c-1", ola, goods(3_000), gift_cards=paid)
    assert (await gift_card_shop.check(desk, card.code)).balance == 3_000
    await erased(desk, ola)
    assert (await gift_card_shop.check(desk, card.code)).balance == 5_000


async def test_a_reward_whose_price_is_held_is_cancelled_by_an_operation(desk: Shop) -> None:
    ola = await reward_shop.member(desk, 500)
    kept = await reward_shop.redeem(desk, ola, "mug", 600)
    await erased(desk, ola)
    assert (await desk.reads.redemption(kept.id)).state == "cancelled"
    async with desk.db.reading() as tx:
        rows = await tx.connection.fetch(
            "select kind, note from operation where holder_id = $1 order by kind", ola
        )
    assert [tuple(row) for row in rows] == [(1, "erased"), (8, "erased"), (17, "request 2026-114")]


async def test_what_waits_for_a_second_person_is_refused(caps: Caps) -> None:
    ola = (await caps.shop.enrol("1")).id
    waits = await caps.asked(ola, 900)
    await erased(caps.shop, ola)
    async with caps.shop.db.reading() as tx:
        row = await tx.connection.fetchrow(
            "select state, note, convert_from(body, 'UTF8')::jsonb ->> 'reason' from approval"
        )
    assert tuple(row) == (2, "erased", "erased")
    (told,) = [d for kind, d in await caps.shop.events(ola) if kind == "approval.refused"]
    assert told == {"approval_id": str(waits.id), "kind": "adjustment"}
    page = await caps.page(state=Standing.REFUSED)
    assert [one.id for one in page.items] == [waits.id]
