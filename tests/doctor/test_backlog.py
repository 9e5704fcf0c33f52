"""Jobs and endpoints that do not keep up."""

from service.doctor import backlog
from service.doctor.types import Level

WELL = {
    "events_unplaced": [("", 0.0)],
    "events_unplaced_oldest_seconds": [("", 60.0)],
    "holders_due": [("", 5.0)],
    "holders_due_oldest_seconds": [("", 600.0)],
    "occasions_waiting": [("", 0.0)],
    "occasions_waiting_oldest_seconds": [("", 0.0)],
    "endpoints": [("active", 2.0), ("disabled", 0.0)],
    "endpoints_lag_events_max": [("", 10_000.0)],
    "relay_lag_events": [("redis", 10_000.0)],
}


def test_what_is_seen_to_in_time_is_well() -> None:
    assert {one.level for one in backlog.judge(WELL)} == {Level.OK}


def test_each_job_that_does_not_keep_up_is_told() -> None:
    late = {
        "holders_due": [("", 1200.0)],
        "holders_due_oldest_seconds": [("", 3600.0)],
        "occasions_waiting": [("", 1.0)],
        "occasions_waiting_oldest_seconds": [("", 660.0)],
    }

    holders, occasions, *_ = backlog.judge(WELL | late)

    assert holders.text == (
        "1,200 holders have something due that was not posted; the oldest since 60 min"
    )
    assert occasions.text == "1 occasions wait for their decision; the oldest since 11 min"
    assert holders.level is occasions.level is Level.WARNING


def test_endpoints_and_sinks_that_are_far_behind_are_told() -> None:
    _, disabled, _ = backlog.judge(WELL | {"endpoints": [("disabled", 1.0)]})
    _, behind, _ = backlog.judge(WELL | {"endpoints_lag_events_max": [("", 10_001.0)]})
    *_, sink = backlog.judge(WELL | {"relay_lag_events": [("nats", 10_001.0)]})

    assert {one.level for one in (disabled, behind, sink)} == {Level.WARNING}
    assert disabled.text.startswith("1 endpoints were disabled")
    assert behind.text == "one is 10,001 events behind"
    assert sink.text == "nats is 10,001 events behind"
