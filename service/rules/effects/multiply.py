"""`multiply: {by: 1.5, where: {...}}`: multiplies what a line earns by amount and unit."""

from collections.abc import Callable

import msgspec

from service.rules.conditions.lines import Filters, Where
from service.rules.tally import Tally


class Multiply(msgspec.Struct, frozen=True, tag="multiply", tag_field="do", omit_defaults=True):
    """`by` is an exact fraction (numerator, denominator); several multipliers of a line multiply.

    `wallets` are wallet ids, filled in at check: the spendable ones unless the file names others.
    """

    at: str
    by: tuple[int, int]
    wallets: tuple[str, ...]
    where: Where = ()


def compile_multiply(effect: Multiply, filters: Filters) -> Callable[[Tally], None]:
    """The effect as a step on the tally of each of its wallets."""
    where = filters.of(effect.where)
    by, over = effect.by
    return lambda tally: tally.multiply(by, over, where)
