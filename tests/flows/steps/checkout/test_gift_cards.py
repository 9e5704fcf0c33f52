"""Gift cards as flows find and lock them; their money is held, paid and given back like units."""

import contextlib
import datetime as dt
import uuid
from collections.abc import AsyncIterator

import pytest

from service.domain.events.catalog import PointsGivenBack, PointsHeld, PointsRedeemed
from service.domain.gift_cards.errors import (
    GiftCardNamedByCodeOrId,
    GiftCardNotFound,
    UnknownGiftCardKind,
)
from service.domain.gift_cards.types import LoadGiftCard, State
from service.domain.holders import store as holders
from service.domain.holds import store as holds
from service.domain.holds.types import Closing, Hold, Item, ItemKind
from service.domain.holds.types import State as HoldState
from service.domain.wallets.book import Book
from service.domain.wallets.entries import Op
from service.domain.wallets.redeemed import Redeemed
from service.flows.members.settle_holders import settle_holders
from service.flows.steps import wallets
from service.flows.steps.checkout.gift_cards import (
    Card,
    digest_of,
    grace_until,
    kind_of,
    lock,
    named,
)
from service.infra.db import Tx
from service.kernel.ids import new_id
from service.rules.gift_cards import GIFT_CARD_WALLET
from tests.flows.gift_card_shop import balance, cards_of, entries, issue, make, top_up, with_cards
from tests.flows.shop import TILL, Shop, day, goods


@contextlib.asynccontextmanager
async def at_work(shop: Shop, card_id: uuid.UUID) -> AsyncIterator[tuple[Tx, Card, Book]]:
    """The locked card with all its lots and holds; what was done with it is written at the end."""
    async with shop.db.transaction() as tx:
        row = await named(tx, shop.built.ctx, None, card_id)
        card = await lock(tx, shop.built.ctx, row, wait=True)
        assert card is not None
        await wallets.load_lots(tx, [card.work], [])
        card.work.holds = (await tx.ask(holds.ask_open([card_id]))).get(card_id, [])
        card.work.mark()
        yield tx, card, card.work.books[GIFT_CARD_WALLET]
        card.work.collect(TILL, "waw-01")
        await wallets.write(tx, [card.work])
        await card.work.outbox.write(tx)


async def held(shop: Shop, card_id: uuid.UUID, amount: int, minutes: int = 30) -> uuid.UUID:
    """A hold of a card's money; the facts it pins are those of a purchase."""
    (receipt,) = [await shop.buy(f"facts-{new_id()}", None, goods(100))]
    hold_id = new_id()
    async with shop.db.reading() as tx:
        cart, facts, decision = await tx.connection.fetchrow(
            "select cart, facts, decision from purchase where purchase_id = $1", receipt.id
        )
    async with at_work(shop, card_id) as (tx, card, book):
        items = book.hold(amount)
        due_at = card.work.at + dt.timedelta(minutes=minutes)
        hold = Hold(
            holder_id=card_id, hold_id=hold_id, channel="web", checkout=str(hold_id),
            fp=bytes(32), program_version=1, cart=holds._cart.decode(cart),
            facts=holds._facts.decode(facts), decision=holds._decision.decode(decision),
            created_at=card.work.at, due_at=due_at, actor_kind=1, actor_id="till",
            items=tuple(
                Item(item_no=n, kind=ItemKind.UNITS, amount=units, wallet=0, lot_no=lot_no)
                for n, (lot_no, units) in enumerate(items, start=1)
            ),
        )  # fmt: skip
        await holds.insert(tx, [hold])
        card.work.holder.falls_due(due_at)
        changes = card.work.changes(shop.built.programs)
        card.work.emit(PointsHeld(hold_id=hold_id, changes=changes), card.work.at)
    return hold_id


async def paid(shop: Shop, card_id: uuid.UUID, amount: int) -> Redeemed:
    """So much is paid with the card."""
    op_id = new_id()
    async with at_work(shop, card_id) as (_, card, book):
        done = book.redeem(Op(op_id), amount, at=card.work.at)
        changes = card.work.changes(shop.built.programs)
        card.work.emit(PointsRedeemed(operation_id=op_id, changes=changes), card.work.at)
    return done


async def given_back(shop: Shop, card_id: uuid.UUID, done: Redeemed, amount: int) -> None:
    """So much of it comes back."""
    op_id = new_id()
    async with at_work(shop, card_id) as (_, card, book):
        for lot_no in done.takes:
            assert lot_no in book.lots, "the test gives back to open lots"
        until = grace_until(shop.built.programs.at(card.work.at), "plain", card.work.at)
        assert until is not None
        book.give_back(Op(op_id), done, amount, at=card.work.at, grace_until=until)
        changes = card.work.changes(shop.built.programs)
        event = PointsGivenBack(operation_id=op_id, purchase_id=op_id, changes=changes)
        card.work.emit(event, card.work.at)


async def test_money_is_paid_what_lapses_first_and_comes_back_to_its_lots(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 1_000)
    await shop.show(day(10))
    await top_up(shop, card.code, 2_000)

    done = await paid(shop, card.id, 1_500)

    assert done.takes == {1: 1_000, 2: 500}
    assert await balance(shop, card.code) == (1_500, 0)
    await given_back(shop, card.id, Redeemed(done.op_id, done.at, {2: 500}, 0), 400)
    assert await balance(shop, card.code) == (1_900, 0)
    assert (await entries(shop, card.code))[2:] == [("redeemed", -1_500), ("given_back", 400)]


