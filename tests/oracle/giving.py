"""The world with coupons that purchases give, and uses of coupons that returns give back."""

import datetime as dt

from tests.oracle import days
from tests.oracle.awards import Outcome
from tests.oracle.codes import Use
from tests.oracle.deciding import Deciding
from tests.oracle.ledger import WalletBook
from tests.oracle.sales import Sale


class Giving(Deciding):
    """What a purchase gave, by what is left of it."""

    def _deserved(self, sale: Sale, outcome: Outcome) -> set[int]:
        """Which of the coupons it gave what is left would give."""
        given = list(outcome.given)
        deserved = set()
        for n, gift in enumerate(sale.given):
            if gift in given:
                given.remove(gift)
                deserved.add(n)
        return deserved

    def _change_gifts(self, sale: Sale, deserved: set[int], at: dt.datetime) -> None:
        """Coupons that are not deserved any more are void; for each use of one units go."""
        for n in deserved - sale.deserved:
            code = self.codes.all[sale.gifts[n]]
            code.lost = code.void = False
        for n in sorted(sale.deserved - deserved):
            code = self.codes.all[sale.gifts[n]]
            code.lost = True
            code.void = code.used < code.uses_max
            if self.shop.templates[code.template].recovers:
                for use in self.codes.uses_of(sale.gifts[n]):
                    self._recover(sale, use, at)
        sale.deserved = deserved

    def _recover(self, sale: Sale, use: Use, at: dt.datetime) -> None:
        """Units for what it took off, as if they paid; what is missing is owed."""
        paying = self.shop.paying[0]
        units = -(-use.worth * paying.units // paying.minor)
        if units:
            book = self._book(self.owners[sale.key], paying.wallet)
            use.recovery = f"recovery {len(book.redeemed)}"
            assert book.redeem(use.recovery, units, at, anyway=True)

    def _recovered_back(self, sale: Sale, use: Use, at: dt.datetime) -> None:
        """What was taken for it is the member's again."""
        if use.recovery:
            paying = self.shop.paying[0]
            book = self._book(self.owners[sale.key], paying.wallet)
            units = sum(part for _, part in book.redeemed[use.recovery])
            grace = days.plus(book.settled_at, paying.grace, self.program.zone)
            book.give_back_redeemed(use.recovery, units, at, grace)
            use.recovery = ""

    def _comes_back(self, sale: Sale, n: int) -> bool:
        """A use that counts still, by the policy of its template."""
        use = sale.coupons[n]
        back = self.shop.templates[use.template].back
        return not use.given_back and not sale.is_used_still(n, back)

    def _uses_back(self, sale: Sale) -> None:
        """Uses by the policy of their templates, and what is scarce for the discounts that went."""
        for n, use in sale.coupons.items():
            if self._comes_back(sale, n):
                self.codes.give_back(use)
        now = sale.spends()
        for name, units in sale.spent.items():
            self.give(name, units - now.get(name, 0))
        sale.spent = now

    def give(self, name: str, units: int) -> None:
        """So much comes back: first of what had been given beyond."""
        over = min(units, self.beyond[name])
        self.beyond[name] -= over
        self.left[name] += units - over

    def _book(self, member: str | None, wallet: str) -> WalletBook:
        assert member is not None
        return self.members[member].books[wallet]

    def _sale(self, key: str) -> Sale:
        sale = self.purchases[key]
        assert isinstance(sale, Sale)
        return sale
