"""`discount: {percent: 10, where: {...}}`: money off matching lines, the whole cart or shipping."""

import msgspec

from service.rules.conditions.lines import Where
from service.rules.decision import Target


class Bundle(msgspec.Struct, frozen=True, omit_defaults=True):
    """For each `buy` units of the matching lines, `free` units cost nothing.

    `of` None: the cheapest among the bought units themselves ("3 for 2" is buy 3, free 1); else
    further units of the lines that `of` matches ("two coffees, a cake free"). `buy` 0: no
    condition, the cheapest `free` matching units, once.
    """

    buy: int
    free: int
    of: Where | None = None


class Discount(
    msgspec.Struct, frozen=True, kw_only=True, tag="discount", tag_field="do", omit_defaults=True
):
    """Exactly one of `percent`, `amount`, `unit_price`, `bundle` is given.

    percent: exact fraction (numerator, denominator) of what remains of the price, at most 1;
    amount: minor units, at most what remains; unit_price: what each whole unit costs instead;
    bundle: see there. `most`: cap in minor units over the whole purchase. `stackable` False: no
    other discount touches the lines this one touches. Of one `exclusive_group` one is applied.
    """

    at: str
    on: Target = Target.ITEMS
    percent: tuple[int, int] | None = None
    amount: int | None = None
    unit_price: int | None = None
    bundle: Bundle | None = None
    most: int | None = None
    where: Where = ()
    exclusive_group: str | None = None
    stackable: bool = True
