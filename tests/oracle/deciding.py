"""How a basket is decided: coupons, discounts, units that pay, gift cards."""

import datetime as dt
from dataclasses import replace

from tests.oracle import awards, pricing
from tests.oracle.codes import SCARCE, Codes
from tests.oracle.days import Span
from tests.oracle.gift_cards import Cards
from tests.oracle.offers import Paying, Shop
from tests.oracle.program import Line, Seen
from tests.oracle.sales import Basket, ByCard, Deal
from tests.oracle.world import World

NO_FAILURE = ("condition_failed", "no_effect")  # what gives nothing is only told


class Deciding(World):
    """`left`: what is left of everything scarce; `beyond`: what tills gave that was not there."""

    def __init__(self, shop: Shop, claim_max: Span) -> None:
        super().__init__(shop, claim_max)
        self.shop = shop
        self.left |= shop.scarce()
        self.beyond = dict.fromkeys(self.left, 0)
        self.codes = Codes(shop.templates)
        self.cards = Cards(shop.cards, shop.zone)

    def pass_time(self, now: dt.datetime) -> None:
        """What is due for everybody together happens."""
        self.cards.settle(now)

    def decide(self, basket: Basket, at: dt.datetime, now: dt.datetime, *, happened: bool) -> Deal:
        """The basket as it would be granted now. `happened`: at a till, so that what is scarce was
        given already."""
        self.pass_time(now)
        if basket.member is None:
            seen = Seen(at, self.program.zone, basket.channel, basket.lines, {}, ())
        else:
            self._settle(basket.member, now)
            seen = self._seen(basket.member, at, basket.channel, basket.lines)
        whys = {}
        for position, name in enumerate(basket.codes):
            why = self.codes.why_not(basket.codes, position, basket.member, at)
            if why is None and not happened and seen.subtotal() < self.codes.template(name).least:
                why = "condition_failed"
            if why is not None and not (happened and why in SCARCE):
                whys[position] = why
        deal = self._discounted(basket, seen, whys, happened=happened)
        self._paid(basket, deal, happened=happened)
        self._by_cards(basket, deal, happened=happened)
        if not happened and any(why not in NO_FAILURE for why in deal.whys.values()):
            deal.refused = "coupons-refused"
        return deal

    def _discounted(
        self, basket: Basket, seen: Seen, whys: dict[int, str], *, happened: bool
    ) -> Deal:
        """The discounts with as much as is left of what they take."""
        while True:
            coupons = [
                (n, self.codes.template(name))
                for n, name in enumerate(basket.codes)
                if n not in whys
            ]
            taken = pricing.discounts(self.shop, seen, coupons, member=basket.member is not None)
            applied = {one.position for one in taken}
            short = [n for n, one in coupons if n in applied and one.cap and not self.left[one.cap]]
            if happened or not short:
                break
            whys |= dict.fromkeys(short, "used_up")
        whys |= {n: "no_effect" for n, _ in coupons if n not in applied}
        used = {n: one.id for n, one in coupons if n in applied}
        shares = {one.cap: 1 for n, one in coupons if n in applied and one.cap and n not in short}
        for campaign in self.shop.money:
            wanted = sum(one.amount for one in taken if one.campaign == campaign)
            if wanted:
                shares[campaign] = min(wanted, self.left[campaign])
                taken = pricing.trim(taken, campaign, shares[campaign])
        seen = replace(seen, lines=pricing.priced(seen.lines, taken))
        return Deal(seen, taken, [], used, whys, shares)

    def _paid(self, basket: Basket, deal: Deal, *, happened: bool) -> None:
        """The wallets pay in their order; one that cannot refuses the basket."""
        asked = dict(basket.redeem)
        for paying in sorted(self.shop.paying, key=lambda one: not one.off):
            units = asked.get(paying.wallet)
            if units is None:
                continue
            why = None if happened else self.why_not_pay(basket, paying, deal.lines, units)
            payment = None if why else pricing.pay(self.shop, paying, deal.lines, units)
            if payment is not None:
                deal.paid.append(payment)
                lines = pricing.after_payment(paying, deal.lines, payment)
                deal.seen = replace(deal.seen, lines=lines)
            elif deal.refused is None:
                deal.refused = (
                    "insufficient-points" if why == "not_enough" else "redemption-refused"
                )

    def why_not_pay(
        self, basket: Basket, paying: Paying, lines: tuple[Line, ...], units: int
    ) -> str | None:
        """Why so many units of the member's cannot pay for the lines."""
        if basket.member is None:
            return "needs_member"
        available = self.members[basket.member].books[paying.wallet].available()
        _, money = pricing.payable(self.shop, paying, lines)
        return pricing.why_not(paying, units, available, money)

    def most(self, basket: Basket, deal: Deal, wallet: str) -> int:
        """The most units that may pay for a basket which pays with none."""
        assert basket.member is not None
        (paying,) = [one for one in self.shop.paying if one.wallet == wallet]
        _, money = pricing.payable(self.shop, paying, deal.lines)
        available = self.members[basket.member].books[wallet].available()
        return pricing.most(paying, available, money)

    def earns(self, deal: Deal) -> dict[str, int]:
        """What a deal would earn."""
        return awards.decide(self.program, deal.seen, set()).units

    # ------------------------------------------------------------ gift cards

    def _by_cards(self, basket: Basket, deal: Deal, *, happened: bool) -> None:
        """The cards pay last, in their order, for everything but gift cards."""
        left = [
            0 if line.kind == "gift_card" else max(0, line.paid() - line.by_units)
            for line in deal.lines
        ]
        for position, (name, amount) in enumerate(basket.cards):
            card = self.cards.all[name]
            barred = card.why_not()
            have = 0 if barred else card.book.available()
            why = None if happened else barred or _why_not(amount, have, sum(left))
            value = min(have if amount is None else amount, sum(left))
            if why is not None or not value:
                deal.cards_not[position] = why or "no_effect"
                continue
            values = pricing.allocate(value, left)
            left = [minor - part for minor, part in zip(left, values, strict=True)]
            deal.cards.append(ByCard(position, name, values, short=max(0, value - have)))
        hard = [why for why in deal.cards_not.values() if why not in NO_FAILURE]
        if hard and not happened:
            deal.refused = "gift-cards-refused"


def _why_not(amount: int | None, have: int, room: int) -> str | None:
    """Why a card cannot pay so much."""
    if amount is None:
        return None
    if amount > have:
        return "not_enough"
    return "above_max" if amount > room else None
