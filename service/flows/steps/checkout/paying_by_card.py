"""Money of gift cards that baskets keep for themselves, and that purchases are paid with.

A hold of a checkout has a part with each card: a hold of the same id among the card's own rows, on
channel '', so that the card alone times it out with all that is its. It ends with the hold.
"""

import itertools
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import msgspec

from service.domain.events.catalog import PointsHeld
from service.domain.events.gift_cards import GiftCardRedeemed
from service.domain.gift_cards import store
from service.domain.gift_cards.types import Payment
from service.domain.holds import store as holds
from service.domain.holds.types import (
    PART,
    Closing,
    Hold,
    Item,
    ItemKind,
    OpenHold,
    State,
    units_of,
)
from service.domain.purchases.overruns import OverrunKind
from service.domain.wallets.entries import Op
from service.domain.wallets.redeemed import redemption_id
from service.flows.steps.checkout.checkout import Checkout
from service.flows.steps.checkout.purchase import Item as Buying
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.context import Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.rules.decision import Decision, Paid
from service.rules.facts import Facts
from service.rules.gift_cards import GIFT_CARD, GIFT_CARD_WALLET

NOBODY: Final = uuid.UUID(int=0)


def cards_of(hold: Hold) -> frozenset[uuid.UUID]:
    """The gift cards that a hold of a checkout keeps, or kept, money of."""
    return frozenset(card for card, _ in _each(hold.facts, hold.decision))


def _each(facts: Facts, decision: Decision) -> Iterator[tuple[uuid.UUID, Paid]]:
    """The cards that paid, but those that nobody knew."""
    for paid in decision.cards:
        card = facts.gift_cards[paid.card or 0].card
        if card is not None:
            yield card, paid


async def load_parts(tx: Tx, items: Sequence[Checkout]) -> None:
    """What the open holds that baskets stand on have of gift cards.

    RunAgain: a hold keeps a card that was not locked, for it was placed this moment.
    """
    keeping = [(item, cards_of(item.hold)) for item in items if item.hold is not None]
    keeping = [(item, cards) for item, cards in keeping if cards]
    if any(not cards <= item.card_works.keys() for item, cards in keeping):
        raise RunAgain
    wanted = {(card, item.hold.hold_id) for item, cards in keeping if item.hold for card in cards}
    parts = await parts_of(tx, wanted)
    for item, cards in keeping:
        item.parts = {card: parts[card] for card in cards if card in parts}


async def parts_of(
    tx: Tx, wanted: Iterable[tuple[uuid.UUID, uuid.UUID]]
) -> dict[uuid.UUID, OpenHold]:
    """(card, hold) -> what the open hold has of the card, whose holder is locked."""
    hold_of = dict(wanted)
    if not hold_of:
        return {}
    found = await tx.ask(holds.ask_open(hold_of))
    return {
        card: one for card, all_ in found.items() for one in all_ if one.hold_id == hold_of[card]
    }


def ended(
    parts: Mapping[uuid.UUID, OpenHold], works: Mapping[uuid.UUID, Work], state: State
) -> list[Closing]:
    """How the parts of a hold end that captured nothing."""
    return [Closing(hold=part, state=state, at=works[card].at) for card, part in parts.items()]


def hold(ctx: Context, item: Checkout, whole: Hold) -> list[Hold]:
    """Set apart what the decision takes of the cards, in memory: the parts of the hold."""
    made = []
    for card, paid in _each(whole.facts, whole.decision):
        work = item.card_works[card]
        work.mark()
        part = _part(whole, card, work.books[GIFT_CARD_WALLET].hold(paid.value))
        work.holder.falls_due(part.due_at)
        work.emit(PointsHeld(hold_id=part.hold_id, changes=work.changes(ctx.programs)), work.at)
        made.append(part)
    return made


def _part(whole: Hold, card: uuid.UUID, lots: Iterable[tuple[int, int]]) -> Hold:
    numbers = itertools.count(1)
    return msgspec.structs.replace(
        whole,
        holder_id=card,
        channel=PART,
        checkout=str(whole.hold_id),
        cart=msgspec.structs.replace(whole.cart, lines=()),
        facts=Facts(at=whole.facts.at),
        decision=Decision(),
        items=tuple(
            Item(
                item_no=next(numbers),
                kind=ItemKind.UNITS,
                amount=units,
                wallet=GIFT_CARD_WALLET,
                lot_no=lot_no,
            )
            for lot_no, units in lots
        ),
    )


def pay(ctx: Context, item: Buying) -> None:
    """Take the money of the decision from the cards, what is held for it first; tell each card.

    What was given away at a till and is not there is an overrun, and nobody's debt.
    """
    facts, decision = item.decided.facts, item.decided.decision
    op_id = redemption_id(item.purchase_id)
    for card, paid in _each(facts, decision):
        work = item.card_works[card]
        taken = paid.value - paid.short
        part = item.parts.get(card) if item.pins else None
        held = [] if part is None else units_of(part.items).get(GIFT_CARD_WALLET, [])
        work.mark()
        done = work.books[GIFT_CARD_WALLET].redeem(Op(op_id), taken, at=item.occurred_at, held=held)
        item.card_captured[card] = done.captured
        item.redeemed_cards[card] = done
        item.payments.append(Payment(card, item.purchase_id, op_id, paid.value, taken))
        work.collect(item.actor, item.body.store)
        _tell(ctx, item, work, op_id, taken)
    short = sum([paid.short for paid in decision.cards])
    if short:
        item.overruns.add(OverrunKind.GIFT_CARD, GIFT_CARD, short)


def _tell(ctx: Context, item: Buying, work: Work, op_id: uuid.UUID, taken: int) -> None:
    work.emit(
        GiftCardRedeemed(
            card_id=work.holder.holder_id,
            operation_id=op_id,
            purchase_id=item.purchase_id,
            amount=taken,
            currency=item.cart.currency,
            changes=work.changes(ctx.programs),
        ),
        item.occurred_at,
    )


def left(item: Buying) -> dict[int, int]:
    """Position of each card that paid -> what it has left."""
    facts, found = item.decided.facts, {}
    for paid in item.decided.decision.cards:
        work = item.card_works.get(facts.gift_cards[paid.card or 0].card or NOBODY)
        if work is not None:
            found[paid.card or 0] = work.books[GIFT_CARD_WALLET].available
    return found


def captured(item: Buying) -> list[Closing]:
    """How the parts of the purchase's open hold end: as `holding.captured`."""
    if not item.pins:
        return ended(item.parts, item.card_works, State.RELEASED)
    return [
        Closing(
            hold=part,
            state=State.CAPTURED,
            at=item.card_works[card].at,
            by=item.purchase_id,
            captured={
                one.item_no: used
                for one, used in zip(part.items, item.card_captured.get(card, ()), strict=False)
            },
        )
        for card, part in item.parts.items()
    ]


async def write(tx: Tx, items: Sequence[Buying]) -> None:
    """What purchases took from cards, beside the cards' books."""
    made = [payment for item in items for payment in item.payments]
    if made:
        await store.insert_payments(tx, made)
