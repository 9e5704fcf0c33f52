"""Purchases of a batch before and after they are decided: made from requests, and refused."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.purchases import store as purchases
from service.domain.purchases.content import cart_of
from service.domain.purchases.errors import DecisionDiffers
from service.domain.purchases.types import RecordPurchase
from service.flows.steps.checkout import (
    asking,
    holding,
    paying_by_card,
    quoted,
)
from service.flows.steps.checkout.proving import Proof
from service.flows.steps.checkout.purchase import Item
from service.flows.steps.context import Context
from service.flows.steps.purchases.rounds import RunWithout
from service.infra.db import Tx
from service.kernel.actor import Actor


class PurchaseCommand(msgspec.Struct, frozen=True):
    """A purchase to record. `at`: the clock of an import; None: PostgreSQL's.

    `proofs`: of the gift cards it presents, in their order.
    """

    actor: Actor
    body: RecordPurchase
    fp: bytes
    at: dt.datetime | None = None
    proofs: Sequence[Proof] = ()

    @property
    def natural_key(self) -> purchases.NaturalKey:
        """(channel, external_id)."""
        return (self.body.channel, self.body.external_id)

    @property
    def twin(self) -> tuple[purchases.NaturalKey, bytes]:
        """Equal for requests that record the same purchase."""
        return (self.natural_key, self.fp)


def item_of(
    ctx: Context,
    asked: PurchaseCommand,
    n: int,
    now: dt.datetime,
    holds: holding.Named,
    *,
    awaited: bool,
) -> Item:
    """The purchase of a command; an ExpectedError for what is wrong whatever its member has."""
    body = asked.body
    said, occurred_at = asking.instant(body, asked.at, now)
    program = ctx.programs.at(occurred_at)
    asking.check(program, body, said, now, importing=asked.at is not None)
    cart = cart_of(body, program.document.program.prices)
    item = Item(n, asked.actor, body, asked.fp, asked.at, occurred_at, program, cart)
    item.awaited = awaited
    item.proofs = asked.proofs
    item.holder_id = holding.holder_of(holds, body.hold_id)
    hold = None if body.hold_id is None else holds.get(body.hold_id)
    if hold is not None:
        item.kept_cards = paying_by_card.cards_of(hold)
        item.guest_id = hold.holder_id if body.member and holding.is_nobodys(hold) else None
    item.quote = quoted.read(ctx, body, now)
    return item


async def refuse(tx: Tx, ready: Sequence[Item], results: list[Any]) -> None:
    """Answer those that cannot be granted or were charged otherwise; RunWithout, see there.

    One that was recorded by somebody else this moment has used up what it wants now: it gets no
    answer here, and the next round finds its receipt.
    """
    for item in ready:
        if item.refused is None:
            compare_charged(item)
    refused = [item for item in ready if item.refused is not None]
    if not refused:
        return
    keys = {item.n: (item.body.channel, item.body.external_id) for item in refused}
    known = await purchases.keys(tx, list(keys.values()))
    for item in refused:
        key = known.get(keys[item.n])
        if key is None or key.purchase_id is None:
            results[item.n] = item.refused
    if any(item.has_written for item in refused):
        raise RunWithout


def compare_charged(item: Item) -> None:
    """What the till charged may differ from the decision only when it has happened."""
    if item.body.charged is None:
        return
    charged = item.body.charged.total
    decided = item.cart.subtotal() - item.decided.decision.taken_off()
    item.charged_differs = charged != decided
    if item.charged_differs and not item.has_happened:
        item.refused = DecisionDiffers(charged=charged, decided=decided)
