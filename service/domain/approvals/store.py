"""Approvals in the database."""

import datetime as dt
import uuid
from typing import Any, Final, NamedTuple

from service.domain.approvals.types import Approval, Standing, State
from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("approvals")
_LISTED: Final = {
    Standing.OPEN: "list_open",
    Standing.TIMED_OUT: "list_timed_out",
    Standing.APPROVED: "list_decided",
    Standing.REFUSED: "list_decided",
}


class Place(NamedTuple):
    """Where a page ends: the next one has what comes after it, by time and id, descending."""

    due_at: dt.datetime
    approval_id: uuid.UUID


LAST: Final = Place(dt.datetime(9999, 1, 1, tzinfo=dt.UTC), uuid.UUID(int=2**128 - 1))


async def insert(tx: Tx, asked: Approval) -> None:
    """Something that waits from now on."""
    await tx.run(
        SQL["insert_approval"],
        holder=asked.holder_id,
        approval=asked.approval_id,
        kind=int(asked.kind),
        state=int(asked.state),
        body=asked.body,
        why=int(asked.why),
        actor_kind=asked.actor_kind,
        actor=asked.actor_id,
        client=asked.client_id,
        store=asked.store,
        device=asked.device,
        asked_at=asked.asked_at,
        due_at=asked.due_at,
    )


async def update(tx: Tx, decided: Approval) -> None:
    """It was found open under its holder's lock and is decided now."""
    changed = await tx.run(
        SQL["update_approval"],
        holder=decided.holder_id,
        approval=decided.approval_id,
        state=int(decided.state),
        decided_at=decided.decided_at,
        decided_by=decided.decided_by,
        store=decided.decided_store,
        device=decided.decided_device,
        note=decided.note,
        op=decided.op_id,
    )
    if changed != 1:
        raise AssertionError("an approval changed under its holder's lock")


async def find(tx: Tx, approval_id: uuid.UUID) -> Approval | None:
    """The approval as stored, not locked."""
    return await tx.maybe(SQL["find_approval"], Approval, approval=approval_id)


async def page(
    tx: Tx, state: Standing, store: str | None, now: dt.datetime, after: Place, rows: int
) -> list[Approval]:
    """Those in a state now, asked for at a store or anywhere; what ends last comes first."""
    given: dict[str, Any] = {"due": after.due_at, "approval": after.approval_id}
    if state in {Standing.OPEN, Standing.TIMED_OUT}:
        given["now"] = now
    else:
        given["state"] = int(State[state.name])
    return await tx.all(SQL[_LISTED[state]], Approval, store=store, rows=rows, **given)


async def take_alone(tx: Tx, staff: str, day: dt.date, wallet: int, amount: int, most: int) -> bool:
    """Count units towards what somebody did alone that day, unless that would be more than `most`.

    The row stays locked until the transaction ends: of many at once each sees what was before it.
    """
    if amount > most:
        return False
    taken = await tx.value(
        SQL["insert_alone"], staff=staff, day=day, wallet=wallet, amount=amount, most=most
    )
    return taken is not None
