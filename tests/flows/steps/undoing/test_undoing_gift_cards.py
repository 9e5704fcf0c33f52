"""Money that was put on gift cards and is taken off again."""

import uuid

import pytest

from service.domain.gift_cards.errors import GiftCardNotActive
from service.domain.gift_cards.types import CardState, IssuedGiftCard
from service.domain.purchases.basket import GiftCardIn
from tests.flows.counter import hold, release
from tests.flows.gift_card_shop import activate, balance, block, entries, issue, top_up, unblock
from tests.flows.gift_card_shop import check as look
from tests.flows.races import at_once, buying
from tests.flows.shop import TILL, Shop, day, goods
from tests.flows.undoing import MANAGER, in_the_way, undo, undone


def _of(card: IssuedGiftCard) -> uuid.UUID:
    """The operation that put its first money on it."""
    assert card.operation_id is not None
    return card.operation_id


async def test_money_that_was_topped_up_is_taken_off(desk: Shop) -> None:
    card = await issue(desk, 3_000)
    wrong = (await top_up(desk, card.code, 2_000)).body

    done = await undo(desk, wrong.operation_id)

    assert (done.kind, done.wallets) == ("gift_card", {})
    assert done.card is not None
    assert (done.card.id, done.card.state, done.card.balance) == (card.id, CardState.ACTIVE, 3_000)
    assert [(m.holder_id, m.changes[0].amount) for m in done.moved] == [(card.id, -2_000)]
    assert await balance(desk, card.code) == (3_000, 0)
    assert await entries(desk, card.code) == [
        *(("sold", 3_000), ("topped_up", 2_000), ("sale_undone", -2_000))
    ]
    kind, told = (await desk.events(card.id))[-1]
    assert (kind, told["card_state"]) == ("operation.undone", "active")
    assert told["changes"][0]["amount"] == -2_000


async def test_a_card_that_was_sold_is_not_sold_any_more(desk: Shop) -> None:
    """It can be sold anew, to be activated once again and undone once again."""
    card = await issue(desk)
    wrong = (await activate(desk, card.code, 3_000)).body

    done = await undo(desk, wrong.operation_id)

    assert done.card is not None
    assert (done.card.state, done.card.balance) == (CardState.ISSUED, 0)
    seen = await look(desk, card.code, actor=TILL)
    assert (seen.state, seen.activated_at, seen.balance) == (CardState.ISSUED, None, 0)
    with pytest.raises(GiftCardNotActive):
        await top_up(desk, card.code, 1_000)
    again = (await activate(desk, card.code, 4_000)).body
    assert await balance(desk, card.code) == (4_000, 0)
    assert await entries(desk, card.code) == [
        *(("sold", 3_000), ("sale_undone", -3_000), ("sold", 4_000))
    ]
    await undo(desk, again.operation_id)


async def test_a_card_issued_with_money_can_be_undone_by_its_operation(desk: Shop) -> None:
    card = await issue(desk, 3_000)
    await undo(desk, _of(card))
    assert (await look(desk, card.code, actor=TILL)).state is CardState.ISSUED


async def test_a_sale_is_not_undone_under_a_top_up(desk: Shop) -> None:
    """First the top-up, then the sale."""
    card = await issue(desk, 3_000)
    more = (await top_up(desk, card.code, 2_000)).body
    assert await in_the_way(desk, _of(card)) == ("card_used", None)
    await undo(desk, more.operation_id)
    await undo(desk, _of(card))
    assert await balance(desk, card.code) == (0, 0)


async def test_a_card_that_paid_is_undone_after_the_money_came_back(desk: Shop) -> None:
    """50 put on 30; 40 paid: of the 50, which are taken last, 10 are gone."""
    card = await issue(desk, 3_000)
    wrong = (await top_up(desk, card.code, 5_000)).body
    await desk.show(day(1))
    by = GiftCardIn(code=card.code, amount=4_000)
    await desk.buy("a", None, goods(6_000), gift_cards=(by,))
    assert await in_the_way(desk, wrong.operation_id, MANAGER) == ("units_missing", 1_000)
    assert await in_the_way(desk, _of(card), MANAGER) == ("units_missing", 3_000)

    await desk.bring_back("r", "a")

    await undo(desk, wrong.operation_id, MANAGER)
    await undo(desk, _of(card), MANAGER)
    assert await balance(desk, card.code) == (0, 0)


async def test_money_in_an_open_checkout_is_not_taken_off(desk: Shop) -> None:
    card = await issue(desk, 3_000)
    kept = await hold(desk, "c", None, goods(5_000), gift_cards=(GiftCardIn(code=card.code),))
    assert await in_the_way(desk, _of(card)) == ("units_missing", 3_000)
    await release(desk, kept.id)
    await undo(desk, _of(card))


async def test_a_card_pays_or_is_undone_not_both(desk: Shop) -> None:
    card = await issue(desk, 3_000)
    by = GiftCardIn(code=card.code, amount=1_000)
    came = await at_once([
        *([lambda: undone(desk, _of(card))] * 3),
        *(buying(desk, f"b{n}", None, goods(3_000), gift_cards=(by,)) for n in range(3)),
    ])  # fmt: skip
    left = (await balance(desk, card.code))[0]
    assert left == (0 if "replayed" in came else 3_000 - 1_000 * came.count("done"))


async def test_a_blocked_card_stays_blocked_and_is_unsold_after(desk: Shop) -> None:
    card = await issue(desk)
    wrong = (await activate(desk, card.code, 3_000)).body
    await block(desk, code=card.code)
    done = await undo(desk, wrong.operation_id)
    assert done.card is not None
    assert done.card.state is CardState.BLOCKED
    assert (await unblock(desk, code=card.code)).state is CardState.ISSUED


async def test_money_that_has_lapsed_is_not_taken_off(desk: Shop) -> None:
    """It lapses after 12 months; what was put on later is not taken in its place."""
    card = await issue(desk, 3_000)
    await desk.show(day(300))
    await top_up(desk, card.code, 4_000)
    await desk.show(day(366))
    assert await in_the_way(desk, _of(card), MANAGER) == ("units_missing", 3_000)


async def test_of_many_undos_at_once_one_is_done(desk: Shop) -> None:
    card = await issue(desk, 3_000)
    wrong: uuid.UUID = (await top_up(desk, card.code, 2_000)).body.operation_id
    came = await at_once([lambda: undone(desk, wrong)] * 6)
    assert sorted(came) == ["done", *["replayed"] * 5]
    assert await balance(desk, card.code) == (3_000, 0)
