"""A tally: the exact total of one wallet while rule after rule is added, in whole numbers.

total = floor(sum over lines of (adds x multipliers of the line) + fixed). Nothing is computed
again when a rule comes: an add costs its lines, a multiplier the lines it matches. Fractions are
kept as numerators over common denominators. Awards are not negative and multipliers at least 1
(`check` refuses others), so no rule ever lowers the total.
"""

from service.rules.case import Case, Column
from service.rules.conditions.lines import Filter


class Tally:
    """The wallet's total after the rules so far.

    The sum over the lines is `count * by / (scale * spread * over)`: `scale` is common to all adds,
    `spread` to the lines' own multipliers, by/over is what multiplies every line.
    """

    __slots__ = (
        "_added",
        "_by",
        "_count",
        "_factors",
        "_fixed",
        "_floor",
        "_is_changed",
        "_over",
        "_pending",
        "_scale",
        "_spread",
        "_whole",
        "case",
    )

    def __init__(self, case: Case, scale: int) -> None:
        self.case = case
        self._scale = scale
        self._count = 0
        self._spread = 1
        self._by = self._over = 1
        self._fixed = 0
        self._whole = 0
        self._floor = 0  # of the sum over the lines, unless that `is_changed` since
        self._is_changed = False
        self._factors: dict[int, int] = {}  # line -> its own multiplier, in 1/spread
        self._pending: list[tuple[int, Filter, Column]] = []  # adds not in `_added` yet
        self._added: list[int] | None = None  # adds of each line, in 1/scale

    def add(self, weight: int, where: Filter, column: Column) -> None:
        """Add weight/scale x the column's number to each matching line."""
        values = column.values
        plain = where.total(self.case, column)
        if not plain:
            return
        self._pending.append((weight, where, column))
        spread, factors = self._spread, self._factors
        gained = plain * spread
        if factors:
            for n in factors if where.everything else where.match(self.case):
                if n in factors:
                    gained += values[n] * (factors[n] - spread)
        self._count += weight * gained
        self._is_changed = True

    def add_fixed(self, units: int, where: Filter) -> None:
        """Add whole units, never multiplied, when one of the matching lines earns."""
        if self.case.earns(where.match(self.case)):
            self._fixed += units

    def multiply(self, by: int, over: int, where: Filter) -> None:
        """Multiply what the matching lines have and will get by by/over."""
        self._is_changed = True
        if where.everything:
            self._by *= by
            self._over *= over
            return
        found = where.match(self.case)
        if not found:
            return
        added, spread, factors = self._line_adds(), self._spread, self._factors
        if over != 1:
            self._spread = spread * over
            for n in factors:
                factors[n] *= over
        gained, rise = 0, by - over
        for n in found:
            own = factors[n] // over if n in factors else spread
            gained += added[n] * own
            factors[n] = own * by
        self._count = self._count * over + gained * rise

    def part(self) -> int:
        """Whole units by which the total changed since the last call: the rule's marginal part."""
        if self._is_changed:
            self._is_changed = False
            divisor = self._scale * self._spread * self._over
            self._floor = self._count * self._by // divisor
        whole = self._floor + self._fixed
        part = whole - self._whole
        self._whole = whole
        return part

    def _line_adds(self) -> list[int]:
        added = self._added
        if added is None:
            added = self._added = [0] * len(self.case.lines)
        for weight, where, column in self._pending:
            values = column.values
            for n in where.match(self.case):
                added[n] += weight * values[n]
        self._pending.clear()
        return added
