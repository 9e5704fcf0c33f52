"""Effects: one file each. To add one: a Struct, its place in deciding, a name in the union.

Points and multiply make awards (`awards.py`), discounts lower prices (`discounts/`), the others are
outcomes that the flow carries out.
"""

from service.rules.effects.discount import Bundle, Discount
from service.rules.effects.give_coupon import GiveCoupon
from service.rules.effects.multiply import Multiply
from service.rules.effects.points import Points
from service.rules.effects.set_tier import SetTier

Effect = Points | Multiply | SetTier | Discount | GiveCoupon

__all__ = [
    "Bundle",
    "Discount",
    "Effect",
    "GiveCoupon",
    "Multiply",
    "Points",
    "SetTier",
]
