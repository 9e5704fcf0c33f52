"""Opening balances: the lots a member brings along from an earlier system.

Each lot is an entry OPENING at the instant it was earned, in one operation per member. Units of a
qualifying wallet count for the ladders at that instant.
"""

import datetime as dt
import uuid
from collections.abc import Sequence

import msgspec

from service.domain.events.catalog import PointsAdjusted
from service.domain.imports.errors import OpeningInvalid
from service.domain.imports.types import Opening
from service.domain.members.store import MemberRow
from service.domain.operations import store as operations
from service.domain.wallets.entries import Op
from service.domain.wallets.errors import UnknownWallet
from service.domain.wallets.types import Reason
from service.flows.steps import (
    tiers,
    wallets,
)
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.standing import Standing
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.ids import new_id
from service.rules.document import QualifyBy
from service.rules.expiry import expires_at

NOTE = "opening balance"


class Bringing(msgspec.Struct, frozen=True):
    """A member just made, and what they bring."""

    work: Work
    row: MemberRow
    lots: Sequence[Opening]


def check(ctx: Context, lots: Sequence[Opening], now: dt.datetime) -> None:
    """UnknownWallet or OpeningInvalid name the first lot that is wrong."""
    for n, lot in enumerate(lots):
        where = f"/opening/{n}"
        if ctx.programs.wallet_number(lot.wallet) is None:
            raise UnknownWallet(wallet=lot.wallet, pointer=f"{where}/wallet")
        earned = lot.earned_at
        if earned is not None and not EARLIEST <= earned <= now:
            raise OpeningInvalid(
                pointer=f"{where}/earned_at", problem="must lie between the year 2000 and now"
            )
        if isinstance(lot.expires_at, dt.datetime) and lot.expires_at <= (earned or EARLIEST):
            raise OpeningInvalid(
                pointer=f"{where}/expires_at", problem="must be later than earned_at"
            )


def settled_at(lots: Sequence[Opening], enrolled_at: dt.datetime) -> dt.datetime:
    """The balances are those of this instant: the enrolment, or when the latest lot was earned."""
    return max([enrolled_at, *(lot.earned(enrolled_at) for lot in lots)])


async def bring(tx: Tx, ctx: Context, actor: Actor, all_: Sequence[Bringing]) -> None:
    """Make the lots, count them for the ladders, emit; the caller writes the wallets."""
    works = [one.work for one in all_]
    await wallets.load(tx, ctx, works)
    people = {one.row.holder_id: one.row for one in all_}
    standings = await tiers.load(tx, ctx, [(work, work.at) for work in works], people, replay=True)
    operations_made: list[tuple[uuid.UUID, uuid.UUID]] = []
    for one in all_:
        holder_id, op_id = one.row.holder_id, new_id()
        operations_made.append((holder_id, op_id))
        _bring_one(ctx, actor, one, op_id)
        of_holder = standings.get(holder_id, {})
        for standing in of_holder.values():
            _count(standing, one)
        tiers.emit_changes(of_holder)
        one.work.occasions = []  # nobody is rewarded for where they stood before they came
    now = tx.now or EARLIEST
    kind = operations.Kind.OPENING
    await operations.insert_many(tx, operations_made, NOTE, actor, now, kind)
    await tiers.write(tx, standings)


def _bring_one(ctx: Context, actor: Actor, one: Bringing, op_id: uuid.UUID) -> None:
    work, op = one.work, Op(op_id)
    work.mark()
    enrolled_at = one.row.enrolled_at
    for lot in sorted(one.lots, key=lambda lot: lot.earned(enrolled_at)):
        number = ctx.programs.wallet_number(lot.wallet)
        if number is None:
            raise UnknownWallet(wallet=lot.wallet, pointer="/opening")
        earned_at = lot.earned(enrolled_at)
        work.books[number].earn(
            op,
            lot.amount,
            reason=Reason.OPENING,
            occurred_at=earned_at,
            earned_at=earned_at,
            available_at=earned_at,
            expires_at=_expires_at(ctx, number, lot, work.now),
            origin_holder=work.holder.holder_id,
            origin_op=op_id,
        )
    work.collect(actor, None)
    work.emit(PointsAdjusted(operation_id=op_id, changes=work.changes(ctx.programs)), work.at)


def _expires_at(ctx: Context, number: int, lot: Opening, now: dt.datetime) -> dt.datetime | None:
    """As given, or by the wallet's policy: from when it was earned, or from the import."""
    if lot.expires_at is None:
        return None
    if isinstance(lot.expires_at, dt.datetime):
        return lot.expires_at.astimezone(dt.UTC)
    start = lot.earned_at or now
    return expires_at(ctx.programs.wallet(number, now).expires, start, ctx.programs.tz)


def _count(standing: Standing, one: Bringing) -> None:
    qualify = standing.ladder.qualify
    if qualify.by is not QualifyBy.WALLET:
        return
    for lot in one.lots:
        if lot.wallet == qualify.wallet:
            standing.contribute(lot.earned(one.row.enrolled_at), lot.amount, one.work.at)
