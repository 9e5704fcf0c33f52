"""Every answer of every HTTP test against openapi/openapi.json."""

import functools
import json
import pathlib
import re
from typing import Any, Final

import httpx
import jsonschema_rs

DOCUMENT: Final[dict[str, Any]] = json.loads(
    (pathlib.Path(__file__).parents[2] / "openapi" / "openapi.json").read_bytes()
)
_PROBLEM: Final = "application/problem+json"
# Answered where there is no operation: by the edge, before the path is looked at, or by the router.
_ELSEWHERE: Final = {
    "address-too-long",
    "headers-too-large",
    "invalid-address",
    "invalid-header",
    "method-not-allowed",
    "reduced-capacity",
    "route-not-found",
}


def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\{[^}]+\}", "[^/]+", path))


_PATHS: Final = sorted(
    ((_pattern(path), path) for path in DOCUMENT["paths"]), key=lambda found: found[1].count("{")
)


def operation_at(method: str, path: str) -> dict[str, Any] | None:
    """The operation an address belongs to; the most literal path wins."""
    wanted = "get" if method == "HEAD" else method.lower()
    for pattern, template in _PATHS:
        if pattern.fullmatch(path):
            found: dict[str, Any] | None = DOCUMENT["paths"][template].get(wanted)
            return found
    return None


def check(response: httpx.Response) -> None:
    """Assert that the document promises this answer: status, media type, headers, body."""
    request = response.request
    assert response.headers["x-request-id"], "every answer names its request"
    if request.method == "OPTIONS" and response.status_code == 204:
        return
    operation = operation_at(request.method, request.url.path)
    if operation is None:
        problem = response.json() if response.content else {"code": "method-not-allowed"}
        assert problem["code"] in _ELSEWHERE, problem
        return
    status = str(response.status_code)
    where = f"{operation['operationId']} {status}: {response.text[:500]}"
    assert status in operation["responses"], f"{where}: not documented"
    promised = operation["responses"][status]
    _check_headers(promised, response, where)
    _check_body(operation["operationId"], status, promised, response, where)


def _check_headers(promised: dict[str, Any], response: httpx.Response, where: str) -> None:
    for name in promised.get("headers", {}):
        # an ETag is of the state now, not of another instant; WWW-Authenticate not of every 403;
        # who has no quota is told none
        optional = name in {"ETag", "RateLimit", "RateLimit-Policy"} or (
            name == "WWW-Authenticate" and response.status_code == 403
        )
        assert optional or name in response.headers, f"{where}: no {name}"


def _check_body(
    name: str, status: str, promised: dict[str, Any], response: httpx.Response, where: str
) -> None:
    if "content" not in promised:
        assert response.content == b"", where
        return
    media = response.headers["content-type"].partition(";")[0]
    assert media in promised["content"], f"{where}: {media} is not documented"
    if response.request.method == "HEAD" or media.startswith("text/"):
        return
    validator = _validator(name, status, media)
    body = json.loads(response.content)
    problems = [f"{list(e.instance_path)}: {e.message}" for e in validator.iter_errors(body)]
    assert not problems, f"{where}: {problems}"


@functools.cache
def _validator(name: str, status: str, media: str) -> Any:
    operations = (one for methods in DOCUMENT["paths"].values() for one in methods.values())
    operation = next(one for one in operations if one["operationId"] == name)
    schema = operation["responses"][status]["content"][media]["schema"]
    return validator_for(schema)


def validator_for(schema: dict[str, Any]) -> Any:
    """A validator of a schema of the document. Answers hold no field that is not documented."""
    whole = {"components": {"schemas": _closed(DOCUMENT["components"]["schemas"])}, **schema}
    return jsonschema_rs.Draft202012Validator(whole, validate_formats=True)


def _closed(schemas: dict[str, Any]) -> dict[str, Any]:
    return {
        name: {"additionalProperties": False, **schema} if "properties" in schema else schema
        for name, schema in schemas.items()
    }
