"""What a caller can run into with streams of events."""

import dataclasses

from service.kernel.errors import TooMany, Unavailable


@dataclasses.dataclass(eq=False, kw_only=True)
class StreamsFull(Unavailable):
    """No more streams can be opened here right now; until then ask for the state itself."""

    retry_after_seconds: int

    def detail(self) -> str:
        """How long."""
        return f"try again in {self.retry_after_seconds} s"


@dataclasses.dataclass(eq=False, kw_only=True)
class TooManyStreams(TooMany):
    """The member has as many streams open as one may; close one of them."""

    streams_max: int
    retry_after_seconds: int

    def detail(self) -> str:
        """The limit."""
        return f"at most {self.streams_max}; try again in {self.retry_after_seconds} s"
