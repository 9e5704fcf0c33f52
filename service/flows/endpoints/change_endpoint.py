"""change_endpoint: another name, URL, filter, settings or state of an endpoint.

What a system was told of people it must be told to forget: so it stays who it is, the fields it is
told are not taken off, and the consent stays the one it was told under. Its keys go to the host
they were given for.
"""

import datetime as dt
import uuid
from typing import Any, Final

import msgspec
from yarl import URL

from service.domain.audit.acts import Act
from service.domain.endpoints import deliveries, store
from service.domain.endpoints.errors import EndpointNotVerified, SettingsWrong
from service.domain.endpoints.formats import Settings, Template
from service.domain.endpoints.types import Endpoint, EndpointView, Format, PatchEndpoint, State
from service.domain.holders import store as holders
from service.flows.steps import endpoints
from service.flows.steps.auditing import note
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.delivering.attempt import settings_of
from service.infra.sealed import Seals
from service.kernel.actor import Actor

_PLAIN: Final = (*("name", "url", "types", "channels", "in_flight_max", "personal", "consent"),)
_TELLING: Final = ("url", "personal", "consent", "secret")


async def change_endpoint(
    ctx: Context, actor: Actor, endpoint_id: uuid.UUID, body: PatchEndpoint
) -> EndpointView:
    """The endpoint as it is now; what is not named stays.

    EndpointNotFound, EndpointNameTaken, EndpointNotVerified, ScopeMissing, SettingsWrong,
    UnknownEventType, UrlNotAllowed.
    """
    if isinstance(body.url, str):
        endpoints.check_url(ctx.egress, body.url)
    if isinstance(body.types, tuple):
        endpoints.check_types(body.types)
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        before = await store.lock(tx, endpoint_id)
        after = _changed(ctx, before, body, now)
        _refuse_another(actor, before, after, body)
        if after != before:
            await store.update(tx, after)
        if body.state == "active":
            await deliveries.hasten(tx, endpoint_id, now)
        if after != before:
            await note(tx, actor, endpoints.done(Act.ENDPOINT_CHANGED, after))
        return await endpoints.shown(tx, ctx, after)


def _changed(ctx: Context, before: Endpoint, body: PatchEndpoint, now: dt.datetime) -> Endpoint:
    named = msgspec.structs.asdict(body)
    fields: dict[str, Any] = {
        name: named[name]
        for name in _PLAIN
        if named[name] is not msgspec.UNSET and named[name] != getattr(before, name)
    }
    fields |= _other_settings(ctx, before, body, fields)
    if "url" in fields and before.format is Format.WEBHOOK:
        if isinstance(body.state, str):
            raise EndpointNotVerified
        fields |= {"state": State.PENDING, **endpoints.going(now)}
    elif isinstance(body.state, str):
        if before.state is State.PENDING:
            raise EndpointNotVerified
        state = State[body.state.upper()]
        if state is State.ACTIVE:
            fields |= {"state": state, **endpoints.going(now)}
        elif state is not before.state:
            fields |= {"state": state, "ended_why": None}
    return msgspec.structs.replace(before, **{**fields, "changed_at": now}) if fields else before


def _other_settings(
    ctx: Context, before: Endpoint, body: PatchEndpoint, fields: dict[str, Any]
) -> dict[str, Any]:
    """SettingsWrong. What is sealed anew when it is another."""
    old = settings_of(Seals(ctx.secret), before)
    segment = old.segment if body.segment is msgspec.UNSET else body.segment
    template = old.template
    if isinstance(body.template, Template):
        template = endpoints.with_headers(body.template, old.template)
    if (segment is None, template is None) != (old.segment is None, old.template is None):
        pointer = "/segment" if body.segment is not msgspec.UNSET else "/template"
        raise SettingsWrong(why="the format of an endpoint stays what it is", pointer=pointer)
    new = Settings(segment=segment, template=template)
    personal = fields.get("personal", before.personal)
    endpoints.check_settings(new, personal, fields.get("consent", before.consent))
    if new == old:
        return {}
    return {"secret": endpoints.sealed(ctx, before.endpoint_id, new)}


def _refuse_another(actor: Actor, before: Endpoint, after: Endpoint, body: PatchEndpoint) -> None:
    """ScopeMissing, SettingsWrong."""
    if set(before.personal) - set(after.personal):
        why = "it could not be told to forget what it was told: make another endpoint"
        raise SettingsWrong(why=why, pointer="/personal")
    if before.personal and after.consent != before.consent:
        why = "what it was told, it was told under this consent: make another endpoint"
        raise SettingsWrong(why=why, pointer="/consent")
    moved = before.format is not Format.WEBHOOK and _origin(before.url) != _origin(after.url)
    if moved and not endpoints.has_own_keys(body):
        why = "keys go to the host they were given for: give `segment` or `template` with it"
        raise SettingsWrong(why=why, pointer="/url")
    if any(getattr(before, name) != getattr(after, name) for name in _TELLING):
        endpoints.refuse_telling(actor, after.personal)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    found = URL(url)
    return found.scheme, found.host, found.port
