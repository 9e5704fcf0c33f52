"""What a caller can run into with purchases."""

import dataclasses
import datetime as dt

from service.kernel.errors import Conflict, NotFound, Unprocessable


class PurchaseNotFound(NotFound):
    """There is no such purchase."""


@dataclasses.dataclass(eq=False, kw_only=True)
class LineInvalid(Unprocessable):
    """A line cannot be read."""

    pointer: str
    problem: str

    def detail(self) -> str:
        """Where and what."""
        return f"{self.pointer}: {self.problem}"


@dataclasses.dataclass(eq=False, kw_only=True)
class TotalInvalid(Unprocessable):
    """The amounts do not fit together."""

    pointer: str
    problem: str

    def detail(self) -> str:
        """Where and what."""
        return f"{self.pointer}: {self.problem}"


@dataclasses.dataclass(eq=False, kw_only=True)
class CurrencyMismatch(Unprocessable):
    """The program counts in another currency."""

    expected: str
    pointer: str = "/currency"

    def detail(self) -> str:
        """Which one."""
        return f"this program counts in {self.expected}"


@dataclasses.dataclass(eq=False, kw_only=True)
class UnknownChannel(Unprocessable):
    """The program does not know this channel."""

    channel: str
    allowed: tuple[str, ...]
    pointer: str = "/channel"


@dataclasses.dataclass(eq=False, kw_only=True)
class UnknownStore(Unprocessable):
    """The program does not know this store."""

    store: str
    pointer: str = "/store"


@dataclasses.dataclass(eq=False, kw_only=True)
class BackdateTooFar(Unprocessable):
    """The purchase is older than the program accepts; import it instead."""

    earliest: dt.datetime
    pointer: str = "/occurred_at"


@dataclasses.dataclass(eq=False, kw_only=True)
class InTheFuture(Unprocessable):
    """The purchase lies in the future; check the clock of the till."""

    now: dt.datetime
    pointer: str = "/occurred_at"


class NaturalKeyReused(Unprocessable):
    """Another purchase was recorded under this channel and external_id."""


@dataclasses.dataclass(eq=False, kw_only=True)
class DecisionDiffers(Conflict):
    """What was charged differs from what the program decides; nothing was written."""

    charged: int
    decided: int

    def detail(self) -> str:
        """Both totals."""
        return (
            f"charged {self.charged}, decided {self.decided}; record it or charge what is decided"
        )
