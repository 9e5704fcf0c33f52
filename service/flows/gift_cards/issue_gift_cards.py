"""issue_gift_card: a gift card by itself, with money if it is sold now."""

import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.audit.acts import About, Act
from service.domain.events.gift_cards import GiftCardIssued
from service.domain.gift_cards import codes, store
from service.domain.gift_cards.errors import ActivationNeedsAmount, GiftCardWithoutPin
from service.domain.gift_cards.types import (
    CardRow,
    CardState,
    GiftCardReceipt,
    IssuedGiftCard,
    IssueGiftCard,
    State,
)
from service.domain.holders import store as holders
from service.domain.wallets.types import Reason
from service.flows.steps import (
    idempotency,
    wallets,
)
from service.flows.steps.auditing import Done, note
from service.flows.steps.checkout import (
    gift_cards,
    proving,
)
from service.flows.steps.checkout.gift_cards import Card, Load
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.codes import shown, tail
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id
from service.rules.gift_cards import GiftCardKind


class Command(msgspec.Struct, frozen=True):
    """A card to be issued under an idempotency key."""

    actor: Actor
    body: IssueGiftCard
    key: str


def gate_key(actor: Actor, key: str) -> tuple[str, str, str]:
    """One at a time per idempotency key."""
    return ("gift card key", str(actor.client_id), key)


async def issue_gift_cards(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[IssuedGiftCard] or an ExpectedError; none is BUSY."""
    del wait
    return [await _one(ctx, command) for command in commands]


async def _one(ctx: Context, command: Command) -> Any:
    """What is kept under the key holds neither code nor PIN."""
    body, card_id = command.body, new_id()
    fp = _fingerprint(ctx, body)
    pin_hash = None
    if body.pin is not None:
        pin_hash = await proving.hashed(codes.keyed_pin(ctx.secret, card_id, body.pin))
    try:
        async with ctx.db.transaction() as tx:
            await holders.clock(tx, ctx.db.clock_offset)
            known = await idempotency.stored(tx, command.actor, command.key, fp, IssuedGiftCard)
            if known is not None:
                return Answer(_with_code(ctx, known), replayed=True)
            kind = _checked(tx, ctx, body)
            card = await _insert(tx, ctx, card_id, kind, pin_hash, active=body.activate)
            issued = await _issue(tx, ctx, command, kind, card)
            await idempotency.keep(tx, command.actor, command.key, fp, card_id, issued)
            await note(tx, command.actor, _done(issued))
            return Answer(_with_code(ctx, issued))
    except ExpectedError as refusal:
        return refusal


def _fingerprint(ctx: Context, body: IssueGiftCard) -> bytes:
    """Of the PIN only a keyed hash: it has too few digits for another."""
    keyed = None if body.pin is None else codes.keyed_pin(ctx.secret, None, body.pin)
    told = msgspec.structs.replace(body, pin=None)
    return idempotency.fingerprint("issue_gift_card", told, keyed)


def _checked(tx: Tx, ctx: Context, body: IssueGiftCard) -> GiftCardKind:
    program = ctx.programs.at(tx.now or EARLIEST)
    kind = gift_cards.kind_of(program, body.kind)
    if body.activate != (body.amount is not None):
        raise ActivationNeedsAmount
    if body.amount is not None:
        gift_cards.check_amount(program, kind, body.amount, body.currency)
    if body.pin is not None and not kind.pin:
        raise GiftCardWithoutPin
    return kind


async def _insert(
    tx: Tx,
    ctx: Context,
    card_id: uuid.UUID,
    kind: GiftCardKind,
    pin_hash: str | None,
    *,
    active: bool,
) -> Card:
    """The holder and the card; nobody else knows either yet, so the lock is free."""
    work = await gift_cards.opened(tx, ctx, card_id, wait=True)
    assert work is not None  # noqa: S101  # for the type checker: it waits
    now, code = work.at, codes.derive(ctx.secret, card_id.bytes)
    row = CardRow(
        digest=codes.digest(ctx.secret, code),
        holder_id=card_id,
        kind=kind.id,
        tail=tail(code),
        state=State.ACTIVE if active else State.ISSUED,
        batch_no=None,
        seed=None,
        has_pin=kind.pin,
        pin_hash=pin_hash,
        pin_tries=0,
        pin_locked_until=None,
        issued_at=now,
        activated_at=now if active else None,
    )
    await store.insert(tx, row)
    return Card(row, work)


async def _issue(
    tx: Tx, ctx: Context, command: Command, kind: GiftCardKind, card: Card
) -> IssuedGiftCard:
    body, row, work = command.body, card.row, card.work
    work.emit(GiftCardIssued(card_id=row.holder_id, kind=row.kind), work.at)
    receipt: GiftCardReceipt | None = None
    if body.amount is None:
        await wallets.write(tx, [work])
        await work.outbox.write(tx)
    else:
        load = Load(command.actor, body.amount, Reason.SOLD, body.note)
        receipt = await gift_cards.put(tx, ctx, card, kind, load)
    made_pin = row.has_pin and row.pin_hash is None
    return IssuedGiftCard(
        id=row.holder_id,
        code="",
        pin="" if made_pin else None,
        card=row.shown,
        kind=row.kind,
        state=CardState(row.state.name.lower()),
        currency=ctx.programs.at(work.at).document.program.currency,
        amount=receipt.amount if receipt else 0,
        expires_at=receipt.expires_at if receipt else None,
        operation_id=receipt.operation_id if receipt else None,
        issued_at=row.issued_at,
    )


def _done(issued: IssuedGiftCard) -> Done:
    """Once more than the entry says, for a card without money has none."""
    return Done(
        act=Act.GIFT_CARD_ISSUED,
        about=About.GIFT_CARD,
        id=issued.id,
        op_id=issued.operation_id,
        content={"kind": issued.kind, "amount": issued.amount},
    )


def _with_code(ctx: Context, issued: IssuedGiftCard) -> IssuedGiftCard:
    code = shown(codes.derive(ctx.secret, issued.id.bytes))
    if issued.pin is None:
        return msgspec.structs.replace(issued, code=code)
    pin = codes.derive_pin(ctx.secret, issued.id.bytes)
    return msgspec.structs.replace(issued, code=code, pin=pin)
