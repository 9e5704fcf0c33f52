"""`points: {per: 1 EUR, award: 1}`, `{fixed: 200}`, `{per: unit, award: 10}`: units to a wallet."""

import math
from collections.abc import Callable

import msgspec

from service.rules.conditions.lines import Filters, Where
from service.rules.expiry import Expiry
from service.rules.tally import Tally

PER_UNIT = 1000  # thousandths


class Points(msgspec.Struct, frozen=True, tag="points", tag_field="do", omit_defaults=True):
    """Exactly one of `fixed`, `per_amount`, `per_unit` is given.

    fixed: units, not multiplied, given once when the rule fires and at least one line earns;
    per_amount: (award, minor units): award x base / minor, linear, no step;
    per_unit: award per 1000 thousandths of quantity. Award and fixed are whole units of the wallet.
    `expires` overrides the wallet's expiry. `less`: what was paid with these tenders does not earn.
    """

    at: str
    wallet: str
    fixed: int | None = None
    per_amount: tuple[int, int] | None = None
    per_unit: int | None = None
    where: Where = ()
    expires: Expiry | None = None
    less: tuple[str, ...] = ()  # wallets whose redemption as a tender lowers the base; gift_card


def denominator(effect: Points) -> int:
    """The least denominator of what the effect gives a line for one minor unit or thousandth."""
    if effect.per_amount is not None:
        award, minor = effect.per_amount
        return minor // math.gcd(award, minor)
    if effect.per_unit is not None:
        return PER_UNIT // math.gcd(effect.per_unit, PER_UNIT)
    return 1


def compile_points(effect: Points, filters: Filters, scale: int) -> Callable[[Tally], None]:
    """The effect as a step on a tally with this scale, a multiple of the denominator."""
    where = filters.of(effect.where)
    if effect.per_amount is not None:
        award, minor = effect.per_amount
        weight = award * scale // minor
        less = effect.less
        if less:
            return lambda tally: tally.add(weight, where, tally.case.bases_less(less))
        return lambda tally: tally.add(weight, where, tally.case.bases)
    if effect.per_unit is not None:
        weight = effect.per_unit * scale // PER_UNIT
        return lambda tally: tally.add(weight, where, tally.case.units)
    fixed = effect.fixed or 0
    return lambda tally: tally.add_fixed(fixed, where)
