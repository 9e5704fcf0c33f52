"""What is known of a file's import, and what members bring along."""

import datetime as dt
import enum
from typing import Annotated

import msgspec

from service.kernel.text import AMOUNT_MAX, Instant, Name


class Kind(enum.StrEnum):
    """What the rows of a file are; stored."""

    MEMBERS = "members"
    PURCHASES = "purchases"


class Run(msgspec.Struct, frozen=True):
    """Rows of the file, in the order of the import, that need not be looked at again."""

    kind: Kind
    rows_done: int


class Opening(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A lot of an earlier system, in units of the wallet, as far as it is left.

    `earned_at` absent: with the enrolment. `expires_at` null: never; absent: by the wallet's
    policy, from `earned_at`, or from the import when that is absent too.
    """

    wallet: Name
    amount: Annotated[int, msgspec.Meta(ge=1, le=AMOUNT_MAX)]
    earned_at: Instant | None = None
    expires_at: Instant | msgspec.UnsetType | None = msgspec.UNSET

    def earned(self, enrolled_at: dt.datetime) -> dt.datetime:
        """When it was earned, UTC."""
        return self.earned_at.astimezone(dt.UTC) if self.earned_at else enrolled_at
