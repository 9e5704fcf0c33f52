"""What of a redemption comes back; read again from its rows."""

import datetime as dt
import uuid

import pytest

from service.domain.holders import store as holders
from service.domain.holders.types import Kind
from service.domain.wallets import store, taken
from service.domain.wallets.book import Book
from service.domain.wallets.entries import Op
from service.domain.wallets.redeemed import Redeemed, redemption_id
from service.domain.wallets.types import Reason
from service.infra.db import Tx
from service.kernel.actor import Actor, ActorKind

START = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
OLA = uuid.UUID(int=1)
POINTS = 1
TILL = Actor(kind=ActorKind.PARTNER, id="till", client_id=uuid.UUID(int=9))
PURCHASE, OTHER_PURCHASE = uuid.UUID(int=701), uuid.UUID(int=702)


def day(number: float) -> dt.datetime:
    return START + dt.timedelta(days=number)


def some(owed: int = 5) -> Redeemed:
    return Redeemed(PURCHASE, START, {4: 10, 9: 20, 2: 30}, owed)


def test_a_redemption_has_an_id_of_its_own_that_follows_from_the_purchase() -> None:
    assert redemption_id(PURCHASE) == redemption_id(uuid.UUID(int=701))
    assert redemption_id(PURCHASE) not in (PURCHASE, redemption_id(OTHER_PURCHASE))


def test_what_was_taken_last_comes_back_first_and_debt_before_it() -> None:
    one = some()

    assert one.take_last(3) == ([], 3)
    assert one.take_last(12) == ([(2, 10)], 2)
    assert one.take_last(30) == ([(2, 20), (9, 10)], 0)
    assert one.units == 20
    assert one.take_last(20) == ([(9, 10), (4, 10)], 0)
    assert one.units == 0


def test_what_came_back_before_is_not_there_to_come_back() -> None:
    one = some()
    one.came_back(2, 25)
    one.came_back(None, 5)

    assert one.units == 35
    assert one.take_last(6) == ([(2, 5), (9, 1)], 0)


def test_no_more_comes_back_than_was_some() -> None:
    with pytest.raises(AssertionError, match="more was given back than redeemed"):
        some().take_last(66)


@pytest.fixture
async def ledger(tx: Tx) -> Tx:
    """With Ola in it."""
    await holders.insert(tx, [OLA], Kind.MEMBER, [START], START)
    return tx


async def bare(tx: Tx, settled: float) -> Book:
    """Ola's points without any lot."""
    return (await tx.ask(store.ask_books({OLA: day(settled)}, [POINTS])))[OLA, POINTS]


async def load(tx: Tx, settled: float = 0) -> Book:
    """Ola's points with all their lots."""
    book = await bare(tx, settled)
    await store.load_open_lots(tx, {(OLA, POINTS): book}, [OLA], [], [POINTS])
    return book


def earn(
    book: Book, units: int, number: int, *, on: float = 0, expires: float | None = None
) -> None:
    book.earn(
        Op(uuid.UUID(int=number)),
        units,
        reason=Reason.EARNED,
        occurred_at=day(on),
        earned_at=day(on),
        available_at=day(0),
        expires_at=None if expires is None else day(expires),
        origin_holder=OLA,
        origin_op=uuid.UUID(int=number),
    )


async def write(tx: Tx, book: Book, recorded: float = 0) -> None:
    rows = [(book, entry, TILL, None, day(recorded)) for entry in book.entries]
    await store.write(tx, [book], rows)
    await tx.flush()


def lots(book: Book) -> list[tuple[int, int, int]]:
    """(number, granted, remaining)."""
    return sorted((lot.lot_no, lot.granted, lot.remaining) for lot in book.lots.values())


async def returned(tx: Tx, number: int, purchase: uuid.UUID) -> Op:
    """A return of a purchase; the operation of its entries."""
    await tx.connection.execute(
        "insert into purchase_return (holder_id, purchase_id, return_id, channel, external_id,"
        " occurred_at, recorded_at, lines, total, outcome, actor_kind, actor_id)"
        " values ($1, $2, $3, 'pos', $4, $5, $5, '{}', 0, '', 1, 'till')",
        OLA, purchase, Op(uuid.UUID(int=1000 + number)).op_id, f"r{number}", day(0),
    )  # fmt: skip
    return Op(uuid.UUID(int=1000 + number))


