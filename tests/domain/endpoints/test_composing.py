"""What an event becomes for a system that is no webhook."""

import datetime as dt
import json
import uuid
from typing import Any

import msgspec
import pytest

from service.domain.endpoints import composing
from service.domain.endpoints.errors import SettingsWrong
from service.domain.endpoints.formats import Segment, Settings, Template
from service.domain.endpoints.types import Endpoint, Format, State

AT = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
CALLS = {
    "headers": {"Authorization": "Bearer key"},
    "requests": [
        {"types": ["regulars.member.*"], "path": "/people", "body": {"mail": "{{member.email}}"}},
        {"types": ["regulars.*"], "method": "PUT", "path": "/events/{{id}}", "body": "{{data}}"},
    ],
    "forget": {"method": "DELETE", "path": "/people/{{subject}}"},
}
TEMPLATE = Settings(template=msgspec.convert(CALLS, Template))
PERSON = {"email": "ola@example.org"}


def endpoint(**fields: Any) -> Endpoint:
    given: dict[str, Any] = {
        "types": (), "channels": (), "personal": ("email",), "consent": "email", **fields,
    }  # fmt: skip
    empty = dict.fromkeys(
        ("old_secret", "old_secret_until", "ended_why", "succeeded_at", "failing_since",
         "next_at", "last_status", "last_answer")
    )  # fmt: skip
    return Endpoint(
        endpoint_id=uuid.UUID(int=1), version=0, name="crm", state=State.ACTIVE,
        url="https://crm.example.com", in_flight_max=1, format=Format.TEMPLATE, secret=b"",
        created_at=AT, changed_at=AT, failures=0, **{**empty, **given},
    )  # fmt: skip


def event(kind: str, **data: Any) -> bytes:
    whole = {
        "id": "e-1", "source": "/members/m-1", "subject": "m-1", "time": "2026-11-23T10:00:00Z",
        "type": f"regulars.{kind}.v1", "data": data,
    }  # fmt: skip
    return json.dumps(whole).encode()


def composed(body: bytes, person: Any = PERSON, **fields: Any) -> Any:
    made = composing.compose(endpoint(**fields), TEMPLATE, body, person)
    return None if made is None else (made.method, made.path, json.loads(made.body or b"null"))


def test_the_first_request_that_names_the_type_is_made() -> None:
    assert composed(event("member.enrolled")) == ("POST", "/people", {"mail": "ola@example.org"})
    assert composed(event("points.earned", n=1)) == ("PUT", "/events/e-1", {"n": 1})


def test_who_has_not_consented_is_an_id() -> None:
    assert composed(event("member.enrolled"), {}) == ("POST", "/people", {})


@pytest.mark.parametrize(
    ("body", "is_forgotten"),
    [
        (event("member.erased"), True),
        (event("consent.changed", consent="email", given=False), True),
        (event("consent.changed", consent="email", given=True), False),
        (event("consent.changed", consent="sms", given=False), False),
        (event("member.merged", member_id="m-1", into_id="m-2"), True),
        (event("member.merged", member_id="m-0", into_id="m-1"), False),
        (event("member.changed"), False),
    ],
)
def test_an_erasure_and_a_consent_taken_back_are_told_as_forgetting(
    body: bytes, is_forgotten: bool
) -> None:
    forget = ("DELETE", "/people/m-1", None)
    assert (composed(body, None) == forget) is is_forgotten
    assert composed(body, None, personal=(), consent=None) != forget


@pytest.mark.parametrize("person", [{}, PERSON])
def test_who_consents_now_is_not_forgotten_by_an_event_of_before(person: Any) -> None:
    """A replay, or a dead letter that is tried again."""
    forget = ("DELETE", "/people/m-1", None)
    no = event("consent.changed", consent="email", given=False)
    merged = event("member.merged", member_id="m-1", into_id="m-2")
    assert forget not in [composed(no, person), composed(merged, person)]
    assert composed(event("member.erased"), person) == forget


