"""Gift cards as flows find, lock and load them."""

import datetime as dt
import uuid

import msgspec

from service.domain.events.gift_cards import GiftCardActivated, GiftCardToppedUp
from service.domain.events.outbox import Outbox
from service.domain.gift_cards import codes, store
from service.domain.gift_cards.errors import (
    GiftCardAmountRefused,
    GiftCardFull,
    GiftCardNamedByCodeOrId,
    GiftCardNotFound,
    UnknownGiftCardKind,
)
from service.domain.gift_cards.types import CardRow, GiftCardReceipt
from service.domain.holders import store as holders
from service.domain.holders.types import Kind
from service.domain.operations import store as operations
from service.domain.purchases.errors import CurrencyMismatch
from service.domain.wallets.entries import Op
from service.domain.wallets.types import Reason
from service.flows.steps import wallets
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.codes import normalise
from service.kernel.ids import new_id
from service.rules.compile import Program
from service.rules.expiry import expires_at
from service.rules.gift_cards import GIFT_CARD_WALLET, GiftCardKind


class Card(msgspec.Struct):
    """A locked card with the work on its holder: books loaded, what is due posted."""

    row: CardRow
    work: Work


class Load(msgspec.Struct, frozen=True):
    """Money that is put on a card, why, and by whom."""

    actor: Actor
    amount: int
    reason: Reason
    note: str


def digest_of(ctx: Context, text: str) -> bytes:
    """By what a code is found, however it is written; a text that is no code finds nothing."""
    return codes.digest(ctx.secret, normalise(text) or f"no code: {text}")


async def named(tx: Tx, ctx: Context, code: str | None, card_id: uuid.UUID | None) -> CardRow:
    """A card by its code or its id; GiftCardNotFound, GiftCardNamedByCodeOrId."""
    if (code is None) == (card_id is None):
        raise GiftCardNamedByCodeOrId
    digest = None if code is None else digest_of(ctx, code)
    if card_id is not None:
        digest = (await store.digests_of(tx, [card_id])).get(card_id)
    row = None if digest is None else (await store.find(tx, [digest])).get(digest)
    if row is None:
        raise GiftCardNotFound
    return row


async def opened(tx: Tx, ctx: Context, card_id: uuid.UUID, *, wait: bool) -> Work | None:
    """The work on a card's holder, which is made now if it is none yet; None: it is busy."""
    await holders.clock(tx, ctx.db.clock_offset)
    now = tx.now or EARLIEST
    await holders.insert_missing(tx, [card_id], Kind.GIFT_CARD, now, now)
    locked, _ = await holders.lock(tx, [card_id], wait=wait, clock_offset=ctx.db.clock_offset)
    if card_id not in locked:
        return None
    now = tx.now or EARLIEST
    work = Work(locked[card_id], now, now, Outbox())
    await wallets.load(tx, ctx, [work])
    return work


async def lock(tx: Tx, ctx: Context, row: CardRow, *, wait: bool) -> Card | None:
    """The card's holder, then the card, as they are now; None: it is busy."""
    work = await opened(tx, ctx, row.holder_id, wait=wait)
    if work is None:
        return None
    return Card((await store.lock(tx, {row.digest: row}))[row.digest], work)


def kind_of(program: Program, name: str, pointer: str = "/kind") -> GiftCardKind:
    """The kind of the program in force; UnknownGiftCardKind."""
    for kind in program.document.gift_cards:
        if kind.id == name:
            return kind
    raise UnknownGiftCardKind(kind=name, pointer=pointer)


def check_amount(program: Program, kind: GiftCardKind, amount: int, currency: str | None) -> None:
    """GiftCardAmountRefused; CurrencyMismatch when the request names another currency."""
    expected = program.document.program.currency
    if currency not in (None, expected):
        raise CurrencyMismatch(expected=expected)
    if not kind.takes(amount):
        raise GiftCardAmountRefused(least=kind.least, most=kind.most)


async def put(tx: Tx, ctx: Context, card: Card, kind: GiftCardKind, load: Load) -> GiftCardReceipt:
    """Money onto a card, with all that is written of it; GiftCardFull."""
    work, row = card.work, card.row
    book = work.books[GIFT_CARD_WALLET]
    if load.amount > kind.room(book.posted):
        raise GiftCardFull(room=kind.room(book.posted))
    program = ctx.programs.at(work.at)
    ends, op_id = expires_at(kind.expires, work.at, program.tz), new_id()
    work.mark()
    book.earn(
        Op(op_id),
        load.amount,
        reason=load.reason,
        occurred_at=work.at,
        earned_at=work.at,
        available_at=work.at,
        expires_at=ends,
        origin_holder=work.holder.holder_id,
        origin_op=op_id,
    )
    work.collect(load.actor, load.actor.store)
    receipt = GiftCardReceipt(
        id=row.holder_id,
        card=row.shown,
        kind=row.kind,
        operation_id=op_id,
        currency=program.document.program.currency,
        amount=load.amount,
        balance=book.available,
        expires_at=ends,
        recorded_at=work.now,
    )
    _tell(ctx, work, receipt, load.reason)
    await operations.insert(
        tx, row.holder_id, op_id, load.note, load.actor, work.now, operations.Kind.GIFT_CARD
    )
    await wallets.write(tx, [work])
    await work.outbox.write(tx)
    return receipt


def _tell(ctx: Context, work: Work, receipt: GiftCardReceipt, reason: Reason) -> None:
    event = GiftCardActivated if reason is Reason.SOLD else GiftCardToppedUp
    work.emit(
        event(
            card_id=receipt.id,
            kind=receipt.kind,
            operation_id=receipt.operation_id,
            amount=receipt.amount,
            currency=receipt.currency,
            expires_at=receipt.expires_at,
            changes=work.changes(ctx.programs),
        ),
        work.at,
    )


def grace_until(program: Program, kind: str, at: dt.datetime) -> dt.datetime | None:
    """Until when money lives that a return gives back after its lot has lapsed, None: for ever.

    As long as if it were put on the card at `at`; of a kind that left the program, for ever.
    """
    for one in program.document.gift_cards:
        if one.id == kind:
            return expires_at(one.expires, at, program.tz)
    return None
