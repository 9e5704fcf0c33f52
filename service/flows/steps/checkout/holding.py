"""The holds that baskets stand on: found, checked under the lock, captured or given up.

A purchase that names a hold and has the same basket is decided by the hold's facts. With another
basket the hold is given up within the transaction and all is decided anew: what it held is there
for nobody else meanwhile. So it is with the hold of a guest who says by now who he is.
"""

import uuid
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from service.domain.budgets import store as budgets
from service.domain.coupons import store as coupons
from service.domain.events.catalog import HoldReleased
from service.domain.holds import store
from service.domain.holds.errors import HoldClosed, HoldNotFound, HoldTimedOut
from service.domain.holds.types import Closing, Hold, ItemKind, OpenHold, State, units_of
from service.domain.purchases.content import cart_of, held_fingerprint
from service.domain.purchases.errors import HoldOfAnother
from service.flows.steps.checkout import presenting_cards
from service.flows.steps.checkout.checkout import Checkout
from service.flows.steps.checkout.purchase import Item, RunAgain
from service.flows.steps.context import Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.errors import ExpectedError
from service.rules.facts import Facts

Named = Mapping[uuid.UUID, Hold]


async def named(tx: Tx, hold_ids: Sequence[uuid.UUID | None]) -> Named:
    """The holds that purchases name, without a lock; ones that do not exist are not there."""
    wanted = {hold_id for hold_id in hold_ids if hold_id is not None}
    return await store.by_ids(tx, wanted) if wanted else {}


def holder_of(holds: Named, hold_id: uuid.UUID | None) -> uuid.UUID | None:
    """Whose the hold is that a purchase names."""
    found = None if hold_id is None else holds.get(hold_id)
    return None if found is None else found.holder_id


async def capturing(tx: Tx, ctx: Context, items: Sequence[Item]) -> None:
    """Give each purchase the hold it names, as it stands under the lock; or refuse it.

    What has happened is recorded whatever became of its hold.
    """
    naming = [(item.body.hold_id, item) for item in items if item.body.hold_id is not None]
    if not naming:
        return
    found = await store.by_ids(tx, {hold_id for hold_id, _ in naming})
    for hold_id, item in naming:
        hold = found.get(hold_id)
        item.refused = _refusal(item, hold)
        if item.refused is None and hold is not None and _may_take(item, hold):
            take(ctx, item, hold)


def _refusal(item: Item, hold: Hold | None) -> ExpectedError | None:
    if item.has_happened:
        return None
    if hold is None:
        return HoldNotFound()
    if not _may_take(item, hold):
        return HoldOfAnother()
    if hold.closed_at is not None and hold.state is not State.TIMED_OUT:
        return HoldClosed(state=hold.state.name.lower(), closed_at=hold.closed_at)
    if not hold.is_open(item.work.at):
        return HoldTimedOut(due_at=hold.due_at)
    return None


def is_nobodys(hold: Hold) -> bool:
    """Nobody was known where it was placed: it keeps what its basket names, and nobody's units."""
    return hold.facts.member is None


def _is_own(item: Checkout, hold: Hold) -> bool:
    return hold.holder_id == item.work.holder.holder_id


def _may_take(item: Checkout, hold: Hold) -> bool:
    is_guests = item.guest is not None and hold.holder_id == item.guest.holder.holder_id
    return is_guests or _is_own(item, hold)


def _work_of(item: Checkout, hold: Hold) -> Work:
    return item.work if item.guest is None or _is_own(item, hold) else item.guest


def foresee(ctx: Context, items: Sequence[Checkout], holds: Mapping[Checkout, Hold]) -> None:
    """What baskets that only ask could have of their own open holds, or of a guest's."""
    for item in items:
        hold = holds.get(item)
        if hold is None or not hold.is_open(item.work.at):
            continue
        if _is_own(item, hold) or is_nobodys(hold):
            take(ctx, item, hold)


def take(ctx: Context, item: Checkout, hold: Hold) -> None:
    """Only an open hold gives anything up; one that is over still tells what was decided.

    It was decided for where it was held, whose conditions may read it, and by what prices meant.
    What was decided for a guest is not for who is known by now.
    """
    if _is_own(item, hold) and hold.fp == held_fingerprint(item.body):
        item.pinned_by = hold
        item.program = ctx.programs.version(hold.program_version)
        cart = cart_of(item.body, item.program.document.program.prices)
        item.cart = msgspec.structs.replace(cart, channel=hold.cart.channel, store=hold.cart.store)
    if hold.is_open(item.work.at):
        item.hold = hold


