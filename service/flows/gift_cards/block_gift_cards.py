"""block_gift_card and unblock_gift_card: a card pays no more, or is again what it was.

Doing it twice changes nothing. The money stays on the card and lapses in its time; an open hold
that has some of it keeps it.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.audit.acts import About, Act
from service.domain.events.gift_cards import GiftCardBlocked, GiftCardUnblocked
from service.domain.gift_cards import store
from service.domain.gift_cards.types import (
    CardRow,
    CardState,
    GiftCardStanding,
    NameGiftCard,
    State,
)
from service.flows.steps import wallets
from service.flows.steps.auditing import Done, note
from service.flows.steps.checkout import gift_cards
from service.flows.steps.checkout.gift_cards import Card
from service.flows.steps.context import Context
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError


class Command(msgspec.Struct, frozen=True):
    """A card to be blocked, or unblocked."""

    actor: Actor
    body: NameGiftCard
    block: bool


def gate_key(body: NameGiftCard) -> tuple[str, str]:
    """One at a time per name."""
    return ("gift card", str(body.card_id or body.code))


async def block_gift_cards(ctx: Context, commands: Sequence[Command], *, wait: bool) -> list[Any]:
    """One result per command: Answer[GiftCardStanding], an ExpectedError, or BUSY."""
    return [await _one(ctx, command, wait=wait) for command in commands]


async def _one(ctx: Context, command: Command, *, wait: bool) -> Any:
    body = command.body
    try:
        async with ctx.db.transaction() as tx:
            row = await gift_cards.named(tx, ctx, body.code, body.card_id)
            if not _changes(command, row):
                return Answer(_standing(row))  # nothing to lock, and no holder to make
            card = await gift_cards.lock(tx, ctx, row, wait=wait)
            if card is None:
                return BUSY
            if _changes(command, card.row):
                await _change(tx, command, card)
            return Answer(_standing(card.row))
    except ExpectedError as refusal:
        return refusal


def _changes(command: Command, row: CardRow) -> bool:
    return command.block != (row.state is State.BLOCKED)


async def _change(tx: Tx, command: Command, card: Card) -> None:
    work, row = card.work, card.row
    before = State.ISSUED if row.activated_at is None else State.ACTIVE
    card.row = msgspec.structs.replace(row, state=State.BLOCKED if command.block else before)
    event = GiftCardBlocked if command.block else GiftCardUnblocked
    work.emit(event(card_id=row.holder_id, kind=row.kind, reason=command.body.reason), work.at)
    await store.update_state(tx, card.row)
    await wallets.write(tx, [work])
    await work.outbox.write(tx)
    act = Act.GIFT_CARD_BLOCKED if command.block else Act.GIFT_CARD_UNBLOCKED
    await note(tx, command.actor, Done(act=act, about=About.GIFT_CARD, id=row.holder_id))


def _standing(row: CardRow) -> GiftCardStanding:
    return GiftCardStanding(
        id=row.holder_id,
        card=row.shown,
        kind=row.kind,
        state=CardState(row.state.name.lower()),
    )
