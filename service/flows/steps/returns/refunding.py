"""Money that returns give back to the gift cards a purchase was paid with.

Of what a card had paid, what was not on it (an overrun) is written off first: nobody gets money
that nobody paid. The rest goes back to its lots; of a lot that has lapsed meanwhile the money lives
as long as if it were put on the card now.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from service.domain.events.gift_cards import GiftCardRefunded
from service.domain.events.outbox import Outbox
from service.domain.gift_cards import store
from service.domain.gift_cards.types import Payment
from service.domain.holders.types import Holder
from service.domain.operations import store as operations
from service.domain.purchases.stored import Purchase
from service.domain.returns.types import CardBack
from service.domain.wallets.entries import Op
from service.domain.wallets.redeemed import Redeemed
from service.flows.steps import wallets
from service.flows.steps.checkout import gift_cards
from service.flows.steps.checkout.purchase import Item
from service.flows.steps.context import Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.ids import derived_id
from service.rules.decision import Decision
from service.rules.gift_cards import GIFT_CARD_WALLET

NOTE: Final = "money that came back by a return"


class Tender(msgspec.Struct):
    """A gift card that paid for a purchase: its work, what it paid, and what it has not got back.

    `position` among those presented; `kind` as the program names it.
    """

    position: int
    work: Work
    payment: Payment
    redeemed: Redeemed
    kind: str


class Refund(msgspec.Struct):
    """What one return gives back of what gift cards paid, minor units: `total`, of it `to_cards`.

    The rest was never on them. `operations`: (card, the operation that gave back to it).
    """

    total: int = 0
    to_cards: int = 0
    operations: list[tuple[uuid.UUID, uuid.UUID]] = []
    shown: tuple[CardBack, ...] = ()


async def cards_of(tx: Tx, purchases: Iterable[uuid.UUID]) -> dict[uuid.UUID, set[uuid.UUID]]:
    """Purchase -> the gift cards that have to be locked to give something back of it."""
    found: dict[uuid.UUID, set[uuid.UUID]] = {}
    for payment in await store.payments(tx, purchases):
        found.setdefault(payment.purchase_id, set()).add(payment.holder_id)
    return found


def works(cards: Iterable[Holder], of: Work) -> dict[uuid.UUID, Work]:
    """Work on locked gift cards, from when the work on the purchase's holder is."""
    return {card.holder_id: Work(card, of.at, of.now, Outbox()) for card in cards}


async def load(
    tx: Tx, begun: Sequence[tuple[Purchase, Mapping[uuid.UUID, Work]]]
) -> dict[uuid.UUID, list[Tender]]:
    """The tenders of each purchase. The works are those of its locked cards, with their books."""
    paying = {purchase.purchase_id: (purchase, of_one) for purchase, of_one in begun if of_one}
    if not paying:
        return {}
    all_works = [work for _, of_one in paying.values() for work in of_one.values()]
    await wallets.load_lots(tx, all_works, [])
    payments = await store.payments(tx, paying)
    redeemed = await wallets.load_taken_of(tx, all_works, [one.op_id for one in payments])
    kinds = await store.kinds_of(tx, [work.holder.holder_id for work in all_works])
    found: dict[uuid.UUID, list[Tender]] = {}
    for payment in payments:
        purchase, of_one = paying[payment.purchase_id]
        work, card = of_one[payment.holder_id], payment.holder_id
        taken = redeemed.get((card, payment.op_id)) or _nothing(payment, purchase)
        taken.take_last(payment.given_back)  # has come back before
        tender = Tender(_position(purchase, card), work, payment, taken, kinds.get(card, ""))
        found.setdefault(purchase.purchase_id, []).append(tender)
    return found


def _position(purchase: Purchase, card: uuid.UUID) -> int:
    presented = purchase.facts.gift_cards
    return next(n for n, one in enumerate(presented) if one.card == card)


