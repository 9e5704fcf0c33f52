"""Segments: groups of members that are computed; nobody joins one."""

from service.kernel.texts import Described
from service.rules.cart import NOTHING
from service.rules.case import Case, Terms
from service.rules.conditions.group import Group
from service.rules.conditions.logic import Condition
from service.rules.facts import Facts
from service.rules.needs import Needs


class Segment(Described, frozen=True, kw_only=True, omit_defaults=True):
    """Who belongs to it is who the condition is true of now; it asks nothing about a purchase.

    `number` is given at publish and never reused.
    """

    at: str
    id: str
    number: int = 0
    when: Condition


class CompiledSegment:
    """A segment, ready to be asked for.

    `needs`: what it reads, also by way of other segments and clubs.
    """

    __slots__ = (
        "_group",
        "_terms",
        "activity_windows",
        "id",
        "needs",
        "number",
        "segment",
        "windows",
    )

    def __init__(self, segment: Segment, group: Group, needs: Needs, terms: Terms) -> None:
        self.id = segment.id
        self.number = segment.number
        self.segment = segment
        self.needs = needs
        self.windows = needs.windows
        self.activity_windows = needs.activities
        self._group = group
        self._terms = terms

    def holds(self, facts: Facts) -> bool:
        """Whether the member of the facts belongs to it at their instant; nobody does not."""
        member = facts.member
        return member is not None and self._group.holds(Case(NOTHING, facts, member, self._terms))
