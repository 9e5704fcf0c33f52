"""From baskets to decisions: load what the rules need, decide, ask the budgets.

Quotes, holds and purchases come this way, so that they are decided alike. What only reads takes no
locks, and asks the budgets what is left.
"""

import time
from collections.abc import Sequence
from typing import Any

import msgspec

from service.domain.access.errors import OwnWallet
from service.domain.purchases.errors import QuoteDiffers, TooManyToCombine
from service.flows.steps import (
    budgets,
    hiding,
    tiers,
    wallets,
)
from service.flows.steps.checkout import (
    contested,
    holding,
    paying_by_card,
    presenting,
    presenting_cards,
    redeeming,
)
from service.flows.steps.checkout.checkout import Checkout
from service.flows.steps.checkout.guarding import Guard
from service.flows.steps.checkout.presenting import Coupons, Situation
from service.flows.steps.checkout.purchase import Item
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.facts import Asked, Questions
from service.flows.steps.own import is_own
from service.flows.steps.standing import Standings
from service.infra.db import Tx
from service.infra.together import Ask
from service.rules.decide import decide
from service.rules.discounts import TooManyCombinations
from service.rules.facts import Facts, Presented


async def decide_all(
    tx: Tx, ctx: Context, items: Sequence[Checkout], *, writing: bool = True
) -> Questions | None:
    """Settle and load all holders, then decide each basket in order of arrival.

    A basket that cannot be granted as it was asked for is `refused`. Answers what was asked of the
    past of those that came here without being refused.
    """
    items = [item for item in items if item.refused is None]
    if not items:
        return None
    situations = [_situation(ctx, item) for item in items]
    rows = await presenting.rows(tx, situations, lock=writing)
    coupons, guard = Coupons(situations, rows, tx.now or EARLIEST), Guard(tx, ctx, items)
    also = [*coupons.questions, *guard.questions]
    questions, standings = await _load(tx, ctx, items, also)
    known = questions.facts(standings)
    holding.reopen(ctx, items)
    if writing:
        await holding.give_up(tx, [i.hold for i in items if i.hold is not None and not i.pins])
    for n, (item, of_one) in enumerate(zip(items, known, strict=True)):
        item.standings = standings.get(item.work.holder.holder_id, {})
        coupons.hide(n, hiding.of_facts(item.program, of_one).coupons)
        item.coupons = [(coupons.row(code), coupons.is_beyond(n, code)) for code in item.codes]
        item.short = coupons.short(n)
        item.refused = guard.refusal(n)
        if writing and not item.has_happened and is_own(item.actor, item.member_id):
            item.refused = OwnWallet()
        if item.refused is None:
            began = time.perf_counter()
            decide_one(item, of_one, coupons.facts(n))
            ctx.meter.decided(time.perf_counter() - began)
    decided = [item for item in items if item.refused is None]
    fresh = [item for item in decided if not item.pins]
    for item in fresh:
        item.decided.freed = holding.shares_of(item.hold)
    asking = [item.decided for item in fresh]
    await (budgets.grant(tx, asking) if writing else budgets.foresee(tx, asking))
    for item in decided if writing else ():
        item.refused = redeeming.refusal(item)
    if writing:
        contested.refuse_to_share(coupons, items)
    return questions


def _situation(ctx: Context, item: Checkout) -> Situation:
    item.codes = presenting.read(ctx, item.program, item.body.coupons)
    return Situation(
        program=item.program,
        member_id=item.member_id,
        at=item.occurred_at,
        codes=item.codes,
        hold_id=item.hold.hold_id if item.hold else None,
        forced=item.has_happened,
    )


async def _load(
    tx: Tx, ctx: Context, items: Sequence[Checkout], also: Sequence[Ask[Any]]
) -> tuple[Questions, Standings]:
    """Settled books, the past of each basket, where its member stands; `also` is asked with it."""
    works = [work for item in items for work in item.works]
    asked = [
        Asked(item.work, item.program, item.occurred_at, item.hold.hold_id if item.hold else None)
        for item in items
    ]
    books, questions = wallets.ask(ctx, works), Questions(ctx, asked)
    awaiting = [i.work for i in items if isinstance(i, Item) and i.awaited and i.work.is_member]
    instants = [(item.work, item.occurred_at) for item in items]
    stored = tiers.Stored(ctx, instants, replay=bool(awaiting))
    cards = presenting_cards.Again(items)
    await tx.ask_all([books, *stored.questions, *questions.all, *cards.questions, *also])
    cards.answer(items)
    await wallets.load(tx, ctx, works, books)
    await paying_by_card.load_parts(tx, items)
    spending = redeeming.paying(items)
    if awaiting or spending:  # returns and redemptions take lots
        await wallets.load_lots(tx, list(dict.fromkeys([*awaiting, *spending])), [])
    standings = await tiers.load(
        tx, ctx, instants, questions.people, replay=bool(awaiting), stored=stored
    )
    return questions, standings


def decide_one(item: Checkout, known: Facts, presented: tuple[Presented, ...]) -> None:
    """Decide a basket by what is known, before any budget is asked; or refuse it."""
    pinned = holding.pinned(item)
    if pinned is None and _quoted_to_another(item):
        item.refused = QuoteDiffers()
        return
    given = pinned if pinned is not None else _with_asked(item, known, presented)
    try:
        item.decide_with(given, decide(item.program, item.cart, given))
    except TooManyCombinations:
        item.refused = TooManyToCombine()


def _quoted_to_another(item: Checkout) -> bool:
    """What has happened is then decided as if it had not been quoted."""
    if item.quote is None:
        return False
    if item.quote.member_id == item.member_id:
        item.frozen = item.quote.discounts
        return False
    return not item.has_happened


def _with_asked(item: Checkout, known: Facts, presented: tuple[Presented, ...]) -> Facts:
    """The facts with what the basket presents and wants to pay with."""
    cards = presenting_cards.facts(item)
    if not (item.codes or item.body.redeem or cards) and item.frozen is None:
        return known
    return msgspec.structs.replace(
        known,
        coupons=presented if item.presented is None else item.presented,
        redeem=redeeming.payings(item),
        gift_cards=cards,
        frozen=item.frozen,
    )