def test_what_is_to_be_forgotten_comes_whatever_types_are_asked_for() -> None:
    known = {"regulars.points.earned.v1", "regulars.hold.released.v1", *composing.FORGETTING}
    only = endpoint(types=("regulars.points.*",))
    assert composing.types_of(only, TEMPLATE, known) == sorted(
        {"regulars.points.earned.v1", *composing.FORGETTING}
    )
    yes = event("consent.changed", consent="email", given=True)
    assert composed(yes, None, types=("regulars.points.*",)) is None
    nothing = endpoint(types=("regulars.points.*",), personal=(), consent=None)
    assert composing.types_of(nothing, TEMPLATE, known) == ["regulars.points.earned.v1"]


def test_types_that_no_request_names_are_not_read() -> None:
    one = {**CALLS, "requests": [{"types": ["regulars.points.*"], "path": "/x"}]}
    settings = Settings(template=msgspec.convert(one, Template))
    known = {"regulars.points.earned.v1", "regulars.hold.released.v1"}
    nobody = endpoint(personal=(), consent=None)
    assert composing.types_of(nobody, settings, known) == ["regulars.points.earned.v1"]


def test_a_request_carries_the_headers_and_says_what_its_body_is() -> None:
    made = composing.compose(endpoint(), TEMPLATE, event("points.earned"), {})
    assert made is not None
    assert made.headers == {"Authorization": "Bearer key", "Content-Type": "application/json"}
    gone = composing.compose(endpoint(), TEMPLATE, event("member.erased"), {})
    assert gone is not None
    assert (gone.headers, gone.body) == ({"Authorization": "Bearer key"}, b"")


@pytest.mark.parametrize(
    ("rule", "answer", "is_taken"),
    [
        (None, b"anything", True),
        ({"field": "error", "taken": [0]}, b'{"error": 0}', True),
        ({"field": "error", "taken": [0]}, b'{"error": 400}', False),
        ({"field": "error", "taken": [0]}, b'{"error": false}', False),
        ({"field": "error", "taken": [0]}, b"{}", False),
        ({"field": "error", "taken": [0]}, b"<html>", False),
        ({"field": "error", "taken": [0]}, b"[" * 100_000, False),
        ({"field": "errors", "taken": [None]}, b'{"message": "success"}', True),
        ({"field": "errors", "taken": [None]}, b'{"errors": [{"type": "x"}]}', False),
    ],
)
def test_an_answer_is_judged_by_its_rule(rule: Any, answer: bytes, is_taken: bool) -> None:
    template = msgspec.convert({**CALLS, "answer": rule}, Template)
    assert composing.is_taken(Settings(template=template), answer) is is_taken


@pytest.mark.parametrize(
    ("settings", "personal", "consent", "pointer"),
    [
        (Settings(Segment(write_key="k"), TEMPLATE.template), (), None, "/template"),
        (Settings(), ("email",), "email", "/personal"),
        (Settings(segment=Segment(write_key="k")), ("email",), None, "/consent"),
        (Settings(segment=Segment(write_key="k")), (), "email", "/consent"),
        (TEMPLATE, (), None, "/template/requests/0/body/mail"),
        ({**CALLS, "forget": None}, ("email",), "email", "/template/forget"),
        ({**CALLS, "headers": {"Host": "x"}}, ("email",), "email", "/template/headers/Host"),
        (
            {**CALLS, "forget": {"path": "/{{cart}}"}},
            *(("email",), "email", "/template/forget/path"),
        ),
    ],
)
def test_settings_that_make_no_sense_are_refused_with_their_place(
    settings: Any, personal: tuple[str, ...], consent: str | None, pointer: str
) -> None:
    if isinstance(settings, dict):
        settings = Settings(template=msgspec.convert(settings, Template))
    with pytest.raises(SettingsWrong) as raised:
        composing.check(settings, personal, consent)
    assert raised.value.pointer == pointer


def test_settings_that_make_sense_are_not() -> None:
    composing.check(TEMPLATE, ("email",), "email")
    composing.check(Settings(), (), None)
    composing.check(Settings(segment=Segment(write_key="k")), (), None)
