"""Answers about operations."""

import datetime as dt
import uuid

import msgspec


class OperationEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A line that an operation wrote, of a member, a gift card or the pool of a household."""

    holder_id: uuid.UUID
    wallet: str
    seq: int
    amount: int
    reason: str
    occurred_at: dt.datetime


class OperationView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was done by hand: by whom, where, why, and what came of it.

    `holders`: whom it is about. `approved_by`: the second person, if it needed one. `code`: one of
    the reasons of the program. `undoes`, `undone_by`: operations. `purchase_id`: of a return, a
    void or an attached purchase; a return says no `reason`.
    """

    id: uuid.UUID
    kind: str
    holders: tuple[uuid.UUID, ...]
    actor: str
    approved_by: str | None = None
    store: str | None = None
    device: str | None = None
    reason: str | None = None
    code: str | None = None
    purchase_id: uuid.UUID | None = None
    recorded_at: dt.datetime
    entries: tuple[OperationEntry, ...]
    undoes: uuid.UUID | None = None
    undone_by: uuid.UUID | None = None


class OperationRow(msgspec.Struct, frozen=True):
    """An operation as one of its holders has it."""

    holder_id: uuid.UUID
    op_id: uuid.UUID
    kind: int
    note: str
    actor_kind: int
    actor_id: str
    recorded_at: dt.datetime
    store: str | None
    device: str | None
    approved_by: str | None
    code: str | None
    undoes: uuid.UUID | None
    undone_by: uuid.UUID | None
