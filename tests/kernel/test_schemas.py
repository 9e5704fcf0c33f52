import msgspec

from service.kernel.schemas import REF, components


class Inner(msgspec.Struct):
    """What is inside.

    It is described on
    more lines.
    """

    size: int


class Outer(msgspec.Struct):
    """One line."""

    inner: Inner


def test_what_a_type_is_made_of_has_a_name() -> None:
    found, named = components([Outer, list[Inner]])

    assert found == [
        {"$ref": "#/components/schemas/Outer"},
        {"type": "array", "items": {"$ref": REF.format(name="Inner")}},
    ]
    assert set(named) == {"Inner", "Outer"}


def test_descriptions_have_no_indentation() -> None:
    _, named = components([Outer])

    assert named["Inner"]["description"] == "What is inside.\n\nIt is described on\nmore lines."
    assert named["Outer"]["description"] == "One line."
