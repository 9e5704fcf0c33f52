"""`rules` of a campaign: when + then, with a limit per member."""

from typing import Final

from service.kernel.calendar import Period
from service.rules.check import leaves
from service.rules.check.conditions import condition
from service.rules.check.cursor import Cursor
from service.rules.check.effects import effects
from service.rules.check.scope import Scope
from service.rules.document import Limit, Rule
from service.rules.source import Leaf

KEYS: Final = ("id", "title", "priority", "trigger", "when", "limit", "then")
LIMIT_KEYS: Final = ("times", "per")
TRIGGER: Final = "purchase"
TRIGGERS_LATER: Final = (
    *("return", "enrol", "tier_change", "club_join", "activity", "birthday", "segment_enter"),
)
EVER: Final = "ever"
RULES_MAX: Final = 2000  # of the program
PRIORITY_MAX: Final = 1_000_000
TIMES_MAX: Final = 1_000_000


def rule(at: Cursor, scope: Scope, seen: dict[str, Cursor]) -> Rule:
    """One rule; `seen` are the ids of the program so far, this one is added."""
    fields = at.identified("rule").fields(KEYS)
    name = leaves.ident(fields.need("id"))
    if name is not None and name in seen:
        fields["id"].fail(f"rule '{name}' is already at {seen[name].path}")
    elif name is not None:
        seen[name] = at
    _trigger(fields["trigger"])
    return Rule(
        at=at.path,
        id=name or "",
        title=leaves.texts(fields["title"]),
        priority=leaves.whole(fields["priority"], -PRIORITY_MAX, PRIORITY_MAX) or 0,
        when=condition(fields["when"], scope),
        limit=_limit(fields["limit"]),
        then=effects(fields.need("then"), scope),
    )


def _trigger(at: Cursor) -> None:
    word = leaves.text(at)
    if word in TRIGGERS_LATER:
        at.fail(f"trigger '{word}' is not supported yet")
    elif word is not None and word != TRIGGER:
        at.unknown_value("trigger", word, (TRIGGER, *TRIGGERS_LATER))


def _limit(at: Cursor) -> Limit | None:
    if at.node is None:
        return None
    fields = at.fields(LIMIT_KEYS)
    times = leaves.whole(fields.need("times"), 1, TIMES_MAX) or 1
    per = fields["per"]
    word = per.node.text if isinstance(per.node, Leaf) else ""
    if per.node is None or word == EVER:
        return Limit(times)
    if word in tuple(Period):
        return Limit(times, period=Period(word))
    if not word[:1].isdigit():
        periods = (*Period, EVER)
        per.unknown_value("period", word, periods) if word else per.expected("a period")
        return Limit(times)
    return Limit(times, rolling=leaves.duration(per))
