"""All instruments, for Prometheus: one answer for all workers of a service.

Several workers share a folder of files, one a worker and kind, that each writes what it counts to;
whichever worker is asked adds them up. The library picks that way when it is imported, by
PROMETHEUS_MULTIPROC_DIR: so only app.py imports this module, in the worker, after commands/http.py
has made the folder. What a worker counted stays when it dies, for totals never fall; what it had
at work is taken out at the next answer.

Labels are bounded: patterns of routes, methods HTTP knows, classes of status, names of our jobs.
Histograms of requests are tallied in the process and written each second, as is what is sampled
(`SAMPLED`): so a request pays half a microsecond, and other workers' figures are a second old.
What is stored (`STORED`) is read from the database by who calls `text`.
"""

import asyncio
import bisect
import contextlib
import os
import pathlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector

from service.infra.meter import FOLDER, Meter
from service.infra.processes import is_alive

SAMPLE_SECONDS: Final = 1.0
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
OTHER: Final = "other"  # any method that HTTP does not know; an address without a route

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_FINE: Final = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5)
_JOB: Final = (0.005, 0.025, 0.1, 0.5, 1.0, 5.0, 30.0)
_SIZES: Final = (1, 2, 4, 8, 16, 32, 64, 128)

SAMPLED: Final = {
    "http_requests_at_work": "Requests that are being answered.",
    "gate_commands_waiting": "Commands that wait for a place in a batch.",
    "gate_batches_at_work": "Batches that are at the database.",
    "streams_open": "Streams that somebody listens to.",
}
# What the database has, by the name of the figure: its help, and its label if it has one.
STORED: Final[dict[str, tuple[str, str]]] = {
    "database_up": ("1 while the figures of the database can be read.", ""),
    "events_unplaced": ("Events without a place in the stream yet; counted up to 10,000.", ""),
    "events_unplaced_oldest_seconds": ("How long the oldest of them has waited.", ""),
    "relay_lag_events": ("Events that a sink was not sent yet.", "sink"),
    "relay_lag_oldest_seconds": ("How long the oldest of them has waited.", "sink"),
    "endpoints": ("Endpoints by state, but for removed ones.", "state"),
    "endpoints_lag_events": ("Events that active endpoints were not sent yet, of all.", ""),
    "endpoints_lag_events_max": ("Of the active endpoint that is furthest behind.", ""),
    "endpoints_failing_oldest_seconds": ("Since when the longest failing one takes nothing.", ""),
    "deliveries_waiting": ("Refused events that are sent again; counted up to 10,000.", ""),
    "deliveries_dead": ("Refused events that are not sent again; counted up to 10,000.", ""),
    "holders_due": ("Holders with something due to be posted; counted up to 10,000.", ""),
    "holders_due_oldest_seconds": ("For how long the oldest of it has been due.", ""),
    "units_available": (
        "Units that can be used, of all holders; within a quarter of an hour.",
        "wallet",
    ),
    "units_pending": ("Units that were earned and cannot be used yet.", "wallet"),
    "units_held": ("Units that open checkouts keep.", "wallet"),
    "units_debt": ("Units that are owed by holders.", "wallet"),
    "occasions_waiting": ("Occasions that wait for their decision; counted up to 10,000.", ""),
    "occasions_waiting_oldest_seconds": ("How long the oldest of them has waited.", ""),
}
Figures = Mapping[str, Sequence[tuple[str, float]]]  # (value of the label, figure)


class _Tally:
    """What a histogram is told of since it was last written: a tenth of the time of writing it.

    The library writes two figures of a file, under a lock, with each observation; it has no way to
    write many at once but what its own `observe` is made of.
    """

    __slots__ = ("_bounds", "_counts", "_histogram", "_sum")

    def __init__(self, histogram: Histogram) -> None:
        self._histogram = histogram
        self._bounds: list[float] = histogram._upper_bounds  # noqa: SLF001 - as said above
        self._counts = [0] * len(self._bounds)
        self._sum = 0.0

    def observe(self, figure: float) -> None:
        """One more."""
        self._counts[bisect.bisect_left(self._bounds, figure)] += 1
        self._sum += figure

    def write(self) -> None:
        """From now on it is told."""
        own = self._histogram
        if any(self._counts):
            for upto, count in zip(own._buckets, self._counts, strict=True):  # noqa: SLF001
                if count:
                    upto.inc(count)
            own._sum.inc(self._sum)  # noqa: SLF001
            self._counts = [0] * len(self._bounds)
            self._sum = 0.0


