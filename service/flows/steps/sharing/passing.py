"""Units that pass between holders: both locked, settled to one instant, told by both."""

import datetime as dt
import uuid
from collections.abc import Mapping

from service.domain.events.outbox import Outbox
from service.domain.events.sharing import PointsTransferred
from service.domain.holders.types import Holder
from service.domain.operations import store as operations
from service.domain.transfers import store as transfers
from service.domain.transfers.types import Kind, Row
from service.domain.wallets.entries import Op
from service.domain.wallets.errors import InsufficientPoints, UnknownWallet
from service.domain.wallets.passing import pass_on
from service.flows.steps import (
    tiers,
    wallets,
)
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.facts import Asked, load_members
from service.flows.steps.standing import Standings
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor


class Passing:
    """Locked holders between whom units pass; `at`: the instant all of them are settled to."""

    def __init__(self, locked: Mapping[uuid.UUID, Holder], now: dt.datetime) -> None:
        self.at = max([now, *(holder.settled_at for holder in locked.values())])
        self.outbox = Outbox()
        self.works = {
            holder_id: Work(holder, self.at, now, self.outbox)
            for holder_id, holder in locked.items()
        }
        self.standings: Standings = {}

    @classmethod
    async def settled(
        cls, tx: Tx, ctx: Context, locked: Mapping[uuid.UUID, Holder], *, replay: bool = False
    ) -> "Passing":
        """With their wallets and tiers, what is due by then posted.

        `replay`: tiers with their whole history, for what takes effect in the past.
        """
        one = cls(locked, tx.now or EARLIEST)
        works = list(one.works.values())
        await wallets.load(tx, ctx, works)
        people = await load_members(
            tx, ctx, [Asked(work, ctx.programs.at(one.at), one.at) for work in works]
        )
        standing = [(work, one.at) for work in works]
        one.standings = await tiers.load(tx, ctx, standing, people, replay=replay)
        return one

    async def write(self, tx: Tx) -> None:
        """Everything that was done, once."""
        for of_holder in self.standings.values():
            tiers.emit_changes(of_holder)
        await tiers.write(tx, self.standings)
        await wallets.write(tx, list(self.works.values()))
        await self.outbox.write(tx)


class Note:
    """What a transfer is: for what, by whom, and why in words."""

    __slots__ = ("actor", "kind", "text", "transfer_id")

    def __init__(self, transfer_id: uuid.UUID, kind: Kind, actor: Actor, text: str) -> None:
        self.transfer_id = transfer_id
        self.kind = kind
        self.actor = actor
        self.text = text


def number_of(ctx: Context, wallet: str) -> int:
    """The wallet's number; UnknownWallet."""
    number = ctx.programs.wallet_number(wallet)
    if number is None:
        raise UnknownWallet(wallet=wallet, pointer="/wallet")
    return number


def check_available(ctx: Context, giver: Work, number: int, amount: int) -> None:
    """InsufficientPoints; what is pending or held cannot be given."""
    available = giver.books[number].available
    if available < amount:
        raise InsufficientPoints(wallet=ctx.programs.wallet_id(number), available=available)


async def move(
    tx: Tx, ctx: Context, sides: tuple[Work, Work], amounts: Mapping[int, int], note: Note
) -> None:
    """Units (wallet number -> how many) go from the first to the second; events of both."""
    giver, taker = sides
    await wallets.load_lots(tx, [giver], [], amounts)
    giver.mark()
    taker.mark()
    ops = (Op(note.transfer_id), Op(note.transfer_id))
    for number, amount in amounts.items():
        pass_on(giver.books[number], taker.books[number], ops, amount, at=giver.at)
    rows = []
    for work, other, sign in ((giver, taker, -1), (taker, giver, 1)):
        _tell(ctx, work, other, note)
        rows += [
            Row(
                work.holder.holder_id, note.transfer_id, number, other.holder.holder_id,
                note.kind, sign * amount, work.at,
            )
            for number, amount in amounts.items()
        ]  # fmt: skip
    await operations.insert_many(
        tx,
        [(work.holder.holder_id, note.transfer_id) for work in sides],
        note.text,
        note.actor,
        max(work.now for work in sides),
        operations.Kind.TRANSFER,
    )
    await transfers.insert(tx, rows)


def _tell(ctx: Context, work: Work, other: Work, note: Note) -> None:
    work.collect(note.actor, note.actor.store)
    event = PointsTransferred(
        operation_id=note.transfer_id,
        other_id=other.holder.holder_id,
        kind=note.kind.name.lower(),
        changes=work.changes(ctx.programs),
    )
    work.emit(event, work.at)
