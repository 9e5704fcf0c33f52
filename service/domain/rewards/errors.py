"""What a caller can run into with rewards."""

import dataclasses
import datetime as dt

from service.kernel.errors import Conflict, NotFound, Unprocessable
from service.rules.rewards import WhyNot


@dataclasses.dataclass(eq=False, kw_only=True)
class UnknownReward(Unprocessable):
    """The program in force has no such reward."""

    reward: str
    pointer: str = "/reward"

    def detail(self) -> str:
        """Names it."""
        return f"there is no reward '{self.reward}'"


@dataclasses.dataclass(eq=False, kw_only=True)
class RewardNotAvailable(Conflict):
    """The member cannot have this reward now."""

    reward: str
    why: tuple[WhyNot, ...]

    def detail(self) -> str:
        """The reasons."""
        return f"'{self.reward}': {', '.join(one.reason for one in self.why)}"


class RedemptionNotFound(NotFound):
    """There is no such redemption."""


@dataclasses.dataclass(eq=False, kw_only=True)
class RedemptionClosed(Conflict):
    """The redemption has ended already, and this cannot be done with it any more."""

    state: str
    closed_at: dt.datetime

    def detail(self) -> str:
        """How and when."""
        return f"it has been {self.state.replace('_', ' ')} since {self.closed_at.isoformat()}"


class NothingToHandOver(Conflict):
    """The reward was a coupon, which is in the member's list since it was granted."""


@dataclasses.dataclass(eq=False, kw_only=True)
class CouponInUse(Conflict):
    """The coupon of the redemption was used, or an open checkout has it; it cannot be cancelled."""

    coupon_id: str

    def detail(self) -> str:
        """Which one, and what to do."""
        return f"bring back what coupon {self.coupon_id} was used for, or release the checkout"
