"""Budgets of a batch: what the decisions want, granted in order of arrival, by name.

A name is a campaign's id, or `CouponTemplate.cap` of a shared code.
"""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from service.domain.budgets import store
from service.flows.steps.context import EARLIEST
from service.infra.db import Tx
from service.rules.cart import Cart
from service.rules.compile import Program
from service.rules.decide import decide
from service.rules.decision import Decision
from service.rules.document import Budget, BudgetUnit, WhenOut
from service.rules.facts import Facts
from service.rules.grants import used

__all__ = ["Decided", "foresee", "grant", "used"]


class Decided(msgspec.Struct):
    """A basket with its decision; replaced when its budgets grant less than it wants.

    `had`: what they gave it before, so that they are not asked for it again; `freed`: what the hold
    it gives up had of them; `taken`: what they give it in this transaction.
    """

    program: Program
    cart: Cart
    facts: Facts
    decision: Decision
    had: dict[str, int] = {}
    freed: Mapping[str, int] = {}
    taken: dict[str, int] = {}

    def decide(self) -> None:
        """Decide it once more, with what the budgets gave."""
        self.decision = decide(self.program, self.cart, self.facts)

    def wants(self) -> dict[str, int]:
        """What the budgets are to be asked for."""
        return {n: units for n, units in self.decision.demands.items() if n not in self.had}


async def grant(tx: Tx, items: Sequence[Decided]) -> None:
    """Ask the budgets for what the decisions want; grants become facts and are stored.

    Names in order (the one order of locks); a basket that got less is decided once more with what
    it got, and what it then does not need goes back.
    """
    asking = _asking(items)
    grants: list[dict[str, int]] = [{} for _ in asking]
    for name in sorted({name for item in asking for name in item.wants()}):
        wanting = [n for n, item in enumerate(asking) if name in item.wants()]
        wants = [asking[n].decision.demands[name] for n in wanting]
        whole = _is_whole(asking[wanting[0]].program.budgets[name])
        granted = await store.take(tx, name, wants, tx.now or EARLIEST, whole=whole)
        for n, units in zip(wanting, granted, strict=True):
            grants[n][name] = units
    for item, given in zip(asking, grants, strict=True):
        item.taken = given
        await _decide_with(tx, item, given)


async def foresee(tx: Tx, items: Sequence[Decided]) -> None:
    """The same for what is only asked: each basket by itself, nothing is taken.

    Recording one that stands on a hold of its own would give that up first.
    """
    asking = [item for item in items if item.decision.demands and item.wants()]
    if not asking:
        return
    names = sorted({name for item in asking for name in item.decision.demands})
    left = await store.left(tx, names, tx.now or EARLIEST) if names else {}
    for item in asking:
        given = {
            name: _granted(
                want, left.get(name, 0) + item.freed.get(name, 0), item.program.budgets[name]
            )
            for name, want in item.decision.demands.items()
        }
        _decide_again(item, given)


def _asking(items: Iterable[Decided]) -> list[Decided]:
    """Those with demands; what is not asked now grants nothing to what a return leaves."""
    asking = []
    for item in items:
        if item.program.budgets:
            item.facts = msgspec.structs.replace(item.facts, grants=dict(item.had))
        if item.decision.demands and item.wants():
            asking.append(item)
    return asking


def _is_whole(budget: Budget) -> bool:
    return budget.when_out is WhenOut.REJECT and budget.unit is not BudgetUnit.USES


def _granted(want: int, left: int, budget: Budget) -> int:
    if want <= left:
        return want
    return 0 if _is_whole(budget) else left


def _decide_again(item: Decided, given: Mapping[str, int]) -> None:
    item.facts = msgspec.structs.replace(item.facts, grants={**item.had, **given})
    if given != item.wants():
        item.decide()


async def _decide_with(tx: Tx, item: Decided, given: Mapping[str, int]) -> None:
    """Another discount may be the best with less: what it does not take goes back."""
    wanted = item.wants()
    _decide_again(item, given)
    if given == wanted:
        return
    takes = used(item.program, item.decision)
    item.taken = {name: takes.get(name, 0) for name in given}
    for name, units in sorted(given.items()):
        if units > takes.get(name, 0):
            await store.give_back(tx, name, units - takes.get(name, 0))
