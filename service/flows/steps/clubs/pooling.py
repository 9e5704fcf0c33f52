"""The holder of a club's pool, made when it is needed first."""

import uuid

from service.domain.clubs import membership, seats, spans
from service.domain.holders import store as holders
from service.domain.holders.types import Kind
from service.flows.steps.clubs import knowing
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx
from service.kernel.ids import derived_id


async def holder_for(tx: Tx, ctx: Context, club_id: str, member_id: uuid.UUID) -> uuid.UUID | None:
    """The holder of the club's wallets, for who is in the club; None: there is none for them.

    Asked before the lock and only to know what to lock: outsiders wait for no club. The id comes of
    the club's number, so that two callers at once make the same one.
    """
    now = tx.now or EARLIEST
    club = knowing.club_named(ctx, club_id, now)
    theirs = (await tx.ask(spans.ask_spans([member_id]))).get(member_id, [])
    if club is None or club.pool is None or not membership.belongs(theirs, club.number, now):
        return None
    pool_id = derived_id("club pool", club.number)
    await holders.insert_missing(tx, [pool_id], Kind.CLUB, now, now)
    await seats.make(tx, club.number, now)
    return pool_id
