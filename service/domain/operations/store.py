"""Operations in the database."""

import datetime as dt
import enum
import uuid
from collections.abc import Sequence
from typing import Final

from service.domain.operations.types import OperationRow
from service.infra.db import Tx
from service.infra.sql import load
from service.kernel.actor import Actor
from service.kernel.ids import derived_id

SQL: Final = load("operations")


class Kind(enum.IntEnum):
    """Numbers stored in `operation.kind`."""

    ADJUSTMENT = 1
    OPENING = 2
    CLAIM = 3  # what had come back of a purchase before it was claimed
    RECOVERY = (
        5  # a return took points for a coupon that was used and is not deserved, or undid that
    )
    COUPON = 4  # a coupon given by hand: it moves no units
    GIFT_CARD = 6  # money was put on a gift card
    TRANSFER = 7  # units passed from one holder to another: written at both
    CANCELLATION = 8  # of a reward: its units went back, or were no longer held
    HAND_OVER = 9  # of a reward: it moves no units
    TO_GIFT_CARD = 12  # money that had paid for a purchase is on the gift card again
    UNDO = 10  # of one of these: written at each holder it was written at
    MOVED = 13  # a purchase went to another member: written at both of them
    OCCASION_UNDONE = 18  # a return took what was given for something it made undone
    ERASURE = 17  # the person was forgotten: units and debt are gone
    MERGED = 15  # a member into another one: written at both of them
    UNMERGED = 16  # two again: written at both of them
    ATTACHED = 14  # a purchase of nobody known is a member's; its entries are the purchase's own


def attached_by(purchase_id: uuid.UUID) -> uuid.UUID:
    """The operation that made a purchase of nobody known a member's: there is one at most."""
    return derived_id(purchase_id, "attached")


async def insert(
    tx: Tx,
    holder_id: uuid.UUID,
    op_id: uuid.UUID,
    note: str,
    actor: Actor,
    now: dt.datetime,
    kind: Kind = Kind.ADJUSTMENT,
    *,
    code: str | None = None,
    approved_by: str | None = None,
) -> None:
    """Write one operation; `code`: a reason of the program; `approved_by`: the second person."""
    await insert_many(
        tx, [(holder_id, op_id)], note, actor, now, kind, code=code, approved_by=approved_by
    )


async def insert_many(
    tx: Tx,
    rows: Sequence[tuple[uuid.UUID, uuid.UUID]],
    note: str,
    actor: Actor,
    now: dt.datetime,
    kind: Kind,
    *,
    code: str | None = None,
    approved_by: str | None = None,
) -> None:
    """Write operations (holder, operation) that share all the rest."""
    await tx.run(
        SQL["insert_operations"],
        holders=[r[0] for r in rows],
        ops=[r[1] for r in rows],
        kinds=[int(kind)] * len(rows),
        notes=[note] * len(rows),
        actor_kinds=[int(actor.kind)] * len(rows),
        actors=[actor.id] * len(rows),
        recorded=[now] * len(rows),
        stores=[actor.store] * len(rows),
        devices=[actor.device] * len(rows),
        clients=[actor.client_id] * len(rows),
        codes=[code] * len(rows),
        approvers=[approved_by] * len(rows),
    )


async def rows_of(tx: Tx, op_id: uuid.UUID) -> list[OperationRow]:
    """An operation as each of its holders has it, with what undid it, by holder."""
    return await tx.all(SQL["list_operation"], OperationRow, op=op_id)
