"""What a caller can run into with gift cards."""

import dataclasses
import datetime as dt

from service.kernel.errors import Conflict, NotFound, TooMany, Unprocessable


class GiftCardNotFound(NotFound):
    """There is no such gift card, or its PIN is another."""


@dataclasses.dataclass(eq=False, kw_only=True)
class UnknownGiftCardKind(Unprocessable):
    """The program in force has no such kind of gift card."""

    kind: str
    pointer: str = "/kind"

    def detail(self) -> str:
        """Names it."""
        return f"there is no kind of gift card '{self.kind}'"


@dataclasses.dataclass(eq=False, kw_only=True)
class GiftCardAmountRefused(Unprocessable):
    """A gift card of this kind takes no less than `least` and no more than `most` at once."""

    least: int
    most: int
    pointer: str = "/amount"

    def detail(self) -> str:
        """The bounds."""
        return f"from {self.least} to {self.most} minor units at once"


@dataclasses.dataclass(eq=False, kw_only=True)
class GiftCardFull(Conflict):
    """The gift card would hold more than its kind may."""

    room: int

    def detail(self) -> str:
        """What there is room for."""
        return f"{self.room} minor units more are the most"


@dataclasses.dataclass(eq=False, kw_only=True)
class ActivationNeedsAmount(Unprocessable):
    """A gift card is activated with an amount, and has none before it is."""

    pointer: str = "/amount"


@dataclasses.dataclass(eq=False, kw_only=True)
class GiftCardWithoutPin(Unprocessable):
    """Gift cards of this kind have no PIN."""

    pointer: str = "/pin"


class GiftCardNotActive(Conflict):
    """The gift card has not been activated."""


@dataclasses.dataclass(eq=False, kw_only=True)
class GiftCardActive(Conflict):
    """The gift card is active already."""

    activated_at: dt.datetime

    def detail(self) -> str:
        """Since when."""
        return f"since {self.activated_at.isoformat()}"


class GiftCardIsBlocked(Conflict):
    """The gift card is blocked."""


@dataclasses.dataclass(eq=False, kw_only=True)
class TooManyPins(TooMany):
    """Too many wrong PINs of this gift card were tried; wait before the next one."""

    retry_after_seconds: int

    def detail(self) -> str:
        """How long."""
        return f"try again in {self.retry_after_seconds} s"


class GiftCardNamedByCodeOrId(Unprocessable):
    """Name the gift card by `code` or by `card_id`, one of the two."""


class GiftCardBatchNotFound(NotFound):
    """There is no such batch of gift cards."""
