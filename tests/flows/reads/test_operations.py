"""Operations as they are read."""

import uuid

import msgspec
import pytest

from service.domain.operations.errors import NotUndoable, OperationNotFound
from service.domain.operations.types import OperationEntry
from service.domain.purchases.basket import MemberRef
from service.domain.purchases.types import AttachPurchase
from service.domain.returns.types import VoidPurchase
from service.flows.steps.undoing.undoing import UndoOperation
from service.kernel.ids import new_id
from tests.flows.caps import EVA, Caps, staff
from tests.flows.sharing_shop import Sharing
from tests.flows.shop import TILL, Shop, day, goods


async def test_an_adjustment_says_who_where_why_and_what_it_moved(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    await caps.shop.buy("a", ola.id, goods(100, 3, brand="acme"), at=day(0))
    await caps.shop.adjust(ola.id, -30, "stars")
    await caps.shop.bring_back("r", "a")  # 30 stars of debt

    receipt = await caps.alone(ola.id, 20, "stars")

    found = await caps.reads.operation(receipt.id)
    assert (found.kind, found.holders, found.actor, found.store, found.device) == (
        *("adjustment", (ola.id,), "staff:eva", "waw-01", "till-3"),
    )
    assert (found.reason, found.code, found.approved_by, found.undoes, found.undone_by) == (
        *("cold coffee", None, None, None, None),
    )
    at = (await caps.shop.entries(ola.id, "stars"))[-1][3]
    assert found.entries == tuple(
        OperationEntry(
            holder_id=ola.id, wallet="stars", seq=seq, amount=amount, reason=reason, occurred_at=at
        )
        for seq, amount, reason in ((4, 20, "adjusted"), (5, -20, "debt_paid"))
    )
    assert found.recorded_at == receipt.recorded_at


async def test_it_names_what_undid_it_and_that_what_it_undoes(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    receipt = await caps.alone(ola.id, 20, "stars")
    undoer = staff("tom")

    undone = await caps.verbs.undo_operation(
        undoer, receipt.id, UndoOperation(reason="the wrong member")
    )

    assert (await caps.reads.operation(receipt.id)).undone_by == undone.body.id
    found = await caps.reads.operation(undone.body.id)
    assert (found.kind, found.undoes, found.actor, found.reason) == (
        *("undo", receipt.id, "staff:tom", "the wrong member"),
    )
    assert [one.amount for one in found.entries] == [-20]
    assert (await caps.days())[EVA.id, "2026-03-02", 2] == 20  # what is undone is still counted


async def test_a_transfer_is_of_both(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1", stars=30), await sharing.member("2")

    given = await sharing.give(ola, jan, 20)

    found = await sharing.shop.reads.operation(given.id)
    assert (found.kind, found.actor) == ("transfer", f"partner:{TILL.id}")
    assert found.holders == tuple(sorted((ola, jan)))
    assert {(one.holder_id, one.amount) for one in found.entries} == {(ola, -20), (jan, 20)}


async def test_a_void_says_who_where_why_and_what_it_took_back(shop: Shop) -> None:
    ola = await shop.enrol("1")
    bought = await shop.buy("a", ola.id, goods(100, 3, brand="acme"), at=day(0), store="waw-01")
    ann = msgspec.structs.replace(EVA, id="ann", scopes=TILL.scopes)
    body = VoidPurchase(reason="wrong card scanned", store="waw-01")
    void = (await shop.verbs.void_purchase(ann, bought.id, body)).body
    assert void.id is not None

    found = await shop.reads.operation(void.id)

    assert (found.kind, found.purchase_id, found.holders) == ("void", bought.id, (ola.id,))
    assert (found.actor, found.store, found.device, found.reason) == (
        *("staff:ann", "waw-01", "till-3", "wrong card scanned"),
    )
    assert {(one.wallet, one.amount) for one in found.entries} == {
        *(("points", -1), ("status", -1), ("stars", -30)),
    }
    assert void.reason == "wrong card scanned"


async def test_by_whomever_a_void_is_asked_for_again_its_reason_stays(shop: Shop) -> None:
    bought = await shop.buy("a", "1", goods(100), at=day(0), store="waw-01")
    first = VoidPurchase(reason="wrong card scanned", store="waw-01")
    done = await shop.verbs.void_purchase(TILL, bought.id, first)

    again = await shop.verbs.void_purchase(EVA, bought.id, VoidPurchase(reason="to be sure"))

    assert again.replayed
    assert again.body == done.body
    assert done.body.reason == "wrong card scanned"


async def test_a_purchase_that_is_undone_is_void_for_that_reason(shop: Shop) -> None:
    bought = await shop.buy("a", "1", goods(100), at=day(0), store="waw-01")

    undone = await shop.verbs.undo_operation(
        TILL, bought.id, UndoOperation(reason="rung up twice", store="waw-01")
    )

    found = await shop.reads.operation(undone.body.id)
    assert (found.kind, found.reason, found.purchase_id) == ("void", "rung up twice", bought.id)


async def test_a_return_is_read_where_its_entries_are_though_its_purchase_has_moved(
    shop: Shop,
) -> None:
    """Ola's while she brought one of three back, then Jan's who brings back another, then Eva's."""
    ola, jan, eva = [await shop.enrol(number) for number in ("1", "2", "3")]
    bought = await shop.buy("a", ola.id, goods(300, 3, brand="acme"), at=day(0))

    async def move(giver: uuid.UUID, taker: uuid.UUID) -> None:
        body = AttachPurchase(
            member=MemberRef(id=taker), from_member=giver, reason="their card was scanned"
        )
        await shop.verbs.attach_purchase(TILL, bought.id, body, None)

    first = await shop.bring_back("r1", "a", {1: 1})
    await move(ola.id, jan.id)
    second = await shop.bring_back("r2", "a", {1: 1})
    await move(jan.id, eva.id)
    third = await shop.bring_back("r3", "a", {1: 1})

    for receipt, whose in ((first, ola), (second, jan), (third, eva)):
        assert receipt.id is not None
        found = await shop.reads.operation(receipt.id)
        assert (found.kind, found.reason, found.holders) == ("return", None, (whose.id,))
        assert ("stars", -10) in {(one.wallet, one.amount) for one in found.entries}


async def test_who_attached_a_purchase_and_why_is_told_by_its_id(shop: Shop) -> None:
    """Also when it has moved on since."""
    ola, jan = await shop.enrol("1"), await shop.enrol("2")
    bought = await shop.buy("a", None, goods(300, 3, brand="acme"), at=day(0))
    ann = msgspec.structs.replace(EVA, id="ann", scopes=TILL.scopes)
    body = AttachPurchase(member=MemberRef(id=ola.id), reason="showed the receipt")
    await shop.verbs.attach_purchase(ann, bought.id, body, None)

    found = await shop.reads.operation(bought.id)
    assert (found.kind, found.purchase_id, found.holders) == ("attached", bought.id, (ola.id,))
    assert (found.actor, found.store, found.device, found.reason) == (
        *("staff:ann", "waw-01", "till-3", "showed the receipt"),
    )
    assert ("stars", 30) in {(one.wallet, one.amount) for one in found.entries}
    with pytest.raises(NotUndoable):
        await shop.verbs.undo_operation(TILL, found.id, UndoOperation(reason="a mistake"))
    again = AttachPurchase(member=MemberRef(id=jan.id), from_member=ola.id, reason="it was his")
    await shop.verbs.attach_purchase(TILL, bought.id, again, None)
    assert (await shop.reads.operation(bought.id)).holders == (ola.id,)


async def test_what_is_no_operation_is_not_found(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    bought = await caps.shop.buy("a", ola.id, goods(100), at=day(0))

    for op_id in (new_id(), bought.id):
        with pytest.raises(OperationNotFound):
            await caps.reads.operation(op_id)
