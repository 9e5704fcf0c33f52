"""Who belongs to something by a condition: to a segment, or to a club as long as it is true."""

from collections.abc import Callable

from service.rules.case import Case
from service.rules.conditions.finding import Finding


class Group:
    """A condition with a name, ready to be asked; `explain` is for people."""

    __slots__ = ("explain", "holds")

    def __init__(self, holds: Callable[[Case], bool], explain: Callable[[Case], Finding]) -> None:
        self.holds = holds
        self.explain = explain
