"""What was measured, what it comes to, and how that is shown."""

import pathlib
import platform
import statistics
from collections.abc import Sequence
from typing import Any, Final

import msgspec
import psutil
from rich.console import Console
from rich.table import Table

from tests.bench.client import Measured
from tests.bench.plan import BATCH_CALLERS, CALLERS, Plan
from tests.bench.rows import Rows
from tests.bench.traffic import BATCH

_MB: Final = 1_000_000
_GB: Final = 1_000_000_000


class Series:
    """The rounds of one measurement, in answers (or transactions) a second."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.p50: list[float] = []
        self.p99: list[float] = []

    def add(self, measured: Measured, times: int = 1) -> None:
        """One round; each answer stands for so many."""
        self.rates.append(measured.per_second() * times)
        self.p50.append(measured.p50_ms)
        self.p99.append(measured.p99_ms)

    def rate(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.rates)


class Figures:
    """All that a run measures; `rules`: microseconds, as rules_bench names them."""

    def __init__(self, plan: Plan, workers: int) -> None:
        self.plan = plan
        self.workers = workers
        self.one_caller = Series()
        self.purchases = Series()
        self.many_members = Series()
        self.batch = Series()
        self.by_hand = Series()
        self.balance = Series()
        self.trivial = Series()
        self.rules: dict[str, float] = {}
        self.worker_bytes = 0
        self.rows: Rows = {}
        self.rows_by_hand: Rows = {}

    def series(self) -> dict[str, tuple[str, Series]]:
        """name in the JSON -> (how a person reads it, the rounds)."""
        few, many = (f"{n:,}" for n in (self.plan.members_few, self.plan.members_many))
        return {
            "purchases_1": ("purchases, 1 caller", self.one_caller),
            "purchases_64": (f"purchases, {CALLERS} callers, {few} members", self.purchases),
            "purchases_64_many": (f"the same with {many} members", self.many_members),
            "batch": (f"purchases in batches of {BATCH}, {BATCH_CALLERS} callers", self.batch),
            "by_hand": ("pgbench, the same rows by hand, 8 clients", self.by_hand),
            "balance": (f"balance reads, {CALLERS} callers", self.balance),
            "trivial": (f"a trivial JSON endpoint, {CALLERS} callers", self.trivial),
        }

    def ratios(self) -> dict[str, float]:
        """What the targets are about."""
        return {
            "purchases": self.purchases.rate() / self.by_hand.rate(),
            "batch": self.batch.rate() / self.by_hand.rate(),
            "balance": self.balance.rate() / self.trivial.rate(),
            "growth": self.many_members.rate() / self.purchases.rate(),
        }


class Target(msgspec.Struct, frozen=True):
    """A figure to reach: at least, or (`most`) at most."""

    what: str
    wanted: float
    got: float
    most: bool = False

    def reached(self) -> bool:
        """It is."""
        return self.got <= self.wanted if self.most else self.got >= self.wanted


def targets(figures: Figures) -> list[Target]:
    """What is to be reached on two cores, load generator included."""
    ratio = figures.ratios()
    return [
        Target("purchases over HTTP / pgbench", 0.6, ratio["purchases"]),
        Target("purchases in batches / pgbench", 1.2, ratio["batch"]),
        Target("balance reads / trivial endpoint", 0.4, ratio["balance"]),
        Target("purchases with many members / with few", 0.85, ratio["growth"]),
        Target("50 rules x 20 lines, microseconds", 100, figures.rules["rules_50_us"], most=True),
        Target("largest worker, resident MB", 200, figures.worker_bytes / _MB, most=True),
    ]


def as_json(figures: Figures) -> bytes:
    """`{"ratios": …, "figures": …}`, rates a second, times in milliseconds but for the rules."""
    found: dict[str, Any] = {}
    for name, (_, series) in figures.series().items():
        found[f"{name}_per_second"] = round(series.rate(), 1)
        found[f"{name}_rounds"] = [round(rate, 1) for rate in series.rates]
        if series.p50:
            found[f"{name}_p50_ms"] = round(statistics.median(series.p50), 3)
            found[f"{name}_p99_ms"] = round(statistics.median(series.p99), 3)
    content = {
        "ratios": {name: round(ratio, 3) for name, ratio in figures.ratios().items()},
        "figures": {
            **found,
            **{name: round(value, 2) for name, value in figures.rules.items()},
            "worker_bytes": figures.worker_bytes,
            "workers": figures.workers,
            "members_few": figures.plan.members_few,
            "members_many": figures.plan.members_many,
            "rows_per_purchase": figures.rows,
            "rows_by_hand": figures.rows_by_hand,
            "machine": machine(),
        },
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"


def show(figures: Figures, console: Console) -> None:
    """Both tables: what was measured, and what was to be reached."""
    workers = f"{figures.workers} worker{'s' * (figures.workers > 1)}"
    title = f"{machine()}; {workers}, {figures.plan.rounds} rounds of {figures.plan.seconds} s"
    table = Table(title=title, title_justify="left")
    for heading in ("", "a second", "rounds", "p50 ms", "p99 ms"):
        table.add_column(heading, justify="left" if not heading else "right")
    for label, series in figures.series().values():
        table.add_row(label, f"{series.rate():,.0f}", _spread(series.rates), *_times(series))
    for name, microseconds in figures.rules.items():
        count = name.split("_")[1]
        table.add_row(f"{count} rules x 20 lines, alone", f"{1e6 / microseconds:,.0f}")
    console.print(table)
    console.print(f"Rows of a purchase: {_rows(figures.rows)}")
    console.print(f"Rows by hand:       {_rows(figures.rows_by_hand)}")
    console.print(_targets(figures))


def machine() -> str:
    """What the figures were measured on."""
    memory = psutil.virtual_memory().total / _GB
    return f"{_processor()}, {psutil.cpu_count()} cores, {memory:.0f} GB"


def _processor() -> str:
    information = pathlib.Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _targets(figures: Figures) -> Table:
    table = Table(title="Targets", title_justify="left")
    for heading in ("", "wanted", "got", ""):
        table.add_column(heading, justify="left" if not heading else "right")
    for target in targets(figures):
        wanted = f"{'<=' if target.most else '>='} {target.wanted:g}"
        word = "[green]reached[/]" if target.reached() else "[red]missed[/]"
        table.add_row(target.what, wanted, f"{target.got:.3g}", word)
    return table


def _spread(rates: Sequence[float]) -> str:
    return " ".join(f"{rate:,.0f}" for rate in rates)


def _times(series: Series) -> list[str]:
    return [f"{statistics.median(s):,.2f}" for s in (series.p50, series.p99) if s]


def _rows(rows: Rows) -> str:
    every = ", ".join(f"{table} {count:.2f}" for table, count in rows.items())
    return f"{sum(rows.values()):.1f} ({every})"
