"""What a caller can run into with consents."""

import dataclasses
import datetime as dt

from service.kernel.errors import TooMany, Unprocessable


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


@dataclasses.dataclass(eq=False, kw_only=True)
class TooManyWords(TooMany):
    """The member has said more within a day than is written down of one."""

    words_max: int
    retry_after_seconds: int

    def detail(self) -> str:
        """The limit."""
        return f"at most {self.words_max} within a day; only what takes a consent back goes on"
