"""`limit`: how often one member may have something, and within which time."""

from typing import Final

from service.kernel.calendar import Period
from service.rules.check import leaves
from service.rules.check.cursor import Cursor
from service.rules.document import Limit
from service.rules.source import Leaf

KEYS: Final = ("times", "per")
EVER: Final = "ever"
TIMES_MAX: Final = 1_000_000


def limit(at: Cursor) -> Limit | None:
    """`{times: 1, per: month}`; None where nothing is written."""
    if at.node is None:
        return None
    fields = at.fields(KEYS)
    return limited(fields.need("times"), fields["per"])


def limited(times_at: Cursor, per: Cursor) -> Limit:
    """So many times per calendar period or rolling time; without one: ever."""
    times = leaves.whole(times_at, 1, TIMES_MAX) or 1
    word = per.node.text if isinstance(per.node, Leaf) else ""
    if per.node is None or word == EVER:
        return Limit(times)
    if word in tuple(Period):
        return Limit(times, period=Period(word))
    if not word[:1].isdigit():
        periods = (*Period, EVER)
        per.unknown_value("period", word, periods) if word else per.expected("a period")
        return Limit(times)
    return Limit(times, rolling=leaves.duration(per))
