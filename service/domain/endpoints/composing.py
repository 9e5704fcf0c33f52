"""What an event becomes for an endpoint that is no webhook. Pure.

What is told of a person is put in here, from how they are when the request is made, and is kept
nowhere. Under which consent is said by the endpoint; who has not given it is an id like all others.
Who takes it back, who is erased, and whose id stands for another member from now on, is to be
forgotten there too: that goes to every endpoint that is told personal fields, whatever types it is
sent. It goes by how things are when the request is made: who said no once and says yes now, or was
merged and is itself again, is not forgotten by an event that comes late or once more.
"""

import json
from collections.abc import Collection, Mapping
from typing import Any, Final

import msgspec

from service.domain.endpoints import filters, segment, templates
from service.domain.endpoints.errors import SettingsWrong
from service.domain.endpoints.formats import (
    ForgetTemplate,
    RequestTemplate,
    Settings,
    Template,
)
from service.domain.endpoints.types import Endpoint, Format

ERASED: Final = "regulars.member.erased.v1"
CONSENT: Final = "regulars.consent.changed.v1"
MERGED: Final = "regulars.member.merged.v1"
FORGETTING: Final = frozenset({ERASED, CONSENT, MERGED})
JSON: Final = "application/json"
_OURS: Final = frozenset(
    {"host", "content-length", "content-type", "transfer-encoding", "connection"}
)


class Composed(msgspec.Struct, frozen=True, kw_only=True):
    """A request; `path` goes behind the URL of the endpoint."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def format_of(settings: Settings) -> Format:
    """Which format the settings are of."""
    if settings.segment is not None:
        return Format.SEGMENT
    return Format.WEBHOOK if settings.template is None else Format.TEMPLATE


def check(settings: Settings, personal: Collection[str], consent: str | None) -> None:
    """SettingsWrong."""
    if settings.segment is not None and settings.template is not None:
        raise SettingsWrong(why="it is a segment or a template endpoint", pointer="/template")
    if personal and settings == Settings():
        raise SettingsWrong(why="webhooks are told nothing personal", pointer="/personal")
    if bool(personal) is not (consent is not None):
        raise SettingsWrong(why="`personal` and `consent` go together", pointer="/consent")
    if settings.template is not None:
        _check_template(settings.template, frozenset(personal))


def _check_template(template: Template, personal: frozenset[str]) -> None:
    for name in template.headers:
        if name.lower() in _OURS:
            raise SettingsWrong(why=f"{name} is set by us", pointer=f"/template/headers/{name}")
    if personal and template.forget is None:
        why = "who is told personal fields is told to forget them: give `forget`"
        raise SettingsWrong(why=why, pointer="/template/forget")
    parts: list[tuple[str, RequestTemplate | ForgetTemplate]] = [
        (f"/template/requests/{n}", one) for n, one in enumerate(template.requests)
    ]
    if template.forget is not None:
        parts.append(("/template/forget", template.forget))
    for pointer, one in parts:
        try:
            templates.check(one.path, f"{pointer}/path", personal)
            templates.check(one.body, f"{pointer}/body", personal)
        except templates.TemplateWrong as wrong:
            raise SettingsWrong(why=wrong.why, pointer=wrong.pointer) from wrong


def types_of(endpoint: Endpoint, settings: Settings, known: Collection[str]) -> list[str]:
    """The types of events that become requests."""
    wanted = set(filters.types_of(endpoint.types, known))
    if settings.template is not None:
        patterns = [one for request in settings.template.requests for one in request.types]
        wanted &= set(filters.types_of(patterns, known))
    return sorted(wanted | (FORGETTING if endpoint.personal else set()))


def compose(
    endpoint: Endpoint, settings: Settings, body: bytes, person: Mapping[str, Any] | None
) -> Composed | None:
    """The request that an event becomes; None: it becomes none.

    `person`: what may be told of the member now; None: nothing may.
    """
    event = json.loads(body)
    forget = _is_to_be_forgotten(endpoint, event, person)
    if not forget and not filters.types_of(endpoint.types, [event["type"]]):
        return None
    person = {} if person is None else person
    if settings.segment is not None:
        call = segment.call_of(event, person, endpoint.personal, forget=forget)
        if call is None:
            return None
        headers = {"Authorization": segment.authorization(settings.segment.write_key)}
        return _request("POST", call[0], headers, call[1])
    template = settings.template
    if template is None:
        raise AssertionError("an endpoint with settings of no format")
    made = template.forget if forget else _named(template, event["type"])
    if made is None:
        return None
    facts = {**event, "member": {"id": event["subject"], **person}}
    path = templates.fill_path(made.path, facts)
    return _request(made.method, path, template.headers, templates.fill(made.body, facts))


def is_taken(settings: Settings, body: bytes) -> bool:
    """Whether an answer with a status of success says that the event was taken."""
    rule = None if settings.template is None else settings.template.answer
    if rule is None:
        return True
    try:
        found = templates.look_up(json.loads(body), rule.field)
    except (ValueError, RecursionError):
        return False
    return any(found == one and type(found) is type(one) for one in rule.taken)


def _is_to_be_forgotten(
    endpoint: Endpoint, event: Mapping[str, Any], person: Mapping[str, Any] | None
) -> bool:
    kind, data = event["type"], event["data"]
    if not endpoint.personal or kind not in FORGETTING:
        return False
    if kind == ERASED:
        return True
    if kind == MERGED:
        return person is None and data["member_id"] == event["subject"]
    return person is None and data["consent"] == endpoint.consent and not data["given"]


def _named(template: Template, kind: str) -> RequestTemplate | None:
    """The first that names the type."""
    for one in template.requests:
        if any(filters.fits(kind, pattern) for pattern in one.types):
            return one
    return None


def _request(method: str, path: str, headers: Mapping[str, str], body: Any) -> Composed:
    said = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
    kinds = {} if body is None else {"Content-Type": JSON}
    return Composed(method=method, path=path, headers={**headers, **kinds}, body=said)
