"""check_gift_card: what a card pays, for who has its PIN, or a key that may read gift cards.

A code that does not exist, one whose PIN is another and a text that is no code at all get the same
answer after the same questions: it tells nobody which it is.
"""

from service.domain.coupons.guesses import subjects, tried
from service.domain.gift_cards import store
from service.domain.gift_cards.errors import GiftCardNotFound
from service.domain.gift_cards.types import CardRow, CardState, CheckGiftCard, GiftCardView
from service.domain.holders import store as holders
from service.flows.reads.balances import expiring, projected
from service.flows.steps import alarming, guessing
from service.flows.steps.checkout import (
    gift_cards,
    proving,
)
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.texts import Languages, told
from service.kernel.values import Balance, Expiring
from service.rules.gift_cards import GIFT_CARD_WALLET


async def check_gift_card(
    ctx: Context, actor: Actor, body: CheckGiftCard, languages: Languages
) -> GiftCardView:
    """GiftCardNotFound, also for a wrong PIN; TooManyPins, TooManyCodes."""
    digest, guessers = gift_cards.digest_of(ctx, body.code), subjects(ctx.secret, None, body.client)
    async with ctx.db.reading() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        await guessing.refuse_if_locked(tx, ctx, guessers)
        row = (await store.find(tx, [digest])).get(digest)
    known = row is not None and await _may_know(ctx, actor, digest, row, body.pin)
    if row is None or not known:
        if row is None and body.pin is not None:
            await proving.knows(ctx, digest, None, body.pin)  # as long as for a card
        wrong = tried(ctx.secret, "gift card", body.code, None, body.pin)
        await guessing.count_tried(ctx, guessers, [wrong])
        await alarming.notice(ctx, actor.client_id, [wrong])
        raise GiftCardNotFound
    async with ctx.db.transaction(repeatable=True) as tx:
        return await _view(tx, ctx, row, languages)


async def _may_know(
    ctx: Context, actor: Actor, digest: bytes, row: CardRow, pin: str | None
) -> bool:
    """A PIN that is given must be right; one that is not is needed by who may not read cards."""
    if not row.has_pin:
        return True
    if pin is None:
        return actor.may(proving.READS)
    return await proving.knows(ctx, digest, row, pin)


async def _view(tx: Tx, ctx: Context, row: CardRow, languages: Languages) -> GiftCardView:
    """As it stands now, what is due being posted in memory."""
    states = await holders.states(tx, [row.holder_id], ctx.db.clock_offset)
    if not states:  # nothing has happened to it yet
        await holders.clock(tx, ctx.db.clock_offset)
    now = tx.now or EARLIEST
    program = ctx.programs.at(now)
    balance, lapses = Balance(available=0, pending=0, held=0, debt=0), tuple[Expiring, ...]()
    for work, _ in await projected(tx, ctx, list(states.values()), now):
        book = work.books[GIFT_CARD_WALLET]
        balance, lapses = book.balance(), expiring(book)
    kinds = {kind.id: kind for kind in program.document.gift_cards}
    view = GiftCardView(
        id=row.holder_id,
        card=row.shown,
        kind=row.kind,
        state=CardState(row.state.name.lower()),
        currency=program.document.program.currency,
        balance=balance.available,
        held=balance.held,
        expiring=lapses,
        issued_at=row.issued_at,
        activated_at=row.activated_at,
    )
    return told(view, kinds.get(row.kind), languages)
