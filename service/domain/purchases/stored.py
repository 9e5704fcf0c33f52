"""A purchase as stored, and the receipt rendered from it: the same at first and in a replay."""

import datetime as dt
import enum
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from service.domain.purchases.types import NotAppliedShown, PaidByCard, Receipt, ReceiptLine
from service.kernel.ids import derived_id
from service.kernel.values import (
    AlsoGiven,
    Balance,
    ClubNews,
    CouponApplied,
    CouponGiven,
    EffectShown,
    Movement,
    Redeemed,
    TierNow,
)
from service.rules.cart import Cart
from service.rules.decision import Decision, NotApplied
from service.rules.facts import Facts
from service.rules.priced import priced

_pack: Final = msgspec.msgpack.Encoder().encode
_cart: Final = msgspec.msgpack.Decoder(Cart)
_facts: Final = msgspec.msgpack.Decoder(Facts)
_decision: Final = msgspec.msgpack.Decoder(Decision)


class Flag(enum.IntFlag):
    """What was particular about a purchase; stored."""

    LATE = 1
    CHARGED_DIFFERS = 2
    IDENTIFIER_CONFLICT = 4
    CLAIMED = 8
    UNMATCHED = 16
    OVERRUN = 32
    VOID = 64


class Outcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the receipt shows of the member's state after the purchase.

    `cards`: position of a gift card that paid -> what it has left.
    """

    currency: str
    wallets: dict[str, Balance] = {}
    cards: dict[int, int] = {}
    tier: dict[str, TierNow] = {}
    also: tuple[AlsoGiven, ...] = ()
    badges: tuple[str, ...] = ()
    clubs: dict[str, ClubNews] = {}
    returns_applied: tuple[uuid.UUID, ...] = ()


_outcome: Final = msgspec.msgpack.Decoder(Outcome)


class Purchase(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `purchase`, decoded. `returned`: thousandths per line so far.

    `moved_by`: the operation that brought it from another member; None: nothing did. `home_id`:
    whose it is when nobody is merged, None: its holder's own; it is written, not read.
    """

    holder_id: uuid.UUID
    occurred_at: dt.datetime
    purchase_id: uuid.UUID
    recorded_at: dt.datetime
    channel: str
    external_id: str
    store: str | None
    program_version: int
    engine: int
    flags: Flag
    net: int
    quantity: int
    returned: tuple[int, ...]
    cart: Cart
    facts: Facts
    decision: Decision
    outcome: Outcome
    hold_id: uuid.UUID | None = None
    moved_by: uuid.UUID | None = None
    home_id: uuid.UUID | None = None

    @property
    def earned_by(self) -> uuid.UUID:
        """What its holder has earned by, for it: its own id, or what moved it to them.

        So the units and coupons of one who had it before are never taken for those of its holder.
        """
        return self.moved_by or self.purchase_id

    def priced(self) -> Cart:
        """The cart as it was sold: our discounts off, or what the till charged."""
        return priced(self.cart, self.decision)


def pack(value: Cart | Facts | Decision | Outcome) -> bytes:
    """The stored form."""
    return _pack(value)


def unpack(row: Mapping[str, Any]) -> Purchase:
    """A row with its packed columns decoded."""
    given = dict(row)
    del given["by_category"]  # the cart and what was returned of it say the same
    given["cart"] = cart = _cart.decode(given["cart"])
    given["facts"] = _facts.decode(given["facts"])
    given["decision"] = _decision.decode(given["decision"])
    given["outcome"] = _outcome.decode(given["outcome"])
    given["flags"] = Flag(given["flags"])
    given["returned"] = tuple(given["returned"] or [0] * len(cart.lines))
    return Purchase(**given)


def movements(decision: Decision) -> tuple[Movement, ...]:
    """The lots a decision awards."""
    return tuple(
        [
            Movement(
                wallet=award.wallet,
                amount=award.points,
                available_at=award.available_at,
                expires_at=award.expires_at,
            )
            for award in decision.awards
        ]
    )


def effects(decision: Decision) -> tuple[EffectShown, ...]:
    """The rules that fired."""
    points = tuple(
        [
            EffectShown(
                campaign=credit.campaign,
                rule=credit.rule,
                type=credit.effect,
                wallet=credit.wallet,
                amount=credit.points,
                wanted=credit.wanted if credit.wanted != credit.points else None,
            )
            for credit in decision.credits
        ]
    )
    discounts = tuple(
        [
            EffectShown(
                campaign=one.campaign,
                rule=one.rule,
                type="discount",
                amount=one.amount,
                wanted=one.wanted if one.wanted != one.amount else None,
                on=one.on,
            )
            for one in decision.discounts
        ]
    )
    if not (decision.floors or decision.issued or decision.badges or decision.invites):
        return discounts + points
    tiers = tuple(
        [
            EffectShown(campaign=floor.campaign, rule=floor.rule, type="set_tier", tier=floor.tier)
            for floor in decision.floors
        ]
    )
    coupons = tuple(
        [
            EffectShown(campaign=one.campaign, rule=one.rule, type="coupon", template=one.template)
            for one in decision.issued
        ]
    )
    badges = tuple(
        [
            EffectShown(campaign=one.campaign, rule=one.rule, type="badge", badge=one.badge)
            for one in decision.badges
        ]
    )
    clubs = tuple(
        [
            EffectShown(campaign=one.campaign, rule=one.rule, type="invite", club=one.club)
            for one in decision.invites
        ]
    )
    return discounts + points + tiers + coupons + badges + clubs


