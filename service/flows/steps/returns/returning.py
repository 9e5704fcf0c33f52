"""One return applied to its purchase, in memory: what is kept and taken back."""

import datetime as dt
import uuid
from collections.abc import Sequence

import msgspec

from service.domain.events.catalog import PointsGivenBack, PointsReversed, PurchaseReturned
from service.domain.purchases import store as purchases
from service.domain.purchases.stored import Flag, Purchase
from service.domain.returns import store as returns
from service.domain.returns.content import all_left, decimal, quantities
from service.domain.returns.types import (
    RecordReturn,
    Refund,
    ReturnedLine,
    ReturnReceipt,
    ReturnStatus,
)
from service.domain.tiers.types import FloorRow
from service.domain.wallets.book import Book
from service.domain.wallets.entries import Op
from service.domain.wallets.types import Reason
from service.flows.steps import tiers
from service.flows.steps.checkout import activity
from service.flows.steps.context import Context
from service.flows.steps.erasing import emptying
from service.flows.steps.returns import (
    refunding,
    restoring,
    undeserved,
    unfounded,
)
from service.flows.steps.returns.refunding import Giving, Tender
from service.flows.steps.returns.refunding import Refund as CardRefund
from service.flows.steps.returns.restoring import Restored, Scarce
from service.flows.steps.returns.undeserved import Change
from service.flows.steps.returns.unfounded import Brought, Undone
from service.flows.steps.standing import Standing
from service.flows.steps.work import Work
from service.kernel.actor import Actor
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id
from service.kernel.values import Movement
from service.rules.compile import Program
from service.rules.decision import Decision, Floor
from service.rules.document import QualifyBy, Shortfall
from service.rules.kept import kept as kept_of
from service.rules.kept import remainder, returned_value
from service.rules.triggers import Occasion, On


class Returning(msgspec.Struct):
    """A return on its way. `kept` per (purchase, wallet number) before it, then after it.

    `void`: as if it had not been, and the `reason` of that. `expired`: wallet number -> units of
    the purchase's own lots that expired. `purchase` is replaced by the purchase with the return in
    it; `later`: when its holder bought since; `row` is what is written.
    """

    work: Work
    program: Program
    purchase: Purchase
    standings: dict[str, Standing]
    body: RecordReturn
    actor: Actor
    at: dt.datetime
    kept: dict[tuple[uuid.UUID, int], returns.Kept]
    expired: dict[int, int]
    scarce: Scarce
    later: Sequence[dt.datetime] = ()
    cards: Sequence[Tender] = ()
    void: bool = False
    reason: str | None = None
    return_id: uuid.UUID = msgspec.field(default_factory=new_id)
    restored: Restored = msgspec.field(default_factory=Restored)
    refund: CardRefund = msgspec.field(default_factory=CardRefund)
    remaining: Decision = Decision()
    before: Decision = Decision()
    row: returns.Row | None = None
    brought: Brought = msgspec.field(default_factory=Brought)
    undone: Sequence[Undone] = ()

    @property
    def unfounded(self) -> unfounded.Change:
        """The return as what it makes undone sees it."""
        return unfounded.Change(
            self.return_id, self.work, self.standings, self.at, self.actor, self.body.store
        )


def apply(ctx: Context, r: Returning, *, cut: bool) -> None:
    """Take back what the remainder no longer earns; raises what `quantities` does unless cut."""
    purchase = r.purchase
    asked = wanted(r, cut=cut)
    returned = tuple(a + b for a, b in zip(purchase.returned, asked, strict=True))
    paid = _paid(purchase, purchase.returned, returned)
    r.before = _kept(r, purchase.returned)
    r.remaining = Decision() if r.void else _kept(r, returned)
    op = Op(r.return_id)
    change = Change(r.return_id, r.work, r.program, r.at)
    r.restored = restoring.plan(ctx, purchase, r.scarce, (r.before, r.remaining), change)
    _give_units_back(ctx, r, op, change)
    giving = Giving(r.return_id, purchase, r.before, r.remaining, r.actor, r.body.store)
    r.refund = refunding.give_back(ctx, r.cards, giving)
    r.work.mark()
    moved = _move_units(r, op)
    undeserved.recover(r.scarce.given, r.restored.gifts, change)
    r.work.collect(r.actor, r.body.store)
    changes = r.work.changes(ctx.programs)
    rest = remainder(purchase.priced(), returned)
    net = purchases.net_of(rest)
    uncount(r.standings, purchase, r.before, r.remaining, r.work.at, net=net)
    r.undone = unfounded.undo(ctx, r.brought, r.unfounded)
    if r.work.holder.is_erased:
        emptying.leave(ctx, r.work, r.standings, op, r.actor)
    r.purchase = msgspec.structs.replace(
        purchase,
        returned=returned,
        flags=purchase.flags | (Flag.VOID if r.void else Flag(0)),
        net=net,
        quantity=purchases.quantity_of(rest),
        outcome=msgspec.structs.replace(
            purchase.outcome,
            returns_applied=(*purchase.outcome.returns_applied, r.return_id) if cut else (),
            wallets=r.work.balances(ctx.programs) if cut else purchase.outcome.wallets,
            tier=tiers.shown(r.standings, r.work.at) if cut else purchase.outcome.tier,
        ),
    )
    receipt = _receipt(ctx, r, asked, paid, moved, cut=cut)
    r.row = _row(r, receipt, asked)
    _emit(r, receipt)
    if changes:
        r.work.emit(
            PointsReversed(
                operation_id=r.return_id, purchase_id=purchase.purchase_id, changes=changes
            ),
            r.at,
        )
    unfounded.tell(r.undone, purchase.purchase_id, r.unfounded)
    if r.work.is_member and not r.void:  # what is void has never been
        one = Occasion(on=On.RETURN, at=r.at, ref=str(r.return_id), cause=str(r.return_id))
        r.work.occasions.append(one)


