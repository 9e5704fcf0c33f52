"""Gift cards: the entries of one, batches, and the codes and PINs of a batch made again."""

import uuid
from collections.abc import AsyncIterator
from typing import Final

from service.domain.gift_cards import batches
from service.domain.gift_cards.errors import GiftCardBatchNotFound
from service.domain.gift_cards.types import BatchRow, GiftCardBatchView, ListGiftCardEntries
from service.domain.wallets import store as wallets
from service.domain.wallets.types import EntryPage
from service.flows.reads.history import entry_view
from service.flows.steps import batching
from service.flows.steps.checkout import gift_cards
from service.flows.steps.context import Context
from service.infra import cursors
from service.infra.db import Tx
from service.kernel.codes import shown
from service.kernel.text import SAFE_INT_MAX
from service.rules.gift_cards import GIFT_CARD_WALLET

_SORT: Final = "gift card entries"


async def entries(ctx: Context, body: ListGiftCardEntries) -> EntryPage:
    """A page, newest first; GiftCardNotFound, GiftCardNamedByCodeOrId, CursorInvalid."""
    async with ctx.db.reading() as tx:
        card = await gift_cards.named(tx, ctx, body.code, body.card_id)
        below = SAFE_INT_MAX
        if body.cursor is not None:
            position = cursors.unseal(ctx.secret, body.cursor, tuple[str, uuid.UUID, int])
            if position[:2] != (_SORT, card.holder_id):
                raise cursors.CursorInvalid
            below = position[2]
        rows = await wallets.entries(tx, card.holder_id, GIFT_CARD_WALLET, below, body.limit + 1)
    items = tuple(entry_view(row) for row in rows[: body.limit])
    following = None
    if len(rows) > body.limit:
        following = cursors.seal(ctx.secret, (_SORT, card.holder_id, items[-1].seq))
    return EntryPage(items=items, next=following)


async def batch(ctx: Context, batch_id: uuid.UUID) -> GiftCardBatchView:
    """How far a batch is; GiftCardBatchNotFound."""
    return batches.view(await _batch(ctx, batch_id))


async def _batch(ctx: Context, batch_id: uuid.UUID) -> BatchRow:
    async with ctx.db.reading() as tx:
        found = await batches.find(tx, batch_id)
    if found is None:
        raise GiftCardBatchNotFound
    return found


async def cards_of_batch(ctx: Context, batch_id: uuid.UUID) -> AsyncIterator[list[str]]:
    """`code,pin` of all cards of a batch as they are printed, in parts; GiftCardBatchNotFound.

    The PIN is empty where there is none.
    """
    found = await _batch(ctx, batch_id)

    async def numbers(tx: Tx, after: int, limit: int) -> list[int]:
        return await batches.numbers(tx, batch_id, after, limit)

    def lines(wanted: list[int]) -> list[str]:
        cards = batches.made(ctx.secret, found, wanted)
        return [f"{shown(code)},{pin or ''}" for code, pin in cards]

    return batching.parts(ctx, numbers, lines)
