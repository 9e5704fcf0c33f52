"""Errors as problem details (RFC 9457).

The kind of an error gives its status (`STATUS`, the only table), its class name the slug, the first
line of its docstring the title, its fields the extension members. `type` is the address of a page
that explains the problem, or what a registry calls it (`TYPES`). A field `pointer`
(of an error about the body) becomes `errors`.
"""

from typing import Any, Final

import asyncpg
import msgspec
from litestar.exceptions import HTTPException, MethodNotAllowedException, NotFoundException

from service.api import errors as edge
from service.api.limits.errors import QuotaExceeded, ReducedCapacity, TooManyAtOnce
from service.api.reply import PROBLEM_JSON, Header, Reply, encode
from service.domain.access.errors import (
    KeyMissing,
    KeyNotAccepted,
    MemberTokenNotAccepted,
    ScopeMissing,
    StepUpRequired,
)
from service.domain.staff.errors import StaffTokenNotAccepted
from service.infra.db import DatabaseUnavailable
from service.kernel.errors import (
    Conflict,
    ExpectedError,
    Forbidden,
    Gone,
    Invalid,
    NotFound,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unprocessable,
)

STATUS: Final[dict[type[ExpectedError], int]] = {
    Invalid: 400,
    Unauthenticated: 401,
    StepUpRequired: 401,  # as RFC 9470 has it, though who asks is known
    Forbidden: 403,
    NotFound: 404,
    edge.MethodNotAllowed: 405,
    edge.BodyTooSlow: 408,
    Conflict: 409,
    Gone: 410,
    edge.PreconditionFailed: 412,
    edge.BodyTooLarge: 413,
    edge.AddressTooLong: 414,
    edge.UnsupportedMediaType: 415,
    Unprocessable: 422,
    TooMany: 429,
    edge.HeadersTooLarge: 431,
    edge.InternalError: 500,
    Unavailable: 503,
}
RETRY_AFTER_SECONDS: Final = 1
# Types that are registered elsewhere, by which clients of any service know them (RFC 9457 4.2): of
# draft-ietf-httpapi-ratelimit-headers. `code` is ours all the same, and finds the page.
_REGISTERED: Final = "https://iana.org/assignments/http-problem-types#"
TYPES: Final[dict[type[ExpectedError], str]] = {
    QuotaExceeded: f"{_REGISTERED}quota-exceeded",
    TooManyAtOnce: f"{_REGISTERED}quota-exceeded",
    ReducedCapacity: f"{_REGISTERED}temporary-reduced-capacity",
}

# What PostgreSQL or the way to it may answer a read at any moment (writes: infra/batch.py).
_OUTAGES: Final = (
    asyncpg.PostgresConnectionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.OperatorInterventionError,
    asyncpg.LockNotAvailableError,
    asyncpg.IdleInTransactionSessionTimeoutError,
    asyncpg.InterfaceError,
    ConnectionError,
    TimeoutError,
)


class Problem(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An error. `code` is stable and tells what it is, `type` the page that explains it.

    `retryable`: the same request may succeed later. `request_id` finds it in our logs. Further
    members depend on the code; readers ignore those they do not know.
    """

    type: str
    title: str
    status: int
    detail: str
    code: str
    retryable: bool
    request_id: str | msgspec.UnsetType = msgspec.UNSET
    errors: tuple[edge.FieldError, ...] = ()


RESERVED: Final = frozenset({*Problem.__struct_fields__, "instance"})


def status_of(kind: type[ExpectedError]) -> int:
    """The status of the nearest kind; a class without one is a bug."""
    for cls in kind.__mro__:
        if cls in STATUS:
            return STATUS[cls]
    raise LookupError(kind.__name__)


def type_of(kind: type[ExpectedError]) -> str:
    """The URI that says what a problem is."""
    return TYPES.get(kind, f"/problems/{kind.slug()}")


def expected(error: Exception) -> ExpectedError | None:
    """The error as one the caller can be told; None when it is a bug of ours."""
    if isinstance(error, ExpectedError):
        return error
    if isinstance(error, MethodNotAllowedException):
        allow = (error.headers or {}).get("allow", "")
        return edge.MethodNotAllowed(allow=tuple(sorted(allow.split(", "))))
    if isinstance(error, NotFoundException):
        return edge.RouteNotFound()
    if isinstance(error, HTTPException):  # the router's last: a Host header that is none
        bad = edge.FieldError(parameter="Host", place="header", detail="is not a host name")
        return edge.InvalidHeader(errors=(bad,))
    if isinstance(error, _OUTAGES) and not isinstance(error, ValueError):  # asyncpg's DataError is
        return DatabaseUnavailable()
    return None


def content(error: ExpectedError, request_id: str | None = None) -> dict[str, Any]:
    """The members of the problem, in the order people read them."""
    slug = error.slug()
    members = error.members()
    errors = members.pop("errors", ())
    if at := members.pop("pointer", None):
        errors = (edge.FieldError(pointer=f"#{at}", detail=error.detail()), *errors)
    given: dict[str, Any] = {
        "type": type_of(type(error)),
        "title": error.title(),
        "status": status_of(type(error)),
        "detail": error.detail(),
        "code": slug,
        "retryable": error.retryable,
    }
    if request_id is not None:
        given["request_id"] = request_id
    if errors:
        given["errors"] = errors
    return given | members  # tests/laws/test_problems.py: no field of an error is named like these


def problem(error: ExpectedError, request_id: str) -> Reply:
    """The answer for an error."""
    body = content(error, request_id)
    return Reply(
        body["status"], encode(body), media=PROBLEM_JSON, headers=tuple(_headers(error, body))
    )


def _challenge(error: ExpectedError) -> str | None:
    """What a request without the right credentials is asked for."""
    match error:
        case KeyMissing():
            return 'Bearer realm="regulars"'
        case KeyNotAccepted() | MemberTokenNotAccepted():
            return 'Bearer realm="regulars", error="invalid_token"'
        case StaffTokenNotAccepted():
            return 'Bearer realm="regulars staff", error="invalid_token"'
        case StepUpRequired(max_age=seconds):
            wanted = 'Bearer realm="regulars", error="insufficient_user_authentication"'
            return f"{wanted}, max_age={seconds}"
        case ScopeMissing(scope=scope):
            return f'Bearer realm="regulars", error="insufficient_scope", scope="{scope}"'
        case _:
            return None


def _headers(error: ExpectedError, body: dict[str, Any]) -> list[Header]:
    if isinstance(error, edge.MethodNotAllowed):
        return [(b"allow", ", ".join(error.allow).encode())]
    wanted = _challenge(error)
    if wanted is not None:
        return [(b"www-authenticate", wanted.encode())]
    if isinstance(error, TooMany | Unavailable):
        seconds = body.get("retry_after_seconds", RETRY_AFTER_SECONDS)
        return [(b"retry-after", b"%d" % seconds)]
    return []
