"""What a caller can run into with operations."""

import dataclasses

from service.kernel.errors import Conflict, NotFound


class OperationNotFound(NotFound):
    """Nothing that was done has this id."""


@dataclasses.dataclass(eq=False, kw_only=True)
class NotUndoable(Conflict):
    """What was done cannot be undone by its nature; `instead` says what to do."""

    kind: str
    instead: str

    def detail(self) -> str:
        """What to do."""
        return f"{self.kind.replace('_', ' ')}: {self.instead}"


class OutsideUndoWindow(Conflict):
    """It is undone where it was done and on that business day; later, by who may undo anything."""


_WHY = {
    "units_missing": "{missing} of what it gave are spent, held, passed on or have lapsed",
    "coupon_used": "its coupon was used; return the purchase it was used on",
    "coupon_held": "its coupon stands in an open checkout; release that",
    "card_used": "the gift card was used since; undo that first, or hand back what is left on it",
    "household_dissolved": "the household is dissolved",
    "member_merged": "the member was merged into another one since; correct by hand what that has",
}


@dataclasses.dataclass(eq=False, kw_only=True)
class CannotBeUndone(Conflict):
    """What it gave is not all there any more.

    `why`: units_missing (`missing` of `wallet`), coupon_used, coupon_held, card_used,
    household_dissolved or member_merged.
    """

    why: str
    wallet: str | None = None
    missing: int | None = None

    def detail(self) -> str:
        """What is in the way."""
        return _WHY[self.why].format(missing=self.missing)