def reopen(ctx: Context, items: Sequence[Checkout]) -> None:
    """Give up the holds of baskets that are decided anew: what they held can be had by them."""
    for item in items:
        if item.hold is not None and not item.pins:
            free(ctx, _work_of(item, item.hold), item.hold, item.actor, item.hold.store)
            for card, part in item.parts.items():
                free(ctx, item.card_works[card], part, item.actor, item.hold.store)


def free(ctx: Context, work: Work, hold: Hold | OpenHold, actor: Actor, shop: str | None) -> None:
    """The units of an open hold are free again, in memory, and everybody is told."""
    work.mark()
    for number, units in units_of(hold.items).items():
        work.books[number].release_hold(hold.hold_id, units, work.at)
    work.collect(actor, shop)
    changes = work.changes(ctx.programs)
    work.emit(HoldReleased(hold_id=hold.hold_id, changes=changes), work.at)


def pinned(item: Checkout) -> Facts | None:
    """The facts of the hold that decide the basket. A hold that is over forces what it gave."""
    hold = item.pinned_by
    if hold is None:
        return None
    if item.hold is not None:
        return hold.facts
    facts = hold.facts
    return msgspec.structs.replace(
        facts,
        coupons=tuple(
            msgspec.structs.replace(one, forced=True) if n in hold.decision.coupons else one
            for n, one in enumerate(facts.coupons)
        ),
        redeem=tuple(msgspec.structs.replace(one, forced=True) for one in facts.redeem),
        gift_cards=presenting_cards.of_hold_that_is_over(item, facts, hold.decision),
    )


async def give_up(tx: Tx, holds: Iterable[Hold]) -> None:
    """What else open holds have goes back: uses of codes, and shares of budgets in their order."""
    holds = list(holds)
    await coupons.unhold(tx, _codes(holds))
    for name, hold_id in _shares(holds):
        await budgets.release(tx, name, hold_id)


async def use_up(tx: Tx, holds: Iterable[Hold]) -> None:
    """Purchases took over what open holds have; RunAgain when one was found overdue this moment."""
    holds = list(holds)
    await coupons.unhold(tx, _codes(holds))
    for name, hold_id in _shares(holds):
        if not await budgets.capture(tx, name, hold_id):
            raise RunAgain


def shares_of(hold: Hold | None) -> dict[str, int]:
    """What a hold has of budgets, by name."""
    items = hold.items if hold is not None else ()
    return {i.name: i.amount for i in items if i.kind is ItemKind.BUDGET and i.name is not None}


def _codes(holds: Iterable[Hold]) -> list[coupons.Hold]:
    return [
        (item.digest, hold.hold_id)
        for hold in holds
        for item in hold.items
        if item.kind is ItemKind.COUPON and item.digest is not None
    ]


def _shares(holds: Iterable[Hold]) -> list[tuple[str, uuid.UUID]]:
    """(name, hold), in the one order of locks."""
    return sorted(
        (item.name, hold.hold_id)
        for hold in holds
        for item in hold.items
        if item.kind is ItemKind.BUDGET and item.name is not None
    )


def captured(item: Item, units: Mapping[int, Sequence[int]]) -> Closing | None:
    """How the purchase's open hold ends. `units`: wallet number -> used of each of its held items.

    All of it is captured when the hold decided; else it is given up.
    """
    hold = item.hold
    if hold is None:
        return None
    if not item.pins:
        return Closing(hold=hold, state=State.RELEASED, at=item.work.at)
    used: dict[int, int] = {}
    lots = {number: iter(parts) for number, parts in units.items()}
    for held in hold.items:
        if held.kind is ItemKind.UNITS and held.wallet is not None:
            used[held.item_no] = next(lots.get(held.wallet, iter(())), 0)
        else:
            used[held.item_no] = held.amount
    return Closing(
        hold=hold, state=State.CAPTURED, at=item.work.at, by=item.purchase_id, captured=used
    )
