"""Events of what waits for a second person; each stands with the member it is about."""

import datetime as dt
import uuid
from typing import Any, Final

import msgspec


class ApprovalAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody asked for what needs a second person, until then. `kind`: adjustment."""

    approval_id: uuid.UUID
    kind: str
    due_at: dt.datetime


class ApprovalApproved(msgspec.Struct, frozen=True, kw_only=True):
    """A second person approved it, and the operation did it."""

    approval_id: uuid.UUID
    kind: str
    operation_id: uuid.UUID


class ApprovalRefused(msgspec.Struct, frozen=True, kw_only=True):
    """A second person refused it: nothing is done."""

    approval_id: uuid.UUID
    kind: str


ApprovalEvent = ApprovalAsked | ApprovalApproved | ApprovalRefused

APPROVAL_TYPES: Final[dict[type[Any], str]] = {
    ApprovalAsked: "regulars.approval.asked.v1",
    ApprovalApproved: "regulars.approval.approved.v1",
    ApprovalRefused: "regulars.approval.refused.v1",
}