def wanted(r: Returning, *, cut: bool) -> Sequence[int]:
    """Thousandths of each line."""
    if r.void:
        return all_left(r.purchase.cart, r.purchase.returned)
    return quantities(r.body, r.purchase.cart, r.purchase.returned, cut=cut)


def _give_units_back(ctx: Context, r: Returning, op: Op, change: Change) -> None:
    """Before anything is taken: so debt is paid with what comes back."""
    r.work.mark()
    r.restored.units = restoring.give_units_back(
        r.work, r.program, r.scarce.redeemed, r.before, r.remaining, op, r.at
    )
    restoring.undo_recoveries(ctx, r.scarce, r.restored, change)
    r.work.collect(r.actor, r.body.store)
    changes = r.work.changes(ctx.programs)
    if changes:
        event = PointsGivenBack(
            operation_id=r.return_id, purchase_id=r.purchase.purchase_id, changes=changes
        )
        r.work.emit(event, r.at)


def _kept(r: Returning, returned: Sequence[int]) -> Decision:
    purchase = r.purchase
    if not any(returned):
        return purchase.decision
    return kept_of(r.program, purchase.cart, returned, purchase.facts, purchase.decision)


def _paid(purchase: Purchase, before: Sequence[int], after: Sequence[int]) -> list[int]:
    """Money per line that this return carries: the difference of what all returns carry."""
    cart = purchase.priced()
    earlier = returned_value(cart, before)
    return [b - a for a, b in zip(earlier, returned_value(cart, after), strict=True)]


def _move_units(r: Returning, op: Op) -> tuple[Movement, ...]:
    """Take back or give back, wallet by wallet; answers what moved (positive: taken back)."""
    moved: list[Movement] = []
    earned, keeps = r.purchase.decision.earned(), r.remaining.earned()
    paid = {one.wallet: one.units for one in r.purchase.decision.paid}
    left = {one.wallet: one.units for one in r.remaining.paid}
    for wallet_id in {**earned, **paid}:
        total, spent = earned.get(wallet_id, 0), paid.get(wallet_id, 0)
        number = r.program.wallets[wallet_id].number
        key = (r.purchase.purchase_id, number)
        now = r.kept.get(key, returns.Kept(total, total, 0, spent, 0))
        less = now.kept - keeps.get(wallet_id, 0)
        lapsed = _move(r, op, number, less, now.lapsed)
        back = spent - left.get(wallet_id, 0)
        r.kept[key] = returns.Kept(total, now.kept - less, lapsed, spent, back)
        if less:
            moved.append(Movement(wallet=wallet_id, amount=less))
    return tuple(moved)


def _move(r: Returning, op: Op, number: int, less: int, lapsed: int) -> int:
    """One wallet; answers how many expired units count as taken now."""
    book, wallet = r.work.books[number], r.program.wallets_by_number[number]
    if less > 0:
        left = r.expired.get(number, 0) - lapsed
        return lapsed + book.claw_back(
            op,
            less,
            origin_op=r.purchase.earned_by,
            lapsed_left=max(0, left),
            at=_effective(r, number),
            exact=wallet.qualifying,
            clamp=wallet.shortfall is Shortfall.CLAMP,
        )
    if less < 0:
        from_lapsed = min(lapsed, -less)
        _give_back(r, op, book, number, -less - from_lapsed)
        return lapsed - from_lapsed
    return lapsed


def _effective(r: Returning, number: int) -> dt.datetime:
    """Qualifying units go as if they had never come; spendable ones go when the return happens."""
    wallet = r.program.wallets_by_number[number]
    return r.purchase.occurred_at if wallet.qualifying else r.at


def _give_back(r: Returning, op: Op, book: Book, number: int, units: int) -> None:
    """A later return left more to keep: units come back with the dates of the purchase."""
    if not units:
        return
    wallet = r.program.wallets_by_number[number]
    award = next(a for a in r.purchase.decision.awards if a.wallet == wallet.id)
    book.earn(
        op,
        units,
        reason=Reason.REVERSED,
        occurred_at=_effective(r, number),
        earned_at=r.purchase.occurred_at,
        available_at=award.available_at,
        expires_at=activity.end_of_lot(r.program, wallet, award.expires_at, r.later),
        origin_holder=r.work.holder.holder_id,
        origin_op=r.purchase.earned_by,
    )


