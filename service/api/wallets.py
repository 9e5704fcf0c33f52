"""Wallets over HTTP: balances now and at any instant, entries, corrections by hand."""

from typing import Annotated, Final

import msgspec

from service.api.body import Body
from service.api.call import Call
from service.api.conditional import tagged
from service.api.headers import required_key
from service.api.once import once
from service.api.own_member import PATH
from service.api.parameters import member_id
from service.api.query import Query
from service.api.reply import PRIVATE, Reply, encode, ok, waiting
from service.api.route import Answer, route
from service.domain.access.errors import OwnWallet
from service.domain.approvals.errors import ReasonCodeNeeded, UnknownReasonCode
from service.domain.approvals.types import ApprovalView
from service.domain.members.errors import MemberNotFound
from service.domain.wallets.errors import (
    InsufficientPoints,
    UnknownWallet,
    WalletNotFound,
    ZeroAmount,
)
from service.domain.wallets.types import Adjust, AdjustmentReceipt, EntryPage, WalletsView
from service.infra.cursors import CursorInvalid
from service.kernel.text import Instant

TAG: Final = "Wallets"

_AT: Final = "By effective time; the future is projected."
_KNOWN_AT: Final = "Without what was recorded later."
_Cursor = Annotated[
    str, msgspec.Meta(min_length=1, max_length=512, description="`next` of the page before.")
]


class BalanceAt(msgspec.Struct, frozen=True, kw_only=True):
    """Which balance: that of now, of an instant, or as it was known at an instant."""

    at: Annotated[Instant, msgspec.Meta(description=_AT)] | None = None
    known_at: Annotated[Instant, msgspec.Meta(description=_KNOWN_AT)] | None = None


class EntriesPage(msgspec.Struct, frozen=True, kw_only=True):
    """Which page."""

    cursor: _Cursor | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200, description="Entries on a page.")] = 50


@route(
    "GET",
    "/v1/members/{member_id}/wallets",
    scope="members:read",
    own=(PATH,),
    tag=TAG,
    takes=Query(BalanceAt),
    answers={200: Answer(what="All wallets.", body=WalletsView)},
    refuses=(MemberNotFound,),
    tagged=True,
)
async def read_wallets(call: Call, query: BalanceAt) -> Reply:
    """Read all balances of a member with the next expiries.

    Without parameters the answer has an ETag, which also changes when units lapse or become usable
    without anybody writing. With `at` (the future projects releases and expiries) or `known_at`
    there is none.
    """
    member = member_id(call)
    if query.at is None and query.known_at is None:
        now = await call.services.reads.wallets(member)
        return tagged(call, now.etag, now.body)
    then = await call.services.reads.wallets_at(member, query.at, query.known_at)
    return Reply(200, encode(then), cache=PRIVATE)


@route(
    "GET",
    "/v1/members/{member_id}/wallets/{wallet}/entries",
    scope="members:read",
    own=(PATH,),
    tag=TAG,
    takes=Query(EntriesPage),
    answers={200: Answer(what="A page of entries, newest first.", body=EntryPage)},
    refuses=(CursorInvalid, MemberNotFound, WalletNotFound),
)
async def list_entries(call: Call, query: EntriesPage) -> Reply:
    """List the entries of a wallet, newest first, in pages."""
    wallet = call.path_text("wallet")
    reads = call.services.reads
    return ok(await reads.entries(member_id(call), wallet, query.cursor, query.limit))


@route(
    "POST",
    "/v1/members/{member_id}/adjustments",
    scope="points:adjust",
    tag=TAG,
    takes=Body(Adjust),
    answers={
        201: Answer(what="Adjusted now.", body=AdjustmentReceipt),
        202: Answer(
            what="More than one of the staff may do alone: it waits for a second person.",
            body=ApprovalView,
            headers=("Location",),
        ),
        200: Answer(
            what="Adjusted earlier under the same Idempotency-Key: the same answer.",
            body=AdjustmentReceipt,
            headers=("Idempotency-Replayed",),
        ),
    },
    refuses=(
        InsufficientPoints,
        MemberNotFound,
        OwnWallet,
        ReasonCodeNeeded,
        UnknownReasonCode,
        UnknownWallet,
        ZeroAmount,
    ),
    key="required",
)
async def adjust_wallet(call: Call, body: Adjust) -> Reply:
    """Correct a wallet by hand; the reason is kept with the entry.

    Staff do it alone up to what the program lets them, at once and in a day; what is more is kept
    (202) until a second person approves it or its time is over. The key of a system has no caps.
    """
    key = required_key(call)
    done = await call.services.verbs.adjust_wallet(call.actor, member_id(call), body, key)
    if isinstance(done.body, ApprovalView):
        return waiting(done.body, f"/v1/approvals/{done.body.id}")
    return once(done.body, replayed=done.replayed)
