"""Texts with places: what stands in them, and that nothing else can."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from service.domain.endpoints import templates
from service.domain.endpoints.templates import TemplateWrong, check, fill, fill_path, look_up

FACTS: dict[str, Any] = {
    "id": "e-1",
    "type": "regulars.points.earned.v1",
    "time": "2026-11-23T23:30:00+01:00",
    "subject": "m-1",
    "data": {"total": 1250, "store": None, "lots": [{"n": 1}], "ok": True, "word": "a/b ?ü"},
    "member": {"id": "m-1", "email": "ola@example.org"},
}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("{{data.total}}", 1250),
        ("{{ data.total }}", 1250),
        ("{{data.ok}}", True),
        ("{{data.store}}", None),
        ("{{data.lots}}", [{"n": 1}]),
        ("{{data.total|text}}", "1250"),
        ("{{time|unix}}", 1_795_473_000),
        ("{{time|date}}", "2026-11-23"),
        ("of {{member.email}}: {{data.total}}", "of ola@example.org: 1250"),
        ("{{data.lots}}!", '[{"n": 1}]!'),
        ("[{{data.nothing}}]", "[]"),
        ("[{{data.store}}]", "[]"),
        ({"a": "{{data.nothing}}", "b": 1, "c": {"d": "{{id}}"}}, {"b": 1, "c": {"d": "e-1"}}),
        (["{{id}}", "{{data.nothing}}", None], ["e-1", None]),
        ("{{data.word|unix}}", None),
        ("plain { text } }}", "plain { text } }}"),
        ("{{{id}}}", "{e-1}"),
        ("{{data.__class__}}", None),  # JSON has no classes
        (7, 7),
    ],
)
def test_a_place_becomes_what_the_event_says(template: Any, filled: Any) -> None:
    assert fill(template, FACTS) == filled


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00"])
@pytest.mark.parametrize("kind", ["date", "unix", "text"])
def test_an_instant_at_the_edge_of_the_calendar_ends_nothing(edge: str, kind: str) -> None:
    fill({"at": f"{{{{data.word|{kind}}}}}"}, {"data": {"word": edge}})


def test_what_a_value_says_is_no_template() -> None:
    facts = {"data": {"word": "{{member.email}}"}, "member": {"email": "ola@example.org"}}
    assert fill({"a": "{{data.word}}", "b": "x{{data.word}}"}, facts) == {
        "a": "{{member.email}}",
        "b": "x{{member.email}}",
    }


@given(st.text(max_size=40))
def test_no_value_leads_to_another_address(value: str) -> None:
    path = fill_path("/users/{{data.word}}/points?by={{data.word}}", {"data": {"word": value}})
    url = URL("https://crm.example.com/v1" + path)
    assert (url.host, url.scheme) == ("crm.example.com", "https")
    assert url.raw_path.startswith("/v1/users/")
    assert url.raw_path.endswith("/points")
    assert url.raw_path.count("/") == 4
    assert url.fragment == ""


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists))
def test_a_template_without_places_is_itself(value: Any) -> None:
    if "{{" not in json.dumps(value):
        assert fill(value, FACTS) == value


@pytest.mark.parametrize(
    ("template", "pointer", "why"),
    [
        ("{{cart.total}}", "/body", "there is no cart"),
        ({"a": [{"b": "{{member.email}}"}]}, "/body/a/0/b", "name email in `personal`"),
        ("{{member}}", "/body", "in `personal`"),
        ("{{time|upper}}", "/body", "there are unix, date, text"),
        ("{{ data.a + 1 }}", "/body", "a place is written"),
        ("{{", "/body", "a place is written"),
    ],
)
def test_what_cannot_be_filled_is_refused_with_its_place(
    template: Any, pointer: str, why: str
) -> None:
    with pytest.raises(TemplateWrong) as raised:
        check(template, "/body", frozenset())
    assert raised.value.pointer == pointer
    assert why in raised.value.why


def test_a_template_is_not_nested_without_end() -> None:
    deep: Any = "x"
    for _ in range(templates.DEPTH_MAX + 1):
        deep = [deep]
    with pytest.raises(TemplateWrong, match="nested deeper"):
        check(deep, "/body", frozenset())


def test_a_template_has_no_number_that_is_read_differently_and_an_end() -> None:
    with pytest.raises(TemplateWrong, match="hold that number exactly") as raised:
        check({"a": [1, 2**53]}, "/body", frozenset())
    assert raised.value.pointer == "/body/a/1"
    with pytest.raises(TemplateWrong, match="longer than"):
        check("x" * templates.LENGTH_MAX, "/body", frozenset())


def test_a_path_of_an_answer_is_looked_up() -> None:
    assert look_up({"a": {"b": 0}}, "a.b") == 0
    others: list[Any] = [{}, {"a": 1}, [], "a", None]
    assert [look_up(value, "a.b") for value in others] == [None] * 5
