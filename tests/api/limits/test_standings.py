"""Requests of the last minute, counted in this process."""

from hypothesis import given
from hypothesis import strategies as st

from service.api.limits import standings
from service.api.limits.standings import Standing, Windows
from tests.api.keyring import Time


def test_so_many_as_the_quota_are_allowed_and_then_none() -> None:
    time = Time()
    windows = Windows(time)

    assert windows.take("a", 2, 60) == Standing(True, 1, 60)
    time.now += 10
    assert windows.take("a", 2, 60) == Standing(True, 0, 50)
    time.now += 10
    assert windows.take("a", 2, 60) == Standing(False, 0, 40)
    assert windows.take("b", 2, 60) == Standing(True, 1, 60)


def test_there_is_more_quota_at_the_very_moment_that_was_told_and_not_before() -> None:
    time = Time()
    windows = Windows(time)
    windows.take("a", 1, 60)

    time.now += 59.75
    refused = windows.take("a", 1, 60)
    time.now += refused.seconds

    assert refused == Standing(False, 0, 0.25)
    assert windows.take("a", 1, 60).is_allowed


@given(st.lists(st.sampled_from([0.0, 0.25, 1.0, 4.0, 9.75, 10.0]), max_size=60), st.integers(1, 5))
def test_no_span_of_the_length_holds_more_than_the_quota_nor_is_less_refused(
    gaps: list[float], quota: int
) -> None:
    time = Time()
    windows = Windows(time)
    allowed: list[float] = []
    for gap in gaps:
        time.now += gap
        recent = [at for at in allowed if at > time.now - 10]

        standing = windows.take("a", quota, 10)

        assert standing.is_allowed is (len(recent) < quota)
        if standing.is_allowed:
            allowed.append(time.now)
        assert standing.left == quota - len([at for at in allowed if at > time.now - 10])


def test_memory_is_bounded_and_who_was_not_seen_for_longest_goes() -> None:
    time = Time()
    windows = Windows(time)
    for number in range(standings.SUBJECTS_MAX):
        windows.take(str(number), 1, 60)
    assert not windows.take("0", 1, 60).is_allowed  # seen again

    windows.take("another", 1, 60)

    assert len(windows) == standings.SUBJECTS_MAX
    assert not windows.take("0", 1, 60).is_allowed
    assert windows.take("1", 1, 60).is_allowed
