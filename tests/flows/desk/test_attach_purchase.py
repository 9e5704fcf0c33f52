"""A purchase of nobody known becomes a member's, "I forgot my card"; or moves to another member."""

import asyncio
import uuid

import msgspec
import pytest

from service.domain.access.errors import OwnWallet
from service.domain.members.errors import MemberNotFound
from service.domain.purchases.basket import MemberRef
from service.domain.purchases.errors import (
    BelongsToAnother,
    ClaimedTooLate,
    PurchaseBound,
    PurchaseNotFound,
    PurchaseVoid,
)
from service.domain.purchases.types import AttachPurchase, Receipt
from service.domain.returns.types import VoidPurchase
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.ids import new_id
from tests.flows.counter import buy, hold, nothing_written, rich
from tests.flows.coupon_shop import give
from tests.flows.shop import TILL, Shop, another, card, day, goods


async def attach(shop: Shop, purchase_id: uuid.UUID, member: uuid.UUID | str) -> Answer[Receipt]:
    """Attach a purchase."""
    named = (card(member),) if isinstance(member, str) else MemberRef(id=member)
    body = AttachPurchase(member=named, reason="showed the receipt")
    return await shop.verbs.attach_purchase(TILL, purchase_id, body)


async def test_it_earns_by_the_rules_of_its_own_day(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    bought = await buy(checkout, "a", None, goods(2_500), at=day(0))
    assert (bought.member_id, bought.earned) == (None, ())

    done = await attach(checkout, bought.id, "1")

    assert (done.body.id, done.body.member_id) == (bought.id, ola)
    assert [(one.wallet, one.amount) for one in done.body.earned] == [
        ("points", 25),
        ("status", 25),
    ]
    assert await checkout.balance(ola) == (25, 0, 0)
    again = await attach(checkout, bought.id, ola)
    assert (again.replayed, again.body) == (True, done.body)
    assert await checkout.balance(ola) == (25, 0, 0)


async def test_its_price_is_not_decided_again(checkout: Shop) -> None:
    """A member has 10 % off tea by a rule; 10 % off by the code is what was paid."""
    ola = await rich(checkout, "1", 0)
    lines = (goods(2_000, category="tea"),)
    bought = await buy(checkout, "a", None, *lines, coupons=("TENTH10",), at=day(0))
    assert (bought.discount, bought.total) == (200, 1_800)

    done = (await attach(checkout, bought.id, ola)).body

    assert (done.discount, done.total) == (200, 1_800)
    assert done.earned[0].amount == 18


async def test_coupons_it_gives_go_into_the_list(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    bought = await buy(checkout, "a", None, goods(1_000, category="mug"), at=day(0))

    done = (await attach(checkout, bought.id, ola)).body

    listed = (await checkout.reads.coupons(ola, (), None, 10)).items
    assert [one.id for one in listed] == [one.id for one in done.issued]
    assert len(listed) == 1


async def test_what_came_back_before_is_left_out(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    bought = await buy(checkout, "a", None, goods(2_000, 2), at=day(0))
    await checkout.bring_back("r", "a", {1: 1})

    await attach(checkout, bought.id, ola)

    assert await checkout.balance(ola) == (10, 0, 0)


async def test_one_of_another_member_stays_theirs(checkout: Shop) -> None:
    await rich(checkout, "1", 0)
    ola = await rich(checkout, "2", 0)
    bought = await buy(checkout, "a", "1", goods(2_000), at=day(0))
    async with nothing_written(checkout):
        with pytest.raises(BelongsToAnother):
            await attach(checkout, bought.id, ola)


async def test_what_cannot_be_is_refused_and_changes_nothing(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    bought = await buy(checkout, "a", None, goods(2_000), at=day(0))
    gone = await buy(checkout, "b", None, goods(2_000))
    await checkout.verbs.void_purchase(TILL, gone.id, VoidPurchase(reason="wrong till"))
    async with nothing_written(checkout):
        with pytest.raises(MemberNotFound):
            await attach(checkout, bought.id, "nobody")
        with pytest.raises(MemberNotFound):
            await attach(checkout, bought.id, new_id())
        with pytest.raises(PurchaseNotFound):
            await attach(checkout, new_id(), ola)
        with pytest.raises(PurchaseVoid):
            await attach(checkout, gone.id, ola)
    await checkout.show(day(61))
    async with nothing_written(checkout):
        with pytest.raises(ClaimedTooLate):
            await attach(checkout, bought.id, ola)


async def test_a_purchase_that_is_not_there_tells_nothing_of_members(checkout: Shop) -> None:
    """Or whoever may attach but not look members up could ask for one number after another."""
    ola = await rich(checkout, "1", 0)
    for member in ("1", "9", ola, new_id()):
        with pytest.raises(PurchaseNotFound):
            await attach(checkout, new_id(), member)


async def move(
    shop: Shop,
    purchase_id: uuid.UUID,
    old: uuid.UUID | None,
    new: uuid.UUID,
    key: str | None = None,
    actor: Actor = TILL,
) -> Answer[Receipt]:
    """Move a purchase."""
    body = AttachPurchase(member=MemberRef(id=new), reason="it was his", from_member=old)
    return await shop.verbs.attach_purchase(actor, purchase_id, body, key)


async def test_one_of_another_member_moves_when_that_one_is_named(checkout: Shop) -> None:
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    bought = await buy(checkout, "a", ola, goods(2_000), at=day(0))

    done = await move(checkout, bought.id, ola, jan)
    again = await move(checkout, bought.id, ola, jan)

    assert (done.replayed, done.body.member_id) == (False, jan)
    assert (again.replayed, again.body.member_id) == (True, jan)
    assert await checkout.balance(ola) == (0, 0, 0)
    assert await checkout.balance(jan) == (20, 0, 0)


async def test_one_that_is_anothers_than_was_said_stays(checkout: Shop) -> None:
    ola, jan, eve = [await rich(checkout, str(n), 0) for n in range(3)]
    bought = await buy(checkout, "a", ola, goods(2_000), at=day(0))
    nobodys = await buy(checkout, "b", None, goods(2_000), at=day(0))
    async with nothing_written(checkout):
        for purchase, said in ((bought, eve), (bought, None), (nobodys, ola)):
            with pytest.raises(BelongsToAnother):
                await move(checkout, purchase.id, said, jan)


async def test_who_may_only_attach_moves_nothing(checkout: Shop) -> None:
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    bought = await buy(checkout, "a", ola, goods(2_000), at=day(0))
    clerk = msgspec.structs.replace(TILL, scopes=frozenset({"purchases:attach"}))
    supervisor = msgspec.structs.replace(TILL, scopes=frozenset({"purchases:move"}))
    async with nothing_written(checkout):
        with pytest.raises(BelongsToAnother):
            await move(checkout, bought.id, ola, jan, actor=clerk)

    await move(checkout, bought.id, ola, jan, actor=supervisor)

    assert await checkout.balance(jan) == (20, 0, 0)


async def test_staff_move_nothing_of_their_own(checkout: Shop) -> None:
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    bought = await buy(checkout, "a", ola, goods(2_000), at=day(0))
    async with nothing_written(checkout):
        for own in (ola, jan):
            staff = msgspec.structs.replace(TILL, own_member=own)
            with pytest.raises(OwnWallet):
                await move(checkout, bought.id, ola, jan, actor=staff)


async def test_what_is_the_members_own_does_not_move(checkout: Shop) -> None:
    """Paid with points, by a coupon of her list, on a hold: void it and record it anew."""
    ola, jan = await rich(checkout, "1", 1_000), await rich(checkout, "2", 0)
    paid = await buy(checkout, "a", ola, goods(2_000), points=100)
    coupon = await give(checkout, ola, "NEXT5")
    with_coupon = await buy(checkout, "b", ola, goods(2_000), coupons=(coupon.code,))
    kept = await hold(checkout, "h", ola, goods(2_000))
    held = await buy(checkout, "c", ola, goods(2_000), hold_id=kept.id)
    gone = await buy(checkout, "d", ola, goods(2_000))
    await checkout.verbs.void_purchase(TILL, gone.id, VoidPurchase(reason="wrong till"))
    async with nothing_written(checkout):
        for purchase, reason in (
            (paid, "paid_with_units"),
            (with_coupon, "personal_coupon"),
            (held, "captured_hold"),
        ):
            with pytest.raises(PurchaseBound) as refused:
                await move(checkout, purchase.id, ola, jan)
            assert refused.value.reason == reason
        with pytest.raises(PurchaseVoid):
            await move(checkout, gone.id, ola, jan)
    await checkout.show(day(61))
    async with nothing_written(checkout):
        with pytest.raises(ClaimedTooLate):
            await move(checkout, paid.id, ola, jan)


async def test_a_late_repetition_under_its_key_moves_nothing_again(checkout: Shop) -> None:
    """To Jan, and back to Ola; then the first request comes once more."""
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    bought = await buy(checkout, "a", ola, goods(2_000), at=day(0))
    first = await move(checkout, bought.id, ola, jan, key="to-jan-0001")
    await move(checkout, bought.id, jan, ola, key="to-ola-0001")

    again = await move(checkout, bought.id, ola, jan, key="to-jan-0001")

    assert (again.replayed, again.body) == (True, first.body)
    assert again.body.moved is not None
    assert (await checkout.reads.purchase(bought.id)).member_id == ola


async def test_of_many_who_move_it_at_once_one_does(checkout: Shop) -> None:
    ola, *members = [await rich(checkout, f"{n}", 0) for n in range(5)]
    bought = await buy(checkout, "a", ola, goods(2_000), at=day(0))
    other = another(checkout.db)
    await other.start()
    shops = [checkout.verbs, other.verbs]
    bodies = [
        AttachPurchase(member=MemberRef(id=one), reason="it was hers", from_member=ola)
        for one in members
    ]

    done = await asyncio.gather(
        *(shops[n % 2].attach_purchase(TILL, bought.id, bodies[n % 4]) for n in range(16)),
        return_exceptions=True,
    )

    owner = (await checkout.reads.purchase(bought.id)).member_id
    assert owner in members
    assert {one.body.member_id for one in done if isinstance(one, Answer)} == {owner}
    assert sum(isinstance(one, BelongsToAnother) for one in done) == 12
    assert sum([not one.replayed for one in done if isinstance(one, Answer)]) == 1
    assert [(await checkout.balance(one))[0] for one in (ola, *members)].count(20) == 1
    await other.gate.drain()


async def test_two_members_at_once_get_it_once(checkout: Shop) -> None:
    members = [await rich(checkout, f"{n}", 0) for n in range(6)]
    bought = await buy(checkout, "a", None, goods(2_000), at=day(0))
    other = another(checkout.db)
    await other.start()
    shops = [checkout.verbs, other.verbs]
    body = [AttachPurchase(member=MemberRef(id=one), reason="the receipt") for one in members]

    done = await asyncio.gather(
        *(shops[n % 2].attach_purchase(TILL, bought.id, body[n % 6]) for n in range(24)),
        return_exceptions=True,
    )

    owner = (await checkout.reads.purchase(bought.id)).member_id
    assert {one.body.member_id for one in done if isinstance(one, Answer)} == {owner}
    assert sum(isinstance(one, BelongsToAnother) for one in done) == 20
    assert sum([(await checkout.balance(one))[0] for one in members]) == 20
    await other.gate.drain()
