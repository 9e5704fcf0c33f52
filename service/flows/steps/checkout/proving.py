"""PINs of gift cards: tried a few times only, judged in a thread.

Whoever pays with a card proves its PIN before the basket is locked, by `prove`.

A try is taken before it is judged, in a transaction of its own, so that of many at once no more are
judged than may be, and none is forgotten when the request fails. A PIN that was tried already is
judged again, though it is no new try: it may be the right one, whose judgement is not known yet.
For a code that does not exist the same is asked and computed.
"""

import datetime as dt
import math
from collections.abc import Sequence
from typing import Final

import msgspec

from service.domain.access.errors import ScopeMissing
from service.domain.gift_cards import codes, pins, store
from service.domain.gift_cards.errors import TooManyPins
from service.domain.gift_cards.pins import Tries
from service.domain.gift_cards.types import CardRow
from service.domain.holders import store as holders
from service.domain.purchases.basket import Basket, GiftCardIn
from service.domain.purchases.types import Mode, RecordPurchase
from service.flows.steps import hashing
from service.flows.steps.checkout import gift_cards
from service.flows.steps.context import EARLIEST, Context
from service.kernel.actor import Actor

REDEEMS: Final = "giftcards:redeem"
READS: Final = "giftcards:read"  # whoever has the card in hand needs no PIN


async def hashed(keyed: bytes) -> str:
    """What is kept of a keyed PIN."""
    return await hashing.apart(pins.hashed, keyed)


async def knows(ctx: Context, digest: bytes, card: CardRow | None, pin: str) -> bool:
    """Whether it is the card's PIN, None: nobody's; TooManyPins. Not inside a transaction."""
    await _take_try(ctx, digest, card, pin)
    right = await hashing.apart(pins.is_right, ctx.secret, card, pin)
    if right:
        async with ctx.db.transaction() as tx:
            await store.update_tries(tx, digest, Tries())
    return right


async def _take_try(ctx: Context, digest: bytes, card: CardRow | None, pin: str) -> None:
    tried = codes.tried_pin(ctx.secret, None if card is None else card.holder_id, pin)
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        locked = await store.lock(tx, {} if card is None else {digest: card})
        tries = Tries()
        if digest in locked:
            row = locked[digest]
            _refuse_locked(row.pin_locked_until, now)
            tries = Tries(row.pin_tries, row.pin_locked_until, row.pins_tried)
        await store.update_tries(tx, digest, tries.with_one(tried, now))


def _refuse_locked(until: dt.datetime | None, now: dt.datetime) -> None:
    if until is not None and until > now:
        raise TooManyPins(retry_after_seconds=math.ceil((until - now).total_seconds()))


class Proof(msgspec.Struct, frozen=True):
    """Whether a basket may pay with the card it presents; how long its PIN is locked, if it is."""

    known: bool
    locked_seconds: int = 0


async def prove(ctx: Context, actor: Actor, body: Basket) -> Sequence[Proof]:
    """Of each gift card that is presented; not inside a transaction.

    What has happened at a till is recorded whatever is known of its cards, so nothing is asked.
    ScopeMissing for a key that may let no card pay.
    """
    if not body.gift_cards:
        return ()
    if not actor.may(REDEEMS):
        raise ScopeMissing(scope=REDEEMS)
    if isinstance(body, RecordPurchase) and body.mode is Mode.RECORD:
        return [Proof(known=True)] * len(body.gift_cards)
    digests = [gift_cards.digest_of(ctx, one.code) for one in body.gift_cards]
    async with ctx.db.reading() as tx:
        found = await store.find(tx, digests)
    return [
        await _proof(ctx, actor, digest, found.get(digest), presented)
        for digest, presented in zip(digests, body.gift_cards, strict=True)
    ]


async def _proof(
    ctx: Context, actor: Actor, digest: bytes, row: CardRow | None, presented: GiftCardIn
) -> Proof:
    if row is not None and not row.has_pin:
        return Proof(known=True)
    if presented.pin is None:
        return Proof(known=row is not None and actor.may(READS))
    try:
        return Proof(known=await knows(ctx, digest, row, presented.pin))
    except TooManyPins as refusal:
        return Proof(known=False, locked_seconds=refusal.retry_after_seconds)
