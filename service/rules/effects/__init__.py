"""Effects: one file each. To add one: a Struct, its place in `awards.py`, a name in the union."""

from service.rules.effects.multiply import Multiply
from service.rules.effects.points import Points
from service.rules.effects.set_tier import SetTier

Effect = Points | Multiply | SetTier

__all__ = ["Effect", "Multiply", "Points", "SetTier"]
