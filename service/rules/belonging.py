"""The clubs and segments of a program, compiled: they may name each other, never in a circle."""

from service.rules.case import Case, Terms
from service.rules.clubs import CompiledClub
from service.rules.conditions.fact import World
from service.rules.conditions.finding import Finding
from service.rules.conditions.group import Group
from service.rules.conditions.lines import Filters
from service.rules.conditions.logic import Condition, compile_condition, explain_condition
from service.rules.document import Document
from service.rules.needs import Groups, Needs
from service.rules.segments import CompiledSegment


class Belongings:
    """clubs, segments: by id, in the order of the file. groups: the conditions they have.

    What of them other conditions ask is filled into the world.
    """

    __slots__ = ("clubs", "groups", "segments")

    def __init__(self, document: Document, world: World, filters: Filters, terms: Terms) -> None:
        rules = {club.id: club.by_rule() for club in document.clubs}
        ways = {name: rule.when for name, rule in rules.items() if rule is not None}
        self.groups = Groups(ways, {one.id: one.when for one in document.segments})
        for name, when in self.groups.clubs.items():
            world.clubs[name] = _group(when, world, filters)
        for name, when in self.groups.segments.items():
            world.segments[name] = _group(when, world, filters)
        self.clubs = {
            club.id: CompiledClub(
                club,
                world.clubs.get(club.id),
                Needs([self.groups.clubs.get(club.id)], self.groups),
                terms,
            )
            for club in document.clubs
        }
        self.segments = {
            one.id: CompiledSegment(
                one, world.segments[one.id], Needs([one.when], self.groups), terms
            )
            for one in document.segments
        }


def _group(when: Condition, world: World, filters: Filters) -> Group:
    def explain(case: Case) -> Finding:
        return explain_condition(when, case, world, filters)

    return Group(compile_condition(when, world, filters), explain)
