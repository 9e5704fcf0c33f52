"""`history.spend: {within: 30d, gte: 5000 EUR}`: earlier purchases of the member in a window."""

import enum
import operator
from collections.abc import Callable
from typing import Final

import msgspec

from service.kernel.calendar import Duration
from service.rules.cart import LineKind
from service.rules.case import Case
from service.rules.conditions.finding import Finding
from service.rules.facts import Past
from service.rules.values import Test, compile_test, describe


class Metric(enum.StrEnum):
    """Net of returns known now; fully returned purchases are not counted."""

    SPEND = "spend"  # minor units
    PURCHASES = "purchases"  # count
    QUANTITY = "quantity"  # thousandths


class Window(msgspec.Struct, frozen=True, omit_defaults=True):
    """Which purchases: effective time in (t - within, t), the current one left out."""

    within: Duration | None = None  # None: ever
    channel: str | None = None
    store: str | None = None
    category: str | None = None

    def key(self) -> str:
        """Stable text of the window: the key of `Facts.history`."""
        parts = (self.within or "ever", self.channel or "", self.store or "", self.category or "")
        return "|".join(str(part) for part in parts)


class History(msgspec.Struct, frozen=True, tag="history", tag_field="if", omit_defaults=True):
    """`including_this` adds the purchase being decided."""

    at: str
    metric: Metric
    window: Window
    test: Test
    including_this: bool = False


_READERS: Final[dict[Metric, Callable[[Past], int]]] = {
    Metric.SPEND: operator.attrgetter("spend"),
    Metric.PURCHASES: operator.attrgetter("purchases"),
    Metric.QUANTITY: operator.attrgetter("quantity"),
}
_WHOLE: Final[dict[Metric, Callable[[Case], int]]] = {
    Metric.SPEND: Case.total,
    Metric.PURCHASES: lambda _: 1,
    Metric.QUANTITY: Case.quantity,
}


def compile_value(condition: History) -> Callable[[Case], int]:
    """What the window holds, with this purchase when the condition includes it."""
    key, read = condition.window.key(), _READERS[condition.metric]
    missing = read(Past())

    def past(case: Case) -> int:
        held = case.facts.history.get(key)
        return missing if held is None else read(held)

    if not condition.including_this:
        return past
    this = _compile_this(condition.metric, condition.window)
    return lambda case: past(case) + this(case)


def compile_history(condition: History) -> Callable[[Case], bool]:
    """The condition as a function of the case."""
    value, check = compile_value(condition), compile_test(condition.test)
    return lambda case: check(value(case))


def explain_history(condition: History, case: Case) -> Finding:
    """What the window holds against the test."""
    value = compile_value(condition)(case)
    return Finding(
        ok=compile_test(condition.test)(value),
        at=condition.at,
        want=describe(condition.test),
        got=str(value),
    )


def _compile_this(metric: Metric, window: Window) -> Callable[[Case], int]:
    """What the window would count of the purchase being decided; shipping is no spend."""
    channel, store, category = window.channel, window.store, window.category
    count = _WHOLE[metric] if category is None else _of_category(metric, category)
    if channel is None and store is None:
        return count

    def this(case: Case) -> int:
        elsewhere = (channel is not None and channel != case.cart.channel) or (
            store is not None and store != case.cart.store
        )
        return 0 if elsewhere else count(case)

    return this


def _of_category(metric: Metric, category: str) -> Callable[[Case], int]:
    def count(case: Case) -> int:
        found = case.groups("category").get(category, ())
        lines = case.lines
        match metric:
            case Metric.SPEND:
                return sum([case.paid[n] for n in found if lines[n].kind is not LineKind.SHIPPING])
            case Metric.PURCHASES:
                return 1 if found else 0
            case Metric.QUANTITY:
                return sum([lines[n].quantity for n in found])

    return count
