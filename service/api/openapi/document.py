"""The whole OpenAPI 3.1 document."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from service.api.body import Body
from service.api.openapi.components import cloud_event, schemas
from service.api.openapi.examples import REQUESTS, RESPONSES
from service.api.openapi.refusals import responses as problem_responses
from service.api.problems import Problem
from service.api.query import Query
from service.api.route import PUBLIC, Answer, Route
from service.domain.access.roles import MEMBER, ROLES, SCOPES, STAFF_ROLES
from service.domain.audit.types import REASON
from service.kernel.schemas import Schema

VERSION: Final = "1"
_ABOUT: Final = """\
A loyalty program and rewards service: purchases in, points and tiers out.

- Every request but those of *Health* and *Documents* carries an API key: \
`Authorization: Bearer rgl_…`. What a key may do is listed with each operation as its scope. For a \
person who is signed in at a device a token is sent besides: `Regulars-Staff: rgs_…`. Members may \
show a token of the shop's own sign-in in place of a key.
- Bodies are JSON in UTF-8, strictly of the shape shown: unknown fields, duplicate keys, `"1"` or \
`1.0` for `1`, control characters are refused. Money and units are whole numbers in the smallest \
unit; instants are RFC 3339 with an offset, from the year 2000 on and before 2100.
- Errors are problem details (RFC 9457, `application/problem+json`). `code` is stable and \
`retryable` says whether the same request may succeed later; `/problems/{code}` explains each.
- Purchases and returns have natural keys of their own, other writes that move value take an \
`Idempotency-Key`; so every request may be sent again after a lost answer.
- Requests of members' apps and of operators are limited by the minute, those of a partner's key \
where a quota was set on it: `RateLimit-Policy` and `RateLimit` tell of it. After 429 and 503 wait \
as long as `Retry-After` says.
- Every answer carries `X-Request-Id`; send one along to find your request in our logs."""

_TAGS: Final = {
    "Checkout": "What a cart would be decided, and what is kept for it while it is paid.",
    "Purchases": "What was bought, what it earned, and why.",
    "Returns": "What was given back, and what the member keeps.",
    "Activities": "What members do that is no purchase, told by other systems.",
    "Members": "Who takes part, and how shops know them.",
    "Wallets": "Balances, entries, corrections, units from member to member.",
    "Clubs": "Closed circles of members: invitations, codes, seats, who waits.",
    "Segments": "Groups of members that are computed: how many belong to each, and who.",
    "Households": "Members with a pool of units: who belongs, who gives, who draws.",
    "Coupons": "Codes: made, brought in, given, checked, voided.",
    "Gift cards": "Money that belongs to whoever has the code: issued, sold, topped up, checked.",
    "Rewards": "What members may have for units: listed, redeemed, handed over, cancelled.",
    "Staff": "People at tills and desks: signed in and out, their accounts.",
    "Approvals": "What one person asked for and a second one decides.",
    "Operations": "What was done, by whom and where; and undone.",
    "Program": "The published versions of the program file.",
    "Reports": "What managers look at, by channel and store.",
    "Events": "What happened, in order.",
    "Endpoints": "Who is sent events over HTTP, how far each has them, and what they refused.",
    "Audit": "What administrators did, and the proof that nothing of it was changed.",
    "Health": "For load balancers. Public.",
    "Documents": "This document, and what errors mean. Public.",
}
_RESPONSE_HEADERS: Final = {
    "X-Request-Id": ("Names this request in our logs.", "4bf92f3577b34da6"),
    "ETag": ("The state that was read; send it as If-None-Match.", '"17.0"'),
    "Location": ("Where what was made is read.", "/v1/purchases/0192f0c0-…"),
    "Idempotency-Replayed": ("`true`: answered from what was recorded earlier.", "true"),
    "Retry-After": ("Seconds to wait before the same request.", "1"),
    "RateLimit": (
        "What is left of each quota (`r`), and in how many seconds there is more (`t`).",
        '"member";r=50;t=30',
    ),
    "RateLimit-Policy": (
        "Quotas: so many requests (`q`) in so many seconds (`w`); absent for whoever has none.",
        '"member";q=60;w=60',
    ),
    "WWW-Authenticate": ("How to authenticate (RFC 6750).", 'Bearer realm="regulars"'),
}
_REQUEST_HEADERS: Final = {
    "X-Request-Id": "8 to 64 of `A-Z a-z 0-9 _ -`; another is made when it is not of that form.",
    "Idempotency-Key": "8 to 255 of `A-Z a-z 0-9 _ . : -`, in double quotes or bare. The same key "
    "with the same content answers what was answered, for 30 days.",
    "If-None-Match": "ETags the caller has; 304 when one of them is current.",
    "If-Match": "ETags of which one must be current; else 412.",
    "Accept-Language": "The languages to read: titles in the one that suits, without it in all.",
}
_REASON: Final = {
    "name": "Regulars-Reason",
    "in": "header",
    "required": False,
    "description": "Why, for the audit, for ever: one word, such as the number of a ticket, and "
    "nobody's name.",
    "schema": {"type": "string", "pattern": REASON},
    "example": "OPS-1204",
}
_KEY_SCHEMA: Final = {
    "type": "string",
    "pattern": '^("[A-Za-z0-9_.:-]{8,255}"|[A-Za-z0-9_.:-]{8,255})$',
}


def document(routes: Sequence[Route]) -> Schema:
    """The document for these routes; the same for the same code."""
    types, components = schemas(_types(routes))
    event, of_events = cloud_event()
    components = {**components, **of_events, "CloudEvent": event}
    components["EventPage"]["properties"]["items"]["items"] = _ref("schemas", "CloudEvent")
    components["Problem"]["additionalProperties"] = True
    paths: dict[str, Schema] = {}
    for one in routes:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one, types)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Regulars", "version": VERSION, "description": _ABOUT},
        "servers": [{"url": "/"}],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": paths,
        "components": {
            "schemas": dict(sorted(components.items())),
            "headers": _response_headers(),
            "parameters": _request_headers(),
            "securitySchemes": {
                "key": _security_scheme(),
                "staff": _staff_scheme(),
                "member": _member_scheme(),
            },
        },
    }


def encoded(given: Schema) -> bytes:
    """The document as it is written and served: indented, ending in a line break."""
    return msgspec.json.format(msgspec.json.encode(given), indent=1) + b"\n"


def _types(routes: Sequence[Route]) -> list[Any]:
    found: list[Any] = [Problem]
    for one in routes:
        if isinstance(one.takes, Body):
            found.append(one.takes.given)
        found += [answer.body for answer in one.answers.values() if answer.body is not None]
    return found


def _operation(one: Route, types: dict[Any, Schema]) -> Schema:
    summary, _, rest = one.description.partition("\n")
    operation: Schema = {
        "operationId": one.operation_id,
        "tags": [one.tag],
        "summary": summary.rstrip("."),
        "description": rest.strip() or summary,
        "security": _security(one),
        "parameters": _parameters(one),
    }
    if isinstance(one.takes, Body):
        operation["requestBody"] = {
            "required": True,
            "description": f"At most {one.takes.bytes_max // 1024} KB.",
            "content": {
                "application/json": {
                    "schema": types[one.takes.given],
                    "examples": REQUESTS[one.operation_id],
                }
            },
        }
    operation["responses"] = {
        **{str(status): _response(one, status, types) for status in one.answers},
        **({"304": _not_modified()} if one.tagged else {}),
        **problem_responses(one),
    }
    return operation


def _parameters(one: Route) -> list[Schema]:
    path = [part[1:-1] for part in one.path.split("/") if part.startswith("{")]
    found = [_path_parameter(name) for name in path]
    if isinstance(one.takes, Query):
        found += _query_parameters(one.takes)
    headers = ["X-Request-Id"]
    if one.tagged:
        headers += ["If-None-Match", "If-Match"]
    if one.languages:
        headers.append("Accept-Language")
    found += [_ref("parameters", name) for name in headers]
    if one.key is not None:
        found.append(_key_parameter(required=one.key == "required"))
    if one.acts:
        found.append(_REASON)
    return found


def _path_parameter(name: str) -> Schema:
    schema: Schema = {"type": "string"}
    if name.endswith("_id"):
        schema["format"] = "uuid"
    elif name == "day":
        schema["format"] = "date"
    elif name == "number":
        schema = {"type": "integer", "minimum": 1}
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query_parameters(query: Query[Any]) -> list[Schema]:
    _, components = schemas([query.given])
    component = components[query.given.__name__]
    return [
        _query_parameter(name, schema, required=name in component["required"])
        for name, schema in component["properties"].items()
    ]


def _query_parameter(name: str, given: Schema, *, required: bool) -> Schema:
    """A parameter that may be absent is not `null` then."""
    kinds = [kind for kind in given.get("anyOf", ()) if kind != {"type": "null"}]
    schema = dict(kinds[0] if kinds else given)
    about = schema.pop("description", "")
    return {
        "name": name,
        "in": "query",
        "required": required,
        "description": about,
        "schema": schema,
    }


def _response(one: Route, status: int, types: dict[Any, Schema]) -> Schema:
    answer: Answer = one.answers[status]
    names = ["X-Request-Id", *answer.headers, *(["ETag"] if one.tagged else [])]
    names += [] if one.scope == PUBLIC else ["RateLimit", "RateLimit-Policy"]
    response: Schema = {
        "description": answer.what,
        "headers": {name: _ref("headers", name) for name in names},
    }
    if answer.body is None and answer.schema is None:
        return response
    content: Schema = {"schema": answer.schema or types[answer.body]}
    if (example := RESPONSES.get((one.operation_id, status))) is not None:
        content["example"] = example
    pages = {"text/html": {"schema": {"type": "string"}}} if answer.page else {}
    return {**response, "content": {answer.media: content, **pages}}


def _not_modified() -> Schema:
    names = ("X-Request-Id", "ETag")
    return {
        "description": "The caller has the current state already.",
        "headers": {name: _ref("headers", name) for name in names},
    }


def _key_parameter(*, required: bool) -> Schema:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": required,
        "description": _REQUEST_HEADERS["Idempotency-Key"],
        "schema": _KEY_SCHEMA,
        "example": '"8e03978e-40d5-43e8-bc93-6894a57f9324"',
    }


def _request_headers() -> dict[str, Schema]:
    return {
        name: {"name": name, "in": "header", "description": text, "schema": {"type": "string"}}
        for name, text in _REQUEST_HEADERS.items()
        if name != "Idempotency-Key"
    }


def _response_headers() -> dict[str, Schema]:
    return {
        name: {"description": text, "schema": {"type": "string"}, "example": example}
        for name, (text, example) in _RESPONSE_HEADERS.items()
    }


def _security_scheme() -> Schema:
    scopes = "\n".join(f"- `{name}`: {text}" for name, text in SCOPES.items())
    roles = "\n".join(f"- `{role}`: {', '.join(given)}" for role, given in ROLES.items())
    return {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "rgl_{live|test}_{kid}_{secret}",
        "description": f"An API key.\n\nScopes:\n\n{scopes}\n\nRoles:\n\n{roles}",
    }


def _security(one: Route) -> list[Schema]:
    """The key alone, or with the person at the device; a member where the route is for them."""
    if one.scope == PUBLIC:
        return []
    members: list[Schema] = [] if one.own is None else [{"member": [one.scope]}]
    return [{"key": [one.scope]}, {"key": [one.scope], "staff": [one.scope]}, *members]


def _staff_scheme() -> Schema:
    roles = "\n".join(f"- `{role}`: {', '.join(given)}" for role, given in STAFF_ROLES.items())
    return {
        "type": "apiKey",
        "in": "header",
        "name": "Regulars-Staff",
        "description": "The token of who is signed in at the device (`/v1/staff/sign-in`), beside "
        "the device's key. What is done is theirs then, they may what the key may and what their "
        "role may, and nothing of their own. A token that is not accepted refuses the request."
        f"\n\nRoles:\n\n{roles}",
    }


def _member_scheme() -> Schema:
    return {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "A token of the shop's own sign-in, in place of a key: whoever has it is "
        "that member. Another member is answered like one that does not exist, and so are things "
        "of others. Operations that do not name this scheme are not for members. What gives units "
        "away, and a change of e-mail or phone, asks for a recent `auth_time` (RFC 9470)."
        f"\n\nScopes: {', '.join(MEMBER)}",
    }


def _ref(kind: str, name: str) -> Schema:
    return {"$ref": f"#/components/{kind}/{name}"}
