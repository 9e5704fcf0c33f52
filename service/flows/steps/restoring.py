"""What a return gives back besides money, and takes back besides points: units and coupons.

Units that a purchase was paid with go back to their lots. Coupons that it used come back by the
policy of their template. Coupons that it gave and that would not be given for the rest are void;
one that was used meanwhile stays used, and is told with its worth.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import msgspec

from service.domain.coupons import codes
from service.domain.coupons import store as coupons
from service.domain.coupons.types import CouponRow, Use
from service.domain.operations import store as operations
from service.domain.purchases import store as purchases
from service.domain.purchases.stored import Purchase, issued_id
from service.domain.returns.types import CouponBack, CouponTaken
from service.domain.wallets.entries import Op
from service.domain.wallets.redeemed import Redeemed
from service.flows.steps import wallets
from service.flows.steps.context import Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.calendar import shift
from service.kernel.ids import derived_id
from service.kernel.values import Movement
from service.rules.compile import Program
from service.rules.decision import Decision, Issued
from service.rules.document import Recover

RECOVERED: Final = "coupons that were used and are not deserved any more"


class Scarce(msgspec.Struct):
    """What a purchase took and gave of what is scarce.

    redeemed: wallet number -> units paid with and not given back yet. used: its uses of coupons by
    position. given: digest -> row of coupons it issued; spent: digest -> what a used one was worth.
    """

    redeemed: dict[int, Redeemed] = {}
    used: dict[int, Use] = {}
    given: dict[bytes, CouponRow] = {}
    spent: dict[bytes, int] = {}


class Restored(msgspec.Struct):
    """What a return changes of it: uses that come back, digests to be void, or good again."""

    units: tuple[Movement, ...] = ()
    back: tuple[Use, ...] = ()
    void: tuple[bytes, ...] = ()
    good: tuple[bytes, ...] = ()
    coupons: tuple[CouponBack, ...] = ()
    taken: tuple[CouponTaken, ...] = ()
    recovery: uuid.UUID | None = None


async def load(
    tx: Tx, ctx: Context, begun: Sequence[tuple[Work, Purchase]]
) -> dict[uuid.UUID, Scarce]:
    """Of each purchase; its coupons are locked, after the holders and before any slot."""
    found = {purchase.purchase_id: Scarce() for _, purchase in begun}
    paying = [(work, p) for work, p in begun if p.decision.paid and work.is_member]
    if paying:
        works = [work for work, _ in paying]
        redeemed = await wallets.load_redeemed(tx, works, [p.purchase_id for _, p in paying])
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
    given = {digest: p.purchase_id for _, p in begun for digest in _digests(ctx, p)}
    of_uses = {u.digest for one in found.values() for u in one.used.values() if u.digest}
    rows = await coupons.lock(tx, {*given, *of_uses}) if given or of_uses else {}
    for digest, purchase_id in given.items():
        if digest in rows:
            found[purchase_id].given[digest] = rows[digest]
    await _load_worth(tx, found.values())
    return found


def _digests(ctx: Context, purchase: Purchase) -> list[bytes]:
    """By what the coupons that a purchase issued are found, in their order."""
    ids = (issued_id(purchase.earned_by, n) for n in range(len(purchase.decision.issued)))
    return [codes.digest(ctx.secret, coupons.code_of(ctx.secret, one)) for one in ids]


async def _load_worth(tx: Tx, all_: Iterable[Scarce]) -> None:
    """What those of the issued coupons took off that have been used."""
    used = {row.digest: (row, one) for one in all_ for row in one.given.values() if row.used}
    if not used:
        return
    uses = await coupons.uses_of_codes(
        tx, [(row.holder_id, row.template, row.digest) for row, _ in used.values()]
    )
    bought = await purchases.by_ids(tx, {use.purchase_id for use in uses})
    for use in uses:
        if use.digest is None or use.purchase_id not in bought:
            continue
        discounts = bought[use.purchase_id].decision.discounts
        worth = sum(one.amount for one in discounts if one.coupon == use.position)
        _, scarce = used[use.digest]
        scarce.spent[use.digest] = scarce.spent.get(use.digest, 0) + worth


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
    ctx: Context, purchase: Purchase, scarce: Scarce, before: Decision, after: Decision
) -> Restored:
    """What becomes of the coupons: those used on the purchase, and those it gave."""
    back = [scarce.used[n] for n in before.coupons if n not in after.coupons and n in scarce.used]
    restored = Restored(
        back=tuple(back),
        coupons=tuple(
            CouponBack(
                position=use.position,
                coupon=purchase.facts.coupons[use.position].shown,
                template=use.template,
            )
            for use in back
        ),
    )
    digests = _digests(ctx, purchase)
    had, has = (_places(purchase.decision.issued, one.issued) for one in (before, after))
    lost = [(n, digests[n]) for n in sorted(had - has)]
    restored.taken = tuple(_taken(purchase, n, scarce, digest) for n, digest in lost)
    restored.void = tuple(digest for _, digest in lost if not _is_used(scarce, digest))
    again = [digests[n] for n in sorted(has - had)]
    restored.good = tuple(digest for digest in again if not _is_used(scarce, digest))
    return restored


def _places(all_: Sequence[Issued], kept: Sequence[Issued]) -> set[int]:
    """Which of the issued coupons are kept; of equal ones the first."""
    left, places = list(kept), set()
    for n, one in enumerate(all_):
        if one in left:
            left.remove(one)
            places.add(n)
    return places


def recover(
    work: Work, program: Program, restored: Restored, return_id: uuid.UUID, at: dt.datetime
) -> uuid.UUID | None:
    """Take points for used coupons whose template says so; answers the operation, if there is one.

    What is not there becomes debt, of the first wallet that pays.
    """
    op = Op(derived_id(return_id, "coupons recovered"))
    payer = next((one for one in program.wallets.values() if one.redeem is not None), None)
    told = []
    for taken in restored.taken:
        template = program.coupons[taken.template].template
        wanted = template.recover is Recover.POINTS and not taken.recovered and taken.value > 0
        if not wanted or payer is None or payer.redeem is None:
            told.append(taken)
            continue
        units = -(-taken.value * payer.redeem.units // payer.redeem.minor)
        book = work.books[payer.number]
        book.claw_back(op, units, origin_op=op.op_id, lapsed_left=0, at=at)
        told.append(msgspec.structs.replace(taken, wallet=payer.id, points=units))
    restored.taken = tuple(told)
    return op.op_id if op.line else None


def _is_used(scarce: Scarce, digest: bytes) -> bool:
    row = scarce.given.get(digest)
    return row is not None and row.used > 0


def _taken(purchase: Purchase, n: int, scarce: Scarce, digest: bytes) -> CouponTaken:
    return CouponTaken(
        id=issued_id(purchase.earned_by, n),
        template=purchase.decision.issued[n].template,
        recovered=not _is_used(scarce, digest),
        value=scarce.spent.get(digest, 0),
    )


async def write(tx: Tx, restored: Sequence[tuple[Work, Restored, Actor]]) -> None:
    """Uses that come back, coupons that are void, those that are good again, what was recovered."""
    for work, one, actor in restored:
        if one.recovery is not None:
            holder_id, kind = work.holder.holder_id, operations.Kind.RECOVERY
            await operations.insert(tx, holder_id, one.recovery, RECOVERED, actor, work.now, kind)
        await coupons.give_back(tx, one.back, work.now)
        await coupons.void(tx, one.void, work.now)
        await coupons.void(tx, one.good, None)
