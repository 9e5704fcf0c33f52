"""`when`: conditions over facts, with `all`, `any` and `not` among them."""

import re
from typing import Final

from service.rules.check import circles, comparisons, leaves
from service.rules.check.cursor import Cursor, Fields
from service.rules.check.scope import Scope
from service.rules.check.where import where
from service.rules.conditions import (
    Activities,
    All,
    AnyOf,
    Belonging,
    Condition,
    Fact,
    History,
    Lines,
    Not,
    TimeOfDay,
)
from service.rules.conditions.activities import ActivityWindow
from service.rules.conditions.belonging import Circle
from service.rules.conditions.fact import ACTIVITY
from service.rules.conditions.history import Metric, Window
from service.rules.registry import BUILT_IN_LINE_FIELDS, LATER, Info, Kind, Origin
from service.rules.values import Test

CONDITIONS_MAX: Final = 64  # of a rule, tests of line fields included
DEPTH_MAX: Final = 8  # of any, all, not inside each other
ALTERNATIVES_MAX: Final = 64  # in one any or all
LOGIC: Final = ("all", "any", "not")
WINDOW_KEYS: Final = ("within", "channel", "store", "category", "including_this")
LINES_KEYS: Final = ("where", "amount", "quantity")
BELONGING_KEYS: Final = ("has", "has_any", "has_none")
ACTIVITY_KEYS: Final = ("name", "within")
AFTER_DISCOUNTS: Final = "cart.total"
BY_THE_MINUTE: Final = "now.time"
_LINE_SUMS: Final = {info.name: info for info in BUILT_IN_LINE_FIELDS}


def condition(at: Cursor, scope: Scope) -> Condition | None:
    """The condition of a rule, within the limits; None when there is none."""
    if at.node is None:
        return None
    found = _mapping(at, scope, 0)
    count = circles.size(found)
    if count > CONDITIONS_MAX:
        at.fail(f"{count} conditions, at most {CONDITIONS_MAX} are allowed in a rule")
    elif circles.named(found):
        circles.bounded(at, circles.load(found, scope.loads))
    return found


def _mapping(at: Cursor, scope: Scope, depth: int) -> Condition:
    children = list(at.children("a mapping of conditions"))
    parts = [_part(child, scope, depth) for child in children]
    found = tuple(part for part in parts if part is not None)
    if not children and at.got() == "a mapping":
        at.fail("expected at least one condition")
    return found[0] if len(found) == 1 else All(at.path, found)


def _part(at: Cursor, scope: Scope, depth: int) -> Condition | None:
    name = at.key.text if at.key else ""
    facts = scope.registry.facts
    if name in LOGIC:
        return _logic(at, name, scope, depth + 1)
    reason = _not_here(name, facts.get(name), scope)
    if reason is not None:
        at.fail_key(reason)
    elif name in facts:
        return _fact(at, facts[name], scope)
    elif name.startswith(ACTIVITY):
        return _attribute(at, name, scope)
    elif name in LATER:
        at.fail_key(f"'{name}' is not supported yet")
    else:
        at.unknown_key("fact", [*facts, *LOGIC])
    return None


def _not_here(name: str, info: Info | None, scope: Scope) -> str | None:
    """Why a fact cannot be asked for in this place; None: it can."""
    if name == AFTER_DISCOUNTS and scope.before_discounts:
        return f"'{name}' is what discounts leave, so none may ask for it: use cart.subtotal"
    if info is not None and scope.without_purchase and info.origin is Origin.CART:
        return f"'{name}' is of a purchase, and there is none here: ask member, history, now"
    if name == BY_THE_MINUTE and scope.at_any_time:
        return f"'{name}' changes by the minute: who belongs is asked of a day at most"
    if name.startswith(ACTIVITY) and info is None and not scope.attributes:
        return f"'{name}' is of an activity: that needs 'trigger: {{activity: …}}'"
    return None


def _logic(at: Cursor, word: str, scope: Scope, depth: int) -> Condition | None:
    if depth > DEPTH_MAX:
        at.fail_key(f"more than {DEPTH_MAX} of any, all and not inside each other")
        return None
    if word == "not":
        return Not(at.path, _mapping(at, scope, depth))
    items = at.items("a list of conditions", least=1, most=ALTERNATIVES_MAX)
    parts = tuple(_mapping(item, scope, depth) for item in items)
    return AnyOf(at.path, parts) if word == "any" else All(at.path, parts)


