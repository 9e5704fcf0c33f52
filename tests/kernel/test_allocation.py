"""Splitting a whole into parts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.kernel.allocation import allocate

WEIGHTS = st.lists(st.integers(0, 10**9), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (100, [1, 1, 1], [34, 33, 33]),  # ties go to the earlier part
        (101, [1, 1, 1], [34, 34, 33]),
        (10, [1, 2, 3], [2, 3, 5]),  # 1.67, 3.33, 5.00
        (7, [3, 3, 1], [3, 3, 1]),
        (1, [1, 5, 4], [0, 1, 0]),
        (5, [0, 0], [5, 0]),
        (0, [3, 4], [0, 0]),
        (0, [], []),
        (9, [0, 1], [0, 9]),
        (-100, [1, 1, 1], [-34, -33, -33]),
    ],
)
def test_the_largest_remainders_get_what_is_left(
    total: int, weights: list[int], parts: list[int]
) -> None:
    assert allocate(total, weights) == parts


def test_something_cannot_be_given_to_nobody() -> None:
    with pytest.raises(ValueError, match="nothing to allocate to"):
        allocate(1, [])


@given(st.integers(-(10**12), 10**12), WEIGHTS)
def test_parts_sum_to_the_whole_and_are_near_their_share(total: int, weights: list[int]) -> None:
    parts = allocate(total, weights)
    assert sum(parts) == total
    whole = sum(weights)
    if whole:
        assert all(
            abs(part * whole - total * weight) < whole
            for part, weight in zip(parts, weights, strict=True)
        )


@given(st.integers(0, 10**12), WEIGHTS)
def test_the_same_weight_gets_at_most_one_unit_less_later(total: int, weights: list[int]) -> None:
    parts = allocate(total, weights)
    for weight in set(weights):
        same = [part for part, own in zip(parts, weights, strict=True) if own == weight]
        if sum(weights):
            assert same == sorted(same, reverse=True)
            assert same[0] - same[-1] <= 1
