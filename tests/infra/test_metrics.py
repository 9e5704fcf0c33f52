"""What a process counts, alone and together with other workers."""

import multiprocessing
import pathlib
import signal

import pytest

from service.infra.meter import FOLDER, SILENT, Meter
from service.infra.metrics import STORED, Metrics
from tests.api.test_metrics import figures


async def told(metrics: Metrics) -> dict[str, float]:
    return figures((await metrics.text({})).decode())


async def test_what_is_told_is_counted() -> None:
    metrics = Metrics()
    metrics.request("GET", "/v1/members/{member_id}", 200, 0.02)
    metrics.request("GET", "/v1/members/{member_id}", 201, 0.2)
    metrics.batch(3, 0.001)
    metrics.decided(0.0002)
    metrics.connected(0.3)
    metrics.outage("retried")
    metrics.job("settle", "idle", 0.01)
    metrics.job("settle", "failed", 2.0)
    metrics.relayed("redis", "sent", 3)
    metrics.relayed("redis", "sent", 2)
    metrics.relayed("nats", "lost", 4)
    metrics.ahead("redis", 2)
    metrics.ahead("redis", 1)
    metrics.delivered("taken", 5)

    found = await told(metrics)

    def of(name: str, **labels: str) -> float:
        given = ",".join(f"{key}={value}" for key, value in sorted(labels.items()))
        return found[f"regulars_{name}{{{given}}}"]

    route = {"method": "GET", "route": "/v1/members/{member_id}", "status": "2xx"}
    assert of("http_request_duration_seconds_count", **route) == 2
    assert of("http_request_duration_seconds_sum", **route) == pytest.approx(0.22)
    assert of("http_request_duration_seconds_bucket", **route, le="0.025") == 1
    assert of("gate_batch_commands_sum") == 3
    assert of("gate_wait_seconds_count") == 1
    assert of("decision_duration_seconds_bucket", le="0.00025") == 1
    assert of("database_pool_wait_seconds_bucket", le="0.1") == 0
    assert of("database_faults_total", kind="retried") == 1
    assert of("job_rounds_total", job="settle", outcome="failed") == 1
    assert of("job_duration_seconds_count", job="settle") == 2
    assert of("relay_events_total", sink="redis", outcome="sent") == 5
    assert of("relay_events_total", sink="nats", outcome="lost") == 4
    assert of("relay_ahead_shards", sink="redis") == 1
    assert of("deliveries_total", outcome="taken") == 5


async def test_what_callers_make_up_makes_no_more_series() -> None:
    metrics = Metrics()
    for number in range(100):
        metrics.request(f"METHOD{number}", "", 405, 0.001)

    found = await told(metrics)

    counts = [name for name in found if name.startswith("regulars_http") and "_count" in name]
    assert counts == [
        "regulars_http_request_duration_seconds_count{method=other,route=other,status=4xx}"
    ]
    assert len(metrics._requests) == 1


async def test_what_is_sampled_is_what_stands_when_it_is_read() -> None:
    metrics, waiting = Metrics(), [1, 2, 3]
    metrics.sample("gate_commands_waiting", lambda: len(waiting))

    assert (await told(metrics))["regulars_gate_commands_waiting{}"] == 3
    waiting.clear()
    assert (await told(metrics))["regulars_gate_commands_waiting{}"] == 0

    with pytest.raises(KeyError):
        metrics.sample("nothing_of_ours", lambda: 0)


async def test_a_process_that_stops_has_nothing_at_work() -> None:
    metrics = Metrics()
    metrics.sample("http_requests_at_work", lambda: 5)
    metrics.start()
    await metrics.stop()

    assert metrics._gauges["http_requests_at_work"]._value.get() == 0


async def test_stored_figures_have_their_help_and_label() -> None:
    stored = {"relay_lag_events": [("redis", 3.0), ("nats", 0.0)], "database_up": [("", 1.0)]}

    text = (await Metrics().text(stored)).decode()

    assert 'regulars_relay_lag_events{sink="redis"} 3.0' in text
    assert "regulars_database_up 1.0" in text
    assert f"# HELP regulars_database_up {STORED['database_up'][0]}" in text


async def test_what_is_silent_takes_everything_and_keeps_nothing() -> None:
    names = [name for name in vars(Meter) if not name.startswith("_")]
    assert set(names) <= set(dir(Metrics))
    SILENT.request("GET", "/", 200, 0.1)
    SILENT.sample("anything", lambda: 1)
    assert not hasattr(SILENT, "__dict__")


def work(number: int, go_on: str) -> None:
    """A worker: imports the library in its own process, counts, says so, and waits to be killed."""
    metrics = Metrics()
    for _ in range(number):
        metrics.request("GET", "/v1/clubs", 200, 0.01)
    metrics.sample("http_requests_at_work", lambda: 7)
    metrics._sample_now()
    pathlib.Path(go_on, str(number)).touch()
    signal.pause()


def answer(results: "multiprocessing.Queue[str]") -> None:
    """Another worker, that is asked."""
    results.put(Metrics()._text({}).decode())


def asked() -> dict[str, float]:
    context = multiprocessing.get_context("spawn")
    results: multiprocessing.Queue[str] = context.Queue()
    process = context.Process(target=answer, args=(results,))
    process.start()
    found = figures(results.get(timeout=30))
    process.join()
    return found


def test_any_worker_answers_for_all_and_the_dead_keep_their_counts_only(
    tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts, marks = tmp_path / "counts", tmp_path / "marks"
    counts.mkdir()
    marks.mkdir()
    monkeypatch.setenv(FOLDER, str(counts))
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=work, args=(number, str(marks))) for number in (2, 3)]
    for worker in workers:
        worker.start()
    while len(list(marks.iterdir())) < 2:
        assert all(worker.is_alive() for worker in workers)
    count = "regulars_http_request_duration_seconds_count{method=GET,route=/v1/clubs,status=2xx}"

    both = asked()
    workers[0].kill()
    workers[0].join()
    one = asked()
    workers[1].kill()
    workers[1].join()

    assert (both[count], both["regulars_http_requests_at_work{}"]) == (5, 14)
    assert (one[count], one["regulars_http_requests_at_work{}"]) == (5, 7)
