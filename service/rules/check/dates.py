"""`from` and `until`: local days, both included, as a half-open interval of instants."""

import datetime as dt

from service.kernel.calendar import end_of_day, start_of_day
from service.rules.check import leaves
from service.rules.check.cursor import Fields
from service.rules.check.scope import Scope


def dates(fields: Fields, scope: Scope) -> tuple[dt.datetime | None, dt.datetime | None]:
    """[start of `from`, end of `until`) in the program's zone; None where a key is left out."""
    first, last = leaves.date(fields["from"]), leaves.date(fields["until"])
    if first is not None and last is not None and last < first:
        fields["until"].fail(f"'until' is before 'from', {first}")
    return (
        None if first is None else start_of_day(first, scope.zone),
        None if last is None else end_of_day(last, scope.zone),
    )