def _attribute(at: Cursor, name: str, scope: Scope) -> Fact:
    if not re.fullmatch(leaves.ACTIVITY_PATTERN[1:-1], name.removeprefix(ACTIVITY)):
        at.fail_key("no attribute of an activity is called so: a-z, 0-9, - and _, a letter first")
    info = Info(name, Kind.ANY, Origin.ACTIVITY, "an attribute of the activity")
    return Fact(at.path, name, comparisons.test(at, info, scope.currency))


def _fact(at: Cursor, info: Info, scope: Scope) -> Condition:
    if info.kind is Kind.GROUPS:
        return _belonging(at, info)
    if info.origin is Origin.ACTIVITY:
        return _activities(at, info, scope)
    if info.kind is Kind.LINES:
        return _lines(at, scope)
    if info.kind is Kind.TIME:
        return _time(at)
    if info.origin is Origin.HISTORY:
        return _history(at, info, scope)
    return Fact(at.path, info.name, comparisons.test(at, info, scope.currency))


def _belonging(at: Cursor, info: Info) -> Belonging:
    to = Circle(info.name.removeprefix("member."))
    fields = at.fields(BELONGING_KEYS)
    if not fields.found and fields.clean and at.got() == "a mapping":
        at.fail(f"needs at least one of {', '.join(BELONGING_KEYS)}")
    what = to.removesuffix("s")

    def one(of: Cursor) -> str | None:
        if not info.values and of.node is not None:
            of.fail(f"the program declares no {what}")
            return None
        return leaves.choice(of, info.values, what)

    def several(of: Cursor) -> tuple[str, ...]:
        found = [one(item) for item in of.items(f"a list of {to}", 1, ALTERNATIVES_MAX)]
        return tuple(dict.fromkeys(name for name in found if name is not None))

    return Belonging(
        at=at.path,
        to=to,
        has=one(fields["has"]),
        has_any=several(fields["has_any"]),
        has_none=several(fields["has_none"]),
    )


def _activities(at: Cursor, info: Info, scope: Scope) -> Activities:
    fields = at.fields((*ACTIVITY_KEYS, *comparisons.operators(info.kind)))
    window = ActivityWindow(
        leaves.activity(fields.need("name")) or "", leaves.duration(fields["within"])
    )
    return Activities(at.path, window, comparisons.test_of(fields, info, scope.currency))


def _lines(at: Cursor, scope: Scope) -> Lines:
    fields = at.fields(LINES_KEYS)
    if not fields.found and fields.clean and at.got() == "a mapping":
        at.fail(f"needs at least one of {', '.join(LINES_KEYS)}")
    return Lines(
        at=at.path,
        where=where(fields["where"], scope.registry.line_fields, scope.currency),
        amount=_sum(fields, "amount", scope),
        quantity=_sum(fields, "quantity", scope),
    )


def _sum(fields: Fields, name: str, scope: Scope) -> Test | None:
    if name not in fields:
        return None
    return comparisons.test(fields[name], _LINE_SUMS[name], scope.currency)


def _time(at: Cursor) -> TimeOfDay:
    fields = at.fields(("from", "to"))
    since = leaves.time_of_day(fields.need("from"))
    until = leaves.time_of_day(fields.need("to"))
    if since == 1440:  # noqa: PLR2004
        fields["from"].fail("a time of day starts at 00:00, not at 24:00")
    elif since is not None and since == until:
        fields["to"].fail("expected another time than 'from'")
    return TimeOfDay(at=at.path, since=since or 0, until=until or 0)


def _history(at: Cursor, info: Info, scope: Scope) -> History:
    fields = at.fields((*comparisons.operators(info.kind), *WINDOW_KEYS))
    facts = scope.registry.facts
    window = Window(
        within=leaves.duration(fields["within"]),
        channel=_one(fields["channel"], facts["cart.channel"]),
        store=_one(fields["store"], facts["cart.store"]),
        category=_category(fields["category"], scope),
    )
    if scope.without_purchase:
        fields["including_this"].fail_key("there is no purchase here that could be included")
    return History(
        at=at.path,
        metric=Metric(info.name.removeprefix("history.")),
        window=window,
        test=comparisons.test_of(fields, info, scope.currency),
        including_this=leaves.flag(fields["including_this"]) or False,
    )


def _category(at: Cursor, scope: Scope) -> str | None:
    info = scope.registry.line_fields.get("category")
    if info is None:
        at.fail_key("line field 'category' is not declared in line_fields")
        return None
    return _one(at, info)


def _one(at: Cursor, info: Info) -> str | None:
    found = comparisons.value(at, info, None)
    return found if isinstance(found, str) else None
