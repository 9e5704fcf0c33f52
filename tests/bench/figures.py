"""What was measured, and what it comes to."""

import statistics
from typing import Any, Final

import msgspec

from tests.bench.checkout import LINES, RULES
from tests.bench.client import Measured
from tests.bench.cpu import Cpu
from tests.bench.looking_again import Looked
from tests.bench.machine import machine
from tests.bench.outward import IN_FLIGHT
from tests.bench.plan import BATCH_CALLERS, CALLERS, HOT_CALLERS, Plan
from tests.bench.rows import Written
from tests.bench.traffic import BATCH

_MB: Final = 1_000_000


class Series:
    """The rounds of one measurement: answers (or transactions) a second, CPU microseconds each."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.p50: list[float] = []
        self.p99: list[float] = []
        self.cpu: list[Cpu] = []

    def add(self, measured: Measured, cpu: Cpu, times: int = 1) -> None:
        """One round over HTTP; each answer stands for so many."""
        self.add_rate(measured.per_second() * times, measured.total * times, cpu)
        self.p50.append(measured.p50_ms)
        self.p99.append(measured.p99_ms)

    def add_rate(self, rate: float, count: float, cpu: Cpu) -> None:
        """One round: so many, which took so much CPU time."""
        self.rates.append(rate)
        self.cpu.append(cpu.each(count))

    def rate(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.rates)

    def cpu_us(self) -> Cpu:
        """The medians of the rounds."""
        return Cpu(
            statistics.median(cpu.callers for cpu in self.cpu),
            statistics.median(cpu.server for cpu in self.cpu),
            statistics.median(cpu.postgres for cpu in self.cpu),
        )


class Figures:
    """All that a run measures; `rules`: microseconds, as rules_bench names them.

    `workers` serve everything but balances and quotes, which `readers` of them serve.
    """

    def __init__(self, plan: Plan, workers: int, readers: int) -> None:
        self.plan = plan
        self.workers = workers
        self.readers = readers
        self.one_caller = Series()
        self.purchases = Series()
        self.many_members = Series()
        self.batch = Series()
        self.by_hand = Series()
        self.first_reads = Series()
        self.balance = Series()
        self.trivial = Series()
        self.first_quotes = Series()
        self.quotes = Series()
        self.quotes_beside = Series()
        self.purchases_beside = Series()
        self.without_code = Series()
        self.with_code = Series()
        self.outward = Series()
        self.posts = Series()
        self.looked_at = Series()
        self.scanned = Series()
        self.statements_each_part = 0.0
        self.entered = 0
        self.uses_exact = 0
        self.budget_exact = 0
        self.codes_seconds = 0.0
        self.rules: dict[str, float] = {}
        self.worker_bytes = 0
        self.written = Written({}, 0)
        self.written_by_hand = Written({}, 0)

    def add_looked(self, found: Looked) -> None:
        """Everybody was looked at for segments."""
        members = self.plan.members_looked_at
        self.looked_at.add_rate(members / found.seconds, members, found.cpu)
        self.scanned.add_rate(members / found.scan_seconds, members, found.scan_cpu)
        self.statements_each_part = found.statements
        self.entered = found.entered

    def series(self) -> dict[str, tuple[str, Series]]:
        """name in the JSON -> (how a person reads it, the rounds)."""
        few, many = (f"{n:,}" for n in (self.plan.members_few, self.plan.members_many))
        return {
            "purchases_1": ("purchases, 1 caller", self.one_caller),
            "purchases_64": (f"purchases, {CALLERS} callers, {few} members", self.purchases),
            "purchases_64_many": (f"the same with {many} members", self.many_members),
            "batch": (f"purchases by {BATCH}, {BATCH_CALLERS} callers", self.batch),
            "by_hand": ("pgbench: the same rows, by hand", self.by_hand),
            "first_reads": ("balances not read since a purchase", self.first_reads),
            "balance": (f"balances, {CALLERS} callers", self.balance),
            "trivial": (f"a trivial JSON endpoint, {CALLERS} callers", self.trivial),
            "first_quotes": ("quotes of members not asked about before", self.first_quotes),
            "quotes": (f"quotes, {RULES} rules x {LINES} lines, {CALLERS} callers", self.quotes),
            "quotes_beside": (f"quotes, {CALLERS // 2} callers, beside", self.quotes_beside),
            "purchases_beside": (f"purchases, {CALLERS // 2} callers", self.purchases_beside),
            "without_code": (f"purchases, {HOT_CALLERS} callers", self.without_code),
            "with_code": ("the same, all with one code", self.with_code),
            "outward": (f"events to an endpoint, {IN_FLIGHT} at once", self.outward),
            "posts": ("the same bodies, posted bare", self.posts),
            "looked_at": ("members looked at for segments", self.looked_at),
            "scanned": ("members whose purchases are only read", self.scanned),
        }

    def ratios(self) -> dict[str, float]:
        """What the targets are about."""
        return {
            "purchases": self.purchases.rate() / self.by_hand.rate(),
            "batch": self.batch.rate() / self.by_hand.rate(),
            "balance": self.balance.rate() / self.trivial.rate(),
            "growth": self.many_members.rate() / self.purchases.rate(),
            "quotes": self.quotes.rate() / self.trivial.rate(),
            "code": self.with_code.rate() / self.without_code.rate(),
            "outward": self.outward.rate() / self.posts.rate(),
            "segments": self.looked_at.rate() / self.scanned.rate(),
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
        Target("balances / trivial endpoint", 0.4, ratio["balance"]),
        Target("purchases with many members / with few", 0.85, ratio["growth"]),
        Target("quotes / trivial endpoint", 0.25, ratio["quotes"]),
        Target("purchases with one code / without", 0.5, ratio["code"]),
        Target(
            f"{figures.plan.codes:,} unique codes, seconds", 60, figures.codes_seconds, most=True
        ),
        Target("50 rules x 20 lines, microseconds", 100, figures.rules["rules_50_us"], most=True),
        Target("largest worker, resident MB", 200, figures.worker_bytes / _MB, most=True),
    ]


def as_json(figures: Figures) -> bytes:
    """`{"ratios": …, "figures": …}`, each figure with its unit in its name."""
    found: dict[str, Any] = {}
    for name, (_, series) in figures.series().items():
        found[f"{name}_per_second"] = round(series.rate(), 1)
        found[f"{name}_per_second_by_round"] = [round(rate, 1) for rate in series.rates]
        if series.p50:
            found[f"{name}_p50_ms"] = round(statistics.median(series.p50), 3)
            found[f"{name}_p99_ms"] = round(statistics.median(series.p99), 3)
        found[f"{name}_cpu_us"] = series.cpu_us()
    content = {
        "ratios": {name: round(ratio, 3) for name, ratio in figures.ratios().items()},
        "figures": {
            **found,
            **{name: round(value, 2) for name, value in figures.rules.items()},
            "worker_bytes": figures.worker_bytes,
            "uses_exact": figures.uses_exact,
            "budget_exact": figures.budget_exact,
            "codes_seconds": round(figures.codes_seconds, 2),
            "statements_each_part": round(figures.statements_each_part, 1),
            "segments_entered": figures.entered,
            "workers": figures.workers,
            "readers": figures.readers,
            "members_few": figures.plan.members_few,
            "members_many": figures.plan.members_many,
            "rows_per_purchase": figures.written.rows,
            "rows_by_hand": figures.written_by_hand.rows,
            "machine": machine(),
        },
    }
    return msgspec.json.format(msgspec.json.encode(content), indent=2) + b"\n"
