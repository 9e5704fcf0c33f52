"""What the parts of a file may name: what its other sections declare."""

import dataclasses
import zoneinfo

from service.rules.check.circles import Loads
from service.rules.document import CouponTemplate, Ladder, Wallet
from service.rules.registry import Registry


@dataclasses.dataclass(frozen=True, slots=True)
class Scope:
    """`currency` None: the file's own is wrong, so any will do here.

    `before_discounts`: what is read is asked before our discounts are known, so that it cannot ask
    for what they leave. `without_purchase`: what is read is asked of a member who buys nothing;
    `at_any_time`: whenever the answer may have changed; `attributes`: when an activity is told.
    `loads`: what the conditions of segments and clubs ask.
    """

    currency: str | None
    zone: zoneinfo.ZoneInfo
    registry: Registry
    wallets: dict[str, Wallet]
    ladders: dict[str, Ladder]
    coupons: dict[str, CouponTemplate] = dataclasses.field(default_factory=dict)
    clubs: tuple[str, ...] = ()
    segments: tuple[str, ...] = ()
    badges: tuple[str, ...] = ()
    loads: Loads = dataclasses.field(default_factory=dict)
    before_discounts: bool = False
    without_purchase: bool = False
    at_any_time: bool = False
    attributes: bool = False

    def spendable(self) -> tuple[str, ...]:
        """Wallets that are not qualifying, in the order of the file."""
        return tuple(wallet.id for wallet in self.wallets.values() if not wallet.qualifying)
