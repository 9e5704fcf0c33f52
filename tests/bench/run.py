"""The run: load, fill, count rows, then rounds that measure everything in turn."""

import pathlib
import time
from typing import Final

from tests.bench import by_hand, load, rows, rules_bench, serving
from tests.bench.client import Measured
from tests.bench.figures import Figures
from tests.bench.place import Place
from tests.bench.plan import BATCH_CALLERS, CALLERS, Plan
from tests.bench.progress import Steps
from tests.bench.serving import Served
from tests.bench.traffic import BATCH

FEW: Final = "few"
MANY: Final = "many"
BY_HAND: Final = "by_hand"
_QUIET_SECONDS_MAX: Final = 20.0
_QUIET_POLL_SECONDS: Final = 0.4
_WAITING: Final = "select count(*) from outbox where pub_seq is null"


class Run:
    """One run on a place of its own."""

    def __init__(self, place: Place, plan: Plan, workers: int, steps: Steps) -> None:
        self.place = place
        self.plan = plan
        self.workers = workers
        self.step = steps
        self.figures = Figures(plan, workers)
        self._runs = 0
        self._keys: dict[str, str] = {}

    def all(self) -> Figures:
        """Measure everything."""
        self.step("rules alone")
        self.figures.rules = rules_bench.measure()
        self._load(FEW, self.plan.members_few)
        self._load(MANY, self.plan.members_many)
        self._fill_and_count()
        with serving.service(self.place, FEW, self.workers) as few:
            self._writes(few)
            self._reads(few)
        self.figures.rows_by_hand = self._rows_by_hand()
        return self.figures

    def _load(self, database: str, members: int) -> None:
        self.step(f"loading {members:,} members")
        self._keys[database] = self.place.create(database, members)

    def _fill_and_count(self) -> None:
        """Purchases for a history; then a run whose rows are counted, and the copy for pgbench."""
        for database in (MANY, FEW):
            self.step("filling with purchases")
            with serving.service(self.place, database, self.workers) as served:
                self._ask("batch", served, database, seconds=self.plan.fill)
        before = rows.written(self.place, FEW)
        self.step("counting the rows of a purchase")
        with serving.service(self.place, FEW, self.workers) as served:
            self._ask("purchases", served, FEW)
        self._counted = rows.written(self.place, FEW)
        self.figures.rows = rows.per_purchase(before, self._counted)
        self._typical = rows.typical(self.place, FEW)
        self.place.clone(BY_HAND, FEW)
        self._cloned = rows.written(self.place, BY_HAND)

    def _writes(self, few: Served) -> None:
        figures = self.figures
        with serving.service(self.place, MANY, self.workers) as many:
            self.step("purchases, 1 caller")
            figures.one_caller.add(self._ask("purchases", few, FEW, callers=1))
            for n in range(1, self.plan.rounds + 1):
                of = f"({n} of {self.plan.rounds})"
                self.step(f"purchases, {CALLERS} callers {of}")
                figures.purchases.add(self._ask("purchases", few, FEW))
                self.step(f"the same by hand, in pgbench {of}")
                self._quiet()
                figures.by_hand.rates.append(self._by_hand())
                self.step(f"purchases, many members {of}")
                figures.many_members.add(self._ask("purchases", many, MANY))
                self.step(f"purchases in batches {of}")
                self._quiet()
                figures.batch.add(self._ask("batch", few, FEW), BATCH)
            figures.worker_bytes = max(few.worker_bytes(), many.worker_bytes())

    def _reads(self, few: Served) -> None:
        figures = self.figures
        self._quiet()
        with serving.nothing(self.place, self.workers) as nothing:
            for n in range(1, self.plan.rounds + 1):
                of = f"({n} of {self.plan.rounds})"
                self.step(f"balance reads {of}")
                figures.balance.add(self._ask("balance", few, FEW))
                self.step(f"the trivial endpoint {of}")
                figures.trivial.add(self._ask("trivial", nothing, FEW))
        figures.worker_bytes = max(figures.worker_bytes, few.worker_bytes())

    def _ask(
        self,
        kind: str,
        served: Served,
        database: str,
        *,
        callers: int | None = None,
        seconds: float | None = None,
    ) -> Measured:
        self._runs += 1
        job = load.Job(
            kind=kind,
            name=f"run-{self._runs}",
            port=served.port,
            callers=callers or (BATCH_CALLERS if kind == "batch" else CALLERS),
            seconds=seconds or self.plan.seconds,
            warm_up=self.plan.warm_up,
            members=self.plan.members_many if database == MANY else self.plan.members_few,
            key=self._keys[database],
        )
        return load.run(job)

    def _by_hand(self) -> float:
        done = by_hand.run(
            self.place,
            BY_HAND,
            self.figures.rows,
            self._typical,
            members=self.plan.members_few,
            seconds=self.plan.seconds,
        )
        return done.per_second

    def _quiet(self) -> None:
        """Wait until the sequencers have placed the events of the run before."""
        deadline = time.monotonic() + _QUIET_SECONDS_MAX
        for database in (FEW, MANY):
            before = -1
            while time.monotonic() < deadline:
                waiting = self.place.rows(database, _WAITING)[0][0]
                if waiting in {0, before}:
                    break
                before = waiting
                time.sleep(_QUIET_POLL_SECONDS)

    def _rows_by_hand(self) -> rows.Rows:
        return rows.per_purchase(self._cloned, rows.written(self.place, BY_HAND))


def run(plan: Plan, workers: int, root: pathlib.Path | None) -> Figures:
    """Measure everything on a PostgreSQL of our own below `root`."""
    with Steps(plan.expected) as steps:
        steps("starting PostgreSQL")
        with Place.open(root) as place:
            return Run(place, plan, workers, steps).all()
