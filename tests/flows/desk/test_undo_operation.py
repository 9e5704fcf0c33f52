"""What an id names, who may undo it when, and what cannot be undone."""

import datetime as dt
import uuid

import asyncpg
import msgspec
import pytest

from service.domain.access.errors import OwnWallet
from service.domain.operations.errors import NotUndoable, OperationNotFound, OutsideUndoWindow
from service.domain.operations.store import Kind
from service.domain.purchases.errors import UnknownStore
from service.domain.returns.errors import NotOfThisStoreAndDay
from service.domain.returns.types import VoidPurchase
from service.domain.wallets.types import Adjust, AdjustmentReceipt
from service.flows.desk.undo_operation import INSTEAD, UNDO
from service.kernel.ids import new_id
from tests.flows.counter import nothing_written
from tests.flows.races import at_once
from tests.flows.shop import TILL, Shop, day, goods
from tests.flows.undoing import ANN, BEN, ELSEWHERE, MANAGER, undo, undone


async def test_a_purchase_is_void(desk: Shop) -> None:
    """As by its own route, and asked there it answers the same."""
    ola = (await desk.enrol("1")).id
    bought = await desk.buy("a", ola, goods(3_000, 3, brand="acme"), store="waw-01")
    assert await desk.balance(ola, "stars") == (30, 0, 0)

    done = await undo(desk, bought.id)

    assert (done.kind, done.undoes) == ("purchase", bought.id)
    assert done.void is not None
    assert (done.id, done.wallets) == (done.void.id, done.void.wallets)
    assert done.void.refund is not None
    assert done.void.refund.total == 3_000
    assert await desk.balance(ola, "stars") == (0, 0, 0)
    body = VoidPurchase(reason="a mistake", store="waw-01")
    void = await desk.verbs.void_purchase(TILL, bought.id, body)
    assert (void.replayed, void.body) == (True, done.void)
    again = await undone(desk, bought.id, MANAGER)
    assert (again.replayed, again.body) == (True, done)


async def test_a_purchase_of_another_store_or_day_takes_who_may_undo_anything(desk: Shop) -> None:
    ola = (await desk.enrol("1")).id
    first = await desk.buy("a", ola, goods(1_000), store="waw-01")
    with pytest.raises(NotOfThisStoreAndDay):
        await undo(desk, first.id, BEN)
    await desk.show(day(1))
    with pytest.raises(NotOfThisStoreAndDay):
        await undo(desk, first.id)
    assert (await undo(desk, first.id, MANAGER)).kind == "purchase"


async def test_it_is_undone_at_its_store(desk: Shop) -> None:
    ola = (await desk.enrol("1")).id
    wrong = await desk.adjust(ola, 50, "stars")
    async with nothing_written(desk):
        with pytest.raises(OutsideUndoWindow):
            await undo(desk, wrong.id, BEN)
    await undo(desk, wrong.id, ELSEWHERE)  # another till of the same store


@pytest.mark.parametrize(
    ("done_at", "undone_at", "is_open"),
    [
        ((2026, 3, 2, 10), (2026, 3, 2, 22, 59), True),  # 11:00 and 23:59 in Warsaw
        ((2026, 3, 2, 10), (2026, 3, 2, 23, 1), False),
        ((2026, 3, 2, 23, 1), (2026, 3, 3, 10), True),  # 00:01 of that day in Warsaw
    ],
)
async def test_it_is_undone_on_its_business_day(
    done_at: tuple[int, ...], undone_at: tuple[int, ...], is_open: bool, desk: Shop
) -> None:
    await desk.show(dt.datetime(*done_at, tzinfo=dt.UTC))  # type: ignore[misc, arg-type]
    ola = (await desk.enrol("1")).id
    wrong = await desk.adjust(ola, 50, "stars")
    await desk.show(dt.datetime(*undone_at, tzinfo=dt.UTC))  # type: ignore[misc, arg-type]
    if is_open:
        await undo(desk, wrong.id)
        return
    with pytest.raises(OutsideUndoWindow):
        await undo(desk, wrong.id)
    await undo(desk, wrong.id, MANAGER)


