"""What a server is judged by, where a test's own server cannot be set so."""

import pytest

from service.doctor import server
from service.doctor.types import Finding, Level
from service.infra.settings import Settings

WELL = {
    "fsync": "on",
    "synchronous_commit": "on",
    "full_page_writes": "on",
    "autovacuum": "on",
    "track_counts": "on",
    "max_connections": "100",
    "superuser_reserved_connections": "3",
    "statement_timeout": "3000",
    "lock_timeout": "1500",
    "idle_in_transaction_session_timeout": "5000",
}


def connections(limit: int = -1, **more: int) -> Finding:
    settings = Settings(database_url="postgresql:///x", secret="s" * 32, **more)  # type: ignore[arg-type]
    return server.judge_connections(settings, WELL, limit)


@pytest.mark.parametrize(
    ("number", "level"), [(149_999, Level.WRONG), (150_000, Level.OK), (180_001, Level.OK)]
)
def test_fifteen_is_the_oldest(number: int, level: Level) -> None:
    assert server.judge_version(number, "x").level is level


@pytest.mark.parametrize(
    ("seconds", "level", "word"),
    [
        (0, Level.OK, "apart"),
        (-5, Level.OK, "apart"),
        (5.1, Level.WRONG, "ahead"),
        (-6, Level.WRONG, "behind"),
    ],
)
def test_clocks_may_be_five_seconds_apart(seconds: float, level: Level, word: str) -> None:
    found = server.judge_clock(seconds)

    assert found.level is level
    assert word in found.text


def test_a_durable_server_is_well() -> None:
    assert [one.level for one in server.judge_durability(WELL)] == [Level.OK]
    assert [
        one.level for one in server.judge_durability(WELL | {"synchronous_commit": "local"})
    ] == [Level.OK]


@pytest.mark.parametrize("name", ["fsync", "synchronous_commit", "full_page_writes"])
def test_each_of_three_settings_makes_it_unsafe(name: str) -> None:
    (one,) = server.judge_durability(WELL | {name: "off"})

    assert one.level is Level.WRONG
    assert one.text.startswith(f"{name} is off")
    assert f"{name} = on" in one.todo


@pytest.mark.parametrize(
    ("workers", "limit", "level"),
    [
        (10, -1, Level.OK),
        (11, -1, Level.WRONG),
        (2, 18, Level.WARNING),
        (2, 17, Level.WRONG),
        (2, 23, Level.OK),
    ],
)
def test_workers_need_their_connections_and_some_to_spare(
    workers: int, limit: int, level: Level
) -> None:
    assert connections(workers=workers, limit=limit).level is level


def test_few_to_spare_is_a_warning() -> None:
    found = connections(workers=1, pool_size_max=95)

    assert (found.level, found.text) == (Level.WARNING, "96 for 1 workers of 97 there are")


@pytest.mark.parametrize("name", ["autovacuum", "track_counts"])
def test_autovacuum_needs_both_of_its_settings(name: str) -> None:
    (one,) = server.judge_vacuum(WELL | {name: "off"}, [], [])

    assert (one.level, one.text) == (Level.WRONG, f"{name} is off: dead rows are never removed")


def test_all_time_outs_that_are_missing_are_named() -> None:
    found = server.judge_time_outs("me", WELL | {"lock_timeout": "0", "statement_timeout": "0"})

    assert found.text.startswith("me has no statement_timeout, lock_timeout:")


def test_a_transaction_may_take_five_minutes() -> None:
    assert server.judge_transactions(None).level is Level.OK
    assert server.judge_transactions(("process 7", 300)).level is Level.OK
    assert server.judge_transactions(("process 7", 301)).level is Level.WARNING
