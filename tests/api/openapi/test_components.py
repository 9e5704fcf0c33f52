"""JSON Schemas of Structs."""

import datetime as dt

import msgspec

from service.api.openapi.components import cloud_event, schemas
from service.domain.events.catalog import TYPES
from tests.api.contract import validator_for


class Part(msgspec.Struct):
    """A part.

    With a second paragraph.
    """

    at: dt.datetime
    ended_at: dt.datetime | None = None
    day: dt.date | None = None
    text: str = ""


class Whole(msgspec.Struct):
    """A whole."""

    parts: tuple[Part, ...]
    by_name: dict[str, Part]


def test_a_datetime_is_an_instant_in_every_struct_however_deep() -> None:
    _, components = schemas([Whole])
    properties = components["Part"]["properties"]

    assert properties["at"] == {"type": "string", "format": "date-time"}
    assert properties["ended_at"]["anyOf"][0] == {"type": "string", "format": "date-time"}
    assert properties["day"]["anyOf"][0] == {"type": "string", "format": "date"}
    assert "format" not in properties["text"]


def test_docstrings_are_descriptions_without_their_indentation() -> None:
    _, components = schemas([Whole])

    assert components["Part"]["description"] == "A part.\n\nWith a second paragraph."


def test_each_type_has_its_schema() -> None:
    found, _ = schemas([Whole, tuple[Part, ...], Whole])

    assert found[Whole] == {"$ref": "#/components/schemas/Whole"}
    assert found[tuple[Part, ...]]["items"] == {"$ref": "#/components/schemas/Part"}


def test_an_event_is_one_of_the_catalog() -> None:
    envelope, components = cloud_event()

    assert envelope["properties"]["type"]["enum"] == list(TYPES.values())
    assert {kind.__name__ for kind in TYPES} <= components.keys()


def test_an_event_of_another_form_is_not_valid() -> None:
    validator = validator_for({"$ref": "#/components/schemas/CloudEvent"})

    assert not validator.is_valid({"specversion": "1.0"})
