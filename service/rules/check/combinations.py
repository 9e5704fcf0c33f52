"""How many ways the discounts of the rules can be combined: deciding tries them all."""

import collections
import datetime as dt
import math
import zoneinfo
from collections.abc import Iterable
from typing import Final

import msgspec

from service.rules.check.cursor import Cursor
from service.rules.document import Campaign
from service.rules.early import early_start
from service.rules.effects import Discount

COMBINATIONS_MAX: Final = 4096
_Choices = collections.Counter[str | None]  # exclusive group -> its discounts; None: not stackable


def bounded(at: Cursor, campaigns: Iterable[Campaign], zone: zoneinfo.ZoneInfo) -> None:
    """Refuse rules that can make too many combinations for one cart, coupons left aside.

    An upper bound: it supposes that one cart meets the conditions of every rule whose campaign
    runs for somebody. Of a group one discount or none is taken, and each one outside that does not
    stack is taken or not.
    """
    offering = [(campaign, choices) for campaign in campaigns if (choices := _choices(campaign))]
    offering = [(_widest(campaign, zone), choices) for campaign, choices in offering]
    starts = {None, *(campaign.from_at for campaign, _ in offering)}
    if any(_too_many(_at_once(offering, start)) for start in starts):
        at.fail(
            "exclusive groups and discounts that are not stackable can make more than "
            f"{COMBINATIONS_MAX} combinations, counted as if all rules of campaigns that run at "
            "the same time met one cart: put more of them into one exclusive_group"
        )


def _widest(campaign: Campaign, zone: zoneinfo.ZoneInfo) -> Campaign:
    """From when it runs for members of the club that has it earlier."""
    sooner = early_start(campaign.early_access, campaign.from_at, zone)
    return campaign if sooner is None else msgspec.structs.replace(campaign, from_at=sooner)


def _choices(campaign: Campaign) -> _Choices:
    discounts = (e for rule in campaign.rules for e in rule.then if isinstance(e, Discount))
    return collections.Counter(
        effect.exclusive_group
        for effect in discounts
        if effect.exclusive_group is not None or not effect.stackable
    )


def _at_once(offering: Iterable[tuple[Campaign, _Choices]], start: dt.datetime | None) -> _Choices:
    """What runs at the instant; None: before any campaign with a first day."""
    found: _Choices = collections.Counter()
    for campaign, choices in offering:
        begun = campaign.from_at is None or (start is not None and campaign.from_at <= start)
        ended = campaign.until_at is not None and start is not None and campaign.until_at <= start
        if begun and not ended:
            found += choices
    return found


def _too_many(choices: _Choices) -> bool:
    alone = min(choices[None], COMBINATIONS_MAX.bit_length())  # beyond it is too many anyway
    ways = [2] * alone + [count + 1 for group, count in choices.items() if group is not None]
    return math.prod(ways) > COMBINATIONS_MAX
