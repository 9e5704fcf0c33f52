"""The pictures of the report."""

import datetime as dt
import html
from collections.abc import Sequence
from typing import Final

from service.demo.figures import WEEK, Figures, RuleFigure
from service.demo.plot import WIDTH, Frame, number

TIER_CLASSES: Final = ("tier0", "tier1", "tier2", "tier3", "tier4", "tier5")
RULES_MAX: Final = 12
_ROW, _NAME, _VALUE = 34, 300, 250


def _since(figures: Figures) -> dt.datetime:
    return figures.weeks[0].ends_at - WEEK


def _frame(figures: Figures, top: int, height: int) -> tuple[Frame, list[dt.datetime]]:
    ends = [week.ends_at for week in figures.weeks]
    return Frame(_since(figures), ends[-1], top, height), ends


def _span(figures: Figures, n: int) -> str:
    until = figures.weeks[n].ends_at
    since = figures.weeks[n - 1].ends_at if n else _since(figures)
    return f"{since:%d %b} - {until:%d %b %Y}"


def outstanding(figures: Figures) -> str:
    """Units outstanding at the end of each week."""
    values = [week.outstanding for week in figures.weeks]
    frame, ends = _frame(figures, max(values), 240)
    return frame.svg(
        "Points outstanding at the end of each week",
        frame.area(ends, [0] * len(ends), values, "area"),
        frame.line(ends, values, "curve"),
        frame.hints(ends, lambda n: f"{ends[n]:%d %b %Y}: {number(values[n])} outstanding"),
    )


def issued(figures: Figures) -> str:
    """Units issued in each week."""
    values = [week.issued for week in figures.weeks]
    frame, ends = _frame(figures, max(values), 200)
    return frame.svg(
        "Points issued in each week",
        frame.columns(ends, values, "column"),
        frame.hints(ends, lambda n: f"{_span(figures, n)}: {number(values[n])} issued"),
    )


def tiers(figures: Figures) -> str:
    """Members by tier, the highest on top."""
    totals = [sum(week.by_tier) for week in figures.weeks]
    frame, ends = _frame(figures, max(totals), 300)
    low = [0] * len(ends)
    areas = []
    for rank in range(len(figures.tiers)):
        high = [a + week.by_tier[rank] for a, week in zip(low, figures.weeks, strict=True)]
        areas.append(frame.area(ends, low, high, TIER_CLASSES[rank % len(TIER_CLASSES)]))
        low = high

    def hint(n: int) -> str:
        by_tier = zip(figures.tiers, figures.weeks[n].by_tier, strict=True)
        told = ", ".join(f"{tier} {number(count)}" for tier, count in by_tier)
        return f"{ends[n]:%d %b %Y}: {told}"

    return frame.svg("Members by tier at the end of each week", *areas, frame.hints(ends, hint))


def rules(found: Sequence[RuleFigure]) -> str:
    """The rules that gave most, a bar each."""
    shown = found[:RULES_MAX]
    top = max((rule.points for rule in shown), default=1) or 1
    rows = [_bar(n, rule, top) for n, rule in enumerate(shown)]
    height = _ROW * len(shown) + 4
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="Points by rule">'
        f"{''.join(rows)}</svg>"
    )


def _bar(n: int, rule: RuleFigure, top: int) -> str:
    y = n * _ROW + 4
    width = rule.points * (WIDTH - _NAME - _VALUE) // top
    share = f"{rule.share_permille // 10}.{rule.share_permille % 10} %"
    return (
        f'<text class="name" x="0" y="{y + 13}">{html.escape(rule.rule)}</text>'
        f'<text class="axis" x="0" y="{y + 26}">{html.escape(_cut(rule.campaign))}</text>'
        f'<rect class="column" x="{_NAME}" y="{y + 3}" width="{max(width, 1)}" height="20" rx="2"/>'
        f'<text class="value" x="{_NAME + max(width, 1) + 8}" y="{y + 18}">{number(rule.points)}'
        f'<tspan class="axis"> {share} · {number(rule.purchases)} purchases</tspan></text>'
    )


def _cut(text: str, length: int = 48) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
