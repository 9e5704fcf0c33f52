"""The audit over HTTP: what administrators did, and the proof that nothing of it was changed."""

from typing import Annotated, Final

import msgspec

from service.api.call import Call
from service.api.parameters import act_id, audit_day
from service.api.query import Query
from service.api.reply import Reply, ok
from service.api.route import Answer, route
from service.domain.audit.errors import AuditActNotFound, AuditDayNotFound
from service.domain.audit.types import AuditDay, AuditDayPage, AuditPage, AuditProof, AuditQuery
from service.infra.cursors import CursorInvalid

TAG: Final = "Audit"
_Cursor = Annotated[
    str, msgspec.Meta(min_length=1, max_length=512, description="`next` of the page before.")
]
_Limit = Annotated[int, msgspec.Meta(ge=1, le=200, description="Items on a page.")]


class DaysPage(msgspec.Struct, frozen=True, kw_only=True):
    """Which page."""

    cursor: _Cursor | None = None
    limit: _Limit = 50


@route(
    "GET",
    "/v1/audit",
    scope="audit:read",
    tag=TAG,
    takes=Query(AuditQuery),
    answers={200: Answer(what="A page of acts, the newest first.", body=AuditPage)},
    refuses=(CursorInvalid,),
)
async def list_audit(call: Call, query: AuditQuery) -> Reply:
    """List what administrators did: who, when, where from, to what, and why if they said.

    Over HTTP and at the command line alike, keys, staff accounts, endpoints, program versions,
    exports, erasures, merges, codes, clubs and approvals. Corrections of wallets and the like are
    entries and operations, which say who did them themselves.
    """
    return ok(await call.services.reads.audit.acts(query))


@route(
    "GET",
    "/v1/audit/days",
    scope="audit:read",
    tag=TAG,
    takes=Query(DaysPage),
    answers={200: Answer(what="A page of days, the newest first.", body=AuditDayPage)},
    refuses=(CursorInvalid,),
)
async def list_audit_days(call: Call, query: DaysPage) -> Reply:
    """List the days (UTC) that are closed, each with its root and the head of the chain."""
    return ok(await call.services.reads.audit.days(query.cursor, query.limit))


@route(
    "GET",
    "/v1/audit/days/{day}",
    scope="audit:read",
    tag=TAG,
    answers={200: Answer(what="The day.", body=AuditDay)},
    refuses=(AuditDayNotFound,),
)
async def read_audit_day(call: Call, _: None) -> Reply:
    """Read a closed day: how many acts, their Merkle root, and the head over all days so far.

    `head` is SHA-256 of the byte 02, the 32 bytes of `previous` (zeros for the first day), the day
    as text, the number of acts in 8 bytes (most significant first) and the 32 bytes of `root`. A
    day is closed two hours after its end, once and for good.
    """
    return ok(await call.services.reads.audit.day(audit_day(call)))


@route(
    "GET",
    "/v1/audit/{act_id}/proof",
    scope="audit:read",
    tag=TAG,
    answers={200: Answer(what="The proof.", body=AuditProof)},
    refuses=(AuditActNotFound, AuditDayNotFound),
)
async def prove_audit(call: Call, _: None) -> Reply:
    """Prove that an act is in its day: its leaf, its place, and the hashes on the way to the root.

    The leaf's hash is SHA-256 of the byte 00 and `content`, a node's that of 01 and both of its
    children (RFC 6962). There is none before the day is closed.
    """
    return ok(await call.services.reads.audit.proof(act_id(call)))
