"""Units and debt of a member go to another one, and what they count for tiers goes along."""

import uuid
from collections.abc import Callable, Iterator, Sequence

from service.domain.events.sharing import PointsTransferred
from service.domain.wallets import merging
from service.domain.wallets.entries import Op
from service.domain.wallets.lots import Lot
from service.domain.wallets.merging import Part, Pouring
from service.flows.steps import tiers
from service.flows.steps.context import Context
from service.flows.steps.standing import Contribution, Standing, Standings
from service.flows.steps.work import Work
from service.kernel.actor import Actor
from service.kernel.values import Movement
from service.rules.document import QualifyBy

KIND = "merged"  # of `points.transferred`


class Passage:
    """From one member to the other under one operation; both are settled to one instant.

    `counted`: wallet number -> (instant, units) that count at the taker, and no more at the giver.
    """

    def __init__(self, ctx: Context, giver: Work, taker: Work, op_id: uuid.UUID) -> None:
        self.ctx = ctx
        self.giver = giver
        self.taker = taker
        self.op_id = op_id
        self.counted: dict[int, list[Contribution]] = {}
        self._ops = (Op(op_id), Op(op_id))
        giver.mark()
        taker.mark()

    def pour(self, choose: Callable[[int, Lot], Part | None]) -> tuple[Movement, ...]:
        """What is chosen of each wallet's lots, which are loaded; answers units by wallet."""
        moved = []
        for number, pouring in self._pourings():
            lots = [lot for _, lot in sorted(pouring.giver.lots.items()) if lot.foreign is None]
            done = merging.pour(pouring, [part for lot in lots if (part := choose(number, lot))])
            if done:
                self.counted.setdefault(number, []).extend(done)
                amount = sum(units for _, units in done)
                moved.append(Movement(wallet=self.ctx.programs.wallet_id(number), amount=amount))
        return tuple(moved)

    def pass_debts(self) -> None:
        """What the one owes the other owes; it counts as less."""
        for number, pouring in self._pourings():
            debt = merging.pass_debt(pouring)
            if debt:
                self.counted.setdefault(number, []).append((pouring.at, -debt))

    def _pourings(self) -> Iterator[tuple[int, Pouring]]:
        for number, book in sorted(self.giver.books.items()):
            counts = _counts(self.ctx, number)
            taker = self.taker.books[number]
            yield number, Pouring(book, taker, self._ops, self.giver.at, counts)

    def tell(self, actor: Actor) -> None:
        """The entries are the actor's; events of both, when anything moved."""
        for work, other in ((self.giver, self.taker), (self.taker, self.giver)):
            work.collect(actor, actor.store)
            changes = work.changes(self.ctx.programs)
            if changes:
                event = PointsTransferred(
                    operation_id=self.op_id,
                    other_id=other.holder.holder_id,
                    kind=KIND,
                    changes=changes,
                )
                work.emit(event, work.at)

    def count(self, standings: Standings, bought: Sequence[Contribution]) -> None:
        """On each ladder, as if the taker had done it: units by when they were earned.

        `bought`: when purchases were made that go along, and for how much. Both are replayed.
        """
        given, taken = (standings.get(w.holder.holder_id, {}) for w in (self.giver, self.taker))
        for ladder_id, there in taken.items():
            here = given[ladder_id]
            parts = self._parts(here, bought)
            _contributions(there).extend(parts)
            _contributions(here).extend((at, -amount) for at, amount in parts)
            for one in (here, there):
                one.replay(one.work.at)

    def count_all(self, standings: Standings) -> None:
        """The same with all purchases of the giver, as its ladders have them."""
        given, taken = (standings.get(w.holder.holder_id, {}) for w in (self.giver, self.taker))
        for ladder_id, there in taken.items():
            here = given[ladder_id]
            if here.ladder.qualify.by is not QualifyBy.WALLET:
                _contributions(there).extend(_contributions(here))
                _contributions(here).clear()
        self.count(standings, ())

    def _parts(self, standing: Standing, bought: Sequence[Contribution]) -> list[Contribution]:
        by = standing.ladder.qualify.by
        if by is QualifyBy.SPEND:
            return list(bought)
        if by is QualifyBy.VISITS:
            return [(at, 1) for at, _ in bought]
        number = tiers.wallet_number(self.ctx, standing.ladder)
        return self.counted.get(number, []) if number is not None else []


def _contributions(standing: Standing) -> list[Contribution]:
    if standing.contributions is None:
        raise AssertionError("a merge is counted in the whole history")
    return standing.contributions


def _counts(ctx: Context, number: int) -> bool:
    """Some version of the program counts the wallet towards tiers."""
    found = (program.wallets_by_number.get(number) for program in ctx.programs.compiled)
    return any(wallet is not None and wallet.qualifying for wallet in found)
