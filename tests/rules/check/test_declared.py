"""Fields of lines and members."""

import pytest

from service.rules.document import Field, FieldKind
from tests.rules.check.files import HEAD, document, problems


def test_line_fields_are_category_brand_and_attributes() -> None:
    written = "line_fields: {attributes: {roast: [light, dark], origin: text}, category: text}"
    assert document(f"{HEAD}{written}").line_fields == {
        "category": Field(FieldKind.TEXT),
        "attributes.roast": Field(FieldKind.CHOICE, ("light", "dark")),
        "attributes.origin": Field(FieldKind.TEXT),
    }


def test_member_fields_have_four_types() -> None:
    written = "member_fields: {a: text, b: bool, c: number, d: [x, y, x]}"
    assert document(f"{HEAD}{written}").member_fields == {
        "a": Field(FieldKind.TEXT),
        "b": Field(FieldKind.BOOL),
        "c": Field(FieldKind.NUMBER),
        "d": Field(FieldKind.CHOICE, ("x", "y")),
    }


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            "line_fields: {colour: text}",
            "4:15 $.line_fields.colour: unknown key 'colour'; one of category, brand, attributes",
        ),
        (
            "line_fields: {category: bool}",
            "4:25 $.line_fields.category: unknown type 'bool'; one of text",
        ),
        (
            "line_fields: {brand: [1]}",
            "4:23 $.line_fields.brand[0]: expected a string, got 1",
        ),
        (
            "member_fields: {a: txt}",
            "4:20 $.member_fields.a: unknown type 'txt', did you mean 'text'?",
        ),
        (
            "member_fields: {a: []}",
            "4:20 $.member_fields.a: expected at least 1 in the list, got 0",
        ),
        (
            "member_fields: {tier: text}",
            "4:17 $.member_fields.tier: 'tier' is a fact of its own: choose another name",
        ),
        (
            "member_fields: {clubs: text}",
            "4:17 $.member_fields.clubs: 'clubs' is a fact of its own: choose another name",
        ),
        (
            f"member_fields: {{{', '.join(f'f{number}: text' for number in range(101))}}}",
            "4:16 $.member_fields: 101 fields, at most 100 are allowed",
        ),
    ],
)
def test_wrong_fields_are_told(written: str, told: str) -> None:
    assert problems(f"{HEAD}{written}") == [told]
