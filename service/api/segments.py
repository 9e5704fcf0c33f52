"""Segments over HTTP: how many belong to each, and who."""

from typing import Annotated, Final

import msgspec

from service.api.call import Call
from service.api.languages import preferred
from service.api.query import Query
from service.api.reply import Reply, ok
from service.api.route import Answer, route
from service.domain.segments.errors import SegmentNotFound
from service.domain.segments.types import PAGE_MAX, SegmentList, SegmentMemberPage
from service.infra.cursors import CursorInvalid

TAG: Final = "Segments"
_Cursor = Annotated[
    str, msgspec.Meta(min_length=1, max_length=512, description="`next` of the page before.")
]


class SegmentMembersPage(msgspec.Struct, frozen=True, kw_only=True):
    """Which page."""

    cursor: _Cursor | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE_MAX, description="Members on a page.")] = 200


@route(
    "GET",
    "/v1/segments",
    scope="segments:read",
    tag=TAG,
    answers={200: Answer(what="All segments of the program in force.", body=SegmentList)},
    languages=True,
)
async def list_segments(call: Call, _: None) -> Reply:
    """List the segments of the program in force, and how many members belong to each.

    What is shown was worked out within a second or so of the last thing that could change it.
    Whoever may read segments sees all of them, also those that ask for hidden clubs.
    """
    return ok(await call.services.reads.segments(preferred(call)))


@route(
    "GET",
    "/v1/segments/{segment}/members",
    scope="segments:read",
    tag=TAG,
    takes=Query(SegmentMembersPage),
    answers={200: Answer(what="A page of members, in the order of ids.", body=SegmentMemberPage)},
    refuses=(CursorInvalid, SegmentNotFound),
)
async def list_segment_members(call: Call, query: SegmentMembersPage) -> Reply:
    """List the ids of the members who belong to a segment and since when, in pages.

    Pages are in the order of ids, so a member who belongs to it all the while is on one of them,
    whoever comes and goes meanwhile.
    """
    reads, segment = call.services.reads, call.path_text("segment")
    return ok(await reads.segment_members(segment, query.cursor, query.limit))
