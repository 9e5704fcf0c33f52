"""Purchases that went from one member to another, as the old member's rows tell it."""

import uuid
from typing import Final

import msgspec

from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("moves")


class Move(msgspec.Struct, frozen=True, kw_only=True):
    """`op_id` took back from the old holder what `earned_by` had earned there; to_op: see below.

    `to_op` is what the purchase earns by since, with the holder it went to.
    """

    holder_id: uuid.UUID
    op_id: uuid.UUID
    purchase_id: uuid.UUID
    earned_by: uuid.UUID
    to_holder: uuid.UUID
    to_op: uuid.UUID


async def insert(tx: Tx, move: Move) -> None:
    """Write one."""
    await tx.run(
        SQL["insert_move"],
        holder=move.holder_id,
        op=move.op_id,
        purchase=move.purchase_id,
        earned_by=move.earned_by,
        to_holder=move.to_holder,
        to_op=move.to_op,
    )
