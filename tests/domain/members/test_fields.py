import pytest

from service.domain.members.errors import FieldInvalid
from service.domain.members.fields import check_fields
from service.rules.document import Field, FieldKind

DECLARED = {
    "newsletter": Field(FieldKind.BOOL),
    "cups": Field(FieldKind.NUMBER),
    "city": Field(FieldKind.TEXT),
    "roast": Field(FieldKind.CHOICE, ("light", "dark")),
}


def problem(name: str, value: bool | int | str | None) -> tuple[str, str]:
    with pytest.raises(FieldInvalid) as refusal:
        check_fields({name: value}, DECLARED)
    assert refusal.value.name == name
    return refusal.value.expected, refusal.value.pointer


def test_declared_fields_of_their_type_are_taken() -> None:
    check_fields({"newsletter": False, "cups": -3, "city": "", "roast": "dark"}, DECLARED)


def test_null_removes_any_declared_field() -> None:
    check_fields(dict.fromkeys(DECLARED), DECLARED)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("newsletter", 1, "true or false"),
        ("newsletter", "true", "true or false"),
        ("cups", True, "a whole number"),  # True is an int in Python, not here
        ("cups", "3", "a whole number"),
        ("city", 7, "text"),
        ("roast", "medium", "one of light, dark"),
        ("roast", True, "one of light, dark"),
    ],
)
def test_another_type_is_refused_with_what_the_field_takes(
    name: str, value: bool | int | str, expected: str
) -> None:
    assert problem(name, value) == (expected, f"/fields/{name}")


@pytest.mark.parametrize("value", [None, True, "x"])
def test_a_field_that_is_not_declared_is_refused(value: bool | str | None) -> None:
    assert problem("shoe_size", value) == (
        "declared fields: newsletter, cups, city, roast",
        "/fields/shoe_size",
    )


def test_a_program_without_fields_says_so() -> None:
    with pytest.raises(FieldInvalid) as refusal:
        check_fields({"city": "x"}, {}, "/items/3/fields")

    assert refusal.value.detail() == "field 'city': declared fields: none"
    assert refusal.value.pointer == "/items/3/fields/city"
