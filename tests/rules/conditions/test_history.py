"""Windows of earlier purchases."""

import pytest

from service.kernel.calendar import Duration, Unit
from service.rules.cart import LineKind
from service.rules.conditions.history import (
    History,
    Metric,
    Window,
    compile_history,
    compile_value,
    explain_history,
)
from service.rules.facts import Past
from service.rules.values import Test
from tests.rules.builders import cart, case, facts, line

MONTH = Duration(30, Unit.DAY)
BOUGHT = cart(
    line(1000, category="coffee", quantity=2000, discount_given=100, charged_off=50),
    line(400, category="tea"),
    line(300, category="coffee", kind=LineKind.SHIPPING),
    line(5000, kind=LineKind.GIFT_CARD),
    channel="app",
)


def history(metric: Metric, window: Window, test: Test, *, this: bool = False) -> History:
    return History(at="$", metric=metric, window=window, test=test, including_this=this)


def values(window: Window, *, this: bool) -> tuple[int, ...]:
    seen = case(BOUGHT, facts(history={window.key(): Past(250_000, 12, 90_000)}))
    return tuple(
        compile_value(history(metric, window, Test(), this=this))(seen) for metric in Metric
    )


def test_the_key_names_the_window() -> None:
    assert Window().key() == "ever|||"
    assert Window(within=MONTH, channel="app", store="waw-01", category="tea").key() == (
        "30 days|app|waw-01|tea"
    )


def test_a_window_holds_what_the_facts_say() -> None:
    assert values(Window(within=MONTH), this=False) == (250_000, 12, 90_000)


@pytest.mark.parametrize(
    ("window", "spend", "purchases", "quantity"),
    [
        (Window(), 6250, 1, 5000),  # 850 + 400 + 5000, not the shipping
        (Window(channel="app"), 6250, 1, 5000),
        (Window(store="waw-01"), 6250, 1, 5000),
        (Window(channel="web"), 0, 0, 0),
        (Window(store="waw-02"), 0, 0, 0),
        (Window(channel="app", store="waw-02"), 0, 0, 0),
        (Window(category="coffee"), 850, 1, 3000),
        (Window(category="tea", channel="app"), 400, 1, 1000),
        (Window(category="wine"), 0, 0, 0),
    ],
)
def test_this_purchase_counts_where_the_window_would_count_it(
    window: Window, spend: int, purchases: int, quantity: int
) -> None:
    assert values(window, this=True) == (250_000 + spend, 12 + purchases, 90_000 + quantity)


def test_a_window_that_was_not_loaded_is_empty() -> None:
    first = history(Metric.PURCHASES, Window(), Test(eq=0))
    assert compile_history(first)(case(BOUGHT))


def test_this_purchase_may_reach_the_bound() -> None:
    seen = case(BOUGHT, facts(history={Window().key(): Past(493_750, 1, 0)}))
    assert compile_history(history(Metric.SPEND, Window(), Test(gte=500_000), this=True))(seen)
    assert not compile_history(history(Metric.SPEND, Window(), Test(gte=500_000)))(seen)


def test_the_finding_shows_what_the_window_holds() -> None:
    seen = case(BOUGHT, facts(history={Window().key(): Past(1, 2, 3)}))
    found = explain_history(history(Metric.PURCHASES, Window(), Test(gte=4), this=True), seen)
    assert (found.ok, found.at, found.want, found.got) == (False, "$", ">= 4", "3")
