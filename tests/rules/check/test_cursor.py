"""Moving through a file and telling what is wrong there."""

from service.rules.check.cursor import Cursor
from tests.rules.check.files import cursor, messages


def test_a_mapping_gives_its_fields_and_tells_the_other_keys() -> None:
    at, log = cursor("{id: a, titel: b, redeem: {}}")
    fields = at.fields(("id", "title"), later=("redeem",))
    assert list(fields.found) == ["id"]
    assert not fields.clean
    assert [str(problem) for problem in log.problems()] == [
        "f:1:9: $.titel: unknown key 'titel', did you mean 'title'?",
        "f:1:19: $.redeem: 'redeem' is not supported yet",
    ]


def test_a_missing_key_is_told_once_and_reads_as_nothing() -> None:
    at, log = cursor("{a: 1}")
    absent = at.fields(("a", "id")).need("id")
    assert absent.node is None
    absent.fail("never told")
    assert absent.fields(("x",)).need("x").items("a list", least=5) == []
    assert messages(log) == ["needs 'id'"]


def test_exactly_one_of_several_keys() -> None:
    for text, given in (("{a: 1}", "a"), ("{b: 1}", "b")):
        at, log = cursor(text)
        assert at.fields(("a", "b")).only(("a", "b")) == given
        assert messages(log) == []
    for text in ("{}", "{a: 1, b: 2}"):
        at, log = cursor(text)
        assert at.fields(("a", "b")).only(("a", "b")) is None
        assert messages(log) == ["needs exactly one of a, b"]


def test_a_misspelt_key_is_told_as_such_and_not_as_missing_too() -> None:
    at, log = cursor("{spendd: true}")
    assert at.fields(("spend", "visits")).only(("spend", "visits")) is None
    assert messages(log) == ["unknown key 'spendd', did you mean 'spend'?"]


def test_lists_are_bounded() -> None:
    at, log = cursor("[1, 2, 3]")
    assert len(at.items("a list", least=4)) == 3
    assert len(at.items("a list", most=2)) == 2
    assert messages(log) == [
        "expected at least 4 in the list, got 3",
        "expected at most 2 in the list, got 3",
    ]


def test_values_are_shown_as_they_are_written() -> None:
    shown = []
    for text in ("a: 7", "a: '7'", "a: 1_000", "a:", "a: null", "a: []", "a: {}", "a: true"):
        at, _ = cursor(text)
        shown.append(at.fields(("a",))["a"].got())
    assert shown == ["7", "'7'", "1_000", "nothing", "null", "a list", "a mapping", "true"]


def test_paths_name_keys_and_places_in_lists() -> None:
    at, log = cursor("rules: [{when: {now.weekday: 1}, 'odd\\nkey': 1, \"odd\\nkey\": 2}]")
    item = at.fields(("rules",))["rules"].items("a list")[0]
    paths = [child.path for child in item.children()]
    assert paths == ["$.rules[0].when", "$.rules[0].'odd\\\\nkey'", "$.rules[0].'odd\\nkey'"]
    assert messages(log) == []


def test_what_stands_in_a_named_place_is_told_under_that_name() -> None:
    at, log = cursor("{id: base, x: {y: 1}}")
    child = next(iter(at.identified("rule").fields(("id", "x"))["x"].children()))
    child.fail("wrong")
    assert log.problems()[0].about == "rule 'base'"
    unnamed, _ = cursor("{id: Not An Id}")
    assert unnamed.identified("rule").about == ""
    assert isinstance(unnamed.identified("rule"), Cursor)
