"""Payments for terms: what was paid elsewhere, told to us once under its own reference."""

import datetime as dt
import uuid
from typing import Final

import msgspec

from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("club_spans")
FP_VERSION: Final = 1


class Payment(msgspec.Struct, frozen=True):
    """A row of `club_payment`; `span_id`: the ground it made, and the payment's own id."""

    reference: str
    club: int
    holder_id: uuid.UUID
    span_id: uuid.UUID
    minor: int
    currency: str
    paid_at: dt.datetime
    recorded_at: dt.datetime
    fp: bytes


async def find(tx: Tx, reference: str) -> Payment | None:
    """The payment with this reference."""
    rows = await tx.rows(SQL["find_payment"], reference=reference)
    return Payment(*rows[0]) if rows else None


async def insert(tx: Tx, one: Payment) -> bool:
    """False: the reference was taken this moment."""
    rows = await tx.rows(
        SQL["insert_payment"],
        reference=one.reference,
        club=one.club,
        holder=one.holder_id,
        span=one.span_id,
        minor=one.minor,
        currency=one.currency,
        paid_at=one.paid_at,
        recorded_at=one.recorded_at,
        fp=one.fp,
        fp_version=FP_VERSION,
    )
    return bool(rows)
