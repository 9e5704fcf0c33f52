"""Budgets of a batch: what the decisions want, granted in order of arrival, by campaign."""

from collections.abc import Sequence

import msgspec

from service.domain.budgets import store
from service.infra.db import Tx
from service.rules.cart import Cart
from service.rules.compile import Program
from service.rules.decide import decide
from service.rules.decision import Decision
from service.rules.document import BudgetUnit, WhenOut
from service.rules.facts import Facts


class Decided(msgspec.Struct):
    """A purchase with its decision; replaced when its budgets grant less than it wants."""

    program: Program
    cart: Cart
    facts: Facts
    decision: Decision


async def grant(tx: Tx, items: Sequence[Decided]) -> None:
    """Ask the budgets for what the decisions want; grants become facts and are stored.

    Campaigns in order of their id (the one order of locks); a purchase that got less is decided
    once more with what it got.
    """
    for item in items:  # what is not asked now grants nothing to what a return leaves
        if item.program.budgets:
            item.facts = msgspec.structs.replace(item.facts, grants={})
    asking = [item for item in items if item.decision.demands]
    if not asking:
        return
    grants: list[dict[str, int]] = [{} for _ in asking]
    for campaign in sorted({c for item in asking for c in item.decision.demands}):
        wanting = [n for n, item in enumerate(asking) if campaign in item.decision.demands]
        wants = [asking[n].decision.demands[campaign] for n in wanting]
        budget = asking[wanting[0]].program.budgets[campaign]
        whole = budget.when_out is WhenOut.REJECT and budget.unit is BudgetUnit.POINTS
        granted = await store.take(tx, campaign, wants, whole=whole)
        for n, units in zip(wanting, granted, strict=True):
            grants[n][campaign] = units
    for item, granted_to in zip(asking, grants, strict=True):
        item.facts = msgspec.structs.replace(item.facts, grants=granted_to)
        if granted_to != item.decision.demands:
            item.decision = decide(item.program, item.cart, item.facts)


def used(program: Program, decision: Decision) -> dict[str, int]:
    """What a decision takes of each budget, in the budget's unit."""
    found: dict[str, int] = {}
    for campaign, budget in program.budgets.items():
        credited = [
            c
            for c in decision.credits
            if c.campaign == campaign and c.points and _counts(program, budget.wallet, c.wallet)
        ]
        if budget.unit is BudgetUnit.POINTS:
            units = sum(c.points for c in credited)
        else:
            fired = {c.rule for c in decision.credits if c.campaign == campaign and c.points}
            fired |= {f.rule for f in decision.floors if f.campaign == campaign}
            units = len(fired)
        if units:
            found[campaign] = units
    return found


def _counts(program: Program, wallet: str | None, credited: str) -> bool:
    if wallet is not None:
        return credited == wallet
    return not program.wallets[credited].qualifying
