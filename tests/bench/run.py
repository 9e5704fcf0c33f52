"""The run: load, fill, count rows, then rounds that measure everything in turn."""

import concurrent.futures
import contextlib
import os
import pathlib
import time
from collections.abc import Iterator, Sequence
from typing import Final

from tests.bench import (
    bulk,
    by_hand,
    checkout,
    exact,
    load,
    looking_again,
    outward,
    rows,
    rules_bench,
    serving,
)
from tests.bench.client import Measured
from tests.bench.cpu import Cpu, ended, tree_seconds
from tests.bench.figures import Figures, Series
from tests.bench.place import Place
from tests.bench.plan import BATCH_CALLERS, CALLERS, HOT_CALLERS, Plan
from tests.bench.progress import Steps
from tests.bench.serving import Served
from tests.bench.traffic import BATCH

FEW: Final = "few"
MANY: Final = "many"
QUOTED: Final = "quoted"
BY_HAND: Final = "by_hand"
LOOKED_AT: Final = "looked_at"
_TOLERATED: Final = 0.05  # what the rows by hand may differ from those of the service
_QUIET_SECONDS_MAX: Final = 20.0
_QUIET_POLL_SECONDS: Final = 0.2
_DRAIN_SECONDS: Final = 2.0
_HOLD_SECONDS: Final = 2.0  # until every hold of Checkouts.lamp_or_hold is over
_WAITING: Final = "select count(*) from outbox where pub_seq is null"


class RowsDiffer(Exception):
    """The transaction by hand does not write what a purchase writes: by_hand.sql is out of date."""


