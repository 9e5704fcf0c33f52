"""What a caller can run into with consents."""

import dataclasses
import datetime as dt

from service.kernel.errors import Unprocessable


@dataclasses.dataclass(eq=False, kw_only=True)
class SaidInTheFuture(Unprocessable):
    """The consent lies in the future; check the clock of its source."""

    now: dt.datetime
    pointer: str


@dataclasses.dataclass(eq=False, kw_only=True)
class ChannelTwice(Unprocessable):
    """One channel is named twice."""

    channel: str
    pointer: str
