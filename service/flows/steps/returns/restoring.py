"""What a return gives back besides money: units, and coupons that were used.

Units that a purchase was paid with go back to their lots. Coupons that it used come back by the
policy of their template. What becomes of those that it gave: steps/undeserved.py.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

import msgspec

from service.domain.coupons import store as coupons
from service.domain.coupons.types import Use
from service.domain.purchases.stored import Purchase
from service.domain.returns.types import CouponBack
from service.domain.wallets.entries import Op
from service.domain.wallets.redeemed import Redeemed
from service.flows.steps import wallets
from service.flows.steps.context import Context
from service.flows.steps.returns import undeserved
from service.flows.steps.returns.undeserved import Change, Given, Moved
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.calendar import shift
from service.kernel.values import Movement
from service.rules.compile import Program
from service.rules.decision import Decision


class Scarce(msgspec.Struct):
    """What a purchase took and gave of what is scarce.

    redeemed: wallet number -> units paid with and not given back yet. used: its uses of coupons by
    position. given: what is known of those, and of the coupons that it issued.
    """

    redeemed: dict[int, Redeemed] = {}
    used: dict[int, Use] = {}
    given: Given = msgspec.field(default_factory=Given)


class Restored(msgspec.Struct):
    """What a return changes of it: units, uses that come back, what becomes of coupons it gave."""

    units: tuple[Movement, ...] = ()
    back: tuple[Use, ...] = ()
    coupons: tuple[CouponBack, ...] = ()
    gifts: Moved = msgspec.field(default_factory=Moved)


async def load(
    tx: Tx, ctx: Context, begun: Sequence[tuple[Work, Purchase]]
) -> dict[uuid.UUID, Scarce]:
    """Of each purchase; its coupons are locked, after the holders and before any slot."""
    found = {purchase.purchase_id: Scarce() for _, purchase in begun}
    paying = [(work, p) for work, p in begun if p.decision.paid and work.is_member]
    if paying:
        works = [work for work, _ in paying]
        redeemed = await wallets.load_redeemed(
            tx, works, {p.purchase_id: p.holder_id for _, p in paying}
        )
        for (purchase_id, number), one in redeemed.items():
            found[purchase_id].redeemed[number] = one
    wanted = [
        (p.holder_id, template, p.occurred_at, p.purchase_id)
        for _, p in begun
        for template in {p.facts.coupons[n].template for n in p.decision.coupons}
        if template is not None
    ]
    for use in await coupons.uses_on(tx, wanted) if wanted else ():
        found[use.purchase_id].used[use.position] = use
    await _load_coupons(tx, ctx, begun, found)
    return found


async def _load_coupons(
    tx: Tx,
    ctx: Context,
    begun: Sequence[tuple[Work, Purchase]],
    found: Mapping[uuid.UUID, Scarce],
) -> None:
    """Lock those that were used and those that were given, and look where these were used."""
    given = {
        digest: found[purchase.purchase_id].given
        for _, purchase in begun
        for digest in undeserved.digests(ctx, purchase)
    }
    used = [(use, one.given) for one in found.values() for use in one.used.values() if use.digest]
    concerned = {use.digest: one for use, one in used if use.digest is not None} | given
    if not concerned:
        return
    for digest, row in (await coupons.lock(tx, concerned)).items():
        concerned[digest].rows[digest] = row
    await undeserved.load(tx, [work for work, _ in begun], given, used)


def give_units_back(
    work: Work,
    program: Program,
    redeemed: Mapping[int, Redeemed],
    before: Decision,
    after: Decision,
    op: Op,
    at: dt.datetime,
) -> tuple[Movement, ...]:
    """The units of what came back, to their lots: the difference of what both decisions keep."""
    kept = {one.wallet: one.units for one in after.paid}
    moved = []
    for paid in before.paid:
        units = paid.units - kept.get(paid.wallet, 0)
        wallet = program.wallets[paid.wallet]
        if not units or wallet.redeem is None:
            continue
        work.books[wallet.number].give_back(
            op,
            redeemed[wallet.number],
            units,
            at=at,
            grace_until=shift(work.at, wallet.redeem.grace, program.tz),
        )
        moved.append(Movement(wallet=paid.wallet, amount=units))
    return tuple(moved)


def plan(
    ctx: Context,
    purchase: Purchase,
    scarce: Scarce,
    kept: tuple[Decision, Decision],
    change: Change,
) -> Restored:
    """What becomes of the coupons: those used on the purchase, and those it gave.

    `kept`: what is kept of it before and after.
    """
    before, after = (decision.coupons for decision in kept)
    back = [scarce.used[n] for n in before if n not in after and n in scarce.used]
    gifts = undeserved.plan(ctx, purchase, scarce.given, kept, change)
    return Restored(
        back=tuple(back),
        coupons=tuple(
            CouponBack(
                position=use.position,
                coupon=purchase.facts.coupons[use.position].shown,
                template=use.template,
                void=undeserved.use_comes_back(gifts, scarce.given, use, change.work),
            )
            for use in back
        ),
        gifts=gifts,
    )


def undo_recoveries(ctx: Context, scarce: Scarce, restored: Restored, change: Change) -> None:
    """Units taken for uses that come back, and for coupons given again, are the member's again."""
    told = undeserved.undo_recoveries(ctx, scarce.given, restored.gifts, change)
    restored.coupons = tuple(
        one
        if use.digest is None or use.digest not in told
        else msgspec.structs.replace(one, wallet=told[use.digest][0], points=told[use.digest][1])
        for use, one in zip(restored.back, restored.coupons, strict=True)
    )


async def write(tx: Tx, restored: Sequence[tuple[Work, Restored, Actor]]) -> None:
    """Uses that come back, and what becomes of coupons that were given."""
    for work, one, actor in restored:
        await coupons.give_back(tx, one.back, work.now)
        await undeserved.write(tx, work, one.gifts, actor)
