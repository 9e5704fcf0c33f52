"""Endpoints over HTTP: who is sent events."""

from typing import Annotated, Final

import msgspec

from service.api.body import Body
from service.api.call import Call
from service.api.parameters import endpoint_id
from service.api.query import Query
from service.api.reply import Reply, created, ok
from service.api.route import Answer, route
from service.domain.audit.acts import Act
from service.domain.endpoints import errors
from service.domain.endpoints.types import (
    AskReplay,
    CreateEndpoint,
    DeadLetterPage,
    EndpointPage,
    EndpointView,
    IssuedSecret,
    PatchEndpoint,
    Replay,
    ReplayPage,
    Retried,
    RetryDeadLetters,
    RotateSecret,
)
from service.infra.cursors import CursorInvalid

TAG: Final = "Endpoints"
_Cursor = Annotated[
    str, msgspec.Meta(min_length=1, max_length=512, description="`next` of the page before.")
]
_Limit = Annotated[int, msgspec.Meta(ge=1, le=200, description="Items on a page.")]


class EndpointsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Which page."""

    cursor: _Cursor | None = None
    limit: _Limit = 50


@route(
    "POST",
    "/v1/endpoints",
    scope="endpoints:manage",
    tag=TAG,
    takes=Body(CreateEndpoint),
    answers={201: Answer(what="The endpoint is there.", body=IssuedSecret, headers=("Location",))},
    refuses=(
        errors.EndpointNameTaken,
        errors.SettingsWrong,
        errors.UnknownEventType,
        errors.UrlNotAllowed,
    ),
    acts=(Act.ENDPOINT_CREATED,),
)
async def create_endpoint(call: Call, body: CreateEndpoint) -> Reply:
    """Make an endpoint: events are to be sent to a URL as they happen.

    Each is a POST of one CloudEvent in structured JSON, signed as Standard Webhooks 1.0.0 says
    (`webhook-id`, `webhook-timestamp`, `webhook-signature`) with the secret of this answer, which
    is told once. Any 2xx within 15 s takes it. An event may come twice, with the same id; those of
    one member come in the order of their `sequence`. Nothing is sent before the receiver has
    answered a challenge: ask for one next. The name is the natural key: `endpoint-name-taken`
    after a lost answer means that it is there; rotate its secret then.

    With `segment` or `template` events become requests of a system that is no webhook, from now on
    and without a challenge.
    """
    done = await call.services.verbs.create_endpoint(call.actor, body)
    return created(done.body, f"/v1/endpoints/{done.body.endpoint.id}")


@route(
    "GET",
    "/v1/endpoints",
    scope="endpoints:read",
    tag=TAG,
    takes=Query(EndpointsPage),
    answers={200: Answer(what="A page of endpoints, by name.", body=EndpointPage)},
    refuses=(CursorInvalid,),
)
async def list_endpoints(call: Call, query: EndpointsPage) -> Reply:
    """List endpoints with how far each is behind, in pages."""
    return ok(await call.services.reads.endpoints(query.cursor, query.limit))


@route(
    "GET",
    "/v1/endpoints/{endpoint_id}",
    scope="endpoints:read",
    tag=TAG,
    answers={200: Answer(what="The endpoint.", body=EndpointView)},
    refuses=(errors.EndpointNotFound,),
)
async def read_endpoint(call: Call, _: None) -> Reply:
    """Read an endpoint: whether it takes events, and how far it is behind."""
    return ok(await call.services.reads.endpoint(endpoint_id(call)))


@route(
    "PATCH",
    "/v1/endpoints/{endpoint_id}",
    scope="endpoints:manage",
    tag=TAG,
    takes=Body(PatchEndpoint),
    answers={200: Answer(what="The endpoint as it is now.", body=EndpointView)},
    refuses=(
        errors.EndpointNameTaken,
        errors.EndpointNotFound,
        errors.EndpointNotVerified,
        errors.SettingsWrong,
        errors.UnknownEventType,
        errors.UrlNotAllowed,
    ),
    acts=(Act.ENDPOINT_CHANGED,),
)
async def change_endpoint(call: Call, body: PatchEndpoint) -> Reply:
    """Change what an endpoint is sent, where to, or whether; `active` also tries again at once.

    Another URL of a webhook answers a challenge first; what happens meanwhile is sent after it, so
    no `state` goes with it. Requests that are being made when an endpoint is paused, or changed,
    go on for two seconds at most, and may take fifteen to be answered.
    """
    return ok((await call.services.verbs.change_endpoint(call.actor, endpoint_id(call), body)).body)


@route(
    "DELETE",
    "/v1/endpoints/{endpoint_id}",
    scope="endpoints:manage",
    tag=TAG,
    answers={204: Answer(what="It is gone.")},
    refuses=(errors.EndpointNotFound,),
    acts=(Act.ENDPOINT_REMOVED,),
)
async def remove_endpoint(call: Call, _: None) -> Reply:
    """Remove an endpoint, its secrets and all that waits for it.

    Requests that are being made go on for two seconds at most. What a system was told of people
    stays there: have it forgotten there before.
    """
    await call.services.verbs.remove_endpoint(call.actor, endpoint_id(call))
    return Reply(204, b"", media=None)


@route(
    "POST",
    "/v1/endpoints/{endpoint_id}/verify",
    scope="endpoints:manage",
    tag=TAG,
    answers={200: Answer(what="The receiver has proved itself.", body=EndpointView)},
    refuses=(
        errors.ChallengeFailed,
        errors.EndpointChangedMeanwhile,
        errors.EndpointNotFound,
        errors.NoWebhook,
    ),
    acts=(Act.ENDPOINT_VERIFIED,),
)
async def verify_endpoint(call: Call, _: None) -> Reply:
    """Send a challenge, and the events after it.

    It is a signed event of type `regulars.endpoint.challenge.v1`; the receiver answers 2xx within
    15 s with `data.challenge`: as the whole body, or as `challenge` of a JSON object.
    """
    return ok((await call.services.verbs.verify_endpoint(call.actor, endpoint_id(call))).body)


@route(
    "POST",
    "/v1/endpoints/{endpoint_id}/secret",
    scope="endpoints:manage",
    tag=TAG,
    takes=Body(RotateSecret),
    answers={200: Answer(what="Another secret signs.", body=IssuedSecret)},
    refuses=(errors.EndpointNotFound, errors.NoWebhook),
    acts=(Act.ENDPOINT_SECRET_ROTATED,),
)
async def rotate_endpoint_secret(call: Call, body: RotateSecret) -> Reply:
    """Replace the secret; for a while both sign each request, so that nothing is refused."""
    return ok(
        (await call.services.verbs.rotate_endpoint_secret(call.actor, endpoint_id(call), body)).body
    )


@route(
    "POST",
    "/v1/endpoints/{endpoint_id}/replays",
    scope="endpoints:manage",
    tag=TAG,
    takes=Body(AskReplay),
    answers={201: Answer(what="The events will be sent.", body=Replay)},
    refuses=(
        errors.EndpointNotFound,
        errors.EndpointNotVerified,
        errors.ReplayRunning,
        errors.SpanIsEmpty,
    ),
    acts=(Act.EVENTS_REPLAYED,),
)
async def replay_events(call: Call, body: AskReplay) -> Reply:
    """Send events recorded in a span once more, by the filters of now, with the ids of then.

    They come beside those that happen meanwhile: order them by `sequence`. One replay at a time.
    """
    done = await call.services.verbs.replay_events(call.actor, endpoint_id(call), body)
    return Reply(201, msgspec.json.encode(done.body))


@route(
    "GET",
    "/v1/endpoints/{endpoint_id}/replays",
    scope="endpoints:read",
    tag=TAG,
    takes=Query(EndpointsPage),
    answers={200: Answer(what="A page of replays, the newest first.", body=ReplayPage)},
    refuses=(CursorInvalid, errors.EndpointNotFound),
)
async def list_replays(call: Call, query: EndpointsPage) -> Reply:
    """List what was sent once more."""
    reads = call.services.reads
    return ok(await reads.replays(endpoint_id(call), query.cursor, query.limit))


@route(
    "GET",
    "/v1/endpoints/{endpoint_id}/dead-letters",
    scope="endpoints:read",
    tag=TAG,
    takes=Query(EndpointsPage),
    answers={200: Answer(what="A page of dead letters, the oldest first.", body=DeadLetterPage)},
    refuses=(CursorInvalid, errors.EndpointNotFound),
)
async def list_dead_letters(call: Call, query: EndpointsPage) -> Reply:
    """List events the receiver refused for an hour, or failed at for five days.

    They are kept for thirty days.
    """
    reads = call.services.reads
    return ok(await reads.dead_letters(endpoint_id(call), query.cursor, query.limit))


@route(
    "POST",
    "/v1/endpoints/{endpoint_id}/dead-letters/retry",
    scope="endpoints:manage",
    tag=TAG,
    takes=Body(RetryDeadLetters),
    answers={200: Answer(what="They are tried again.", body=Retried)},
    refuses=(errors.EndpointNotFound,),
    acts=(Act.DEAD_LETTERS_RETRIED,),
)
async def retry_dead_letters(call: Call, body: RetryDeadLetters) -> Reply:
    """Try dead letters again, those named or all, from their first attempt on."""
    return ok(
        (await call.services.verbs.retry_dead_letters(call.actor, endpoint_id(call), body)).body
    )
