"""Coupons in the database; batches and guesses lie in files of their own."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final, NamedTuple

from service.domain.coupons import codes
from service.domain.coupons.types import CouponRow, Moment, NewCoupon, Use
from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask

SQL: Final = load("coupons")
Hold = tuple[bytes, uuid.UUID]  # digest of a code, id of the hold


async def find(tx: Tx, digests: Iterable[bytes]) -> dict[bytes, CouponRow]:
    """digest -> coupon, of those that exist, not locked."""
    return _by_digest(await tx.rows(SQL["list_coupons"], digests=list(digests)))


async def lock(tx: Tx, digests: Iterable[bytes]) -> dict[bytes, CouponRow]:
    """`find`, and each is locked, waiting, in the one order; after the holders."""
    return _by_digest(await tx.rows(SQL["lock_coupons"], digests=sorted(set(digests))))


async def digest_of(tx: Tx, coupon_id: uuid.UUID) -> bytes | None:
    """By what the coupon of an id is found."""
    found: bytes | None = await tx.value(SQL["find_digest"], coupon=coupon_id)
    return found


async def use(tx: Tx, digests: Sequence[bytes]) -> None:
    """One use more for each time a locked coupon is named.

    Who has not looked under the lock what is left meets the constraint `coupon_uses`.
    """
    await _change_used(tx, Counter(digests), 1)


async def record_uses(tx: Tx, uses: Sequence[Use]) -> None:
    """Write which coupons were used on which purchases, the shared ones too."""
    if uses:
        await tx.later(
            SQL["insert_uses"],
            len(uses),
            holders=[u.holder_id for u in uses],
            templates=[u.template for u in uses],
            occurred=[u.occurred_at for u in uses],
            purchases=[u.purchase_id for u in uses],
            positions=[u.position for u in uses],
            digests=[u.digest for u in uses],
            overruns=[u.overrun for u in uses],
        )


async def give_back(tx: Tx, uses: Sequence[Use], at: dt.datetime) -> None:
    """Uses come back: they count no more, and their coupons, locked, can be used again.

    One beyond the cap was not counted in `used` and only stops to count against its member.
    """
    if not uses:
        return
    await tx.later(
        SQL["update_uses_given_back"],
        len(uses),
        "a use came back before",
        given_back_at=at,
        holders=[u.holder_id for u in uses],
        templates=[u.template for u in uses],
        occurred=[u.occurred_at for u in uses],
        purchases=[u.purchase_id for u in uses],
        positions=[u.position for u in uses],
    )
    counted = [u.digest for u in uses if u.digest is not None and not u.overrun]
    await _change_used(tx, Counter(counted), -1)


async def _change_used(tx: Tx, times: Counter[bytes], sign: int) -> None:
    if times:
        await tx.later(
            SQL["update_used"],
            len(times),
            "a locked coupon vanished",
            digests=list(times),
            uses=[sign * count for count in times.values()],
        )


Used = tuple[uuid.UUID, str, dt.datetime, uuid.UUID]  # holder, template, occurred_at, purchase


async def uses_on(tx: Tx, wanted: Sequence[Used]) -> list[Use]:
    """The uses of templates on purchases, those that came back too."""
    rows = await tx.rows(
        SQL["list_uses"],
        holders=[w[0] for w in wanted],
        templates=[w[1] for w in wanted],
        occurred=[w[2] for w in wanted],
        purchases=[w[3] for w in wanted],
    )
    return [Use(*row) for row in rows]


async def uses_of_codes(tx: Tx, wanted: Sequence[tuple[uuid.UUID | None, str, bytes]]) -> list[Use]:
    """The uses of personal coupons (holder, template, digest) that did not come back."""
    rows = await tx.rows(
        SQL["list_uses_of_codes"],
        holders=[w[0] for w in wanted],
        templates=[w[1] for w in wanted],
        digests=[w[2] for w in wanted],
    )
    return [Use(*row) for row in rows]


class Span(NamedTuple):
    """A member's uses of a template to be counted; `since` and `until` open, None: no bound.

    `but`: the asker's own hold, which does not count.
    """

    holder_id: uuid.UUID
    template: str
    since: Moment
    until: Moment
    but: uuid.UUID | None = None


def ask_member_uses(spans: Sequence[Span], now: dt.datetime) -> Ask[dict[int, int]]:
    """Place of each span -> uses that did not come back, and those that open holds have."""
    return Ask(
        SQL["count_uses"],
        _counts,
        now=now,
        ns=list(range(len(spans))),
        holders=[s.holder_id for s in spans],
        templates=[s.template for s in spans],
        since=[s.since for s in spans],
        until=[s.until for s in spans],
        buts=[s.but for s in spans],
    )


def ask_held(
    wanted: Sequence[tuple[bytes, uuid.UUID | None]], now: dt.datetime
) -> Ask[dict[int, int]]:
    """Place of each (code, the asker's own hold) -> uses that open holds of others have."""
    return Ask(
        SQL["count_held"],
        _counts,
        now=now,
        ns=list(range(len(wanted))),
        digests=[w[0] for w in wanted],
        buts=[w[1] for w in wanted],
    )


def _counts(rows: Sequence[Any]) -> dict[int, int]:
    return {row[0]: row[1] for row in rows}


async def are_kept(tx: Tx, hold_id: uuid.UUID, digests: Sequence[bytes], now: dt.datetime) -> bool:
    """Lock the codes: each still has a use for the hold; False: somebody else has one by now.

    Whoever wanted it found the hold overdue, while the asker had found it open before.
    """
    if not digests:
        return True
    rows = list((await lock(tx, digests)).values())  # a shared code has none
    held = await tx.ask(ask_held([(row.digest, hold_id) for row in rows], now))
    return all(row.used + held[place] < row.uses_max for place, row in enumerate(rows))


async def move_uses(
    tx: Tx, holder_id: uuid.UUID, purchase_id: uuid.UUID, new_holder: uuid.UUID
) -> None:
    """A purchase was claimed: the coupons used on it count as the member's."""
    await tx.run(
        SQL["update_uses_holder"], holder=holder_id, purchase=purchase_id, new_holder=new_holder
    )


async def hold(tx: Tx, holds: Sequence[tuple[bytes, uuid.UUID, dt.datetime]]) -> None:
    """Open holds (digest, hold, until when) each have one use of a locked coupon."""
    if holds:
        await tx.later(
            SQL["insert_holds"],
            len(holds),
            digests=[h[0] for h in holds],
            holds=[h[1] for h in holds],
            dues=[h[2] for h in holds],
        )


async def extend(tx: Tx, holds: Sequence[tuple[bytes, uuid.UUID, dt.datetime]]) -> None:
    """Open holds have their use until another instant."""
    if holds:
        await tx.later(
            SQL["update_hold_dues"],
            None,
            digests=[h[0] for h in holds],
            holds=[h[1] for h in holds],
            dues=[h[2] for h in holds],
        )


async def unhold(tx: Tx, holds: Sequence[Hold]) -> None:
    """Holds are captured, released or over; one that is not there any more is passed over."""
    if holds:
        await tx.later(
            SQL["delete_holds"],
            None,
            digests=[h[0] for h in holds],
            holds=[h[1] for h in holds],
        )


async def issue(tx: Tx, secret: bytes, coupons: Sequence[NewCoupon], now: dt.datetime) -> None:
    """Put personal coupons into their members' lists; `code_of` tells their codes."""
    await insert(tx, [coded(secret, one) for one in coupons], now)


class Coded(NamedTuple):
    """A personal coupon to be written, with what is stored of its code."""

    coupon: NewCoupon
    digest: bytes
    tail: str


def coded(secret: bytes, coupon: NewCoupon) -> Coded:
    """The coupon with what is stored of its code."""
    code = code_of(secret, coupon.coupon_id)
    return Coded(coupon, codes.digest(secret, code), codes.tail(code))


async def insert(tx: Tx, made: Sequence[Coded], now: dt.datetime) -> None:
    """`issue`, when it is known by what they will be found."""
    if made:
        coupons = [one.coupon for one in made]
        await tx.later(
            SQL["insert_coupons"],
            len(coupons),
            digests=[one.digest for one in made],
            coupons=[c.coupon_id for c in coupons],
            templates=[c.template for c in coupons],
            tails=[one.tail for one in made],
            holders=[c.holder_id for c in coupons],
            ops=[c.origin_op for c in coupons],
            rules=[c.rule for c in coupons],
            from_ats=[c.from_at for c in coupons],
            until_ats=[c.until_at for c in coupons],
            uses_max=[c.uses_max for c in coupons],
            issued=[now] * len(coupons),
        )


def code_of(secret: bytes, coupon_id: uuid.UUID) -> str:
    """The code of a personal coupon, normalised."""
    return codes.derive(secret, coupon_id.bytes)


async def void(tx: Tx, digests: Iterable[bytes], at: Moment) -> None:
    """Locked coupons are void by hand from now on; `at` None: they are good again."""
    wanted = list(digests)
    if wanted:
        await tx.later(SQL["update_voided"], len(wanted), digests=wanted, voided_at=at)


class Standing(NamedTuple):
    """How a locked coupon stands towards the purchase that gave it; see CouponRow."""

    digest: bytes
    voided_at: Moment
    taken_by: uuid.UUID | None


async def take(tx: Tx, standings: Sequence[Standing]) -> None:
    """Locked coupons are taken back, or given again, by what became of what gave them."""
    if standings:
        await tx.later(
            SQL["update_taken"],
            len(standings),
            "a locked coupon vanished",
            digests=[s.digest for s in standings],
            voided=[s.voided_at for s in standings],
            taken=[s.taken_by for s in standings],
        )


async def recover(tx: Tx, uses: Sequence[Use]) -> None:
    """Which operation has taken units for uses, by their `recovery`."""
    if uses:
        await tx.later(
            SQL["update_recoveries"],
            len(uses),
            "a use of a locked coupon vanished",
            holders=[u.holder_id for u in uses],
            templates=[u.template for u in uses],
            occurred=[u.occurred_at for u in uses],
            purchases=[u.purchase_id for u in uses],
            positions=[u.position for u in uses],
            recoveries=[u.recovery for u in uses],
        )


def ask_open(
    holders: Iterable[uuid.UUID], at: dt.datetime
) -> Ask[dict[uuid.UUID, list[CouponRow]]]:
    """holder -> coupons in their lists that are neither void nor used up nor over, oldest first."""
    wanted = list(holders)

    def read(rows: Sequence[Any]) -> dict[uuid.UUID, list[CouponRow]]:
        found: dict[uuid.UUID, list[CouponRow]] = {holder: [] for holder in wanted}
        for row in rows:
            found[row[5]].append(CouponRow(*row))
        return found

    return Ask(SQL["list_open"], read, holders=wanted, at=at)


async def of_members(
    tx: Tx, holders: Iterable[uuid.UUID], at: dt.datetime
) -> dict[uuid.UUID, list[CouponRow]]:
    """`ask_open`, asked."""
    return await tx.ask(ask_open(holders, at))


async def page_of_member(
    tx: Tx,
    holder_id: uuid.UUID,
    before: tuple[dt.datetime, uuid.UUID],
    limit: int,
    hidden: Collection[str] = (),
) -> list[CouponRow]:
    """Coupons of one list, newest first, that come after the position (issued_at, coupon_id).

    Without those of the hidden templates.
    """
    rows = await tx.rows(
        SQL["list_page"],
        holder=holder_id,
        issued_at=before[0],
        coupon=before[1],
        limit=limit,
        hidden=list(hidden),
    )
    return [CouponRow(*row) for row in rows]


async def issued_by(tx: Tx, operations: Sequence[tuple[uuid.UUID, uuid.UUID]]) -> list[CouponRow]:
    """What purchases or operations (holder, id) gave, in the order they were issued."""
    rows = await tx.rows(
        SQL["list_issued"],
        holders=[o[0] for o in operations],
        ops=[o[1] for o in operations],
    )
    return [CouponRow(*row) for row in rows]


def _by_digest(rows: Sequence[Any]) -> dict[bytes, CouponRow]:
    return {row[0]: CouponRow(*row) for row in rows}
