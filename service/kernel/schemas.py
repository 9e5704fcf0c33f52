"""JSON schemas of types, the same from every version of Python."""

import inspect
from collections.abc import Sequence
from typing import Any, Final

import msgspec

REF: Final = "#/components/schemas/{name}"

Schema = dict[str, Any]


def components(types: Sequence[Any]) -> tuple[list[Schema], dict[str, Schema]]:
    """(a schema or reference for each type, name -> schema of what they are made of).

    Descriptions are docstrings; Python 3.13 takes their indentation off, earlier ones leave it.
    """
    found, named = msgspec.json.schema_components(types, ref_template=REF)
    for schema in named.values():
        if "description" in schema:
            schema["description"] = inspect.cleandoc(schema["description"])
    return list(found), named
