"""`set_tier: {ladder: main, tier: gold, for: 3 months}`: a floor under the tier, with an end."""

import datetime as dt
import zoneinfo

import msgspec

from service.kernel.calendar import Duration, shift


class SetTier(msgspec.Struct, frozen=True, tag="set_tier", tag_field="do", omit_defaults=True):
    """The member stands at least at `tier` from the purchase for the duration (None: for ever)."""

    at: str
    ladder: str
    tier: str
    lasts: Duration | None = None

    def until(self, at: dt.datetime, tz: zoneinfo.ZoneInfo) -> dt.datetime | None:
        """The end of a floor laid at the instant; None: for ever."""
        return None if self.lasts is None else shift(at, self.lasts, tz)
