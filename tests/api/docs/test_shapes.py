"""Schemas in words."""

from typing import Any

import pytest

from service.api.docs.shapes import shape, shape_link


@pytest.mark.parametrize(
    ("schema", "html"),
    [
        ({"$ref": "#/components/schemas/Receipt"}, '<a href="#shape-Receipt">Receipt</a>'),
        ({"type": "string"}, "string"),
        ({"type": "string", "format": "uuid"}, "uuid"),
        ({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "integer or null"),
        ({"enum": ["a", "b"]}, "<code>a</code> · <code>b</code>"),
        ({"const": "1.0"}, "<code>&quot;1.0&quot;</code>"),
        ({"type": "array", "items": {"type": "string"}}, "list of string"),
        ({"type": "object", "additionalProperties": {"type": "integer"}}, "object of integer"),
        ({"type": "object"}, "object"),
        ({}, "any"),
    ],
)
def test_a_type_is_one_line(schema: dict[str, Any], html: str) -> None:
    assert shape_link(schema) == html


SCHEMA = {
    "description": "A line.\n\nOf a receipt.",
    "properties": {
        "sku": {"type": "string", "minLength": 1, "maxLength": 128},
        "quantity": {"type": "integer", "minimum": 1, "default": 1},
        "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 5, "default": []},
        "currency": {"type": "string", "pattern": "^[A-Z]{3}$", "description": "ISO 4217."},
    },
    "required": ["sku", "currency"],
}


def test_a_struct_is_a_table_of_its_fields_with_limits_and_defaults() -> None:
    html = shape("LineIn", SCHEMA)

    assert '<h3 id="shape-LineIn">LineIn</h3><p>A line.</p><p>Of a receipt.</p>' in html
    assert "<td><code>sku</code></td><td>string</td><td>1 to 128 characters</td>" in html
    assert "<small>default 1</small></td><td>integer</td><td>at least 1</td>" in html
    assert "<small>optional</small></td><td>list of string</td><td>at most 5 items</td>" in html
    assert "<code>^[A-Z]{3}$</code>. ISO 4217." in html


def test_what_has_no_fields_is_shown_as_its_type() -> None:
    html = shape("Mode", {"description": "A mode.", "enum": ["authorise", "record"]})

    assert html.endswith("<p><code>authorise</code> · <code>record</code></p></section>")