def redeemed(decision: Decision) -> tuple[Redeemed, ...]:
    """Units paid with."""
    return tuple(
        Redeemed(wallet=one.wallet, amount=one.units, value=one.value) for one in decision.paid
    )


def paid_by_cards(
    decision: Decision, facts: Facts, left: Mapping[int, int] | None = None
) -> tuple[PaidByCard, ...]:
    """What gift cards pay; `left`: what they have after it, where it is known."""
    shown = []
    for one in decision.cards:
        position = one.card or 0
        card = facts.gift_cards[position]
        then = max(0, card.available - one.value)
        shown.append(
            PaidByCard(
                position=position,
                gift_card=card.shown,
                amount=one.value,
                balance=then if left is None else left.get(position, then),
                overrun=one.short,
            )
        )
    return tuple(shown)


def applied(decision: Decision, facts: Facts) -> tuple[CouponApplied, ...]:
    """The presented coupons that had an effect."""
    return tuple(
        CouponApplied(position=n, coupon=facts.coupons[n].shown, template=template)
        for n in decision.coupons
        if (template := facts.coupons[n].template) is not None
    )


def not_applied(found: Iterable[NotApplied], facts: Facts) -> tuple[NotAppliedShown, ...]:
    """What was presented or asked for and gave nothing; rules that lost nobody asked for."""
    return tuple(
        NotAppliedShown(
            reason=one.reason,
            position=one.card if one.coupon is None else one.coupon,
            coupon=None if one.coupon is None else facts.coupons[one.coupon].shown,
            wallet=one.wallet,
            gift_card=None if one.card is None else facts.gift_cards[one.card].shown,
            by=one.by,
            most=one.most,
        )
        for one in found
        if one.coupon is not None or one.wallet is not None or one.card is not None
    )


def issued_id(earned_by: uuid.UUID, number: int) -> uuid.UUID:
    """The id of the coupon that a purchase issues as its `number`-th, from 0."""
    return derived_id(earned_by, number, "coupon")


def given(earned_by: uuid.UUID, decision: Decision) -> tuple[CouponGiven, ...]:
    """The coupons that went into the member's list."""
    return tuple(
        CouponGiven(
            id=issued_id(earned_by, n),
            template=one.template,
            campaign=one.campaign,
            rule=one.rule,
            from_at=one.from_at,
            until_at=one.until_at,
        )
        for n, one in enumerate(decision.issued)
    )


def lines_of(cart: Cart) -> tuple[ReceiptLine, ...]:
    """The lines of a priced cart as they are shown."""
    return tuple(
        [
            ReceiptLine(
                sku=line.sku,
                subtotal=line.amount - line.discount_given,
                discount=line.charged_off,
                total=line.paid(),
            )
            for line in cart.lines
        ]
    )


def lines_at(cart: Cart, off: Sequence[int]) -> tuple[ReceiptLine, ...]:
    """The lines of a cart, as it was asked, with so much off each, minor units."""
    return tuple(
        [
            ReceiptLine(
                sku=line.sku,
                subtotal=(price := line.amount - line.discount_given),
                discount=line.charged_off + minor,
                total=price - line.charged_off - minor,
            )
            for line, minor in zip(cart.lines, off, strict=True)
        ]
    )


def receipt(purchase: Purchase) -> Receipt:
    """The answer, from what is stored."""
    cart, decision, facts = purchase.priced(), purchase.decision, purchase.facts
    lines = lines_of(cart)
    total = sum(line.total for line in lines)
    return Receipt(
        id=purchase.purchase_id,
        member_id=None if Flag.UNMATCHED in purchase.flags else purchase.holder_id,
        channel=purchase.channel,
        external_id=purchase.external_id,
        store=purchase.store,
        occurred_at=purchase.occurred_at,
        recorded_at=purchase.recorded_at,
        program_version=purchase.program_version,
        currency=cart.currency,
        subtotal=cart.subtotal(),
        discount=sum(line.discount for line in lines),
        total=total,
        due=total - decision.tendered(),
        lines=lines,
        earned=movements(decision),
        effects=effects(decision),
        redeemed=redeemed(decision),
        gift_cards=paid_by_cards(decision, facts, purchase.outcome.cards),
        coupons=applied(decision, facts),
        issued=given(purchase.earned_by, decision),
        not_applied=not_applied(decision.not_applied, facts),
        also=purchase.outcome.also,
        badges=purchase.outcome.badges,
        clubs=purchase.outcome.clubs,
        tier=purchase.outcome.tier,
        wallets=purchase.outcome.wallets,
        hold_id=purchase.hold_id,
        overrun=Flag.OVERRUN in purchase.flags,
        identifier_conflict=Flag.IDENTIFIER_CONFLICT in purchase.flags,
        charged_differs=Flag.CHARGED_DIFFERS in purchase.flags,
        late=Flag.LATE in purchase.flags,
        void=Flag.VOID in purchase.flags,
        returns_applied=purchase.outcome.returns_applied,
    )
