"""Purchases as recorded, and why they were decided so."""

import uuid
from typing import Final

import msgspec

from service.domain.purchases import store
from service.domain.purchases.errors import PurchaseNotFound
from service.domain.purchases.stored import Flag, Purchase
from service.domain.purchases.types import ExplanationView, Receipt, Voided
from service.domain.returns import store as returns
from service.flows.steps import hiding
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.actor import shown
from service.rules.decide import decide
from service.rules.explain import explain

_FOR_ALL: Final = (
    *("rule", "campaign", "fired"),
    *("position", "template", "applied", "reason", "by"),
    *("credits", "discounts", "issued"),
)


async def _find(tx: Tx, purchase_id: uuid.UUID) -> Purchase:
    found = await store.by_ids(tx, [purchase_id])
    if purchase_id not in found:
        raise PurchaseNotFound
    return found[purchase_id]


async def purchase(ctx: Context, purchase_id: uuid.UUID) -> Receipt:
    """The receipt as recorded, and of a void one who voided it; PurchaseNotFound."""
    async with ctx.db.reading() as tx:
        found = await _find(tx, purchase_id)
        if Flag.VOID not in found.flags:
            return hiding.told_receipt(ctx, found)
        void = await returns.void_of(tx, found.holder_id, purchase_id)
    return msgspec.structs.replace(hiding.told_receipt(ctx, found), voided=_voided(void))


def _voided(void: returns.Record | None) -> Voided:
    if void is None:
        raise AssertionError("nothing voided a void purchase")
    return Voided(
        id=void.return_id,
        reason=void.note,
        actor=shown(void.actor_kind, void.actor_id),
        store=void.store,
        device=void.device,
        recorded_at=void.recorded_at,
    )


async def purchase_by_key(ctx: Context, channel: str, external_id: str) -> Receipt:
    """The receipt by natural key; PurchaseNotFound, also while only its return is known."""
    async with ctx.db.reading() as tx:
        known = await store.keys(tx, [(channel, external_id)])
    key = known.get((channel, external_id))
    if key is None or key.purchase_id is None:
        raise PurchaseNotFound
    return await purchase(ctx, key.purchase_id)


async def explanation(ctx: Context, purchase_id: uuid.UUID, *, full: bool) -> ExplanationView:
    """Why: recomputed from the stored facts and version, and compared with what was recorded.

    `full` shows every rule and which condition failed; else only the rules that fired.
    """
    async with ctx.db.reading() as tx:
        found = await _find(tx, purchase_id)
    program = ctx.programs.version(found.program_version)
    again = decide(program, found.cart, found.facts)
    explained = explain(program, found.cart, found.facts)
    hidden = hiding.of_facts(program, found.facts)
    rules = tuple(
        rule for rule in explained.rules if full or (rule.fired and rule.rule not in hidden.rules)
    )
    told, coupons = msgspec.to_builtins((rules, explained.coupons))
    return ExplanationView(
        purchase_id=purchase_id,
        program_version=found.program_version,
        engine=found.engine,
        decided_at=found.occurred_at,
        same=again == found.decision,
        rules=tuple(told if full else [_cut(rule) for rule in told]),
        coupons=tuple(coupons if full else [_cut(coupon) for coupon in coupons]),
    )


def _cut(given: dict[str, object]) -> dict[str, object]:
    """What a member may see of a rule or coupon: what became of it and what it gave."""
    return {name: given[name] for name in _FOR_ALL if name in given}
