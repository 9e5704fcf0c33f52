"""What a caller can run into with purchases."""

import dataclasses
import datetime as dt
from typing import Any

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


@dataclasses.dataclass(eq=False, kw_only=True)
class CouponsRefused(Conflict):
    """A coupon cannot be granted; nothing was written. Leave it out, or present another."""

    reasons: tuple[dict[str, Any], ...]

    def detail(self) -> str:
        """Each coupon with its reason."""
        told = [f"{reason['coupon']}: {reason['reason']}" for reason in self.reasons]
        return "; ".join(told)


@dataclasses.dataclass(eq=False, kw_only=True)
class GiftCardsRefused(Conflict):
    """A gift card cannot pay so; nothing was written. Leave it out, or ask for less of it."""

    reasons: tuple[dict[str, Any], ...]

    def detail(self) -> str:
        """Each card with its reason."""
        told = [f"{reason['gift_card']}: {reason['reason']}" for reason in self.reasons]
        return "; ".join(told)


@dataclasses.dataclass(eq=False, kw_only=True)
class RedemptionRefused(Unprocessable):
    """So many units cannot be paid with on this cart; `most` can."""

    wallet: str
    reason: str
    most: int
    pointer: str

    def detail(self) -> str:
        """What can be done instead."""
        return f"{self.reason}: at most {self.most} units of '{self.wallet}' on this cart"


@dataclasses.dataclass(eq=False, kw_only=True)
class NotRedeemable(Unprocessable):
    """Units of this wallet cannot be paid with."""

    wallet: str
    pointer: str


@dataclasses.dataclass(eq=False, kw_only=True)
class NamedTwice(Unprocessable):
    """The same coupon, wallet or gift card is named twice; name each once."""

    pointer: str


class TooManyToCombine(Unprocessable):
    """Too many discounts exclude each other on this cart; present fewer coupons."""


class QuoteInvalid(Unprocessable):
    """The quote_id was not given by this service, or not to this client; ask for a quote again."""


@dataclasses.dataclass(eq=False, kw_only=True)
class QuoteExpired(Conflict):
    """The quote is not valid any more; ask for another."""

    valid_until: dt.datetime


class QuoteDiffers(Conflict):
    """The cart or the member is not the one that was quoted; ask for another quote."""


class QuoteNotGranted(Conflict):
    """Something that the quoted prices took from has been used up since; ask for another quote."""


class BelongsToAnother(Conflict):
    """The purchase is not whose it was said to be; who may move it names `from_member`."""


@dataclasses.dataclass(eq=False, kw_only=True)
class PurchaseBound(Conflict):
    """The purchase took something of its member's own; void it and record it anew."""

    reason: str

    def detail(self) -> str:
        """What it took: paid_with_units, personal_coupon or captured_hold."""
        return f"{self.reason}: void the purchase and record it anew"


class PurchaseVoid(Conflict):
    """The purchase is void."""


@dataclasses.dataclass(eq=False, kw_only=True)
class ClaimedTooLate(Conflict):
    """The purchase is older than the program lets anybody claim."""

    earliest: dt.datetime


class SearchTooWide(Unprocessable):
    """Too many purchases to look at; name a member, or a store and at most a week."""


class SpanInvalid(Unprocessable):
    """Name either the date `on` or an instant `from`, and an `until` that is later."""


class HoldOfAnother(Conflict):
    """The hold belongs to another member than the purchase."""
