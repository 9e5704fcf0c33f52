"""What a caller can run into with holds."""

import dataclasses
import datetime as dt

from service.kernel.errors import Conflict, NotFound


class HoldNotFound(NotFound):
    """There is no such hold."""


@dataclasses.dataclass(eq=False, kw_only=True)
class HoldClosed(Conflict):
    """The hold has ended already."""

    state: str
    closed_at: dt.datetime

    def detail(self) -> str:
        """How."""
        return f"it was {self.state.replace('_', ' ')} at {self.closed_at.isoformat()}"


@dataclasses.dataclass(eq=False, kw_only=True)
class HoldTimedOut(Conflict):
    """The hold has timed out, and what it held is free again."""

    due_at: dt.datetime

    def detail(self) -> str:
        """Since when."""
        return f"it was due at {self.due_at.isoformat()}; ask for a new one"