def floor_row(purchase: Purchase, floor: Floor) -> FloorRow:
    """The tier a rule set, as stored."""
    return FloorRow(
        purchase.purchase_id, floor.rule, purchase.occurred_at, floor.until_at, floor.tier
    )


def uncount(
    standings: dict[str, Standing],
    purchase: Purchase,
    before: Decision,
    after: Decision,
    until: dt.datetime,
    *,
    net: int | None = None,
) -> None:
    """The ladders count less at the purchase's instant; floors no longer decided go.

    `net`: what is left of the purchase, None when that was counted from the start.
    """
    kept_rules = frozenset(floor.rule for floor in after.floors)
    for standing in standings.values():
        qualify = standing.ladder.qualify
        amount = 0
        if qualify.by is QualifyBy.WALLET:
            wallet = qualify.wallet or ""
            amount = after.earned().get(wallet, 0) - before.earned().get(wallet, 0)
        elif net is not None and qualify.by is QualifyBy.SPEND:
            amount = net - purchase.net
        elif net is not None:
            amount = -1 if purchase.net > 0 and net == 0 else 0
        standing.drop_floors(purchase.purchase_id, kept_rules)
        for floor in after.floors:
            if floor.ladder == standing.ladder.id and floor not in before.floors:
                standing.add_floor(floor_row(purchase, floor))
        standing.contribute(purchase.occurred_at, amount, until)


def _receipt(
    ctx: Context,
    r: Returning,
    asked: Sequence[int],
    paid: Sequence[int],
    moved: tuple[Movement, ...],
    *,
    cut: bool,
) -> ReturnReceipt:
    lines = tuple(
        ReturnedLine(line=n + 1, sku=line.sku, quantity=decimal(units), total=money)
        for n, (line, units, money) in enumerate(
            zip(r.purchase.cart.lines, asked, paid, strict=True)
        )
        if units
    )
    total = sum(paid)
    cards = r.refund
    points = r.before.tendered() - r.remaining.tendered() - cards.total
    return ReturnReceipt(
        id=r.return_id,
        status=ReturnStatus.APPLIED,
        channel=r.body.channel,
        external_id=r.body.external_id,
        purchase_id=r.purchase.purchase_id,
        member_id=r.work.holder.holder_id if r.work.is_member else None,
        occurred_at=r.at,
        recorded_at=r.work.now,
        refund=Refund(
            total=total,
            points=points,
            gift_cards=cards.to_cards,
            uncovered=cards.total - cards.to_cards,
            other_tender=total - points - cards.total,
        ),
        lines=lines,
        reversed=moved,
        given_back=r.restored.units,
        gift_cards=cards.shown,
        coupons_back=r.restored.coupons,
        coupons_taken=r.restored.gifts.taken,
        coupons_again=r.restored.gifts.again,
        tier=tiers.shown(r.standings, r.work.at),
        wallets=r.work.balances(ctx.programs),
        cut=cut and _wanted_more(r.body, asked, r.purchase),
        reason=r.reason,
    )


def _wanted_more(body: RecordReturn, asked: Sequence[int], purchase: Purchase) -> bool:
    try:
        before = [b - a for a, b in zip(asked, purchase.returned, strict=True)]
        quantities(body, purchase.cart, before, cut=False)
    except ExpectedError:
        return True
    return False


def _row(r: Returning, receipt: ReturnReceipt, asked: Sequence[int]) -> returns.Row:
    return returns.Row(
        r.work.holder.holder_id,
        r.purchase.purchase_id,
        r.return_id,
        receipt,
        r.body.store,
        r.at,
        r.work.now,
        asked,
        r.actor,
        r.purchase.moved_by,
    )


def _emit(r: Returning, receipt: ReturnReceipt) -> None:
    r.work.emit(
        PurchaseReturned(
            purchase_id=r.purchase.purchase_id,
            return_id=r.return_id,
            member_id=receipt.member_id,
            channel=receipt.channel,
            external_id=receipt.external_id,
            store=r.body.store,
            occurred_at=r.at,
            total=receipt.refund.total if receipt.refund else 0,
            reversed=receipt.reversed,
            given_back=receipt.given_back,
            gift_cards=r.refund.to_cards,
            coupons_back=tuple(one.template for one in receipt.coupons_back if not one.void),
            coupons_void=tuple(one.id for one in receipt.coupons_taken if one.recovered),
            coupons_again=tuple(one.id for one in receipt.coupons_again),
            unrecovered={
                str(one.id): one.value for one in receipt.coupons_taken if not one.recovered
            },
            wallets=receipt.wallets,
        ),
        r.at,
    )
