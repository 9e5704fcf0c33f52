"""Requests and answers about approvals; the numbers stored."""

import datetime as dt
import enum
import uuid
from typing import Annotated

import msgspec

from service.kernel.text import Key
from service.kernel.values import Balance


class Kind(enum.IntEnum):
    """What is asked for; numbers stored in `approval.kind`."""

    ADJUSTMENT = 1


class State(enum.IntEnum):
    """Numbers stored in `approval.state`; one that is open past its time has timed out."""

    OPEN = 0
    APPROVED = 1
    REFUSED = 2


class Why(enum.IntEnum):
    """Why it was not done alone; numbers stored in `approval.why`."""

    NO_CAPS = 1  # the program lets nobody do it alone
    ABOVE_MAX = 2  # more at once than one may do alone
    ABOVE_DAY_MAX = 3  # together with what was done that day


class Standing(enum.StrEnum):
    """What has become of it by now."""

    OPEN = "open"
    APPROVED = "approved"
    REFUSED = "refused"
    TIMED_OUT = "timed_out"


class AskedAdjustment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The adjustment that is asked for; `code`: one of the reasons of the program."""

    wallet: str
    amount: int
    reason: str
    code: str | None = None


class Approval(msgspec.Struct, frozen=True, kw_only=True):
    """A row. `body`: what is asked for, as JSON by kind; `note`: why it was refused."""

    holder_id: uuid.UUID
    approval_id: uuid.UUID
    kind: Kind
    state: State
    body: bytes
    why: Why
    actor_kind: int
    actor_id: str
    client_id: uuid.UUID
    store: str | None
    device: str | None
    asked_at: dt.datetime
    due_at: dt.datetime
    decided_at: dt.datetime | None = None
    decided_by: str | None = None
    decided_store: str | None = None
    decided_device: str | None = None
    note: str | None = None
    op_id: uuid.UUID | None = None

    def standing(self, now: dt.datetime) -> Standing:
        """What has become of it."""
        if self.state is State.APPROVED:
            return Standing.APPROVED
        if self.state is State.REFUSED:
            return Standing.REFUSED
        return Standing.OPEN if now < self.due_at else Standing.TIMED_OUT


class RefuseApproval(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """Why it is refused."""

    reason: Annotated[str, msgspec.Meta(min_length=3, max_length=512)]


class ApprovalsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Which ones: those in a state, asked for at a store; without one, everywhere."""

    state: Standing = Standing.OPEN
    store: Key | None = None
    cursor: (
        Annotated[
            str,
            msgspec.Meta(min_length=1, max_length=512, description="`next` of the page before."),
        ]
        | None
    ) = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=200, description="Approvals on a page.")] = 50


class ApprovalView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Something that waits, or has waited, for a second person.

    `why`: no_caps, above_max or above_day_max. `adjustment`: what is asked for, of the kind
    adjustment. `operation_id`: what was done, once it is approved; `wallets`: balances after that,
    in the answer to the approval alone. `reason`: why it was refused.
    """

    id: uuid.UUID
    member_id: uuid.UUID
    kind: str
    state: Standing
    why: str
    adjustment: AskedAdjustment | None = None
    asked_by: str
    asked_at: dt.datetime
    due_at: dt.datetime
    store: str | None = None
    device: str | None = None
    decided_by: str | None = None
    decided_at: dt.datetime | None = None
    reason: str | None = None
    operation_id: uuid.UUID | None = None
    wallets: dict[str, Balance] = {}


class ApprovalPage(msgspec.Struct, frozen=True, kw_only=True):
    """What ends last first; `next` is the cursor of the next page, null on the last."""

    items: tuple[ApprovalView, ...]
    next: str | None