async def test_what_was_done_at_no_store_is_undone_by_its_client(desk: Shop) -> None:
    ola = (await desk.enrol("1")).id
    agent = msgspec.structs.replace(TILL, store=None)
    body = Adjust(wallet="stars", amount=50, reason="by hand")
    wrong = (await desk.verbs.adjust_wallet(agent, ola, body, "key-00001")).body
    assert isinstance(wrong, AdjustmentReceipt)
    with pytest.raises(OutsideUndoWindow):
        await undo(desk, wrong.id, ELSEWHERE)
    await undo(desk, wrong.id)


async def test_an_undo_says_who_where_and_why(desk: Shop) -> None:
    ola = (await desk.enrol("1")).id
    wrong = await desk.adjust(ola, 50, "stars")
    device = msgspec.structs.replace(ANN, device="till-3", store=None)
    done = await undo(desk, wrong.id, device, store="waw-01", reason="typed twice")
    async with desk.db.reading() as tx:
        row = await tx.connection.fetchrow(
            "select holder_id, kind, note, actor_kind, actor_id, store, device, client_id, undoes"
            " from operation where op_id = $1",
            done.id,
        )
        store = await tx.connection.fetchval("select store_id from entry where op_id = $1", done.id)
    assert tuple(row) == (
        *(ola, Kind.UNDO, "typed twice", 2, "ann", "waw-01", "till-3", ANN.client_id, wrong.id),
    )
    assert store == "waw-01"


async def test_an_undo_is_not_undone(desk: Shop) -> None:
    ola = (await desk.enrol("1")).id
    wrong = await desk.adjust(ola, 50, "stars")
    done = await undo(desk, wrong.id)
    async with nothing_written(desk):
        with pytest.raises(NotUndoable) as refused:
            await undo(desk, done.id)
    assert refused.value.detail() == "undo: do anew what was undone"


async def test_a_return_is_not_undone(desk: Shop) -> None:
    ola = (await desk.enrol("1")).id
    await desk.buy("a", ola, goods(1_000))
    back = await desk.bring_back("r", "a")
    assert back.id is not None
    with pytest.raises(NotUndoable) as refused:
        await undo(desk, back.id)
    assert refused.value.kind == "return"


async def test_staff_undo_nothing_of_their_own(desk: Shop) -> None:
    """Nor what they were given by somebody else."""
    ola = (await desk.enrol("1")).id
    wrong = await desk.adjust(ola, 50, "stars")
    bought = await desk.buy("a", ola, goods(1_000), store="waw-01")
    herself = msgspec.structs.replace(MANAGER, own_member=ola)
    async with nothing_written(desk):
        for op_id in (wrong.id, bought.id):
            with pytest.raises(OwnWallet):
                await undo(desk, op_id, herself)


async def test_nothing_is_undone_that_was_never_done(desk: Shop) -> None:
    for unknown in (new_id(), uuid.UUID(int=0)):
        with pytest.raises(OperationNotFound):
            await undo(desk, unknown)


async def test_a_store_is_one_of_the_program(desk: Shop) -> None:
    ola = (await desk.enrol("1")).id
    wrong = await desk.adjust(ola, 50, "stars")
    with pytest.raises(UnknownStore):
        await undo(desk, wrong.id, store="nowhere")


def test_each_kind_of_operation_can_be_undone_or_says_what_to_do_instead() -> None:
    assert UNDO.keys().isdisjoint(INSTEAD)
    assert UNDO.keys() | INSTEAD.keys() == set(Kind)


async def test_a_second_undo_meets_a_wall_of_the_database(desk: Shop) -> None:
    """Whatever the code does: no holder has two undos of one operation."""
    ola = (await desk.enrol("1")).id
    wrong = await desk.adjust(ola, 50, "stars")
    await undo(desk, wrong.id)
    with pytest.raises(asyncpg.UniqueViolationError, match="operation_undoes"):
        async with desk.db.transaction() as tx:
            await tx.connection.execute(
                "insert into operation (holder_id, op_id, kind, note, actor_kind, actor_id,"
                " recorded_at, undoes, receipt) select holder_id, gen_random_uuid(), kind, note,"
                " actor_kind, actor_id, recorded_at, undoes, receipt"
                " from operation where kind = 10"
            )


async def test_of_many_who_undo_a_purchase_one_does(desk: Shop) -> None:
    ola = (await desk.enrol("1")).id
    bought = await desk.buy("a", ola, goods(1_000), store="waw-01")
    came = await at_once([lambda: undone(desk, bought.id)] * 6)
    assert sorted(came) == ["done", *["replayed"] * 5]
