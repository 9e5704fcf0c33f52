"""Answers of the checkout against those of the oracle."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from service.domain.coupons.types import CouponView
from service.domain.purchases.types import HoldView, Quote, Receipt
from service.domain.returns.types import ReturnReceipt
from tests.model.compare import same
from tests.oracle.market import Market
from tests.oracle.sales import Basket, Deal, Sale


def deal(expected: Deal, body: Quote | HoldView | Receipt) -> None:
    """Prices, coupons, units that pay, and what is left to pay."""
    lines = expected.lines
    off = [line.off for line in lines]
    same([line.discount for line in body.lines], off, "discounts")
    same([line.total for line in body.lines], [line.paid() for line in lines], "totals")
    total = sum(line.paid() for line in lines)
    same((body.discount, body.total), (sum(off), total), "sums")
    same(body.due, expected.due, "due")
    same(
        [(one.position, one.amount, one.overrun) for one in body.gift_cards],
        [(one.position, one.value, one.short) for one in expected.cards],
        "gift cards",
    )
    same(
        {(one.wallet, one.amount, one.value) for one in body.redeemed},
        {(one.wallet, sum(one.units), sum(one.values)) for one in expected.paid},
        "redeemed",
    )
    same({one.position: one.template for one in body.coupons}, expected.used, "coupons")
    told = [one for one in body.not_applied if one.coupon is not None]
    same({one.position: one.reason for one in told}, expected.whys, "coupons not applied")
    told = [one for one in body.not_applied if one.gift_card is not None]
    same({one.position: one.reason for one in told}, expected.cards_not, "cards that do not pay")


def quote(market: Market, basket: Basket, expected: Deal, body: Quote) -> None:
    """The same with what it would earn, and the most units that could pay for it."""
    deal(expected, body)
    same({one.wallet: one.amount for one in body.earned}, market.earns(expected), "earned")
    if not basket.redeem and basket.member is not None:
        most = {
            paying.wallet: market.most(basket, expected, paying.wallet)
            for paying in market.shop.paying
        }
        same({name: one.most for name, one in body.usable.points.items()}, most, "most")


def coupons(
    market: Market,
    member: str,
    found: Sequence[CouponView],
    names: Mapping[uuid.UUID, str],
    now: dt.datetime,
) -> None:
    """The member's list: each coupon as it stands, and none but void ones missing."""
    listed = {names[one.id]: (one.template, one.state.value, one.uses) for one in found}
    codes = market.codes
    owned = {name: code for name, code in codes.all.items() if code.owner == member}
    expected = {
        name: (code.template, codes.state(name, now), code.used)
        for name, code in owned.items()
        if name in listed or not code.void
    }
    same(listed, expected, "coupons of", member)


def holds(market: Market, found: Mapping[str, HoldView], now: dt.datetime) -> None:
    """Each hold as it stands."""
    market.pass_time(now)
    same(
        {name: (view.state.value, view.due_at) for name, view in found.items()},
        {name: (market.holds[name].state, market.holds[name].due_at) for name in found},
        "holds",
    )


class Left:
    """What a sale still has, to tell what a return gives back."""

    def __init__(self, market: Market, sale: Sale) -> None:
        assert sale.deal is not None
        paying = {one.wallet: one for one in market.shop.paying}
        self.units = {one.wallet: sum(sale.left_of_parts(one.units)) for one in sale.deal.paid}
        self.tender = sum(
            sum(sale.left_of_parts(one.values))
            for one in sale.deal.paid
            if not paying[one.wallet].off
        )
        self.used = {n: use.template for n, use in sale.coupons.items() if not use.given_back}
        self.gifts = set(sale.deserved)
        self.by_card = {one.position: one.given_back for one in sale.deal.cards}
        self.by_cards = sum(sum(sale.left_of_parts(one.values)) for one in sale.deal.cards)


def returned(before: Left, after: Left, sale: Sale, market: Market, body: ReturnReceipt) -> None:
    """Units and coupons that come back, coupons that go."""
    assert body.refund is not None
    same(body.refund.points, before.tender - after.tender, "refund in points")
    to_cards = {n: units - before.by_card[n] for n, units in after.by_card.items()}
    by_cards = before.by_cards - after.by_cards
    same(
        (body.refund.gift_cards, body.refund.uncovered),
        (sum(to_cards.values()), by_cards - sum(to_cards.values())),
        "refund to gift cards",
    )
    other = body.refund.total - body.refund.points - by_cards
    same(body.refund.other_tender, other, "other tender")
    same(
        {one.position: one.amount for one in body.gift_cards},
        {n: units for n, units in to_cards.items() if units},
        "back on gift cards",
    )
    same(
        {one.wallet: one.amount for one in body.given_back},
        {w: n - after.units[w] for w, n in before.units.items() if n > after.units[w]},
        "units given back",
    )
    back = {n: template for n, template in before.used.items() if n not in after.used}
    same({one.position: one.template for one in body.coupons_back}, back, "coupons back")
    taken = [sale.gifts[n] for n in sorted(before.gifts - after.gifts)]
    same(
        [(one.template, one.recovered) for one in body.coupons_taken],
        [(market.codes.all[name].template, not market.codes.uses_of(name)) for name in taken],
        "coupons taken",
    )
