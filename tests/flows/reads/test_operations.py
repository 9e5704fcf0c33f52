"""Operations as they are read."""

import pytest

from service.domain.operations.errors import OperationNotFound
from service.domain.operations.types import OperationEntry
from service.flows.steps.undoing import UndoOperation
from service.kernel.ids import new_id
from tests.flows.caps import EVA, Caps, staff
from tests.flows.sharing import Sharing
from tests.flows.shop import TILL, day, goods


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


async def test_what_is_no_operation_is_not_found(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    bought = await caps.shop.buy("a", ola.id, goods(100), at=day(0))

    for op_id in (new_id(), bought.id):
        with pytest.raises(OperationNotFound):
            await caps.reads.operation(op_id)
