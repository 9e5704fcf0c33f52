"""Tests of one value."""

import pytest

from service.rules.values import Scalar, Test, compile_test, describe, plain, show


@pytest.mark.parametrize(
    ("test", "passing", "failing"),
    [
        (Test(eq="app"), ["app"], ["web", "", 1, None]),
        (Test(is_in=("app", "web")), ["app", "web"], ["pos", None]),
        (Test(ne="app"), ["web", None, 1], ["app"]),
        (Test(not_in=("app", "web")), ["pos", None], ["app", "web"]),
        (Test(gt=10), [11], [10, 9, "11", None]),
        (Test(gte=10), [10, 11], [9, "10", None]),
        (Test(lt=10), [9], [10, 11, "9", None]),
        (Test(lte=10), [10, 9], [11, "9", None]),
        (Test(gt="2026-09-01"), ["2026-09-02"], ["2026-09-01", 20260902, None]),
        (Test(gte="2026-09-01"), ["2026-09-01"], ["2026-08-31", None]),
        (Test(lt="2026-09-01"), ["2026-08-31"], ["2026-09-01", None]),
        (Test(lte="2026-09-01"), ["2026-09-01"], ["2026-09-02", None]),
        (Test(gte=5, lt=10), [5, 9], [4, 10]),
        (Test(gte=5, ne=7), [6], [7, 4]),
        (Test(eq=False), [False], [True, None]),
        (Test(eq=0), [0], [1, None]),
        (Test(), ["anything", 0, None], []),
    ],
)
def test_a_value_passes_when_all_comparisons_hold(
    test: Test, passing: list[Scalar | None], failing: list[Scalar | None]
) -> None:
    check = compile_test(test)
    assert [value for value in passing if not check(value)] == []
    assert [value for value in failing if check(value)] == []


def test_the_values_wanted_are_known_of_a_plain_list_only() -> None:
    assert Test(eq="a").wanted() == ("a",)
    assert Test(eq=False).wanted() == (False,)
    assert Test(is_in=("a", "b")).wanted() == ("a", "b")
    for test in (Test(), Test(ne="a"), Test(eq="a", ne="b"), Test(is_in=("a",), gte="a")):
        assert test.wanted() is None


@pytest.mark.parametrize(
    ("test", "text"),
    [
        (Test(eq="app"), "= 'app'"),
        (Test(eq=True), "= true"),
        (Test(is_in=("mon", "tue")), "in ['mon','tue']"),
        (Test(ne=3), "not 3"),
        (Test(not_in=("a",)), "not in ['a']"),
        (Test(gt=1, gte=2, lt=9, lte=8), "> 1 and >= 2 and < 9 and <= 8"),
        (Test(), "anything"),
    ],
)
def test_a_test_is_described_as_people_write_it(test: Test, text: str) -> None:
    assert describe(test) == text


def test_values_are_shown_with_quotes_and_told_without() -> None:
    assert [show(value) for value in ("a", 7, True, False)] == ["'a'", "7", "true", "false"]
    assert [plain(value) for value in ("a", 7, True, None)] == ["a", "7", "true", "nothing"]
