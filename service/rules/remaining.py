"""What remains of a decision after returns: discounts and payments by line, coupons by policy."""

from collections.abc import Sequence

import msgspec

from service.rules.awards import shares
from service.rules.cart import Cart
from service.rules.case import NOBODY, Bought, Case
from service.rules.compile import Program
from service.rules.compiled_rule import CompiledRule
from service.rules.coupons import CompiledCoupon
from service.rules.decide import before_ours, fired
from service.rules.decision import Decision, Discounted, Paid
from service.rules.document import BudgetUnit, ComesBack
from service.rules.earned import earned
from service.rules.earned_by_coupons import in_order
from service.rules.facts import Facts
from service.rules.priced import priced
from service.rules.remainder import carried, remainder


class Remaining:
    """discounts, paid: the parts of what is left, of more than 0. coupons: those that stay used."""

    __slots__ = (
        "_cart",
        "_decision",
        "_facts",
        "_program",
        "_returned",
        "_sold",
        "cards",
        "coupons",
        "discounts",
        "paid",
    )

    def __init__(
        self,
        program: Program,
        cart: Cart,
        returned: Sequence[int],
        facts: Facts,
        decision: Decision,
    ) -> None:
        self._program = program
        self._cart = cart
        self._returned = returned
        self._facts = facts
        self._decision = decision
        self._sold = priced(cart, decision)
        left = [self._discount(one) for one in decision.discounts]
        self.discounts = tuple(one for one in left if one.amount)
        payments = [self._payment(one) for one in decision.paid]
        self.paid = tuple(one for one in payments if one.units or one.value)
        by_cards = [self._payment(one) for one in decision.cards]
        self.cards = tuple(one for one in by_cards if one.value)
        self.coupons = tuple(position for position in decision.coupons if self._stays(position))

    def earned(self) -> Decision:
        """What the remainder earns at its prices."""
        program, facts = self._program, self._facts
        left = remainder(self._sold, self._returned)
        if facts.member is None or not left.lines:
            return Decision()
        case = Case(left, facts, facts.member, program.terms)
        case.tenders = self._tenders()
        candidates = program.index.candidates(case)
        rules = in_order(fired(program, case, candidates & program.earning), self._awarding())
        names = {one.rule for one in self.discounts if one.coupon is None}
        saving = [rule for rule in program.rules if rule.id in names] if names else []
        return earned(program, case, rules, shares(case, rules), saving, self.discounts)

    def caps(self) -> tuple[str, ...]:
        """Caps of the shared codes that stay used, of those a use was taken of."""
        found = {self._coupon(position).cap for position in self.coupons}
        return tuple(cap for cap in self._decision.caps if cap in found)

    def money(self) -> dict[str, int]:
        """What budgets of money are asked for by the discounts that are left."""
        wanted: dict[str, int] = {}
        for one in self.discounts:
            budget = self._program.budgets.get(one.campaign)
            if budget is not None and budget.unit is BudgetUnit.MONEY:
                wanted[one.campaign] = wanted.get(one.campaign, 0) + one.wanted
        return wanted

    def _left(self, n: int, amount: int) -> int:
        """What the units of the line that are left carry of an amount."""
        return amount - carried(amount, self._returned[n], self._cart.lines[n])

    def _discount(self, one: Discounted) -> Discounted:
        lines = [(n, self._left(n, off)) for n, off in one.lines]
        amount = sum([off for _, off in lines])
        wanted = one.wanted * amount // one.amount if one.amount else 0
        kept = tuple(part for part in lines if part[1])
        return msgspec.structs.replace(one, amount=amount, wanted=wanted, lines=kept)

    def _payment(self, one: Paid) -> Paid:
        lines = [(n, self._left(n, minor), self._left(n, own)) for n, minor, own in one.lines]
        return msgspec.structs.replace(
            one,
            units=sum([own for _, _, own in lines]),
            value=sum([minor for _, minor, _ in lines]),
            lines=tuple(part for part in lines if part[1] or part[2]),
        )

    def _tenders(self) -> list[Paid]:
        """What tenders paid of the lines that are left, by their positions in the remainder."""
        here = [n for n, line in enumerate(self._cart.lines) if self._returned[n] < line.quantity]
        places = {n: place for place, n in enumerate(here)}
        return [
            msgspec.structs.replace(
                one, lines=tuple((places[n], minor, own) for n, minor, own in one.lines)
            )
            for one in (*self.paid, *self.cards)
            if not one.off
        ]

    def _coupon(self, position: int) -> CompiledCoupon:
        return self._program.coupons[self._facts.coupons[position].template or ""]

    def _awarding(self) -> list[CompiledRule]:
        """Coupons that gave points or multiplied, and whose condition holds for the remainder."""
        given = [(position, self._coupon(position)) for position in self._decision.coupons]
        if all(coupon.rule is None for _, coupon in given):
            return []
        program, facts, member = self._program, self._facts, self._facts.member or NOBODY
        whole = before_ours(program, Case(self._cart, facts, member, program.terms))
        asked = remainder(whole.cart, self._returned)
        before = Case(asked, facts, member, program.terms)
        return [
            coupon.rule.presented(position)
            for position, coupon in given
            if coupon.rule is not None
            and coupon.refused(facts.coupons[position], before, known=True) is None
        ]

    def _stays(self, position: int) -> bool:
        """Whether the coupon counts as used, by what came back of the lines it was used on."""
        policy = self._coupon(position).template.comes_back
        lines, returned = self._touched(position), self._returned
        if policy is ComesBack.NEVER:
            return True
        if policy is ComesBack.ANY:
            return not any(returned[n] for n in lines)
        return any(returned[n] < self._cart.lines[n].quantity for n in lines)

    def _touched(self, position: int) -> Sequence[int]:
        """Lines it discounted, or whose points it gave or multiplied."""
        for one in self._decision.discounts:
            if one.coupon == position:
                return [n for n, _ in one.lines]
        template = self._coupon(position).template
        effect = template.points or template.multiply
        if effect is None:
            return ()
        bought = Bought(self._sold, self._program.terms)
        return self._program.filters.of(effect.where).match(bought)
