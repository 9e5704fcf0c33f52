"""activate_gift_card and top_up_gift_card: money onto a card that somebody has in hand.

A card is activated once, when it is sold: before that it is paper, and a stolen pile of it is worth
nothing. Codes that do not exist are counted like those of coupons.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.coupons.guesses import subjects, tried
from service.domain.gift_cards import store
from service.domain.gift_cards.errors import (
    GiftCardActive,
    GiftCardIsBlocked,
    GiftCardNotActive,
    GiftCardNotFound,
)
from service.domain.gift_cards.types import CardRow, GiftCardReceipt, LoadGiftCard, State
from service.domain.holders import store as holders
from service.domain.wallets.types import Reason
from service.flows.steps import (
    alarming,
    guessing,
    idempotency,
)
from service.flows.steps.checkout import gift_cards
from service.flows.steps.checkout.gift_cards import Card, Load
from service.flows.steps.context import Context
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.codes import normalise
from service.kernel.errors import ExpectedError


class Command(msgspec.Struct, frozen=True):
    """Money for a card under an idempotency key; `sells`: it activates the card."""

    actor: Actor
    body: LoadGiftCard
    key: str
    sells: bool


def gate_key(code: str) -> tuple[str, str]:
    """One at a time per card."""
    return ("gift card", normalise(code) or code)


async def load_gift_cards(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[GiftCardReceipt], an ExpectedError, or BUSY."""
    return [await _one(ctx, command, wait=wait) for command in commands]


async def _one(ctx: Context, command: Command, *, wait: bool) -> Any:
    verb = "activate_gift_card" if command.sells else "top_up_gift_card"
    content = msgspec.structs.replace(command.body, client=None)
    fp = idempotency.fingerprint(verb, content)
    guessers = subjects(ctx.secret, None, command.body.client)
    try:
        async with ctx.db.transaction() as tx:
            await holders.clock(tx, ctx.db.clock_offset)
            known = await idempotency.stored(tx, command.actor, command.key, fp, GiftCardReceipt)
            if known is not None:
                return Answer(known, replayed=True)
            await guessing.refuse_if_locked(tx, ctx, guessers)
            row = await gift_cards.named(tx, ctx, command.body.code, None)
            card = await gift_cards.lock(tx, ctx, row, wait=wait)
            if card is None:
                return BUSY
            receipt = await _load(tx, ctx, command, card)
            await idempotency.keep(tx, command.actor, command.key, fp, receipt.id, receipt)
            return Answer(receipt)
    except GiftCardNotFound as unknown:
        wrong = tried(ctx.secret, "gift card", command.body.code, None)
        await guessing.count_tried(ctx, guessers, [wrong])
        await alarming.notice(ctx, command.actor.client_id, [wrong])
        return unknown
    except ExpectedError as refusal:
        return refusal


async def _load(tx: Tx, ctx: Context, command: Command, card: Card) -> GiftCardReceipt:
    body, program = command.body, ctx.programs.at(card.work.at)
    _refuse(card.row, sells=command.sells)
    kind = gift_cards.kind_of(program, card.row.kind, "/code")
    gift_cards.check_amount(program, kind, body.amount, body.currency)
    if command.sells:
        at = card.work.at
        card.row = msgspec.structs.replace(card.row, state=State.ACTIVE, activated_at=at)
        await store.update_state(tx, card.row)
    reason = Reason.SOLD if command.sells else Reason.TOPPED_UP
    load = Load(command.actor, body.amount, reason, body.note)
    return await gift_cards.put(tx, ctx, card, kind, load)


def _refuse(row: CardRow, *, sells: bool) -> None:
    """GiftCardIsBlocked; GiftCardActive to be sold again; GiftCardNotActive to be topped up."""
    if row.state is State.BLOCKED:
        raise GiftCardIsBlocked
    if sells and row.activated_at is not None:
        raise GiftCardActive(activated_at=row.activated_at)
    if not sells and row.state is State.ISSUED:
        raise GiftCardNotActive