def _nothing(payment: Payment, purchase: Purchase) -> Redeemed:
    """All that a card paid was an overrun."""
    return Redeemed(payment.op_id, purchase.occurred_at, {}, 0)


def fresh(item: Item) -> list[Tender]:
    """The tenders of a purchase that is being recorded, for returns that waited for it."""
    kinds = {row.holder_id: row.kind for row in item.cards if row is not None}
    return [
        Tender(
            _position(item.purchase, payment.holder_id),
            item.card_works[payment.holder_id],
            payment,
            item.redeemed_cards[payment.holder_id],
            kinds.get(payment.holder_id, ""),
        )
        for payment in item.payments
    ]


class Giving(msgspec.Struct, frozen=True):
    """The return that gives back: its id, what was kept `before` it and `after`, who and where."""

    return_id: uuid.UUID
    purchase: Purchase
    before: Decision
    after: Decision
    actor: Actor
    store: str | None


def give_back(ctx: Context, tenders: Sequence[Tender], giving: Giving) -> Refund:
    """To each card, in memory, what both decisions differ by; and tell it."""
    cards = (giving.purchase.facts.gift_cards[one.card or 0] for one in giving.before.cards)
    if len(tenders) < sum(card.card is not None for card in cards):
        raise AssertionError("a gift card that paid was not locked")
    kept = {one.card or 0: one.value for one in giving.after.cards}
    refund = Refund(total=giving.before.by_cards() - giving.after.by_cards())
    for tender in tenders:
        payment = tender.payment
        came_back = payment.value - kept.get(tender.position, 0)
        units = max(0, came_back - payment.short) - payment.given_back
        if not units:
            continue
        op_id = derived_id(giving.return_id, payment.holder_id, "to the gift card")
        tender.work.mark()
        _move(ctx, tender, op_id, units)
        tender.work.collect(giving.actor, giving.store)
        _tell(ctx, tender, op_id, giving, units)
        tender.payment = msgspec.structs.replace(payment, given_back=payment.given_back + units)
        refund.to_cards += units
        refund.operations.append((payment.holder_id, op_id))
        refund.shown = (*refund.shown, _shown(tender, giving.purchase, units))
    return refund


def _shown(tender: Tender, purchase: Purchase, units: int) -> CardBack:
    return CardBack(
        position=tender.position,
        gift_card=purchase.facts.gift_cards[tender.position].shown,
        amount=units,
        balance=tender.work.books[GIFT_CARD_WALLET].available,
    )


def _move(ctx: Context, tender: Tender, op_id: uuid.UUID, units: int) -> None:
    work = tender.work
    work.books[GIFT_CARD_WALLET].give_back(
        Op(op_id),
        tender.redeemed,
        units,
        at=work.at,
        grace_until=gift_cards.grace_until(ctx.programs.at(work.at), tender.kind, work.at),
    )


def _tell(ctx: Context, tender: Tender, op_id: uuid.UUID, giving: Giving, units: int) -> None:
    tender.work.emit(
        GiftCardRefunded(
            card_id=tender.payment.holder_id,
            operation_id=op_id,
            purchase_id=giving.purchase.purchase_id,
            return_id=giving.return_id,
            amount=units,
            currency=giving.purchase.cart.currency,
            changes=tender.work.changes(ctx.programs),
        ),
        tender.work.at,
    )


async def write(tx: Tx, done: Iterable[tuple[Sequence[Tender], Refund, Actor]]) -> None:
    """What came back to each card, and the operations; the cards' books are the caller's."""
    changed: dict[tuple[uuid.UUID, uuid.UUID], Payment] = {}
    kind = operations.Kind.TO_GIFT_CARD
    for tenders, refund, actor in done:
        if refund.operations:
            now = tenders[0].work.now
            await operations.insert_many(tx, refund.operations, NOTE, actor, now, kind)
            paid = (tender.payment for tender in tenders)
            changed.update({(one.holder_id, one.purchase_id): one for one in paid})
    if changed:
        await store.update_payments(tx, list(changed.values()))
