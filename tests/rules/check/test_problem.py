"""The log of problems and the wording of suggestions."""

from service.rules.check.problem import (
    EFFORT_MAX,
    MESSAGE_MAX,
    PROBLEMS_MAX,
    Log,
    Problem,
    one_of,
    short,
)
from service.rules.source import Mark


def test_a_problem_prints_as_file_line_column_subject_path_and_message() -> None:
    assert (
        str(Problem("a.yaml", 5, 7, "$.campaigns[0].rules[1]", "needs 'id'", "rule 'one'"))
        == "a.yaml:5:7: rule 'one' at $.campaigns[0].rules[1]: needs 'id'"
    )
    assert str(Problem("a.yaml", 5, 7, "$.wallets", "wrong")) == "a.yaml:5:7: $.wallets: wrong"
    assert str(Problem("a.yaml", 1, 1, "$", "empty")) == "a.yaml:1:1: empty"


def test_a_problem_is_one_printable_line_whatever_the_file_holds() -> None:
    log = Log("f")
    log.add(Mark(1, 1), "$.a\nb", "unknown 'x\t\u2028' and 'ł'", "wallet 'a\nb'")
    assert str(log.problems()[0]) == (
        "f:1:1: wallet 'a\\nb' at $.a\\nb: unknown 'x\\t\\u2028' and 'ł'"
    )


def test_a_problem_is_not_endless() -> None:
    log = Log("f")
    log.add(Mark(1, 1), "$", "x" * 200_000)
    assert len(log.problems()[0].message) == MESSAGE_MAX


def test_problems_come_in_the_order_of_the_file() -> None:
    log = Log("f")
    for line, col in ((3, 1), (1, 9), (1, 2)):
        log.add(Mark(line, col), "$", f"{line}:{col}")
    assert [problem.message for problem in log.problems()] == ["1:2", "1:9", "3:1"]


def test_past_the_most_that_are_listed_the_rest_is_counted() -> None:
    log = Log("f")
    for line in range(1, PROBLEMS_MAX + 4):
        log.add(Mark(line, 1), "$", "wrong")
    assert len(log.problems()) == PROBLEMS_MAX + 1
    assert log.problems()[-1].message == "3 more problems are not shown"


def test_the_nearest_name_is_suggested_and_all_names_where_none_is_near() -> None:
    log, names = Log("f"), ["title", "id"]
    assert log.unknown("key", "titel", names) == "unknown key 'titel', did you mean 'title'?"
    assert log.unknown("key", "xyz", names) == "unknown key 'xyz'; one of title, id"
    assert (
        log.unknown("value", "titel", names, listed=True)
        == "unknown value 'titel', did you mean 'title'?; one of title, id"
    )


def test_suggestions_end_when_looking_for_them_takes_long() -> None:
    log = Log("f")
    names = ["x" * 50 + str(number) for number in range(1000)]
    dear = len(names[0]) * sum(map(len, names))
    told = [log.unknown("value", names[0] + "y", names) for _ in range(EFFORT_MAX // dear + 1)]
    assert "did you mean" in told[0]
    assert "did you mean" not in told[-1]
    assert told[-1].startswith("unknown value 'xxx")


def test_a_long_list_of_names_is_not_read_out() -> None:
    assert one_of([f"n{number}" for number in range(13)]) == ""
    assert one_of([]) == ""


def test_what_is_quoted_stays_on_one_line_and_short() -> None:
    assert short("a\nb") == "'a\\nb'"
    assert len(short("x" * 1000)) == 66
