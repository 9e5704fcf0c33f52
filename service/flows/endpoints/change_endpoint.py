"""change_endpoint: another name, URL, filter, settings or state of an endpoint."""

import datetime as dt
import uuid
from typing import Any, Final

import msgspec

from service.domain.audit.acts import Act
from service.domain.endpoints import deliveries, store
from service.domain.endpoints.errors import EndpointNotVerified, SettingsWrong
from service.domain.endpoints.formats import Settings
from service.domain.endpoints.types import Endpoint, EndpointView, Format, PatchEndpoint, State
from service.domain.holders import store as holders
from service.flows.steps import endpoints
from service.flows.steps.auditing import note
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.delivering.attempt import settings_of
from service.infra.sealed import Seals
from service.kernel.actor import Actor

_PLAIN: Final = (*("name", "url", "types", "channels", "in_flight_max", "personal", "consent"),)


async def change_endpoint(
    ctx: Context, actor: Actor, endpoint_id: uuid.UUID, body: PatchEndpoint
) -> EndpointView:
    """The endpoint as it is now; what is not named stays.

    EndpointNotFound, EndpointNameTaken, EndpointNotVerified, SettingsWrong, UnknownEventType,
    UrlNotAllowed.
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
    template = old.template if body.template is msgspec.UNSET else body.template
    if (segment is None, template is None) != (old.segment is None, old.template is None):
        pointer = "/segment" if body.segment is not msgspec.UNSET else "/template"
        raise SettingsWrong(why="the format of an endpoint stays what it is", pointer=pointer)
    new = Settings(segment=segment, template=template)
    personal = fields.get("personal", before.personal)
    endpoints.check_settings(new, personal, fields.get("consent", before.consent))
    if new == old:
        return {}
    return {"secret": endpoints.sealed(ctx, before.endpoint_id, new)}
