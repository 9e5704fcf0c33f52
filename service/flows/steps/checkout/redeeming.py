"""What a basket redeems: asked of the wallets and the coupons, and refused where it cannot be."""

from collections.abc import Sequence
from typing import Final

import msgspec

from service.domain.purchases.basket import Basket
from service.domain.purchases.errors import (
    CouponsRefused,
    GiftCardsRefused,
    NamedTwice,
    NotRedeemable,
    QuoteNotGranted,
    RedemptionRefused,
)
from service.domain.purchases.stored import not_applied
from service.domain.wallets.errors import InsufficientPoints, UnknownWallet
from service.flows.steps.checkout.checkout import Checkout
from service.flows.steps.work import Work
from service.kernel.codes import normalise
from service.kernel.errors import ExpectedError
from service.rules.compile import Program
from service.rules.decision import Refused
from service.rules.facts import Paying

# A coupon that the cart does not earn, or that a better one excludes, is no failure: it is told.
NO_FAILURE: Final = frozenset({Refused.CONDITION_FAILED, Refused.EXCLUDED_BY, Refused.NO_EFFECT})


def check(program: Program, body: Basket) -> None:
    """What is wrong whatever the member has: NamedTwice, UnknownWallet, NotRedeemable."""
    seen: set[str] = set()
    for n, text in enumerate(body.coupons):
        code = normalise(text) or text
        if code in seen:
            raise NamedTwice(pointer=f"/coupons/{n}")
        seen.add(code)
    named: set[str] = set()
    for n, one in enumerate(body.redeem):
        pointer = f"/redeem/{n}/wallet"
        if one.wallet in named:
            raise NamedTwice(pointer=pointer)
        named.add(one.wallet)
        wallet = program.wallets.get(one.wallet)
        if wallet is None:
            raise UnknownWallet(wallet=one.wallet, pointer=pointer)
        if wallet.redeem is None:
            raise NotRedeemable(wallet=one.wallet, pointer=pointer)
    presented: set[str] = set()
    for n, card in enumerate(body.gift_cards):
        code = normalise(card.code) or card.code
        if code in presented:
            raise NamedTwice(pointer=f"/gift_cards/{n}/code")
        presented.add(code)


def payings(item: Checkout) -> tuple[Paying, ...]:
    """The units the basket wants to pay with, against what its member has available now."""
    return tuple(
        Paying(
            wallet=one.wallet,
            units=one.amount,
            available=_available(item, one.wallet),
            forced=item.has_happened and item.work.is_member,
        )
        for one in item.body.redeem
    )


def _available(item: Checkout, wallet: str) -> int:
    book = item.work.books.get(item.program.wallets[wallet].number)
    return 0 if book is None else max(0, book.available)


def refusal(item: Checkout) -> ExpectedError | None:
    """Why the basket cannot be granted as it was asked for; None: it can.

    Who reports what has happened is refused nothing.
    """
    if item.has_happened:
        return None
    decision, facts = item.decided.decision, item.decided.facts
    coupons = [
        one
        for one in decision.not_applied
        if one.coupon is not None and one.reason not in NO_FAILURE
    ]
    if coupons:
        shown = not_applied(coupons, facts)
        return CouponsRefused(reasons=tuple(msgspec.to_builtins(one) for one in shown))
    cards = [
        one for one in decision.not_applied if one.card is not None and one.reason not in NO_FAILURE
    ]
    if cards:
        shown = not_applied(cards, facts)
        return GiftCardsRefused(reasons=tuple(msgspec.to_builtins(one) for one in shown))
    if item.quote is not None and not item.pins and decision.discounts != facts.frozen:
        return QuoteNotGranted()
    return next(
        (
            _units_refused(item, position, one.reason, one.most or 0)
            for one in decision.not_applied
            for position, asked in enumerate(facts.redeem)
            if asked.wallet == one.wallet
        ),
        None,
    )


def _units_refused(item: Checkout, position: int, reason: Refused, most: int) -> ExpectedError:
    asked = item.decided.facts.redeem[position]
    if reason is Refused.NOT_ENOUGH:
        return InsufficientPoints(wallet=asked.wallet, available=asked.available)
    pointer = f"/redeem/{position}/amount"
    return RedemptionRefused(wallet=asked.wallet, reason=reason, most=most, pointer=pointer)


def paying(items: Sequence[Checkout]) -> list[Work]:
    """Those whose wallets have to be opened lot by lot: of members, and gift cards."""
    members = [i.work for i in items if i.work.is_member and (i.body.redeem or i.hold)]
    return members + [work for item in items for work in item.card_works.values()]
