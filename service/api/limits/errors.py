"""What a caller is told who asks too often, or too much at once."""

import dataclasses
from typing import Any

from service.kernel.errors import TooMany, Unavailable


@dataclasses.dataclass(eq=False, kw_only=True)
class QuotaExceeded(TooMany):
    """More requests than the quota allows; wait as long as Retry-After says.

    `violated-policies` names the quotas, as RateLimit-Policy does.
    """

    retry_after_seconds: int
    violated: tuple[str, ...]

    def members(self) -> dict[str, Any]:
        """The name of the draft has a hyphen."""
        return _named(self)

    def detail(self) -> str:
        """Which quota, and until when."""
        return f"{', '.join(self.violated)}: again in {self.retry_after_seconds} s"


@dataclasses.dataclass(eq=False, kw_only=True)
class TooManyAtOnce(TooMany):
    """More requests of one client are at work than it may have at once; send fewer in parallel."""

    retry_after_seconds: int
    violated: tuple[str, ...]

    def members(self) -> dict[str, Any]:
        """The name of the draft has a hyphen."""
        return _named(self)


@dataclasses.dataclass(eq=False, kw_only=True)
class ReducedCapacity(Unavailable):
    """More requests are waiting than can be answered in a second; none of this one was done."""

    retry_after_seconds: int


def _named(error: QuotaExceeded | TooManyAtOnce) -> dict[str, Any]:
    return {
        "retry_after_seconds": error.retry_after_seconds,
        "violated-policies": error.violated,
    }
