"""create_endpoint: a receiver of events, that has to prove itself, or a system that is called.

A webhook has a secret of its own and is sent nothing before it has answered a challenge. Of another
system nobody could tell that it should answer one; whoever makes the endpoint has its key.
"""

import datetime as dt
import uuid

from service.domain.audit.acts import Act
from service.domain.endpoints import composing, signing, store
from service.domain.endpoints.formats import Settings
from service.domain.endpoints.types import CreateEndpoint, Endpoint, Format, IssuedSecret, State
from service.domain.events import sequence
from service.domain.holders import store as holders
from service.flows.steps import endpoints
from service.flows.steps.auditing import note
from service.flows.steps.context import EARLIEST, Context
from service.infra.sealed import Seals
from service.kernel.actor import Actor
from service.kernel.ids import new_id


async def create_endpoint(ctx: Context, actor: Actor, body: CreateEndpoint) -> IssuedSecret:
    """A new endpoint.

    EndpointNameTaken, ScopeMissing, SettingsWrong, UnknownEventType, UrlNotAllowed.
    The name is its natural key: after a lost answer EndpointNameTaken says that it is there.
    """
    endpoints.refuse_telling(actor, body.personal)
    template = None if body.template is None else endpoints.with_headers(body.template, None)
    settings = Settings(segment=body.segment, template=template)
    endpoints.check_url(ctx.egress, body.url)
    endpoints.check_types(body.types)
    endpoints.check_settings(settings, body.personal, body.consent)
    endpoint_id = new_id()
    secret = signing.new_secret() if settings == Settings() else None
    if secret is None:
        sealed = endpoints.sealed(ctx, endpoint_id, settings)
    else:
        sealed = Seals(ctx.secret).seal(secret, endpoint_id.bytes)
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        await sequence.assign(tx)  # what has happened so far is not what happens from now on
        made = _endpoint(endpoint_id, body, settings, sealed, tx.now or EARLIEST)
        await store.insert(tx, made, from_first=body.begin == "first")
        await note(tx, actor, endpoints.done(Act.ENDPOINT_CREATED, made, begin=body.begin))
        return await endpoints.issued(tx, ctx, made, secret)


def _endpoint(
    endpoint_id: uuid.UUID,
    body: CreateEndpoint,
    settings: Settings,
    sealed: bytes,
    now: dt.datetime,
) -> Endpoint:
    made = composing.format_of(settings)
    return Endpoint(
        endpoint_id=endpoint_id,
        version=0,
        name=body.name,
        state=State.PENDING if made is Format.WEBHOOK else State.ACTIVE,
        url=body.url,
        types=body.types,
        channels=body.channels,
        in_flight_max=body.in_flight_max,
        format=made,
        personal=body.personal,
        consent=body.consent,
        secret=sealed,
        old_secret=None,
        old_secret_until=None,
        created_at=now,
        changed_at=now,
        ended_why=None,
        succeeded_at=None,
        failing_since=None,
        failures=0,
        next_at=None,
        last_status=None,
        last_answer=None,
    )
