"""openapi/openapi.json says what the service does: fresh, valid, complete, examples and all."""

import json
import pathlib
from typing import Any

import pytest
from schemathesis.specs.openapi.definitions import OPENAPI_31_VALIDATOR

from service.api.body import Body
from service.api.openapi.document import document, encoded
from service.api.openapi.examples import REQUESTS, RESPONSES
from service.api.table import ROUTES
from service.domain.access.roles import SCOPES
from tests.api.contract import DOCUMENT, validator_for

COMMITTED = pathlib.Path(__file__).parents[2] / "openapi" / "openapi.json"
OPERATIONS = {
    operation["operationId"]: operation
    for methods in DOCUMENT["paths"].values()
    for operation in methods.values()
}


def test_the_committed_document_is_fresh() -> None:
    made = encoded(document(ROUTES))

    assert COMMITTED.read_bytes() == made, "run: python -m service.api.openapi"


def test_the_document_is_valid_openapi_3_1() -> None:
    problems = [
        f"{e.instance_path}: {e.message}" for e in OPENAPI_31_VALIDATOR.iter_errors(DOCUMENT)
    ]

    assert problems == []
    assert DOCUMENT["openapi"].startswith("3.1")


def test_a_document_that_is_not_valid_would_be_seen() -> None:
    broken = json.loads(json.dumps(DOCUMENT))
    broken["paths"]["/v1/purchases"]["post"]["responses"]["201"].pop("description")

    assert not OPENAPI_31_VALIDATOR.is_valid(broken)


def references(node: Any) -> list[str]:
    """All references within."""
    if isinstance(node, dict):
        found = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return found + [ref for child in node.values() for ref in references(child)]
    if isinstance(node, list):
        return [ref for child in node for ref in references(child)]
    return []


def test_every_reference_resolves_and_every_schema_is_used() -> None:
    found = set(references(DOCUMENT))
    for reference in found:
        place: Any = DOCUMENT
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
        assert isinstance(place, dict), reference

    schemas = {f"#/components/schemas/{name}" for name in DOCUMENT["components"]["schemas"]}
    assert schemas - found == set()


def test_every_schema_is_a_valid_schema_with_a_description() -> None:
    for name, schema in DOCUMENT["components"]["schemas"].items():
        validator_for({"$ref": f"#/components/schemas/{name}"})
        assert schema.get("description"), name
        assert not schema["description"].startswith(f"{name}("), f"{name} has no docstring"


def test_bodies_of_requests_take_no_unknown_field() -> None:
    for one in ROUTES:
        if isinstance(one.takes, Body):
            schema = DOCUMENT["components"]["schemas"][one.takes.given.__name__]
            assert schema["additionalProperties"] is False, one.operation_id


def test_every_route_is_documented_with_its_scope_and_problems() -> None:
    assert OPERATIONS.keys() == {one.operation_id for one in ROUTES}
    for name, operation in OPERATIONS.items():
        statuses = operation["responses"].keys()
        assert {"400", "414", "431", "500"} <= statuses, name
        assert operation["summary"], name
        for requirement in operation["security"]:
            scopes = requirement.get("key") or requirement["member"]
            assert set(scopes) <= SCOPES.keys(), name
            assert {"401", "403", "503"} <= statuses, name
        if "requestBody" in operation:
            assert {"408", "413", "415"} <= statuses, name


def examples_of_requests() -> list[Any]:
    """(operation, example) of all bodies."""
    return [
        pytest.param(name, example["value"], id=f"{name}-{key}")
        for name, examples in REQUESTS.items()
        for key, example in examples.items()
    ]


@pytest.mark.parametrize(("name", "value"), examples_of_requests())
def test_an_example_of_a_body_is_what_the_document_and_the_service_take(
    name: str, value: Any
) -> None:
    schema = OPERATIONS[name]["requestBody"]["content"]["application/json"]["schema"]
    assert [error.message for error in validator_for(schema).iter_errors(value)] == []

    route = next(one for one in ROUTES if one.operation_id == name)
    assert isinstance(route.takes, Body)
    assert route.takes.decode(json.dumps(value).encode()) is not None


@pytest.mark.parametrize(("name", "status"), RESPONSES)
def test_an_example_of_an_answer_is_what_the_document_says(name: str, status: int) -> None:
    schema = OPERATIONS[name]["responses"][str(status)]["content"]["application/json"]["schema"]

    assert [e.message for e in validator_for(schema).iter_errors(RESPONSES[name, status])] == []


def test_every_operation_with_a_body_has_an_example() -> None:
    with_body = {one.operation_id for one in ROUTES if isinstance(one.takes, Body)}

    assert with_body == REQUESTS.keys()