async def redeemed(tx: Tx, book: Book, *purchases: uuid.UUID) -> taken.Redemptions:
    return await taken.load_redeemed(tx, {(OLA, POINTS): book}, dict.fromkeys(purchases, OLA), {})


async def test_what_a_purchase_redeemed_comes_back_with_its_lots_in_their_order(ledger: Tx) -> None:
    tx = ledger
    book = await load(tx)
    earn(book, 10, 1)
    earn(book, 20, 2, expires=40)
    earn(book, 99, 3, expires=90)
    book.redeem(Op(redemption_id(PURCHASE)), 125, at=day(1))
    book.redeem(Op(redemption_id(OTHER_PURCHASE)), 9, at=day(1), overrun=True)
    await write(tx, book)

    book = await bare(tx, 1)
    found = await redeemed(tx, book, PURCHASE, uuid.UUID(int=999))

    assert list(found) == [(PURCHASE, POINTS)]
    one = found[PURCHASE, POINTS]
    assert list(one.takes.items()) == [(2, 20), (3, 99), (1, 6)]
    assert (one.owed, one.at, one.op_id) == (0, day(1), redemption_id(PURCHASE))
    assert lots(book) == [(1, 10, 0), (2, 20, 0), (3, 99, 0)]
    assert (await redeemed(tx, book, OTHER_PURCHASE))[OTHER_PURCHASE, POINTS].owed == 5


async def test_what_came_back_already_is_left_out_wherever_it_went(ledger: Tx) -> None:
    """Into a lot, as a lot in its place, as less debt, and as new units for what was owed."""
    tx = ledger
    book = await load(tx)
    earn(book, 10, 1)
    earn(book, 20, 2, expires=40)
    one = book.redeem(Op(redemption_id(PURCHASE)), 50, at=day(1), overrun=True)  # 20 are owed
    earn(book, 12, 3, on=1)  # 8 are owed still
    await write(tx, book, recorded=1)
    book = await load(tx, 50)
    await redeemed(tx, book, PURCHASE)

    book.give_back(await returned(tx, 11, PURCHASE), one, 33, at=day(50), grace_until=day(60))
    await write(tx, book, recorded=50)

    assert [(e.amount, e.debt_change) for e in book.entries] == [(10, -8), (3, 0), (12, 0)]
    book = await bare(tx, 50)
    left = (await redeemed(tx, book, PURCHASE))[PURCHASE, POINTS]
    assert (left.takes, left.owed) == ({2: 17, 1: 0}, 0)
    assert left.units == one.units == 17
    rows = await tx.connection.fetch("select lot_no, replaces, granted from lot order by lot_no")
    assert [tuple(row) for row in rows][-2:] == [(7, 2, 3), (8, None, 12)]


async def test_what_a_reward_redeemed_is_found_by_its_own_id_with_its_lots(ledger: Tx) -> None:
    tx, reward, other = ledger, Op(uuid.UUID(int=501)), Op(uuid.UUID(int=502))
    book = await load(tx)
    earn(book, 10, 1)
    earn(book, 20, 2, expires=40)
    book.redeem(reward, 25, at=day(1))
    book.redeem(other, 5, at=day(1))
    await write(tx, book)

    book = await bare(tx, 1)
    found = await taken.load_taken(tx, {(OLA, POINTS): book}, {reward.op_id: OLA}, {})

    assert list(found) == [(reward.op_id, POINTS)]
    one = found[reward.op_id, POINTS]
    assert (list(one.takes.items()), one.owed, one.at) == ([(2, 20), (1, 5)], 0, day(1))
    book.give_back(Op(uuid.UUID(int=503)), one, 25, at=day(2), grace_until=day(9))
    assert book.posted == 25
    assert lots(book) == [(1, 10, 5), (2, 20, 20)]
