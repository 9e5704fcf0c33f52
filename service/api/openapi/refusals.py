"""Which problems each operation can answer, besides those of its verb."""

from typing import Any, Final

from service.api import errors as edge
from service.api.body import Body
from service.api.limits.entrance import EXEMPT
from service.api.limits.errors import QuotaExceeded, ReducedCapacity, TooManyAtOnce
from service.api.problems import status_of
from service.api.route import PUBLIC, Route
from service.domain.access.errors import (
    IssuerUnavailable,
    KeyMissing,
    KeyNotAccepted,
    MemberTokenNotAccepted,
    NetworkNotAllowed,
    NotForMembers,
    ScopeMissing,
)
from service.domain.audit.errors import AuditDayOver
from service.domain.idempotency.errors import (
    IdempotencyKeyInUse,
    IdempotencyKeyMissing,
    IdempotencyKeyReused,
)
from service.domain.members.errors import MemberNotFound
from service.domain.programs.errors import NoProgram, VersionBehind
from service.domain.staff.errors import StaffTokenNotAccepted
from service.infra.batch import OutcomeUnknown, Overloaded, QueueFull
from service.infra.db import DatabaseUnavailable
from service.kernel.errors import ExpectedError

Schema = dict[str, Any]
Kind = type[ExpectedError]

_EVERYWHERE: Final[tuple[Kind, ...]] = (
    edge.AddressTooLong,
    edge.HeadersTooLarge,
    edge.InternalError,
    edge.InvalidAddress,
    edge.InvalidHeader,
    edge.InvalidParameter,
    edge.TookTooLong,
)
_WITH_KEY: Final[tuple[Kind, ...]] = (
    DatabaseUnavailable,
    IssuerUnavailable,
    KeyMissing,
    KeyNotAccepted,
    MemberTokenNotAccepted,
    NetworkNotAllowed,
    NoProgram,
    QuotaExceeded,
    ScopeMissing,
    StaffTokenNotAccepted,
    TooManyAtOnce,
    VersionBehind,
)
_WITH_BODY: Final[tuple[Kind, ...]] = (
    edge.BodyTooLarge,
    edge.BodyTooSlow,
    edge.InvalidBody,
    edge.UnsupportedMediaType,
)
_WRITING: Final[tuple[Kind, ...]] = (OutcomeUnknown, Overloaded, QueueFull)
# Answered where no operation is: an unknown address, a method an address does not take.
ELSEWHERE: Final[tuple[Kind, ...]] = (edge.MethodNotAllowed, edge.RouteNotFound)

_HEADERS: Final = {
    401: ("WWW-Authenticate",),
    403: ("WWW-Authenticate",),
    429: ("Retry-After", "RateLimit", "RateLimit-Policy"),
    503: ("Retry-After",),
}


def refusals(route: Route) -> list[Kind]:
    """All errors of an operation, by status and code."""
    found = {*_EVERYWHERE, *route.refuses}
    if route.path not in EXEMPT:
        found.add(ReducedCapacity)
    if route.scope != PUBLIC:
        found.update(_WITH_KEY)
        if route.own is None:
            found.add(NotForMembers)
        elif route.own:
            found.add(MemberNotFound)
        if route.method != "GET":
            found.update(_WRITING)
    if isinstance(route.takes, Body):
        found.update(_WITH_BODY)
    if route.key is not None:
        found.update((IdempotencyKeyInUse, IdempotencyKeyReused))
    if route.key == "required":
        found.add(IdempotencyKeyMissing)
    if route.acts:
        found.add(AuditDayOver)
    if route.tagged:
        found.add(edge.PreconditionFailed)
    return sorted(found, key=lambda kind: (status_of(kind), kind.slug()))


def responses(route: Route) -> dict[str, Schema]:
    """The problem responses of an operation, one per status with the codes it may have."""
    by_status: dict[int, list[Kind]] = {}
    for kind in refusals(route):
        by_status.setdefault(status_of(kind), []).append(kind)
    return {str(status): _response(status, kinds) for status, kinds in by_status.items()}


def _response(status: int, kinds: list[Kind]) -> Schema:
    lines = [f"- `{kind.slug()}`: {kind.title()}" for kind in kinds]
    codes = {"properties": {"code": {"enum": [kind.slug() for kind in kinds]}}}
    schema = {"allOf": [{"$ref": "#/components/schemas/Problem"}, codes]}
    headers = {"X-Request-Id": {"$ref": "#/components/headers/X-Request-Id"}}
    for name in _HEADERS.get(status, ()):
        headers[name] = {"$ref": f"#/components/headers/{name}"}
    return {
        "description": "\n".join(lines),
        "headers": headers,
        "content": {"application/problem+json": {"schema": schema}},
    }
