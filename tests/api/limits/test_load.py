"""How much is at work, and how long one request more would wait."""

import math

import pytest

from service.api.limits.load import JUDGED_FROM, Load
from tests.api.keyring import Time


def busy(time: Time, load: Load, *, at_work: int, a_second: int, seconds: float) -> None:
    """So many are at work all the time, of which so many are answered in each second."""
    while load.at_work < at_work:
        load.is_full()
        load.enter()
    for _ in range(round(seconds * 10)):
        time.now += 0.1
        for _ in range(a_second // 10):
            load.leave()
            load.is_full()
            load.enter()
        load.is_full()


def test_the_wait_is_what_is_at_work_over_what_is_answered_in_a_second() -> None:
    time = Time()
    load = Load(10_000, time)

    busy(time, load, at_work=100, a_second=200, seconds=3)

    assert load.wait() == pytest.approx(0.5, rel=0.1)
    assert not load.is_full()


@pytest.mark.parametrize(("a_second", "is_full"), [(120, False), (80, True)])
def test_it_is_full_when_the_wait_passes_a_second(a_second: int, *, is_full: bool) -> None:
    time = Time()
    load = Load(10_000, time)

    busy(time, load, at_work=100, a_second=a_second, seconds=3)

    assert load.is_full() is is_full


def test_a_burst_is_let_in_while_nothing_is_known() -> None:
    time = Time()
    load = Load(1000, time)
    for _ in range(999):
        assert not load.is_full()
        load.enter()
        time.now += 0.0005

    assert not load.is_full()
    load.enter()
    assert load.is_full()  # so many at most, whatever the wait


def test_when_nothing_is_answered_for_a_second_nobody_is_let_in() -> None:
    time = Time()
    load = Load(1000, time)
    busy(time, load, at_work=JUDGED_FROM, a_second=0, seconds=0.9)
    assert not load.is_full()

    time.now += 0.2

    assert load.wait() == math.inf
    assert load.is_full()


def test_few_are_let_in_however_slow_they_are() -> None:
    time = Time()
    load = Load(1000, time)

    busy(time, load, at_work=JUDGED_FROM - 1, a_second=0, seconds=10)

    assert not load.is_full()


def test_what_was_slow_before_is_forgotten_when_there_is_little_to_do() -> None:
    time = Time()
    load = Load(1000, time)
    busy(time, load, at_work=100, a_second=0, seconds=2)
    assert load.is_full()

    while load.at_work:
        load.leave()
    for _ in range(100):
        load.enter()

    assert not load.is_full()


def test_the_last_second_counts_not_what_was_before() -> None:
    time = Time()
    load = Load(10_000, time)
    busy(time, load, at_work=100, a_second=0, seconds=5)

    busy(time, load, at_work=100, a_second=1000, seconds=1.2)

    assert load.wait() == pytest.approx(0.1, rel=0.2)
