"""The pieces of a JSON Schema."""

import jsonschema_rs
import pytest

from service.rules import json_shapes as shapes

NUMBER: shapes.Schema = {"type": "number"}


@pytest.mark.parametrize(
    ("schema", "fits", "does_not"),
    [
        (shapes.mapping({"a": NUMBER}), [{}, {"a": 1}], [{"b": 1}, {"a": "x"}, []]),
        (shapes.mapping({"a": NUMBER}, needs=("a",)), [{"a": 1}], [{}]),
        (shapes.mapping({"a": NUMBER, "b": NUMBER}, least=1), [{"b": 1}], [{}]),
        (shapes.mapping({}, patterns={"^x": NUMBER}), [{"xy": 1}], [{"y": 1}]),
        (shapes.list_of(NUMBER, least=1), [[1], [1, 2]], [[], ["a"], 1]),
        (shapes.by_id(NUMBER), [{}, {"a-1": 1}], [{"A": 1}, {"a": "x"}]),
        (shapes.by_id(NUMBER, pattern="^[A-Z]$"), [{"A": 1}], [{"a": 1}]),
        (shapes.one_of(("a", "b")), ["a"], ["c", 1]),
        (shapes.any_of(NUMBER, shapes.one_of(("a",))), [1, "a"], ["b"]),
        (shapes.text("^a+$", "some", "aa"), ["a"], ["", "b", 1]),
        (shapes.ref("n") | {"$defs": {"n": NUMBER}}, [1], ["a"]),
    ],
)
def test_each_piece_takes_what_it_is_for(
    schema: shapes.Schema, fits: list[object], does_not: list[object]
) -> None:
    jsonschema_rs.meta.validate(schema)
    validator = jsonschema_rs.validator_for(schema)
    assert [value for value in fits if not validator.is_valid(value)] == []
    assert [value for value in does_not if validator.is_valid(value)] == []


def test_a_description_stands_where_there_is_one() -> None:
    assert shapes.ref("a", "what it is") == {"$ref": "#/$defs/a", "description": "what it is"}
    assert shapes.ref("a") == {"$ref": "#/$defs/a"}
    assert shapes.described("") == {}
