"""Coupons that a purchase gave, once something of it came back: taken, given again, paid for.

What the rest of the purchase would not give is void; one that was used meanwhile stays used, is
told with its worth and, by the policy of its template, units are taken for each use. All of that is
undone when a later return leaves what gives the coupon after all, and the units are undone when a
use comes back. So whichever return comes first, all end the same.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from service.domain.coupons import codes
from service.domain.coupons import store as coupons
from service.domain.coupons.store import Coded, Standing
from service.domain.coupons.types import CouponRow, NewCoupon, Use
from service.domain.coupons.validity import uses_max
from service.domain.operations import store as operations
from service.domain.purchases import store as purchases
from service.domain.purchases.stored import Purchase, issued_id
from service.domain.returns.types import CouponAgain, CouponTaken
from service.domain.wallets.entries import Op
from service.domain.wallets.redeemed import Redeemed
from service.domain.wallets.types import Reason
from service.flows.steps import wallets
from service.flows.steps.context import Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.calendar import shift
from service.kernel.ids import derived_id
from service.rules.check.redeeming import GRACE
from service.rules.compile import Program
from service.rules.decision import Decision, Issued
from service.rules.document import Recover

RECOVERED: Final = "coupons that were used and are not deserved any more"
UNDONE: Final = "taken for a used coupon that is deserved, or not used, after all"


class Given(msgspec.Struct):
    """What is known of the coupons that a purchase gave, and of those that were used on it.

    rows: digest -> the coupon, locked. spent: digest -> its uses that count, each with what it took
    off (minor units). recovered: operation that took units for a use -> wallet number and what it
    took. fresh: the coupons are written in this transaction, so there are no rows of them yet.
    """

    rows: dict[bytes, CouponRow] = {}
    spent: dict[bytes, list[tuple[Use, int]]] = {}
    recovered: dict[uuid.UUID, tuple[int, Redeemed]] = {}
    fresh: bool = False


class Change(NamedTuple):
    """A return, or a move, under its id: on whose work, by the program of the purchase, when."""

    by: uuid.UUID
    work: Work
    program: Program
    at: dt.datetime


class Moved(msgspec.Struct):
    """What a return, or a move, changes of such coupons.

    lost, found: digests of what is taken, and of what is given again. late: coupons to be written
    only now: when the purchase became its member's, returns had left nothing that gave them. over:
    uses whose units go back to the member. uses: what is written of `recovery`; ops: the operations
    made for it, with their notes.
    """

    standings: list[Standing] = []
    lost: tuple[bytes, ...] = ()
    found: tuple[bytes, ...] = ()
    late: tuple[Coded, ...] = ()
    taken: tuple[CouponTaken, ...] = ()
    again: tuple[CouponAgain, ...] = ()
    over: list[Use] = []
    uses: list[Use] = []
    ops: list[tuple[uuid.UUID, str]] = []


def digests(ctx: Context, purchase: Purchase) -> list[bytes]:
    """By what the coupons that a purchase issued are found, in their order."""
    ids = (issued_id(purchase.earned_by, n) for n in range(len(purchase.decision.issued)))
    return [codes.digest(ctx.secret, coupons.code_of(ctx.secret, one)) for one in ids]


async def load(
    tx: Tx, works: Sequence[Work], given: Mapping[bytes, Given], used: Iterable[tuple[Use, Given]]
) -> None:
    """Fill in the uses of coupons (digest -> whose purchase gave it), and what was recovered.

    `used`: uses on the purchases themselves. The rows are there already.
    """
    wanted = [
        (row.holder_id, row.template, digest)
        for digest, one in given.items()
        if (row := one.rows.get(digest)) is not None
    ]
    spent = await coupons.uses_of_codes(tx, wanted) if wanted else []
    bought = await purchases.by_ids(tx, {use.purchase_id for use in spent}) if spent else {}
    for use in spent:
        if use.digest is None or use.purchase_id not in bought:
            continue
        discounts = bought[use.purchase_id].decision.discounts
        worth = sum(one.amount for one in discounts if one.coupon == use.position)
        given[use.digest].spent.setdefault(use.digest, []).append((use, worth))
    pairs = [(use, given[use.digest]) for use in spent if use.digest is not None]
    pairs += list(used)
    ops = {use.recovery: one for use, one in pairs if use.recovery is not None}
    if ops:
        members = [work for work in works if work.is_member]
        here = {work.holder.holder_id for work in members}
        whose = {
            use.recovery: use.holder_id
            for use, _ in pairs
            if use.recovery is not None and use.holder_id in here
        }
        found = await wallets.load_taken(tx, members, whose, Reason.REVERSED)
        for (op_id, number), redeemed in found.items():
            ops[op_id].recovered[op_id] = (number, redeemed)


def plan(
    ctx: Context, purchase: Purchase, given: Given, kept: tuple[Decision, Decision], change: Change
) -> Moved:
    """What becomes of the coupons it gave; `kept`: what is kept of it before and after."""
    all_ = digests(ctx, purchase)
    had, has = (_places(purchase.decision.issued, one.issued) for one in kept)
    moved = Moved()
    _lose(moved, purchase, given, {n: all_[n] for n in sorted(had - has)}, change)
    _find(ctx, moved, purchase, given, {n: all_[n] for n in sorted(has - had)}, change.program)
    return moved


def _lose(
    moved: Moved, purchase: Purchase, given: Given, lost: Mapping[int, bytes], change: Change
) -> None:
    moved.lost = tuple(lost.values())
    moved.taken = tuple(
        _taken(purchase, n, given.spent.get(digest, ())) for n, digest in lost.items()
    )
    found = [_lost(given, digest, change) for digest in lost.values()]
    moved.standings += [standing for standing in found if standing is not None]


def _find(
    ctx: Context,
    moved: Moved,
    purchase: Purchase,
    given: Given,
    found: Mapping[int, bytes],
    program: Program,
) -> None:
    moved.found = tuple(found.values())
    moved.again = tuple(
        CouponAgain(
            id=issued_id(purchase.earned_by, n), template=purchase.decision.issued[n].template
        )
        for n in found
    )
    for n, digest in found.items():
        row = given.rows.get(digest)
        if row is None and not given.fresh:
            issued = purchase.decision.issued[n]
            new = new_coupon(purchase.holder_id, purchase.earned_by, n, issued, program)
            moved.late += (coupons.coded(ctx.secret, new),)
        elif row is None or row.taken_by is not None:  # else it was voided by hand
            moved.standings.append(Standing(digest, None, None))
        spent = given.spent.get(digest, ())
        moved.over += [use for use, _ in spent if use.recovery in given.recovered]


def use_comes_back(moved: Moved, given: Given, use: Use, work: Work) -> bool:
    """A use on the purchase itself comes back; True: its coupon is void, as it is not deserved."""
    if use.recovery in given.recovered:
        moved.over.append(use)
    row = given.rows.get(use.digest) if use.digest is not None else None
    if row is None or row.taken_by is None:
        return False
    moved.standings.append(Standing(row.digest, row.voided_at or work.now, row.taken_by))
    return True


def _lost(given: Given, digest: bytes, change: Change) -> Standing | None:
    """Void, or will be once a use comes back; None: it was void by hand, and stays so."""
    row, now = given.rows.get(digest), change.work.now
    if row is None:
        return Standing(digest, now, change.by)
    if row.voided_at is not None:
        return None
    return Standing(digest, now if row.used < row.uses_max else None, change.by)


def _places(all_: Sequence[Issued], kept: Sequence[Issued]) -> set[int]:
    """Which of the issued coupons are kept; of equal ones the first."""
    left, places = list(kept), set()
    for n, one in enumerate(all_):
        if one in left:
            left.remove(one)
            places.add(n)
    return places


def _taken(purchase: Purchase, n: int, spent: Sequence[tuple[Use, int]]) -> CouponTaken:
    return CouponTaken(
        id=issued_id(purchase.earned_by, n),
        template=purchase.decision.issued[n].template,
        recovered=not spent,
        value=sum(worth for _, worth in spent),
    )


def new_coupon(
    holder_id: uuid.UUID, earned_by: uuid.UUID, n: int, one: Issued, program: Program
) -> NewCoupon:
    """The coupon that a purchase issues as its `n`-th, from 0, to its member."""
    return NewCoupon(
        coupon_id=issued_id(earned_by, n),
        template=one.template,
        holder_id=holder_id,
        origin_op=earned_by,
        rule=one.rule,
        from_at=one.from_at,
        until_at=one.until_at,
        uses_max=uses_max(program.coupons[one.template].template),
    )


# ------------------------------------------------------------------ units


def undo_recoveries(
    ctx: Context, given: Given, moved: Moved, change: Change
) -> dict[bytes, tuple[str, int]]:
    """Give back what was taken for uses; answers digest -> wallet and units.

    To their lots, as units that paid; what had become debt is less of it.
    """
    told: dict[bytes, tuple[str, int]] = {}
    for use in moved.over:
        if use.recovery is None or use.digest is None:
            raise AssertionError("nothing was taken for a use")
        number, redeemed = given.recovered[use.recovery]
        before = told.get(use.digest, ("", 0))[1]
        told[use.digest] = (ctx.programs.wallet_id(number), before + redeemed.units)
        op = Op(derived_id(change.by, use.recovery, "recovery undone"))
        change.work.books[number].give_back(
            op,
            redeemed,
            redeemed.units,
            at=change.at,
            grace_until=_grace_until(change, number),
            reason=Reason.RECOVERY_UNDONE,
        )
        moved.ops.append((op.op_id, UNDONE))
        moved.uses.append(msgspec.structs.replace(use, recovery=None))
    moved.again = tuple(
        msgspec.structs.replace(one, wallet=told[digest][0], points=told[digest][1])
        if digest in told
        else one
        for digest, one in zip(moved.found, moved.again, strict=True)
    )
    return told


def _grace_until(change: Change, number: int) -> dt.datetime:
    """How long units of a lot that has lapsed live again."""
    wallet = change.program.wallets_by_number.get(number)
    grace = GRACE if wallet is None or wallet.redeem is None else wallet.redeem.grace
    return shift(change.work.at, grace, change.program.tz)


def recover(given: Given, moved: Moved, change: Change) -> None:
    """Take units for each use of what is taken, where its template says so.

    What is not there becomes debt, of the first wallet that pays. Use by use, so that what comes
    back of them is undone alone.
    """
    program = change.program
    payer = next((one for one in program.wallets.values() if one.redeem is not None), None)
    if payer is None or payer.redeem is None:
        return
    told = []
    for digest, taken in zip(moved.lost, moved.taken, strict=True):
        units = 0
        if program.coupons[taken.template].template.recover is Recover.POINTS:
            for use, worth in _worth(given, digest):
                part = -(-worth * payer.redeem.units // payer.redeem.minor)
                _take(moved, use, payer.number, part, change)
                units += part
        told.append(
            msgspec.structs.replace(taken, wallet=payer.id, points=units) if units else taken
        )
    moved.taken = tuple(told)


def _worth(given: Given, digest: bytes) -> Iterator[tuple[Use, int]]:
    return ((use, worth) for use, worth in given.spent.get(digest, ()) if worth > 0)


def _take(moved: Moved, use: Use, number: int, units: int, change: Change) -> None:
    digest = (use.digest or b"").hex()
    op = Op(derived_id(change.by, digest, use.purchase_id, use.position, "coupon recovered"))
    change.work.books[number].claw_back(op, units, origin_op=op.op_id, lapsed_left=0, at=change.at)
    moved.ops.append((op.op_id, RECOVERED))
    moved.uses.append(msgspec.structs.replace(use, recovery=op.op_id))


async def write(tx: Tx, work: Work, moved: Moved, actor: Actor) -> None:
    """How the coupons stand, those given only now, and the operations that moved units for uses."""
    kind = operations.Kind.RECOVERY
    for op_id, note in moved.ops:
        await operations.insert(tx, work.holder.holder_id, op_id, note, actor, work.now, kind)
    await coupons.insert(tx, moved.late, work.now)
    await coupons.take(tx, moved.standings)
    await coupons.recover(tx, moved.uses)
