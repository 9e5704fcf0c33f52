"""The document of a few routes."""

from typing import Annotated

import msgspec

from service.api.body import Body
from service.api.call import Call
from service.api.openapi import document as module
from service.api.openapi.document import document, encoded
from service.api.query import Query
from service.api.reply import Reply, ok
from service.api.route import PUBLIC, Answer, route
from service.api.table import ROUTES
from service.domain.access.roles import STAFF_ROLES
from service.domain.members.errors import MemberNotFound
from service.kernel.text import Instant


class Asked(msgspec.Struct):
    """A question."""

    after: Annotated[Instant, msgspec.Meta(description="When.")] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=9, description="How many.")] = 5


@route(
    "GET",
    "/v1/members/{member_id}/pets/{number}",
    scope="members:read",
    tag="Members",
    takes=Query(Asked),
    answers={200: Answer(what="A pet.", schema={"type": "object"}, headers=("Location",))},
    refuses=(MemberNotFound,),
    tagged=True,
    languages=True,
    key="required",
)
async def read_pet(call: Call, _: Asked) -> Reply:
    """Read a pet.

    In `one` piece.
    """
    del call
    return ok({})


EVENTS = next(one for one in ROUTES if one.operation_id == "list_events")
MADE = document([read_pet, EVENTS])
PET = MADE["paths"]["/v1/members/{member_id}/pets/{number}"]["get"]


def test_the_docstring_of_a_handler_is_summary_and_description() -> None:
    assert PET["summary"] == "Read a pet"
    assert PET["description"] == "In `one` piece."
    assert PET["operationId"] == "read_pet"


def test_the_scope_is_the_security_of_the_operation_by_a_key_or_with_a_person() -> None:
    assert PET["security"] == [
        {"key": ["members:read"]},
        {"key": ["members:read"], "staff": ["members:read"]},
    ]


def test_the_roles_of_staff_are_told_with_their_header() -> None:
    scheme = document([EVENTS])["components"]["securitySchemes"]["staff"]

    assert (scheme["type"], scheme["in"], scheme["name"]) == ("apiKey", "header", "Regulars-Staff")
    for role, scopes in STAFF_ROLES.items():
        assert f"- `{role}`: {', '.join(scopes)}" in scheme["description"]


def test_parameters_come_from_path_query_and_what_the_route_is() -> None:
    named = [one.get("name") or one["$ref"].rsplit("/", 1)[-1] for one in PET["parameters"]]

    assert named == [
        "member_id",
        "number",
        "after",
        "limit",
        "X-Request-Id",
        "If-None-Match",
        "If-Match",
        "Accept-Language",
        "Idempotency-Key",
    ]


def test_a_parameter_that_may_be_absent_is_not_null() -> None:
    after, limit = PET["parameters"][2:4]

    assert after == {
        "name": "after",
        "in": "query",
        "required": False,
        "description": "When.",
        "schema": {"type": "string", "format": "date-time"},
    }
    assert limit["schema"] == {"type": "integer", "minimum": 1, "maximum": 9, "default": 5}


def test_an_answer_names_its_headers_and_a_tagged_one_may_be_304() -> None:
    always = {"X-Request-Id", "RateLimit", "RateLimit-Policy"}
    assert set(PET["responses"]["200"]["headers"]) == {*always, "Location", "ETag"}
    assert "content" not in PET["responses"]["304"]


def test_the_problems_of_an_operation_are_those_of_its_kind_and_of_its_verb() -> None:
    codes = {
        status: response["content"]["application/problem+json"]["schema"]["allOf"][1]["properties"][
            "code"
        ]["enum"]
        for status, response in PET["responses"].items()
        if int(status) >= 400
    }

    assert codes["404"] == ["member-not-found"]
    assert codes["401"] == [
        "key-missing",
        "key-not-accepted",
        "member-token-not-accepted",
        "staff-token-not-accepted",
    ]
    assert codes["412"] == ["precondition-failed"]
    assert "idempotency-key-missing" in codes["400"]
    assert "413" not in codes
    assert codes["429"] == ["quota-exceeded", "too-many-at-once"]  # and not too many wrong codes


def test_events_are_of_the_catalog() -> None:
    page = MADE["components"]["schemas"]["EventPage"]

    assert page["properties"]["items"]["items"] == {"$ref": "#/components/schemas/CloudEvent"}


def test_a_public_operation_needs_no_key() -> None:
    live = next(one for one in ROUTES if one.operation_id == "read_liveness")
    found = document([live, EVENTS])["paths"]["/health/live"]["get"]

    assert live.scope == PUBLIC
    assert found["security"] == []
    assert "401" not in found["responses"]


def test_a_body_says_how_large_it_may_be() -> None:
    batch = next(one for one in ROUTES if one.operation_id == "record_purchase_batch")
    assert isinstance(batch.takes, Body)
    found = document([batch, EVENTS])["paths"]["/v1/purchases/batch"]["post"]

    assert found["requestBody"]["description"] == "At most 1024 KB."
    assert found["requestBody"]["required"] is True


def test_the_same_routes_make_the_same_bytes() -> None:
    assert encoded(document(ROUTES)) == encoded(document(ROUTES))
    assert encoded(MADE).endswith(b"}\n")
    assert MADE["info"]["version"] == module.VERSION
