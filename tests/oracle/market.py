"""The world with a checkout: holds, purchases with all that pays them, what returns give back."""

import copy
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

from tests.oracle import days
from tests.oracle.codes import Kept
from tests.oracle.days import Span
from tests.oracle.giving import Giving
from tests.oracle.ledger import WalletBook
from tests.oracle.offers import Shop
from tests.oracle.program import Line
from tests.oracle.purchases import Purchase
from tests.oracle.sales import Basket, ByCard, Deal, Hold, Sale
from tests.oracle.world import Refused


class Market(Giving):
    """`holds` by their names."""

    def __init__(self, shop: Shop, claim_max: Span) -> None:
        super().__init__(shop, claim_max)
        self.holds: dict[str, Hold] = {}

    # ------------------------------------------------------------ holds

    def pass_time(self, now: dt.datetime) -> None:
        """Holds whose time is over give up what they keep, too."""
        super().pass_time(now)
        for hold in self.holds.values():
            if hold.state == "open" and hold.due_at <= now:
                self._end(hold, "timed_out")

    def _end(self, hold: Hold, state: str) -> None:
        hold.state = state
        self.codes.kept.pop(hold.name, None)
        if state != "captured":
            for name, units in hold.deal.shares.items():
                self.give(name, units)

    def place(
        self,
        name: str,
        basket: Basket,
        at: dt.datetime,
        now: dt.datetime,
        due_at: dt.datetime,
        instead_of: str | None = None,
    ) -> Deal:
        """Keep for a checkout what its basket takes, instead of what it has had. `at`: the instant
        that decides."""
        with self._all_or_nothing(instead_of is not None):
            self.pass_time(now)
            if instead_of is not None:
                self.release(instead_of, now)
            deal = self._granted(basket, at, now, happened=False)
            for payment in deal.paid:
                book = self._book(basket.member, payment.wallet)
                assert book.hold(name, sum(payment.units), due_at)
            for one in deal.cards:
                assert self.cards.all[one.card].book.hold(name, one.value, due_at)
            self._take(deal.shares)
            coupons = tuple(
                (code if code in self.codes.all else None, deal.used[n])
                for n, code in enumerate(basket.codes)
                if n in deal.used
            )
            self.codes.kept[name] = Kept(basket.member, coupons)
            self.holds[name] = Hold(name, basket, deal, due_at)
        return deal

    def extend(self, name: str, now: dt.datetime, due_at: dt.datetime) -> None:
        """It lasts until then instead."""
        hold = self._open(name, now)
        hold.due_at = due_at
        for book in self._books(hold, now):
            book.holds[name] = due_at

    def release(self, name: str, now: dt.datetime) -> None:
        """What it keeps is free; what a purchase has cannot be released."""
        self.pass_time(now)
        hold = self.holds[name]
        if hold.state == "captured":
            raise Refused("hold-closed")
        if hold.state == "open":
            self._end(hold, "released")
            for book in self._books(hold, now):
                book.release_hold(name, now)

    def _books(self, hold: Hold, now: dt.datetime) -> list[WalletBook]:
        """All in which it keeps something, as they stand now."""
        books = [self._book(hold.basket.member, one.wallet) for one in hold.deal.paid]
        books += [self.cards.all[one.card].book for one in hold.deal.cards]
        for book in books:
            book.settle(now)
        return books

    def _open(self, name: str, now: dt.datetime) -> Hold:
        self.pass_time(now)
        hold = self.holds[name]
        if hold.state == "timed_out":
            raise Refused("hold-timed-out")
        if hold.state != "open":
            raise Refused("hold-closed")
        return hold

    # ------------------------------------------------------------ purchases

    def purchase(
        self,
        key: str,
        member: str,
        lines: tuple[Line, ...],
        at: dt.datetime,
        now: dt.datetime,
        channel: str = "web",
        *,
        codes: tuple[str, ...] = (),
        redeem: tuple[tuple[str, int], ...] = (),
        cards: tuple[tuple[str, int | None], ...] = (),
        happened: bool = True,
        hold: str | None = None,
    ) -> Sale:
        """A purchase of a known member; `hold`: the one it names."""
        basket = Basket(member, lines, channel, codes, redeem, cards)
        with self._all_or_nothing(hold is not None):
            sale = self._sell(key, basket, at, now, happened=happened, named=hold)
        self._credit(member, sale, now)
        self._unpark(sale, now)
        return sale

    def exchange(
        self,
        key: str,
        back: tuple[str, dict[int, int | None] | None],
        basket: Basket,
        at: dt.datetime,
        now: dt.datetime,
    ) -> tuple[int, Sale]:
        """What comes back first, then what is bought instead: both or neither."""
        with self._all_or_nothing(True):
            refund = self.bring_back(*back, at, now)
            assert refund is not None
            sale = self._sell(key, basket, at, now, happened=False)
            assert basket.member is not None
            self._credit(basket.member, sale, now)
        return refund, sale

    def unmatched_purchase(
        self,
        key: str,
        identifier: str,
        lines: tuple[Line, ...],
        at: dt.datetime,
        now: dt.datetime,
        channel: str = "web",
        *,
        codes: tuple[str, ...] = (),
        cards: tuple[tuple[str, int | None], ...] = (),
        happened: bool = True,
        hold: str | None = None,
    ) -> Sale:
        """A purchase of nobody known, at its prices."""
        basket = Basket(None, lines, channel, codes, cards=cards)
        with self._all_or_nothing(hold is not None):
            sale = self._sell(key, basket, at, now, happened=happened, named=hold)
        self.unmatched.setdefault(identifier, []).append(sale)
        self._unpark(sale, now)
        return sale

    def _sell(
        self,
        key: str,
        basket: Basket,
        at: dt.datetime,
        now: dt.datetime,
        *,
        happened: bool,
        named: str | None = None,
    ) -> Sale:
        self.pass_time(now)
        hold = self.holds[named] if named is not None else None
        if hold is not None and not happened:
            self._open(hold.name, now)
        is_open = hold is not None and hold.state == "open"
        if hold is None or not hold.basket.same(basket):
            if hold is not None and is_open:
                self.release(hold.name, now)
            deal = self._granted(basket, at, now, happened=happened)
            self._take(deal.shares)
            hold = None
        else:
            deal = copy.deepcopy(hold.deal)
            if not is_open:
                self._take_anyway(deal.shares)
                for one in deal.cards:
                    have = self.cards.all[one.card].book.available()
                    one.short = max(0, one.value - have)
        sale = Sale(key, basket.channel, at, deal.lines, basket=basket, deal=deal)
        self._use(sale, hold if is_open else None, now, happened=happened)
        sale.spent = dict(sale.spends())
        if basket.member is not None:
            sale.seen = deal.seen
        self.purchases[key] = sale
        return sale

    def _granted(
        self, basket: Basket, at: dt.datetime, now: dt.datetime, *, happened: bool
    ) -> Deal:
        deal = self.decide(basket, at, now, happened=happened)
        if deal.refused is not None and not happened:
            raise Refused(deal.refused)
        return deal

    def _use(self, sale: Sale, hold: Hold | None, now: dt.datetime, *, happened: bool) -> None:
        """Coupons are used and units are paid with: first those that the hold keeps."""
        basket, deal = sale.basket, sale.deal
        assert basket is not None
        assert deal is not None
        name = hold.name if hold is not None else ""
        for n in deal.used:
            worth = sum(one.amount for one in deal.taken if one.position == n)
            sale.coupons[n] = self.codes.use(basket.codes[n], basket.member, name, worth)
        if basket.member is not None:
            self._settle(basket.member, now)
        for payment in deal.paid:
            book = self._book(basket.member, payment.wallet)
            units = sum(payment.units)
            assert book.redeem(sale.key, units, sale.at, name, anyway=happened)
        for one in deal.cards:
            book = self.cards.all[one.card].book
            assert book.redeem(sale.key, one.value - one.short, sale.at, name, anyway=False)
        if hold is not None:
            self._end(hold, "captured")

    def _hand_out(self, sale: Sale) -> None:
        """The coupons that a purchase gives."""
        assert sale.seen is not None
        for n, (_, template) in enumerate(sale.given):
            lasts = self.shop.templates[template].lasts
            until_at = days.plus(sale.seen.at, lasts, self.program.zone) if lasts else None
            sale.gifts.append(f"{sale.key}/{n}")
            self.codes.issue(sale.gifts[-1], template, self.owners[sale.key], until_at)
        sale.deserved = set(range(len(sale.given)))

    def claim(self, member: str, identifier: str, now: dt.datetime) -> int:
        """What was bought under the identifier is the member's, with the coupons it gives."""
        mine = [sale.key for sale in self.unmatched.get(identifier, [])]
        credited = super().claim(member, identifier, now)
        for key in mine:
            sale = self._sale(key)
            if key in self.owners:
                for use in sale.coupons.values():
                    use.member = member
        return credited

    def _credit(self, member: str, purchase: Purchase, now: dt.datetime) -> None:
        super()._credit(member, purchase, now)
        self._hand_out(self._sale(purchase.key))

    # ------------------------------------------------------------ what comes back

    def void(self, key: str, now: dt.datetime) -> int:
        """The purchase is as if it had not been; answers the money it carried still."""
        sale = self._sale(key)
        if not any(sale.left(n) for n in range(1, len(sale.lines) + 1)):
            raise Refused("nothing-to-return")
        sale.void = True
        left = {n: sale.left(n) for n in range(1, len(sale.lines) + 1) if sale.left(n)}
        return self._return(sale, left, now, now)

    def _return(
        self, purchase: Purchase, asked: dict[int, int], at: dt.datetime, now: dt.datetime
    ) -> int:
        self.pass_time(now)
        refund = super()._return(purchase, asked, at, now)
        sale = self._sale(purchase.key)
        if purchase.key not in self.owners:
            self._uses_back(sale)
        assert sale.deal is not None
        for one in sale.deal.cards:
            self._money_back(sale, one, now)
        return refund

    def _money_back(self, sale: Sale, one: ByCard, now: dt.datetime) -> None:
        """To the card; but what was not on it is written off first."""
        came_back = one.value - sum(sale.left_of_parts(one.values))
        units = max(0, came_back - one.short) - one.given_back
        if units:
            book = self.cards.all[one.card].book
            book.give_back_redeemed(sale.key, units, now, self.cards.lapses(now))
            one.given_back += units

    def _keep(self, purchase: Purchase, at: dt.datetime) -> None:
        """Units that paid go back first; then what was earned is taken, then coupons are."""
        sale = self._sale(purchase.key)
        outcome = self._decided(sale, sale.remainder())
        self._need_less(sale, outcome)
        deserved = self._deserved(sale, outcome)
        self._units_back(sale, at)
        over = [use for n, use in sale.coupons.items() if self._comes_back(sale, n)]
        for n in sorted(deserved - sale.deserved):
            over += self.codes.uses_of(sale.gifts[n])
        for use in over:
            self._recovered_back(sale, use, at)
        self._move(sale, outcome, at)
        self._change_gifts(sale, deserved, at)
        self._uses_back(sale)

    def _units_back(self, sale: Sale, at: dt.datetime) -> None:
        assert sale.deal is not None
        for payment in sale.deal.paid:
            book = self._book(self.owners[sale.key], payment.wallet)
            had = sum(units for _, units in book.redeemed[sale.key])
            back = had - sum(sale.left_of_parts(payment.units))
            if back:
                (paying,) = [one for one in self.shop.paying if one.wallet == payment.wallet]
                grace = days.plus(book.settled_at, paying.grace, self.program.zone)
                book.give_back_redeemed(sale.key, back, at, grace)

    # ------------------------------------------------------------ what is scarce

    def _take(self, shares: dict[str, int]) -> None:
        for name, units in shares.items():
            self.left[name] -= units
            assert self.left[name] >= 0, name

    def _take_anyway(self, shares: dict[str, int]) -> None:
        for name, units in shares.items():
            there = min(units, self.left[name])
            self.left[name] -= there
            self.beyond[name] += units - there

    # ------------------------------------------------------------ how

    @contextmanager
    def _all_or_nothing(self, at_stake: bool) -> Iterator[None]:
        """A refusal leaves everything as it was; `at_stake`: something may change before it."""
        if not at_stake:
            yield
            return
        before = copy.deepcopy(vars(self), {id(self.program): self.program})
        try:
            yield
        except Refused:
            vars(self).update(before)
            raise
