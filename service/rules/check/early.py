"""`early_access`: members of a club have something sooner than everybody."""

from typing import Final

from service.rules.check import leaves
from service.rules.check.cursor import Cursor
from service.rules.check.scope import Scope
from service.rules.clubs import EarlyAccess

KEYS: Final = ("club", "by")


def early_access(at: Cursor, scope: Scope, *, starts: bool) -> EarlyAccess | None:
    """`{club: roasters, by: 7d}`; `starts`: there is a first day for everybody."""
    if at.node is None:
        return None
    fields = at.fields(KEYS)
    club = leaves.choice(fields.need("club"), scope.clubs, "club")
    by = leaves.duration(fields.need("by"))
    if not starts:
        at.fail_key("without a 'from' everybody has it already")
    return None if club is None or by is None else EarlyAccess(club, by)
