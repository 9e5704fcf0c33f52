"""What a caller can run into with activities."""

import dataclasses
import datetime as dt

from service.kernel.errors import Unprocessable


class ActivityKeyReused(Unprocessable):
    """Another activity was recorded under this source and external_id."""


@dataclasses.dataclass(eq=False, kw_only=True)
class ActivityTooOld(Unprocessable):
    """The activity is older than the program accepts."""

    earliest: dt.datetime
    pointer: str = "/occurred_at"


@dataclasses.dataclass(eq=False, kw_only=True)
class ActivityInTheFuture(Unprocessable):
    """The activity lies in the future; check the clock of its source."""

    now: dt.datetime
    pointer: str = "/occurred_at"
