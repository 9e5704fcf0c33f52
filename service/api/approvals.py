"""What waits for a second person, over HTTP."""

from typing import Final

from service.api.body import Body
from service.api.call import Call
from service.api.parameters import approval_id
from service.api.query import Query
from service.api.reply import Reply, ok
from service.api.route import Answer, route
from service.domain.access.errors import OwnWallet, StoreForbidden
from service.domain.approvals import errors
from service.domain.approvals.types import (
    ApprovalPage,
    ApprovalsPage,
    ApprovalView,
    RefuseApproval,
)
from service.domain.audit.acts import Act
from service.domain.wallets.errors import InsufficientPoints, UnknownWallet
from service.infra.cursors import CursorInvalid

TAG: Final = "Approvals"
_DECIDES: Final = (
    errors.ApprovalClosed,
    errors.ApprovalNeedsAnother,
    errors.ApprovalNeedsStaff,
    errors.ApprovalNotFound,
    OwnWallet,
)


@route(
    "GET",
    "/v1/approvals",
    scope="approvals:read",
    tag=TAG,
    takes=Query(ApprovalsPage),
    answers={200: Answer(what="A page, what ends last first.", body=ApprovalPage)},
    refuses=(CursorInvalid, StoreForbidden),
)
async def list_approvals(call: Call, query: ApprovalsPage) -> Reply:
    """List what waits for a second person, or has waited, in pages.

    Who is bound to a store sees what was asked for there. What nobody decides in its time counts as
    timed out from then on.
    """
    return ok(await call.services.reads.approvals(call.actor, query))


@route(
    "GET",
    "/v1/approvals/{approval_id}",
    scope="approvals:read",
    tag=TAG,
    answers={200: Answer(what="The approval as it stands.", body=ApprovalView)},
    refuses=(errors.ApprovalNotFound,),
)
async def read_approval(call: Call, _: None) -> Reply:
    """Read what was asked for, by whom and why, and what has become of it."""
    return ok(await call.services.reads.approval(call.actor, approval_id(call)))


@route(
    "POST",
    "/v1/approvals/{approval_id}/approve",
    scope="approvals:decide",
    tag=TAG,
    answers={200: Answer(what="It is approved, and done.", body=ApprovalView)},
    refuses=(*_DECIDES, InsufficientPoints, UnknownWallet),
    acts=(Act.APPROVAL_GIVEN,),
)
async def give_approval(call: Call, _: None) -> Reply:
    """Approve what another one asked for: it is done now, by the balance and rules of this moment.

    Only a person who is signed in, who is neither who asked nor the member. When it cannot be done
    any more the answer says why, and it waits on. Approved twice by one person it is done once.
    """
    return ok((await call.services.verbs.give_approval(call.actor, approval_id(call))).body)


@route(
    "POST",
    "/v1/approvals/{approval_id}/refuse",
    scope="approvals:decide",
    tag=TAG,
    takes=Body(RefuseApproval),
    answers={200: Answer(what="It is refused: nothing is done.", body=ApprovalView)},
    refuses=_DECIDES,
    acts=(Act.APPROVAL_REFUSED,),
)
async def refuse_approval(call: Call, body: RefuseApproval) -> Reply:
    """Refuse what another one asked for; as a person who is signed in, neither of the two."""
    done = await call.services.verbs.refuse_approval(call.actor, approval_id(call), body)
    return ok(done.body)
