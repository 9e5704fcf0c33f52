"""Endpoints as flows check and show them."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable
from typing import Final, cast

import msgspec

from service.domain.access.errors import ScopeMissing
from service.domain.audit.acts import About, Act
from service.domain.endpoints import composing, filters, signing, store
from service.domain.endpoints.errors import SettingsWrong, UnknownEventType, UrlNotAllowed
from service.domain.endpoints.formats import Settings, Template
from service.domain.endpoints.types import (
    Behind,
    Endpoint,
    EndpointView,
    FormatName,
    IssuedSecret,
    PatchEndpoint,
    Replay,
    ReplayRow,
    StateName,
)
from service.domain.events.catalog import TYPES
from service.flows.steps.auditing import Done
from service.flows.steps.context import Context
from service.flows.steps.delivering.attempt import settings_of
from service.infra.db import Tx
from service.infra.egress import Egress, UrlRefused
from service.infra.sealed import Seals
from service.kernel.actor import Actor

HIDDEN: Final = "..."
READS: Final = "members:read"
KNOWN: Final = frozenset(TYPES.values())


def check_url(egress: Egress, url: str) -> None:
    """UrlNotAllowed."""
    try:
        egress.check(url)
    except UrlRefused as refused:
        raise UrlNotAllowed(why=str(refused)) from refused


def check_types(patterns: Iterable[str], pointer: str = "/types") -> None:
    """UnknownEventType, for a name or a family without a single type."""
    for place, pattern in enumerate(patterns):
        if not filters.types_of([pattern], KNOWN):
            raise UnknownEventType(event_type=pattern, pointer=f"{pointer}/{place}")


def check_settings(settings: Settings, personal: Iterable[str], consent: str | None) -> None:
    """SettingsWrong, UnknownEventType."""
    composing.check(settings, tuple(personal), consent)
    template = settings.template
    for place, one in enumerate(() if template is None else template.requests):
        check_types(one.types, f"/template/requests/{place}/types")


def refuse_telling(actor: Actor, personal: Collection[str]) -> None:
    """ScopeMissing: who has people told of to a system of their choice reads of them as well."""
    if personal and not actor.may(READS):
        raise ScopeMissing(scope=READS)


def with_headers(template: Template, known: Template | None) -> Template:
    """With the values that are shown as `...`, and come back so; SettingsWrong: one is unknown."""
    kept = {} if known is None else known.headers
    headers = {}
    for name, value in template.headers.items():
        if value == HIDDEN and name not in kept:
            raise SettingsWrong(why="its value is not known", pointer=f"/template/headers/{name}")
        headers[name] = kept[name] if value == HIDDEN else value
    return msgspec.structs.replace(template, headers=headers)


def has_own_keys(body: PatchEndpoint) -> bool:
    """Whether a change says itself what lets requests in."""
    if isinstance(body.template, Template):
        return HIDDEN not in body.template.headers.values()
    return body.segment is not msgspec.UNSET


async def shown(tx: Tx, ctx: Context, endpoint: Endpoint) -> EndpointView:
    """An endpoint, with how far it is behind."""
    found = await store.behind(tx, [endpoint.endpoint_id])
    return view(ctx, endpoint, found[endpoint.endpoint_id])


async def issued(tx: Tx, ctx: Context, endpoint: Endpoint, secret: bytes | None) -> IssuedSecret:
    """An endpoint with a secret that is told once."""
    text = None if secret is None else signing.shown(secret)
    return IssuedSecret(endpoint=await shown(tx, ctx, endpoint), secret=text)


def sealed(ctx: Context, endpoint_id: uuid.UUID, settings: Settings) -> bytes:
    """What is kept of settings."""
    return Seals(ctx.secret).seal(msgspec.json.encode(settings), endpoint_id.bytes)


def _template(ctx: Context, endpoint: Endpoint) -> Template | None:
    """Without the values of its headers, which are keys of other systems."""
    found = settings_of(Seals(ctx.secret), endpoint).template
    if found is None:
        return None
    return msgspec.structs.replace(found, headers=dict.fromkeys(found.headers, HIDDEN))


def view(ctx: Context, endpoint: Endpoint, behind: Behind) -> EndpointView:
    """An endpoint as it is told."""
    return EndpointView(
        id=endpoint.endpoint_id,
        name=endpoint.name,
        state=cast("StateName", endpoint.state.name.lower()),
        url=endpoint.url,
        types=endpoint.types,
        channels=endpoint.channels,
        in_flight_max=endpoint.in_flight_max,
        format=cast("FormatName", endpoint.format.name.lower()),
        template=_template(ctx, endpoint),
        personal=endpoint.personal,
        consent=endpoint.consent,
        created_at=endpoint.created_at,
        changed_at=endpoint.changed_at,
        ended_why=endpoint.ended_why,
        old_secret_until=endpoint.old_secret_until,
        succeeded_at=endpoint.succeeded_at,
        failing_since=endpoint.failing_since,
        failures=endpoint.failures,
        next_at=endpoint.next_at,
        last_status=endpoint.last_status,
        last_answer=endpoint.last_answer,
        behind=behind.events,
        behind_since=behind.since,
        waiting=behind.waiting,
        dead=behind.dead,
    )


def done(act: Act, endpoint: Endpoint, **asked: object) -> Done:
    """An act on an endpoint as it is after it; nothing that is sealed is told."""
    names = ("name", "url", "types", "channels", "in_flight_max", "format", "personal", "consent")
    after = {name: getattr(endpoint, name) for name in names}
    content = {**after, "state": endpoint.state, **asked}
    return Done(act=act, about=About.ENDPOINT, id=endpoint.endpoint_id, content=content)


def replay_view(row: ReplayRow) -> Replay:
    """A replay as it is told."""
    return Replay(
        id=row.replay_id,
        from_=row.from_at,
        until=row.until_at,
        asked_at=row.asked_at,
        done_at=row.done_at,
    )


def going(at: dt.datetime) -> dict[str, object]:
    """What changes of an endpoint that is set going, or sent to another URL: it fails no more."""
    return {
        "ended_why": None,
        "failing_since": None,
        "failures": 0,
        "next_at": None,
        "changed_at": at,
    }
