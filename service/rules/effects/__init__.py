"""Effects: one file each. To add one: a Struct, its place in deciding, a name in the union.

Points and multiply make awards (`awards.py`), discounts lower prices (`discounts/`), the others are
outcomes that the flow carries out.
"""

from service.rules.effects.discount import Bundle, Discount
from service.rules.effects.give_badge import GiveBadge
from service.rules.effects.give_coupon import GiveCoupon
from service.rules.effects.invite_to_club import InviteToClub
from service.rules.effects.multiply import Multiply
from service.rules.effects.points import Points
from service.rules.effects.set_tier import SetTier
from service.rules.effects.tell_event import TellEvent

Effect = Points | Multiply | SetTier | Discount | GiveCoupon | GiveBadge | InviteToClub | TellEvent

__all__ = [
    "Bundle",
    "Discount",
    "Effect",
    "GiveBadge",
    "GiveCoupon",
    "InviteToClub",
    "Multiply",
    "Points",
    "SetTier",
    "TellEvent",
]
