"""A change of tier as something that rules may ask about."""

import datetime as dt

from service.rules.document import Ladder
from service.rules.triggers import Direction, Occasion, On


def occasion_of(ladder: Ladder, was: str, now: str, at: dt.datetime) -> Occasion:
    """A tier becomes another at an instant, once; up from one the ladder has not any more."""
    order = [tier.id for tier in ladder.tiers]
    is_up = now in order and (was not in order or order.index(now) > order.index(was))
    direction = Direction.UP if is_up else Direction.DOWN
    return Occasion(
        on=On.TIER_CHANGE,
        of=ladder.id,
        at=at,
        ref=f"{at.isoformat()}/{now}",
        attributes={"was": was, "now": now, "direction": direction.value},
    )
