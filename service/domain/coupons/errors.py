"""What a caller can run into with coupons."""

import dataclasses

from service.kernel.errors import Conflict, NotFound, TooMany, Unprocessable


@dataclasses.dataclass(eq=False, kw_only=True)
class UnknownTemplate(Unprocessable):
    """The program in force has no such coupon template."""

    template: str
    pointer: str = "/template"

    def detail(self) -> str:
        """Names it."""
        return f"there is no coupon template '{self.template}'"


@dataclasses.dataclass(eq=False, kw_only=True)
class TemplateNotForBatches(Unprocessable):
    """Only a template without `code` and without `personal` has unique codes."""

    template: str
    pointer: str = "/template"


@dataclasses.dataclass(eq=False, kw_only=True)
class TemplateNotPersonal(Unprocessable):
    """Only a template that is `personal` is given into a member's list."""

    template: str
    pointer: str = "/template"


class CouponNotFound(NotFound):
    """There is no such coupon; a shared code is changed in the program."""


class NamedByCodeOrId(Unprocessable):
    """Name the coupon by `code` or by `coupon_id`, one of the two."""


class BatchNotFound(NotFound):
    """There is no such batch of coupons."""


class BatchImported(Conflict):
    """These codes were brought in from elsewhere; only keyed hashes of them are kept."""


@dataclasses.dataclass(eq=False, kw_only=True)
class TooManyCodes(TooMany):
    """Too many codes that do not exist were tried; wait before the next one."""

    retry_after_seconds: int

    def detail(self) -> str:
        """How long."""
        return f"try again in {self.retry_after_seconds} s"
