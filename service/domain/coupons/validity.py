"""From when until when a coupon can be used. Pure.

What is written into a coupon at its issue is only how long it `lasts`. The template's dates are
read from the program in force, so that a later version prolongs or ends all coupons of a template.
"""

import datetime as dt
import zoneinfo

from service.domain.coupons.types import CouponRow, Moment
from service.kernel.calendar import shift
from service.rules.document import CouponTemplate
from service.rules.early import early_start


def end_of(template: CouponTemplate, issued_at: dt.datetime, tz: zoneinfo.ZoneInfo) -> Moment:
    """The end that a coupon is given at its issue; None: none of its own."""
    lasts = template.valid.lasts
    return None if lasts is None else shift(issued_at, lasts, tz)


def span(template: CouponTemplate, row: CouponRow | None) -> tuple[Moment, Moment]:
    """[from, until) by the template and, unless the code is a shared one, the coupon together."""
    parts: list[tuple[Moment, Moment]] = [(template.valid.from_at, template.valid.until_at)]
    if row is not None:
        parts.append((row.from_at, row.until_at))
    starts = [start for start, _ in parts if start is not None]
    ends = [end for _, end in parts if end is not None]
    return max(starts, default=None), min(ends, default=None)


def first_use(template: CouponTemplate, row: CouponRow | None, tz: zoneinfo.ZoneInfo) -> Moment:
    """From when anybody can use it: members of a club perhaps before all others."""
    start = early_start(template.early_access, template.valid.from_at, tz)
    starts = (start or template.valid.from_at, None if row is None else row.from_at)
    return max((one for one in starts if one is not None), default=None)


def uses_max(template: CouponTemplate) -> int:
    """How often each unique or personal code of the template can be used."""
    return template.uses or 1
