"""Errors as problem details."""

import dataclasses
import json
from typing import Any

import asyncpg
import pytest
from litestar.exceptions import MethodNotAllowedException, NotFoundException

from service.api.errors import (
    BodyTooLarge,
    FieldError,
    InternalError,
    InvalidBody,
    MethodNotAllowed,
    RouteNotFound,
)
from service.api.problems import content, expected, problem, status_of
from service.api.reply import Reply
from service.domain.access.errors import KeyMissing, KeyNotAccepted, ScopeMissing
from service.domain.members.errors import IdentifierTaken, MemberNotFound
from service.domain.purchases.errors import CurrencyMismatch, DecisionDiffers
from service.domain.staff.errors import StaffTokenNotAccepted
from service.infra.batch import Overloaded, QueueFull
from service.infra.db import DatabaseUnavailable
from service.kernel.errors import ExpectedError, Unavailable


def body(reply: Reply) -> dict[str, Any]:
    """The problem of an answer."""
    found: dict[str, Any] = json.loads(reply.body)
    return found


def test_a_problem_has_the_members_of_rfc_9457_and_ours() -> None:
    reply = problem(DecisionDiffers(charged=900, decided=1000), "4bf92f3577b34da6")

    assert reply.media == b"application/problem+json"
    assert reply.cache == b"no-store"
    assert body(reply) == {
        "type": "/problems/decision-differs",
        "title": "What was charged differs from what the program decides; nothing was written.",
        "status": 409,
        "detail": "charged 900, decided 1000; record it or charge what is decided",
        "code": "decision-differs",
        "retryable": False,
        "request_id": "4bf92f3577b34da6",
        "charged": 900,
        "decided": 1000,
    }


def test_the_pointer_of_an_error_becomes_its_errors() -> None:
    given = body(problem(CurrencyMismatch(expected="EUR"), "r"))

    assert given["errors"] == [{"detail": "this program counts in EUR", "pointer": "#/currency"}]
    assert "pointer" not in given
    assert given["expected"] == "EUR"


def test_errors_of_fields_are_shown_without_what_does_not_apply() -> None:
    where = FieldError(pointer="#/lines/0/amount", detail="is required")

    given = body(problem(InvalidBody(errors=(where,)), "r"))

    assert given["errors"] == [{"detail": "is required", "pointer": "#/lines/0/amount"}]
    assert given["detail"] == "#/lines/0/amount: is required"


def test_a_problem_within_a_batch_names_no_request() -> None:
    assert "request_id" not in content(MemberNotFound())


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        (InvalidBody, 400),
        (KeyMissing, 401),
        (ScopeMissing, 403),
        (MemberNotFound, 404),
        (RouteNotFound, 404),
        (MethodNotAllowed, 405),
        (IdentifierTaken, 409),
        (BodyTooLarge, 413),
        (CurrencyMismatch, 422),
        (QueueFull, 429),
        (InternalError, 500),
        (Overloaded, 503),
    ],
)
def test_the_kind_of_an_error_gives_its_status(kind: type[ExpectedError], status: int) -> None:
    assert status_of(kind) == status


def test_an_error_of_no_kind_is_a_bug() -> None:
    class Odd(ExpectedError):
        """Of no kind."""

    with pytest.raises(LookupError):
        status_of(Odd)


@dataclasses.dataclass(eq=False, kw_only=True)
class Later(Unavailable):
    """Come back later."""

    retry_after_seconds: int


@pytest.mark.parametrize(
    ("error", "name", "value"),
    [
        (KeyMissing(), b"www-authenticate", b'Bearer realm="regulars"'),
        (
            KeyNotAccepted(),
            b"www-authenticate",
            b'Bearer realm="regulars", error="invalid_token"',
        ),
        (
            StaffTokenNotAccepted(),
            b"www-authenticate",
            b'Bearer realm="regulars staff", error="invalid_token"',
        ),
        (
            ScopeMissing(scope="returns:write"),
            b"www-authenticate",
            b'Bearer realm="regulars", error="insufficient_scope", scope="returns:write"',
        ),
        (MethodNotAllowed(allow=("GET", "HEAD")), b"allow", b"GET, HEAD"),
        (QueueFull(), b"retry-after", b"1"),
        (Overloaded(), b"retry-after", b"1"),
        (Later(retry_after_seconds=17), b"retry-after", b"17"),
    ],
)
def test_a_problem_carries_the_header_of_its_kind(
    error: ExpectedError, name: bytes, value: bytes
) -> None:
    assert problem(error, "r").headers == ((name, value),)


def test_other_problems_carry_no_header() -> None:
    assert problem(MemberNotFound(), "r").headers == ()


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        (NotFoundException(), RouteNotFound),
        (MethodNotAllowedException(headers={"allow": "POST, GET"}), MethodNotAllowed),
        (asyncpg.PostgresConnectionError(), DatabaseUnavailable),
        (asyncpg.QueryCanceledError(), DatabaseUnavailable),
        (asyncpg.LockNotAvailableError(), DatabaseUnavailable),
        (asyncpg.TooManyConnectionsError(), DatabaseUnavailable),
        (asyncpg.DiskFullError(), DatabaseUnavailable),
        (asyncpg.InterfaceError("connection is closed"), DatabaseUnavailable),
        (TimeoutError(), DatabaseUnavailable),
        (ConnectionResetError(), DatabaseUnavailable),
    ],
)
def test_what_others_raise_is_told_as_one_of_ours(failure: Exception, kind: type) -> None:
    assert isinstance(expected(failure), kind)


@pytest.mark.parametrize(
    "bug",
    [
        ValueError("x"),
        KeyError("x"),
        RecursionError(),
        asyncpg.UniqueViolationError(),
        asyncpg.UndefinedTableError(),
        asyncpg.exceptions.DataError(),
        asyncpg.CharacterNotInRepertoireError(),
        FileNotFoundError(),
    ],
)
def test_what_is_a_bug_is_not_called_an_outage(bug: Exception) -> None:
    assert expected(bug) is None
