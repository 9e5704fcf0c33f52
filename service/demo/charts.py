"""The pictures of the report."""

import datetime as dt
import html
from collections.abc import Sequence
from typing import Final

import msgspec

from service.demo.figures import WEEK, CouponFigure, Figures, RuleFigure
from service.demo.plot import WIDTH, Frame, money, number

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


def coupons_by_week(figures: Figures) -> str:
    """Coupons used in each week."""
    values = [week.coupons for week in figures.weeks]
    frame, ends = _frame(figures, max(values), 160)
    return frame.svg(
        "Coupons used in each week",
        frame.columns(ends, values, "column"),
        frame.hints(ends, lambda n: f"{_span(figures, n)}: {number(values[n])} coupons"),
    )


def coupons(found: Sequence[CouponFigure], currency: str) -> str:
    """The campaigns whose coupons were used most, a bar each."""
    return _bars(
        "Coupons used by campaign",
        [
            _Bar(one.title, "", one.used, number(one.used), f"{money(one.worth)} {currency}")
            for one in found[:RULES_MAX]
        ],
    )


def rules(found: Sequence[RuleFigure]) -> str:
    """The rules that gave most, a bar each."""
    return _bars(
        "Points by rule",
        [
            _Bar(
                rule.rule,
                rule.campaign,
                rule.points,
                number(rule.points),
                f"{rule.share_permille // 10}.{rule.share_permille % 10} %"
                f" · {number(rule.purchases)} purchases",
            )
            for rule in found[:RULES_MAX]
        ],
    )


class _Bar(msgspec.Struct, frozen=True):
    """A named bar: what stands below its name, and behind its end."""

    name: str
    below: str
    value: int
    told: str
    more: str


def _bars(label: str, bars: Sequence[_Bar]) -> str:
    top = max((bar.value for bar in bars), default=1) or 1
    drawn = "".join(_drawn(n, bar, top) for n, bar in enumerate(bars))
    height = _ROW * len(bars) + 4
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{html.escape(label)}">'
        f"{drawn}</svg>"
    )


def _drawn(n: int, bar: _Bar, top: int) -> str:
    y = n * _ROW + 4
    width = max(bar.value * (WIDTH - _NAME - _VALUE) // top, 1)
    below = html.escape(_cut(bar.below))
    return (
        f'<text class="name" x="0" y="{y + 13}">{html.escape(bar.name)}</text>'
        f'<text class="axis" x="0" y="{y + 26}">{below}</text>'
        f'<rect class="column" x="{_NAME}" y="{y + 3}" width="{width}" height="20" rx="2"/>'
        f'<text class="value" x="{_NAME + width + 8}" y="{y + 18}">{bar.told}'
        f'<tspan class="axis"> {html.escape(bar.more)}</tspan></text>'
    )


def _cut(text: str, length: int = 48) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
