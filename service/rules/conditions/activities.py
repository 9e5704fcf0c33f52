"""`activity.count: {name: visit-nearby, within: 30d, gte: 3}`: what the member did in a window."""

from collections.abc import Callable
from typing import Final

import msgspec

from service.kernel.calendar import Duration
from service.rules.case import Case
from service.rules.conditions.finding import Finding
from service.rules.values import Test, compile_test, describe

COUNT: Final = "activity.count"


class ActivityWindow(msgspec.Struct, frozen=True, omit_defaults=True):
    """Activities of this name with effective time in (t - within, t); `within` None: ever."""

    name: str
    within: Duration | None = None

    def key(self) -> str:
        """Stable text of the window: the key of `Facts.activities`."""
        return f"{self.name}|{self.within or 'ever'}"


class Activities(msgspec.Struct, frozen=True, tag="activities", tag_field="if"):
    """How many there were passes the test; none that is known is none."""

    at: str
    window: ActivityWindow
    test: Test


def compile_activities(condition: Activities) -> Callable[[Case], bool]:
    """The condition as a function of the case."""
    key, check = condition.window.key(), compile_test(condition.test)
    return lambda case: check(case.facts.activities.get(key, 0))


def explain_activities(condition: Activities, case: Case) -> Finding:
    """How many there were against the test."""
    count = case.facts.activities.get(condition.window.key(), 0)
    return Finding(
        ok=compile_test(condition.test)(count),
        at=condition.at,
        want=describe(condition.test),
        got=str(count),
    )
