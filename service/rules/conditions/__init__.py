"""Conditions: one file each. To add one: a Struct, its closure and finding, a name in the union."""

from service.rules.conditions.activities import Activities
from service.rules.conditions.belonging import Belonging
from service.rules.conditions.fact import Fact
from service.rules.conditions.history import History
from service.rules.conditions.lines import Lines, LineTest
from service.rules.conditions.logic import All, AnyOf, Condition, Not
from service.rules.conditions.time_of_day import TimeOfDay

__all__ = [
    "Activities",
    "All",
    "AnyOf",
    "Belonging",
    "Condition",
    "Fact",
    "History",
    "LineTest",
    "Lines",
    "Not",
    "TimeOfDay",
]
