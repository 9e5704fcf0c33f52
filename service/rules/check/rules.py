"""`rules` of a campaign: when + then, with a limit per member."""

import dataclasses
from typing import Final

from service.rules.check import leaves
from service.rules.check.conditions import condition
from service.rules.check.cursor import Cursor
from service.rules.check.effects import effects
from service.rules.check.limits import limit
from service.rules.check.scope import Scope
from service.rules.check.triggers import trigger
from service.rules.document import Rule
from service.rules.effects import Discount
from service.rules.triggers import On

KEYS: Final = ("id", "title", "priority", "trigger", "when", "limit", "then")
RULES_MAX: Final = 2000  # of the program
PRIORITY_MAX: Final = 1_000_000


def rule(at: Cursor, scope: Scope, seen: dict[str, Cursor]) -> Rule:
    """One rule; `seen` are the ids of the program so far, this one is added."""
    fields = at.identified("rule").fields(KEYS)
    name = leaves.ident(fields.need("id"))
    if name is not None and name in seen:
        fields["id"].fail(f"rule '{name}' is already at {seen[name].path}")
    elif name is not None:
        seen[name] = at
    cause = trigger(fields["trigger"], scope)
    if cause.on is not On.PURCHASE:
        is_told = cause.on is On.ACTIVITY
        scope = dataclasses.replace(scope, without_purchase=True, attributes=is_told)
    then = effects(fields.need("then"), scope)
    lowers_prices = any(isinstance(effect, Discount) for effect in then)
    return Rule(
        at=at.path,
        id=name or "",
        title=leaves.texts(fields["title"]),
        trigger=cause,
        priority=leaves.whole(fields["priority"], -PRIORITY_MAX, PRIORITY_MAX) or 0,
        when=condition(fields["when"], dataclasses.replace(scope, before_discounts=lowers_prices)),
        limit=limit(fields["limit"]),
        then=then,
    )
