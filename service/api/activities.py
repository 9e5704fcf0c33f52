"""Activities over HTTP: what members do that is no purchase."""

from collections.abc import Sequence
from typing import Annotated, Any, Final

import msgspec

from service.api.body import LARGE_BYTES_MAX, Body
from service.api.call import Call
from service.api.once import done_once, once
from service.api.own_member import PATH
from service.api.parameters import member_id
from service.api.problems import content
from service.api.query import Query
from service.api.reply import Reply, ok
from service.api.route import Answer, route
from service.domain.access.errors import OwnWallet
from service.domain.activities import errors
from service.domain.activities.types import (
    PAGE_MAX,
    ActivityBatch,
    ActivityPage,
    ActivityView,
    RecordActivity,
)
from service.domain.members.errors import MemberNotFound, UnknownIdentifierKind
from service.infra.cursors import CursorInvalid
from service.kernel.answer import Answer as Done
from service.kernel.errors import ExpectedError

TAG: Final = "Activities"
_VIEW_REF: Final = {"$ref": "#/components/schemas/ActivityView"}
_PROBLEM_REF: Final = {"$ref": "#/components/schemas/Problem"}
_Cursor = Annotated[
    str, msgspec.Meta(min_length=1, max_length=512, description="`next` of the page before.")
]


class ActivityResult(msgspec.Struct, frozen=True, kw_only=True):
    """The result of one item: an activity (status 201, or 200 when `replayed`) or a problem."""

    status: int
    replayed: bool | msgspec.UnsetType = msgspec.UNSET
    body: Annotated[Any, msgspec.Meta(extra_json_schema={"anyOf": [_VIEW_REF, _PROBLEM_REF]})]


class ActivityResults(msgspec.Struct, frozen=True, kw_only=True):
    """One result per item, in the order of the items."""

    results: Sequence[ActivityResult]


class ActivitiesPage(msgspec.Struct, frozen=True, kw_only=True):
    """Which page."""

    cursor: _Cursor | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE_MAX, description="Activities on a page.")] = 50


@route(
    "POST",
    "/v1/activities",
    scope="activities:write",
    tag=TAG,
    takes=Body(RecordActivity),
    answers=done_once(
        ActivityView,
        "Recorded now.",
        "Recorded earlier under the same natural key with the same content.",
    ),
    refuses=(
        errors.ActivityInTheFuture,
        errors.ActivityKeyReused,
        errors.ActivityTooOld,
        MemberNotFound,
        OwnWallet,
        UnknownIdentifierKind,
    ),
)
async def record_activity(call: Call, body: RecordActivity) -> Reply:
    """Record what a member did that is no purchase.

    A cart abandoned, a review written, a visit nearby, a delivery confirmed: any name, with up to
    20 attributes. The natural key (`source`, `external_id`) makes it safe to send again: the same
    content answers the same activity (200), other content is refused (422). A refusal leaves the
    natural key free. What is told of an identifier that nobody has claimed is kept, and goes to the
    member who claims it.
    """
    done = await call.services.verbs.record_activity(call.actor, body)
    return once(done.body, replayed=done.replayed)


@route(
    "POST",
    "/v1/activities/batch",
    scope="activities:write",
    tag=TAG,
    takes=Body(ActivityBatch, bytes_max=LARGE_BYTES_MAX),
    answers={200: Answer(what="One result per item, in order.", body=ActivityResults)},
)
async def record_activity_batch(call: Call, body: ActivityBatch) -> Reply:
    """Record up to 500 activities in one request of at most 1 MB.

    Each item has its own result and its own natural key; one that is refused does not stop the
    others. Items of one member are recorded in their order. A body that is not of the documented
    shape is refused as a whole: the pointer names the item.
    """
    done = await call.services.verbs.record_activity_batch(call.actor, body.items)
    return ok(ActivityResults(results=[_result(one) for one in done]))


def _result(one: Done[ActivityView] | ExpectedError) -> ActivityResult:
    if isinstance(one, ExpectedError):
        problem = content(one)
        return ActivityResult(status=problem["status"], body=problem)
    status = 200 if one.replayed else 201
    return ActivityResult(status=status, replayed=one.replayed, body=one.body)


@route(
    "GET",
    "/v1/members/{member_id}/activities",
    scope="activities:read",
    own=(PATH,),
    tag=TAG,
    takes=Query(ActivitiesPage),
    answers={200: Answer(what="A page of activities, newest first.", body=ActivityPage)},
    refuses=(CursorInvalid, MemberNotFound),
)
async def list_activities(call: Call, query: ActivitiesPage) -> Reply:
    """List the activities of a member, newest first, in pages."""
    reads = call.services.reads
    return ok(await reads.activities(member_id(call), query.cursor, query.limit))