class Metrics(Meter):
    """The instruments of a process. One a worker: those of one folder are all the same ones."""

    __slots__ = (
        "_ahead",
        "_batch",
        "_connected",
        "_decided",
        "_delivered",
        "_folder",
        "_gauges",
        "_job",
        "_job_rounds",
        "_outage",
        "_registry",
        "_relayed",
        "_request",
        "_requests",
        "_samples",
        "_sampling",
        "_tallies",
        "_wait",
    )

    def __init__(self) -> None:
        self._folder = os.environ.get(FOLDER)
        self._registry = CollectorRegistry()
        self._requests: dict[tuple[str, str, int], _Tally] = {}
        self._tallies: list[_Tally] = []
        self._samples: dict[str, Callable[[], float]] = {}
        self._sampling: asyncio.Task[None] | None = None
        self._request = self._histogram(
            "http_request_duration_seconds",
            "From the first byte of a request's head to the end of its answer, and how many.",
            _SECONDS,
            "method",
            "route",
            "status",
        )
        self._batch = self._tally(
            "gate_batch_commands", "Commands that went to the database in one batch.", _SIZES
        )
        self._wait = self._tally(
            "gate_wait_seconds", "How long the oldest command of a batch had waited.", _FINE
        )
        self._decided = self._tally(
            "decision_duration_seconds", "To decide one basket by the rules.", _FINE
        )
        self._connected = self._tally(
            "database_pool_wait_seconds", "For a connection to the database.", _FINE
        )
        self._job = self._histogram("job_duration_seconds", "A round of a job.", _JOB, "job")
        self._job_rounds = self._counter("job_rounds", "Rounds of jobs.", "job", "outcome")
        self._outage = self._counter("database_faults", "Work that met a fault.", "kind")
        self._relayed = self._counter("relay_events", "Events of the relay.", "sink", "outcome")
        self._ahead = Gauge(
            "regulars_relay_ahead_shards",
            "Shards in which a sink has events that the database does not.",
            ("sink",),
            registry=self._registry,
            multiprocess_mode="livemax",  # all workers look at the same ones
        )
        self._delivered = self._counter(
            "deliveries",
            "Attempts to send an event to an endpoint, and what was given up.",
            "outcome",
        )
        self._gauges = {
            name: Gauge(
                f"regulars_{name}", text, registry=self._registry, multiprocess_mode="livesum"
            )
            for name, text in SAMPLED.items()
        }

    def _histogram(self, name: str, text: str, bounds: Sequence[float], *labels: str) -> Histogram:
        return Histogram(f"regulars_{name}", text, labels, buckets=bounds, registry=self._registry)

    def _tally(self, name: str, text: str, bounds: Sequence[float]) -> _Tally:
        return self._tallied(self._histogram(name, text, bounds))

    def _tallied(self, histogram: Histogram) -> _Tally:
        found = _Tally(histogram)
        self._tallies.append(found)
        return found

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"regulars_{name}", text, labels, registry=self._registry)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """The library looks labels up under a lock: each combination is kept."""
        if method not in METHODS:
            method = OTHER
        key = (method, route, status // 100)
        found = self._requests.get(key)
        if found is None:
            child = self._request.labels(method, route or OTHER, f"{status // 100}xx")
            found = self._requests[key] = self._tallied(child)
        found.observe(seconds)

    def batch(self, commands: int, wait_seconds: float) -> None:
        """Two histograms."""
        self._batch.observe(commands)
        self._wait.observe(wait_seconds)

    def decided(self, seconds: float) -> None:
        """One basket."""
        self._decided.observe(seconds)

    def connected(self, wait_seconds: float) -> None:
        """One connection."""
        self._connected.observe(wait_seconds)

    def outage(self, kind: str) -> None:
        """One fault."""
        self._outage.labels(kind).inc()

    def job(self, name: str, outcome: str, seconds: float) -> None:
        """One round."""
        self._job.labels(name).observe(seconds)
        self._job_rounds.labels(name, outcome).inc()

    def relayed(self, sink: str, outcome: str, events: int) -> None:
        """So many more."""
        self._relayed.labels(sink, outcome).inc(events)

    def ahead(self, sink: str, shards: int) -> None:
        """As it stands now."""
        self._ahead.labels(sink).set(shards)

    def delivered(self, outcome: str, events: int) -> None:
        """So many more."""
        self._delivered.labels(outcome).inc(events)

    def sample(self, name: str, read: Callable[[], float]) -> None:
        """One of SAMPLED."""
        if name not in SAMPLED:
            raise KeyError(name)
        self._samples[name] = read

    def start(self) -> None:
        """Begin to write down what is sampled, for whichever worker is asked."""
        self._sampling = asyncio.create_task(self._sample_on(), name="metrics")

    async def stop(self) -> None:
        """Nothing is at work here any more."""
        if self._sampling is not None:
            self._sampling.cancel()
            await asyncio.wait([self._sampling])
        self._sample_now()
        for gauge in self._gauges.values():
            gauge.set(0)

    async def _sample_on(self) -> None:
        while True:
            self._sample_now()
            await asyncio.sleep(SAMPLE_SECONDS)

    def _sample_now(self) -> None:
        for tally in self._tallies:
            tally.write()
        for name, read in self._samples.items():
            self._gauges[name].set(read())

    async def text(self, stored: Figures) -> bytes:
        """Everything, in the library's text format; in a thread, as thousands of lines take ms."""
        self._sample_now()
        return await asyncio.to_thread(self._text, stored)

    def _text(self, stored: Figures) -> bytes:
        registry = CollectorRegistry()
        if self._folder is None:
            registry.register(_Collected(self._registry.collect))
        else:
            _take_out_the_dead(pathlib.Path(self._folder))
            MultiProcessCollector(registry, self._folder)  # type: ignore[no-untyped-call]
        registry.register(_Collected(lambda: _families(stored)))
        return generate_latest(registry)


class _Collected(Collector):
    """Whatever `collect` answers."""

    def __init__(self, collect: Callable[[], Iterable[Metric]]) -> None:
        self._collect = collect

    def collect(self) -> Iterable[Metric]:
        """As the library asks for it."""
        return self._collect()


def _families(stored: Figures) -> Iterator[Metric]:
    for name, rows in stored.items():
        text, label = STORED[name]
        family = GaugeMetricFamily(f"regulars_{name}", text, labels=[label] if label else [])
        for value, figure in rows:
            family.add_metric([value] if label else [], figure)
        yield family


def _take_out_the_dead(folder: pathlib.Path) -> None:
    """Workers that were killed have nothing at work."""
    for file in folder.glob("gauge_live*.db"):
        with contextlib.suppress(ValueError):
            pid = int(file.stem.rpartition("_")[2])
            if not is_alive(pid):
                mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]
