"""The drawing of charts as SVG text: a frame with axes, areas, columns, labels. Pure."""

import datetime as dt
import html
from collections.abc import Callable, Sequence
from typing import Final

WIDTH: Final = 1000
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 12, 26
_STEPS: Final = (1, 2, 5)
_TICKS_WANTED: Final = 4

Point = tuple[float, float]


def number(value: int) -> str:
    """12345678 -> 12,345,678."""
    return f"{value:,}"


def money(minor: int) -> str:
    """459603958 cents -> 4,596,039.58."""
    return f"{number(minor // 100)}.{minor % 100:02}"


def short(value: int) -> str:
    """1500000 -> 1.5M, 20000 -> 20k."""
    for unit, letter in ((1_000_000, "M"), (1_000, "k")):
        if value >= unit:
            whole, rest = divmod(value * 10 // unit, 10)
            return f"{whole}.{rest}{letter}" if rest else f"{whole}{letter}"
    return str(value)


def ticks(top: int) -> list[int]:
    """Round numbers from 0 up, the last at or above the top."""
    size = 1
    while True:
        for step in _STEPS:
            if step * size * _TICKS_WANTED >= top:
                return [step * size * n for n in range(-(-top // (step * size)) + 1)] or [0]
        size *= 10


class Frame:
    """A plot over time: x from `since` to `until`, y from 0 to the last tick."""

    def __init__(self, since: dt.datetime, until: dt.datetime, top: int, height: int) -> None:
        self.since, self.until, self.height = since, until, height
        self.ticks = ticks(max(top, 1))
        self.bottom = height - _BOTTOM

    def x(self, at: dt.datetime) -> float:
        """The place of an instant."""
        share = (at - self.since) / (self.until - self.since)
        return round(_LEFT + share * (WIDTH - _LEFT - _RIGHT), 1)

    def y(self, value: int) -> float:
        """The place of a value."""
        share = value / max(self.ticks[-1], 1)
        return round(self.bottom - share * (self.bottom - _TOP), 1)

    def svg(self, label: str, *parts: str) -> str:
        """The whole picture; `label` says what it shows to those who do not see it."""
        inside = "".join((*self._grid(), *parts, *self._months()))
        return (
            f'<svg viewBox="0 0 {WIDTH} {self.height}" role="img" '
            f'aria-label="{html.escape(label)}">{inside}</svg>'
        )

    def _grid(self) -> list[str]:
        return [
            f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{self.y(v)}" '
            f'y2="{self.y(v)}"/><text class="axis" x="{_LEFT - 8}" y="{self.y(v) + 4}" '
            f'text-anchor="end">{short(v)}</text>'
            for v in self.ticks
        ]

    def _months(self) -> list[str]:
        found = []
        day = self.since.replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        while (day := _next_month(day)) < self.until:
            x = self.x(day)
            name = f"{day:%b %Y}" if day.month == 1 else f"{day:%b}"
            found.append(
                f'<line class="tick" x1="{x}" x2="{x}" y1="{self.bottom}" y2="{self.bottom + 4}"/>'
                f'<text class="axis" x="{x}" y="{self.bottom + 18}" text-anchor="middle">{name}'
                "</text>"
            )
        return found

    def columns(self, ends: Sequence[dt.datetime], values: Sequence[int], css: str) -> str:
        """A column a span: from the end before to its own."""
        starts = [self.since, *ends[:-1]]
        return "".join(
            f'<rect class="{css}" x="{self.x(a) + 1}" rx="1.5" '
            f'width="{max(self.x(b) - self.x(a) - 2, 1):.1f}" '
            f'y="{self.y(v)}" height="{self.bottom - self.y(v):.1f}"/>'
            for a, b, v in zip(starts, ends, values, strict=True)
        )

    def area(
        self, ends: Sequence[dt.datetime], low: Sequence[int], high: Sequence[int], css: str
    ) -> str:
        """What lies between two lines."""
        up, down = self._points(ends, high), self._points(ends, low)
        return f'<path class="{css}" d="M{_path(up)}L{_path(down[::-1])}Z"/>'

    def line(self, ends: Sequence[dt.datetime], values: Sequence[int], css: str) -> str:
        """A line through the values."""
        return f'<path class="{css}" d="M{_path(self._points(ends, values))}"/>'

    def _points(self, ends: Sequence[dt.datetime], values: Sequence[int]) -> list[Point]:
        """Where the values stand; at `since` there was nothing."""
        found = [(self.x(at), self.y(v)) for at, v in zip(ends, values, strict=True)]
        return [(self.x(self.since), self.y(0)), *found]

    def hints(self, ends: Sequence[dt.datetime], text: Callable[[int], str]) -> str:
        """What is told when the pointer rests on a span."""
        starts = [self.since, *ends[:-1]]
        return "".join(
            f'<rect class="hint" x="{self.x(a)}" width="{self.x(b) - self.x(a):.1f}" y="{_TOP}" '
            f'height="{self.bottom - _TOP}"><title>{html.escape(text(n))}</title></rect>'
            for n, (a, b) in enumerate(zip(starts, ends, strict=True))
        )


def _path(points: Sequence[Point]) -> str:
    return "L".join(f"{x},{y}" for x, y in points)


def _next_month(day: dt.datetime) -> dt.datetime:
    return (day.replace(day=28) + dt.timedelta(days=4)).replace(day=1)
