"""verify_endpoint: whoever has the URL of an endpoint shows that they want its events.

A signed CloudEvent with a random word is sent; the receiver answers 2xx with that word, as the
whole body or as `challenge` of a JSON object. Between the two transactions nothing is locked; if
the endpoint became another meanwhile, the answer was to another question.
"""

import datetime as dt
import secrets
import uuid
from typing import Final

import msgspec

from service.domain.audit.acts import Act
from service.domain.endpoints import store
from service.domain.endpoints.errors import (
    ChallengeFailed,
    EndpointChangedMeanwhile,
    NoWebhook,
)
from service.domain.endpoints.judging import Verdict
from service.domain.endpoints.types import EndpointView, Format, State
from service.domain.holders import store as holders
from service.flows.steps import endpoints
from service.flows.steps.auditing import note
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.delivering.attempt import Attempt, Sender, maker_of
from service.infra.sealed import Seals
from service.kernel.actor import Actor
from service.kernel.ids import new_id

TYPE: Final = "regulars.endpoint.challenge.v1"
_WORD_BYTES: Final = 24


class _Challenge(msgspec.Struct, frozen=True):
    challenge: str


class _Event(msgspec.Struct, frozen=True, kw_only=True):
    """A CloudEvent that stands in no stream."""

    specversion: str = "1.0"
    id: uuid.UUID
    source: str
    type: str = TYPE
    subject: str
    time: dt.datetime
    datacontenttype: str = "application/json"
    timestamp: dt.datetime
    data: _Challenge


async def verify_endpoint(ctx: Context, actor: Actor, endpoint_id: uuid.UUID) -> EndpointView:
    """The endpoint, active; ChallengeFailed, EndpointChangedMeanwhile, EndpointNotFound.

    One that was paused or disabled stays so.
    """
    async with ctx.db.reading() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        now = tx.now or EARLIEST
        asked = await store.find(tx, endpoint_id)
    if asked.format is not Format.WEBHOOK:
        raise NoWebhook
    word, event_id = secrets.token_urlsafe(_WORD_BYTES), new_id()
    event = _Event(
        id=event_id,
        source=f"/endpoints/{endpoint_id}",
        subject=str(endpoint_id),
        time=now,
        timestamp=now,
        data=_Challenge(word),
    )
    maker = maker_of(Seals(ctx.secret), asked, {}, now)
    sender = Sender(ctx.egress, maker, now)
    _refuse_other(await sender.send(event_id, msgspec.json.encode(event)), word)
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        endpoint = await store.lock(tx, endpoint_id)
        if endpoint.changed_at != asked.changed_at:
            raise EndpointChangedMeanwhile
        if endpoint.state is State.PENDING:
            going = endpoints.going(tx.now or EARLIEST)
            endpoint = msgspec.structs.replace(endpoint, state=State.ACTIVE, **going)
            await store.update(tx, endpoint)
        await note(tx, actor, endpoints.done(Act.ENDPOINT_VERIFIED, endpoint))
        return await endpoints.shown(tx, ctx, endpoint)


def _refuse_other(attempt: Attempt, word: str) -> None:
    """ChallengeFailed for every answer but the word."""
    if attempt.verdict is not Verdict.TAKEN:
        raise ChallengeFailed(why=f"{attempt.status or 'no answer'}: {attempt.answer or ''}")
    text = attempt.body.decode("utf-8", "replace").strip()
    try:
        text = msgspec.json.decode(text, type=_Challenge).challenge
    except msgspec.MsgspecError:
        text = text.strip('"')
    if not secrets.compare_digest(text.encode(), word.encode()):
        raise ChallengeFailed(why="the body was neither the word nor an object with it")
