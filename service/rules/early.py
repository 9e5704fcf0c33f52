"""When something begins for members of a club who have it earlier than everybody."""

import datetime as dt
import zoneinfo

from service.kernel.calendar import shift
from service.rules.case import Case
from service.rules.clubs import EarlyAccess
from service.rules.conditions.belonging import in_club
from service.rules.conditions.fact import World
from service.rules.document import Campaign


def early_start(
    early: EarlyAccess | None, from_at: dt.datetime | None, tz: zoneinfo.ZoneInfo
) -> dt.datetime | None:
    """The instant it begins for them; None: nobody has it before the others."""
    return None if early is None or from_at is None else shift(from_at, early.by, tz, -1)


def is_on(
    campaign: Campaign, at: dt.datetime, case: Case, world: World, tz: zoneinfo.ZoneInfo
) -> bool:
    """Whether the campaign is on at the instant for the member of the case."""
    if campaign.until_at is not None and at >= campaign.until_at:
        return False
    if campaign.from_at is None or at >= campaign.from_at:
        return True
    early = campaign.early_access
    sooner = early_start(early, campaign.from_at, tz)
    if early is None or sooner is None or at < sooner:
        return False
    return in_club(early.club, world)(case)