async def test_more_than_there_is_is_not_paid(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 1_000)
    before = await shop.tables()

    with pytest.raises(AssertionError, match="more than is available"):
        await paid(shop, card.id, 1_001)

    assert await shop.tables() == before


async def test_held_money_is_not_paid_and_is_free_when_its_time_is_over(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 1_000)
    await held(shop, card.id, 700)

    assert await balance(shop, card.code) == (300, 700)
    with pytest.raises(AssertionError, match="more than is available"):
        await paid(shop, card.id, 301)
    await shop.show(day(0) + dt.timedelta(minutes=31))
    assert await balance(shop, card.code) == (1_000, 0)  # nobody has settled it
    assert (await top_up(shop, card.code, 500)).body.balance == 1_500
    assert [kind for kind, _ in await shop.events(card.id)][-2:] == [
        *("hold.timed-out", "gift-card.topped-up"),
    ]


async def test_held_money_that_outlives_its_lot_lapses_with_the_hold(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 1_000)
    assert card.expires_at is not None
    await shop.show(card.expires_at - dt.timedelta(minutes=10))
    await held(shop, card.id, 700)

    await shop.show(card.expires_at)
    assert await balance(shop, card.code) == (0, 700)
    await shop.show(card.expires_at + dt.timedelta(minutes=21))
    assert await settle_holders(shop.built.ctx, [card.id]) == 1
    assert await balance(shop, card.code) == (0, 0)
    assert (await entries(shop, card.code))[1:] == [("expired", -300), ("expired", -700)]


async def test_a_hold_is_captured_and_the_rest_of_it_released(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 1_000)
    hold_id = await held(shop, card.id, 700)
    op_id = new_id()

    async with at_work(shop, card.id) as (tx, found, book):
        (hold,) = found.work.holds
        done = book.redeem(Op(op_id), 600, at=found.work.at, held=[(1, 700)])
        book.release_hold(hold_id, [(1, 100)], found.work.at)
        closing = Closing(
            hold=hold, state=HoldState.CAPTURED, at=found.work.at, by=op_id, captured={1: 600}
        )
        await holds.close(tx, [closing])
        changes = found.work.changes(shop.built.programs)
        found.work.emit(PointsRedeemed(operation_id=op_id, changes=changes), found.work.at)

    assert done.captured == (600,)
    assert await balance(shop, card.code) == (400, 0)


async def test_a_card_of_a_batch_is_no_holder_before_it_is_locked_and_one_at_a_time_has_it(
    shop: Shop,
) -> None:
    await with_cards(shop)
    batch = (await make(shop, 1)).body
    ((code, _),) = await cards_of(shop, batch.id)
    ctx = shop.built.ctx

    async with shop.db.transaction() as tx:
        row = await named(tx, ctx, code, None)
        assert await holders.find(tx, [row.holder_id]) == {}
        card = await lock(tx, ctx, row, wait=False)
        assert card is not None
        assert (card.work.is_member, card.work.is_card, card.work.holds_units) == (
            *(False, True, True),
        )
        assert list(card.work.books) == [0]
    async with shop.db.transaction() as first, shop.db.transaction() as second:
        assert await lock(first, ctx, row, wait=False) is not None
        assert await lock(second, ctx, row, wait=False) is None


async def test_a_lock_reads_the_card_again(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop)
    async with shop.db.transaction() as tx:
        before = await named(tx, shop.built.ctx, card.code, None)
    await shop.verbs.activate_gift_card(TILL, selling(card.code), "key-00001")

    async with shop.db.transaction() as tx:
        found = await lock(tx, shop.built.ctx, before, wait=True)

    assert found is not None
    assert (before.state, found.row.state) == (State.ISSUED, State.ACTIVE)


def selling(code: str) -> LoadGiftCard:
    return LoadGiftCard(code=code, amount=500)


async def test_a_card_is_named_one_way(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop)
    ctx = shop.built.ctx

    async with shop.db.reading() as tx:
        by_code = await named(tx, ctx, card.code.lower(), None)
        assert await named(tx, ctx, None, card.id) == by_code
        for code, card_id in ((None, None), (card.code, card.id)):
            with pytest.raises(GiftCardNamedByCodeOrId):
                await named(tx, ctx, code, card_id)
        for code, card_id in ((None, new_id()), ("no code", None), (card.code[:-1], None)):
            with pytest.raises(GiftCardNotFound):
                await named(tx, ctx, code, card_id)


async def test_a_text_that_is_no_code_has_a_digest_that_no_code_has(shop: Shop) -> None:
    ctx = shop.built.ctx

    assert digest_of(ctx, "7k4v-9qm2") == digest_of(ctx, "7K4V 9QM2")
    assert digest_of(ctx, "x") != digest_of(ctx, "no code: x")
    assert len(digest_of(ctx, "\U0001f600")) == 32


async def test_a_kind_is_one_of_the_program_in_force(shop: Shop) -> None:
    await with_cards(shop)
    program = shop.built.programs.at(day(0))

    assert kind_of(program, "secret").pin is True
    with pytest.raises(UnknownGiftCardKind) as refused:
        kind_of(program, "none", "/code")
    assert refused.value.pointer == "/code"


async def test_what_comes_back_to_lapsed_lots_lives_as_if_it_was_put_on_now(shop: Shop) -> None:
    await with_cards(shop)
    program = shop.built.programs.at(day(0))

    assert grace_until(program, "plain", day(0)) == day(0).replace(year=2027)
    assert grace_until(program, "secret", day(0)) is None
    assert grace_until(program, "gone", day(0)) is None
