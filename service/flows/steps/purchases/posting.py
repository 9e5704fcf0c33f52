"""From decisions to rows: lots, tiers, uses, purchases, events; then the parked returns."""

import datetime as dt
import uuid
from collections.abc import Sequence

from service.domain.events.catalog import PointsEarned
from service.domain.events.outbox import Outbox
from service.domain.purchases import store as purchases
from service.domain.purchases.stored import Outcome, Purchase, movements
from service.domain.returns import store as returns
from service.domain.returns.types import RecordReturn
from service.domain.tiers.types import FloorRow
from service.domain.wallets.entries import Op
from service.domain.wallets.types import Reason
from service.flows.steps import (
    tiers,
    wallets,
)
from service.flows.steps.checkout import (
    activity,
    paying_by_card,
)
from service.flows.steps.checkout.purchase import Item, RunAgain
from service.flows.steps.context import Context
from service.flows.steps.occasions import chain
from service.flows.steps.purchases import following, spending
from service.flows.steps.returns import (
    refunding,
    return_rows,
    returning,
)
from service.infra.db import Tx
from service.kernel.values import WalletChange
from service.rules.decision import ENGINE


async def post(tx: Tx, ctx: Context, items: Sequence[Item]) -> None:
    """Write the batch: natural keys first, so that a lost one rolls everything back."""
    if not items:
        return
    await spending.take_shares(tx, items)
    await _claim(tx, items)
    await activity.prolong(tx, items)
    for item in items:
        post_one(ctx, item)
    returned = [r for item in items for r in _apply_parked(ctx, item)]
    await purchases.insert(tx, [(item.purchase, item.actor) for item in items])
    uses = [
        (item.work.holder.holder_id, rule, item.occurred_at, item.purchase_id)
        for item in items
        for rule in item.decided.decision.uses
    ]
    if uses:
        await purchases.add_uses(tx, uses)
    await spending.write(tx, ctx, items)
    remaining = {r.purchase.purchase_id: r.remaining for r in returned}
    runs = await following.follow(tx, ctx, items, remaining)
    standings = chain.standings_of(runs)
    for of_holder in standings.values():
        tiers.emit_changes(of_holder)
    await tiers.write(tx, standings)
    if returned:
        await return_rows.write(tx, ctx, returned, parked=True)
    works = [work for item in items for work in item.works]
    await wallets.write(tx, works)
    await Outbox.of(work.outbox for work in works).write(tx)


async def _claim(tx: Tx, items: Sequence[Item]) -> None:
    """Claim the natural keys, then read the returns that waited for them, in a new statement."""
    won = await purchases.claim_keys(
        tx,
        [
            ((i.body.channel, i.body.external_id), i.purchase_id, i.work.holder.holder_id, i.fp)
            for i in items
        ],
    )
    for item in items:
        awaited = won.get((item.body.channel, item.body.external_id))
        if awaited is None or (awaited and not item.awaited):
            raise RunAgain  # somebody was first, or a return was parked this moment
    waiting = [(i.body.channel, i.body.external_id) for i in items if i.awaited]
    if waiting:
        parked = await returns.take_parked(tx, waiting)
        for item in items:
            item.parked = parked.get((item.body.channel, item.body.external_id), [])


def post_one(ctx: Context, item: Item, *, claimed: bool = False) -> None:
    """Earn the awards, count for the ladders, make the purchase and its events."""
    work, decision = item.work, item.decided.decision
    if decision.paid and not claimed:
        spending.redeem(ctx, item)
    if decision.cards and not claimed:
        paying_by_card.pay(ctx, item)
    work.mark()
    op = Op(item.earned_by)
    for award in decision.awards:
        wallet = item.program.wallets[award.wallet]
        work.books[wallet.number].earn(
            op,
            award.points,
            reason=Reason.EARNED,
            occurred_at=item.occurred_at,
            earned_at=item.occurred_at,
            available_at=award.available_at,
            expires_at=activity.end_of_lot(item.program, wallet, award.expires_at, item.later),
            origin_holder=work.holder.holder_id,
            origin_op=item.earned_by,
        )
    work.collect(item.actor, item.body.store)
    changes = work.changes(ctx.programs)
    _climb(item)
    item.purchase = _purchase(ctx, item)
    if following.may_follow(ctx, item):
        item.number = work.reserve()
    else:
        following.tell(item, claimed=claimed)
    _emit(item, changes)


def _climb(item: Item) -> None:
    decision = item.decided.decision
    earned = decision.earned()
    for ladder_id, standing in item.standings.items():
        for floor in decision.floors:
            if floor.ladder == ladder_id:
                standing.add_floor(
                    FloorRow(
                        item.purchase_id, floor.rule, item.occurred_at, floor.until_at, floor.tier
                    )
                )
        amount = tiers.contribution(standing, earned, item.net_now())
        standing.contribute(item.occurred_at, amount, item.work.at)


def _purchase(ctx: Context, item: Item) -> Purchase:
    work = item.work
    return Purchase(
        holder_id=work.holder.holder_id,
        occurred_at=item.occurred_at,
        purchase_id=item.purchase_id,
        recorded_at=work.now,
        channel=item.body.channel,
        external_id=item.body.external_id,
        store=item.body.store,
        program_version=item.program.version,
        engine=ENGINE,
        flags=item.flags(),
        net=item.net_now(),
        quantity=purchases.quantity_of(item.cart),
        returned=(0,) * len(item.cart.lines),
        cart=item.cart,
        facts=item.decided.facts,
        decision=item.decided.decision,
        hold_id=item.body.hold_id,
        moved_by=item.moved_by,
        home_id=item.home,
        outcome=Outcome(
            currency=item.cart.currency,
            wallets=work.balances(ctx.programs),
            cards=paying_by_card.left(item),
            tier=tiers.shown(item.standings, work.at),
        ),
    )


def _emit(item: Item, changes: tuple[WalletChange, ...]) -> None:
    work, purchase = item.work, item.purchase
    if changes:
        work.emit(
            PointsEarned(
                operation_id=purchase.earned_by,
                changes=changes,
                lots=movements(purchase.decision),
            ),
            purchase.occurred_at,
        )


def _apply_parked(ctx: Context, item: Item) -> list[returning.Returning]:
    """Returns that came first, applied as if they came now: what they ask too much is cut."""
    done: list[returning.Returning] = []
    scarce, cards = spending.scarce(item), refunding.fresh(item)
    kept: dict[tuple[uuid.UUID, int], returns.Kept] = {}
    for body, actor in item.parked:
        returned = returning.Returning(
            work=item.work,
            program=item.program,
            purchase=item.purchase,
            standings=item.standings,
            body=body,
            actor=actor,
            at=_when(item, body),
            kept=kept,
            scarce=scarce,
            cards=cards,
            expired={n: book.lapsed_of(item.purchase_id) for n, book in item.work.books.items()},
            later=item.later,
        )
        returning.apply(ctx, returned, cut=True)
        item.purchase = returned.purchase
        done.append(returned)
    return done


def _when(item: Item, body: RecordReturn) -> dt.datetime:
    """A parked return takes effect when it says, but neither before its purchase nor later."""
    said = (body.occurred_at or item.work.at).astimezone(dt.UTC)
    return max(item.occurred_at, min(said, item.work.at))
