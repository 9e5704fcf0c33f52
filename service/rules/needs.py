"""What conditions have to be told before they can be asked, also by way of segments and clubs."""

from collections.abc import Iterable, Mapping
from typing import Final

from service.rules.conditions.activities import Activities, ActivityWindow
from service.rules.conditions.belonging import Belonging, Circle
from service.rules.conditions.fact import ACTIVITY, MEMBER, TIER, Fact
from service.rules.conditions.history import History, Window
from service.rules.conditions.logic import Condition, leaves
from service.rules.conditions.time_of_day import TimeOfDay

_NEEDS_NO_LOAD: Final = "member.known"  # true of every member there is
_BY_DAY: Final = ("now.", "member.is_birthday", "member.enrolled_days")


class Groups:
    """The conditions that have names. clubs: those with a rule that lets one in."""

    __slots__ = ("clubs", "segments")

    def __init__(self, clubs: Mapping[str, Condition], segments: Mapping[str, Condition]) -> None:
        self.clubs = clubs
        self.segments = segments

    def behind(self, test: Belonging) -> list[Condition]:
        """The conditions that decide the test besides what is stored of the member."""
        return list(self.named(test).values())

    def named(self, test: Belonging) -> dict[str, Condition]:
        """The same, each with what has it: `clubs.roasters`."""
        known = self.clubs if test.to is Circle.CLUBS else self.segments
        return {f"{test.to}.{name}": known[name] for name in test.names() if name in known}


class Needs:
    """windows, activities: the distinct ones, in the order they are read. facts: of scalar values.

    clubs: every club that is asked for. by_day: the answer may change at midnight by itself.
    """

    __slots__ = ("activities", "by_day", "clubs", "facts", "windows")

    def __init__(
        self,
        conditions: Iterable[Condition | None],
        groups: Groups,
        clubs: Iterable[str] = (),
    ) -> None:
        self.facts: set[str] = set()
        self.clubs = set(clubs)
        self.by_day = False
        windows: dict[Window, None] = {}
        activities: dict[ActivityWindow, None] = {}
        ways = [groups.clubs.get(club) for club in clubs]
        left = [condition for condition in (*conditions, *ways) if condition is not None]
        for condition in left:  # it grows
            for test in leaves(condition):
                match test:
                    case Fact():
                        self.facts.add(test.fact)
                        self.by_day = self.by_day or test.fact.startswith(_BY_DAY)
                    case History():
                        windows[test.window] = None
                    case Activities():
                        activities[test.window] = None
                    case Belonging():
                        self.clubs.update(test.names() if test.to is Circle.CLUBS else ())
                        left += [one for one in groups.behind(test) if one not in left]
                    case TimeOfDay():
                        self.by_day = True
                    case _:
                        pass
        self.windows = tuple(windows)
        self.activities = tuple(activities)

    @property
    def tiers(self) -> bool:
        """A tier is asked for."""
        return any(fact.startswith(TIER) for fact in self.facts)

    @property
    def person(self) -> bool:
        """A fact of the member is asked for that only his own record knows."""
        known = (TIER, ACTIVITY, _NEEDS_NO_LOAD)
        return any(fact.startswith(MEMBER) and not fact.startswith(known) for fact in self.facts)
