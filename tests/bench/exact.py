"""What a run under load must come out at exactly, counted in the tables afterwards."""

from typing import Final

from tests.bench.checkout import BUDGET, LAMP
from tests.bench.place import Place

_USES: Final = "select count(*) from coupon_use where template = '{}' and not overrun"
_SOLD: Final = """
select count(*) * {price} - coalesce(sum(net), 0)::bigint as given
from purchase
where by_category ? 'lamp'
"""
_LEFT: Final = """
select (select sum(remaining) from budget_slot where name = 'lamps')::bigint as remaining,
  (select coalesce(sum(amount), 0) from budget_hold where name = 'lamps')::bigint as held
"""


class NotExact(Exception):
    """A cap gave out more or less than it has."""


def uses(place: Place, database: str, template: str, *, granted: int, cap: int) -> int:
    """The uses of a code that is used up; NotExact unless they are those granted, and the cap."""
    ((found,),) = place.rows(database, _USES.format(template))
    if not found == granted == cap:
        raise NotExact(f"{template}: {found} uses, {granted} were granted, of {cap}")
    return int(found)


def budget(place: Place, database: str) -> int:
    """What the budget gave out; NotExact unless that is all of it and nothing is left or held."""
    ((given,),) = place.rows(database, _SOLD.format(price=LAMP))
    ((remaining, held),) = place.rows(database, _LEFT)
    if (given, remaining, held) != (BUDGET, 0, 0):
        raise NotExact(f"lamps: {given} given of {BUDGET}, {remaining} left, {held} held")
    return int(given)