class Run:
    """One run on a place of its own."""

    def __init__(self, place: Place, plan: Plan, workers: int, steps: Steps) -> None:
        self.place = place
        self.plan = plan
        self.workers = workers
        self.step = steps
        self.figures = Figures(plan, workers, max(workers, os.cpu_count() or 1))
        self._runs = 0
        self._keys: dict[str, str] = {}
        self._members: dict[str, int] = {}
        self._served: set[str] = set()

    def all(self) -> Figures:
        """Measure everything. Raises RowsDiffer, LoadFailed, PgbenchFailed."""
        self._rules()
        self._load(FEW, self.plan.members_few)
        self._load(MANY, self.plan.members_many)
        self._load(QUOTED, self.plan.members_quoted, checkout.source(self.plan.uses))
        self._fill(MANY)
        self._fill(FEW)
        self._fill(QUOTED)
        self._count()
        with self._service(FEW) as few, self._service(MANY) as many:
            self._writes(few, many)
            self._send(few)
        readers = self.figures.readers
        with self._service(FEW, readers) as few, self._service(QUOTED, readers) as quoted:
            self._reads(few, quoted)
        with self._service(QUOTED) as quoted:
            self._hot(quoted)
        self._count_by_hand()
        self._look_again()
        self._rules()
        return self.figures

    def _rules(self) -> None:
        """At the beginning and at the end; the better counts: the machine may be slow awhile."""
        self.step("rules alone")
        known = self.figures.rules
        for name, microseconds in rules_bench.measure().items():
            known[name] = min(microseconds, known.get(name, microseconds))

    def _look_again(self) -> None:
        """A million members, once: a round of it takes as long as all others together."""
        members = self.plan.members_looked_at
        self._load(LOOKED_AT, members, looking_again.source())
        looking_again.fill(self.place, LOOKED_AT)
        self.step(f"looking at {members:,} members for segments")
        self.figures.add_looked(looking_again.measure(self.place, LOOKED_AT, members))

    @contextlib.contextmanager
    def _service(self, database: str, workers: int | None = None) -> Iterator[Served]:
        with serving.service(self.place, database, workers or self.workers) as served:
            self._served.add(database)
            try:
                yield served
            finally:
                self._served.remove(database)

    def _load(self, database: str, members: int, source: str | None = None) -> None:
        self.step(f"loading {members:,} members")
        self._keys[database] = self.place.create(database, members, source)
        self._members[database] = members

    def _fill(self, database: str) -> None:
        """Purchases for a history, and statistics: autovacuum would come once a minute."""
        self.step("filling with purchases")
        with self._service(database) as served:
            self._ask(Series(), "batch", served, database, seconds=self.plan.fill)
        self.place.rows(database, "vacuum (analyze)")

    def _count(self) -> None:
        """A run whose rows are counted; after it, the copy of the database for pgbench."""
        self.step("counting the rows of a purchase")
        before = rows.written(self.place, FEW)
        with self._service(FEW) as served:
            self._ask(Series(), "purchases", served, FEW)
        self.figures.written = rows.per_purchase(before, rows.written(self.place, FEW))
        self._typical = rows.typical(self.place, FEW)
        self.place.clone(BY_HAND, FEW)
        self.place.rows(BY_HAND, "vacuum (analyze)")
        self._cloned = rows.written(self.place, BY_HAND)

    def _writes(self, few: Served, many: Served) -> None:
        figures = self.figures
        self.step("purchases, 1 caller")
        self._ask(figures.one_caller, "purchases", few, FEW, callers=1)
        for of in self._rounds():
            self.step(f"purchases, {CALLERS} callers {of}")
            self._ask(figures.purchases, "purchases", few, FEW)
            self.step(f"the same rows by hand {of}")
            self._ask_by_hand()
            self.step(f"purchases, many members {of}")
            self._ask(figures.many_members, "purchases", many, MANY)
            self.step(f"purchases by {BATCH} {of}")
            self._ask(figures.batch, "batch", few, FEW)
        figures.worker_bytes = max(few.worker_bytes(), many.worker_bytes())

    def _send(self, few: Served) -> None:
        """What was recorded until now goes to an endpoint: signed, and in each member's order."""
        figures, key = self.figures, self.place.key(FEW, "integrator")
        for of in self._rounds():
            with outward.receiving() as receiver:
                self.step(f"events to an endpoint {of}")
                self._quiet()
                endpoint = outward.Endpoint(few.port, key, receiver)
                before = self._used(few)
                count, seconds = endpoint.replay(self.plan.seconds)
                figures.outward.add_rate(count / seconds, count, Cpu(0.0, *self._used(few, before)))
                endpoint.remove()
                self.step(f"the same bodies, posted bare {of}")
                there = Served(receiver.port, few.pid)
                body, callers = receiver.last.decode(), outward.IN_FLIGHT
                self._ask(figures.posts, "post", there, FEW, callers=callers, code=body)

    def _reads(self, few: Served, quoted: Served) -> None:
        """By as many workers as there are cores, what does nothing too.

        One worker of that takes a core and a half, for its server reads and writes beside Python;
        one that decides takes a core.
        """
        figures = self.figures
        self.step("balances for the first time")
        self._quiet()
        self._ask(figures.first_reads, "balance_in_order", few, FEW, seconds=self.plan.first)
        self._ask(Series(), "balance", few, FEW, seconds=self.plan.fill)
        self.step("quotes for the first time")
        self._ask(figures.first_quotes, "quote_in_order", quoted, QUOTED, seconds=self.plan.first)
        self._ask(Series(), "quote_in_order", quoted, QUOTED, seconds=2 * self.plan.fill)
        with serving.nothing(self.place, figures.readers) as nothing:
            for of in self._rounds():
                self.step(f"balances {of}")
                self._ask(figures.balance, "balance", few, FEW)
                self.step(f"the trivial endpoint {of}")
                self._ask(figures.trivial, "trivial", nothing, FEW)
                self.step(f"quotes {of}")
                self._ask(figures.quotes, "quote", quoted, QUOTED)
        for of in self._rounds():  # after them: whoever buys is loaded anew
            self.step(f"quotes beside purchases {of}")
            self._ask_beside(quoted)
        self._watch(few, quoted)

    def _ask_beside(self, quoted: Served) -> None:
        """Both at once; what they take of the server and PostgreSQL is split by their answers."""
        figures, callers = self.figures, CALLERS // 2
        jobs = [self._job(kind, quoted, QUOTED, callers=callers) for kind in ("quote", "purchases")]
        before = self._used(quoted)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            both = list(pool.map(load.run, jobs))
        server, postgres = self._used(quoted, before)
        total = sum(one.total for one in both)
        for series, one in zip(
            (figures.quotes_beside, figures.purchases_beside), both, strict=True
        ):
            share = one.total / total
            series.add(one, Cpu(one.cpu_seconds, server * share, postgres * share))

    def _hot(self, quoted: Served) -> None:
        """What everybody wants at once. Raises NotExact."""
        self._ask_for_code(quoted)
        self._ask_for_budget(quoted)
        self.step(f"{self.plan.codes:,} unique codes")
        key = self.place.key(QUOTED, "admin")
        self.figures.codes_seconds = bulk.seconds(quoted.port, key, self.plan.codes)
        self._watch(quoted)

    def _ask_for_code(self, quoted: Served) -> None:
        figures, granted, refused = self.figures, 0, 0
        for round_, of in enumerate(self._rounds()):
            for series, kind in (
                (figures.without_code, "without_code"),
                (figures.with_code, "with_code"),
            ):
                self.step(f"{HOT_CALLERS} callers {kind.replace('_', ' ')} {of}")
                self._quiet()
                done = self._ask(
                    series, kind, quoted, QUOTED, callers=HOT_CALLERS, code=checkout.code(round_)
                )
            granted, refused = done.total, done.refused
        last = len(self._rounds()) - 1
        while not refused:
            self.step("the code until it is used up")
            done = self._ask(
                Series(), "with_code", quoted, QUOTED, callers=HOT_CALLERS,
                code=checkout.code(last), seconds=_DRAIN_SECONDS,
            )  # fmt: skip
            granted, refused = granted + done.total, done.refused
        figures.uses_exact = exact.uses(
            self.place, QUOTED, f"ROUND{last}", granted=granted, cap=self.plan.uses
        )

    def _ask_for_budget(self, quoted: Served) -> None:
        self.step("a budget with abandoned holds")
        for kind, pause in (("lamp_or_hold", _HOLD_SECONDS), ("lamp", 0.0)):
            self._ask(Series(), kind, quoted, QUOTED, callers=HOT_CALLERS, seconds=_DRAIN_SECONDS)
            time.sleep(pause)
        self.figures.budget_exact = exact.budget(self.place, QUOTED)

    def _watch(self, *served: Served) -> None:
        """The largest worker so far."""
        seen = (one.worker_bytes() for one in served)
        self.figures.worker_bytes = max(self.figures.worker_bytes, *seen)

    def _rounds(self) -> list[str]:
        rounds = self.plan.rounds
        return [f"({n} of {rounds})" for n in range(1, rounds + 1)]

    def _ask(
        self,
        series: Series,
        kind: str,
        served: Served,
        database: str,
        *,
        callers: int | None = None,
        seconds: float | None = None,
        code: str = "",
    ) -> Measured:
        job = self._job(kind, served, database, callers=callers, seconds=seconds, code=code)
        before = self._used(served)
        measured = load.run(job)
        server, postgres = self._used(served, before)
        spent = Cpu(measured.cpu_seconds, server, postgres)
        series.add(measured, spent, BATCH if kind == "batch" else 1)
        return measured

    def _used(self, served: Served, before: Sequence[float] = (0.0, 0.0)) -> list[float]:
        """CPU seconds of the server and of PostgreSQL, since `before`."""
        parties = (served.pid, self.place.pid())
        return [tree_seconds(pid) - used for pid, used in zip(parties, before, strict=True)]

    def _job(
        self,
        kind: str,
        served: Served,
        database: str,
        *,
        callers: int | None = None,
        seconds: float | None = None,
        code: str = "",
    ) -> load.Job:
        self._runs += 1
        return load.Job(
            kind=kind,
            name=f"run-{self._runs}",
            port=served.port,
            callers=callers or (BATCH_CALLERS if kind == "batch" else CALLERS),
            seconds=seconds or self.plan.seconds,
            warm_up=self.plan.warm_up,
            members=self._members[database],
            key=self._keys[database],
            code=code,
        )

    def _ask_by_hand(self) -> None:
        self._quiet()
        pgbench, postgres = ended(), tree_seconds(self.place.pid())
        done = by_hand.run(
            self.place,
            BY_HAND,
            self.figures.written,
            self._typical,
            members=self.plan.members_few,
            seconds=self.plan.seconds,
        )
        spent = Cpu(ended() - pgbench, 0.0, tree_seconds(self.place.pid()) - postgres)
        self.figures.by_hand.add_rate(done.per_second, done.transactions, spent)

    def _quiet(self) -> None:
        """Wait until the sequencers have placed the events of the runs before."""
        deadline = time.monotonic() + _QUIET_SECONDS_MAX
        for database in self._served:
            while self.place.rows(database, _WAITING)[0][0] and time.monotonic() < deadline:
                time.sleep(_QUIET_POLL_SECONDS)

    def _count_by_hand(self) -> None:
        figures = self.figures
        after = rows.written(self.place, BY_HAND)
        figures.written_by_hand = rows.per_purchase(self._cloned, after)
        ours, by_hand_ = figures.written.total(), figures.written_by_hand.total()
        if abs(by_hand_ / ours - 1) > _TOLERATED:
            raise RowsDiffer(f"a purchase writes {ours:.2f} rows, by hand {by_hand_:.2f}")


def run(plan: Plan, workers: int, root: pathlib.Path | None) -> Figures:
    """Measure everything on a PostgreSQL of our own below `root`."""
    with Steps(plan.expected) as steps:
        steps("starting PostgreSQL")
        with Place.open(root) as place:
            return Run(place, plan, workers, steps).all()
