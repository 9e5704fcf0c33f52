"""What a member could use on a cart: each coupon of the list tried on it, units that pay."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec

from service.domain.coupons import store
from service.domain.coupons.types import CouponRow
from service.domain.coupons.validity import span
from service.domain.purchases.basket import COUPONS_MAX
from service.domain.purchases.types import CouponUsable, PointsUsable, Usable
from service.flows.steps import hiding
from service.flows.steps.checkout.checkout import Checkout
from service.flows.steps.checkout.presenting import Code, Coupons, Situation
from service.flows.steps.context import EARLIEST
from service.infra.db import Tx
from service.rules.case import Bought
from service.rules.decide import decide
from service.rules.decision import Decision, Refused
from service.rules.discounts import TooManyCombinations
from service.rules.document import Redeem
from service.rules.facts import Presented
from service.rules.hiding import Hidden
from service.rules.paying import payable, why_not
from service.rules.priced import off_lines

TRIED_MAX: Final = 50  # coupons of one list, those that end first


class Lists:
    """The coupons in the lists of the baskets' members."""

    def __init__(self, situations: Sequence[Situation], coupons: Coupons) -> None:
        self._coupons = coupons
        self._places = {s.member_id: n for n, s in enumerate(situations)}
        self._situations = situations

    @classmethod
    def empty(cls) -> "Lists":
        """Nobody has any."""
        return cls([], Coupons([], {}, EARLIEST))

    def of(self, member_id: uuid.UUID) -> list[tuple[CouponRow, Presented]]:
        """Each coupon with how the rules would see it, were it presented."""
        place = self._places.get(member_id)
        if place is None:
            return []
        rows = [self._coupons.row(code) for code in self._situations[place].codes]
        facts = self._coupons.facts(place)
        return [(row, one) for row, one in zip(rows, facts, strict=True) if row is not None]


async def lists(tx: Tx, items: Sequence[Checkout]) -> Lists:
    """Load the lists of the members among the baskets."""
    now = tx.now or EARLIEST
    members = {item.member_id: item for item in items if item.member_id is not None}
    found = await store.of_members(tx, list(members), now) if members else {}
    situations: list[Situation] = []
    rows: dict[bytes, CouponRow] = {}
    for member_id, listed in found.items():
        item = members[member_id]
        soonest = sorted(listed, key=lambda row: _end(item, row))[:TRIED_MAX]
        rows |= {row.digest: row for row in soonest}
        situations.append(_each(item, soonest))
    coupons = Coupons(situations, rows, now)
    await tx.ask_all(coupons.questions)
    return Lists(situations, coupons)


def _each(item: Checkout, listed: Sequence[CouponRow]) -> Situation:
    """Each of them beside what the basket presents; a hold it names is given up for that."""
    presented = item.decided.facts.coupons if item.is_decided else ()
    return Situation(
        program=item.program,
        member_id=item.member_id,
        at=item.occurred_at,
        codes=tuple(Code(f"{n}", row.digest) for n, row in enumerate(listed)),
        hold_id=item.hold.hold_id if item.hold else None,
        apart=True,
        before=Counter(one.template for one in presented if one.template and one.why is None),
    )


_FAR: Final = dt.datetime(3000, 1, 1, tzinfo=dt.UTC)


def _end(item: Checkout, row: CouponRow) -> tuple[dt.datetime, dt.datetime]:
    compiled = item.program.coupons.get(row.template)
    end = row.until_at if compiled is None else span(compiled.template, row)[1]
    return (end or _FAR, row.issued_at)


def usable(item: Checkout, known: Lists) -> Usable:
    """What could be used on the decided basket."""
    if item.member_id is None:
        return Usable()
    coupons: tuple[CouponUsable, ...] = ()
    hidden = hiding.of_facts(item.program, item.decided.facts)
    listed = [one for one in known.of(item.member_id) if one[0].template not in hidden.coupons]
    if listed:
        presented = {row.digest for row, _ in item.coupons if row is not None}
        coupons = tuple(
            _cut(_coupon(item, row, fact, is_presented=row.digest in presented), hidden)
            for row, fact in listed
        )
    return Usable(coupons=coupons, points=_points(item) if item.program.pays else {})


def _cut(shown: CouponUsable, hidden: Hidden) -> CouponUsable:
    """What excludes it is told if that may be."""
    named = shown.by is not None and (shown.by in hidden.rules or shown.by in hidden.coupons)
    return msgspec.structs.replace(shown, by=None) if named else shown


def _coupon(item: Checkout, row: CouponRow, fact: Presented, *, is_presented: bool) -> CouponUsable:
    compiled = item.program.coupons.get(row.template)
    until_at = row.until_at if compiled is None else span(compiled.template, row)[1]
    shown = CouponUsable(
        id=row.coupon_id,
        template=row.template,
        title=compiled.template.title if compiled else {},
        until_at=until_at,
        presented=is_presented,
    )
    if is_presented:
        return shown
    if fact.why is not None:
        return msgspec.structs.replace(shown, reason=fact.why)
    return _tried(item, fact, shown)


def _tried(item: Checkout, fact: Presented, shown: CouponUsable) -> CouponUsable:
    """The basket decided once more with the coupon in it."""
    facts, before = item.decided.facts, item.decided.decision
    position = len(facts.coupons)
    if position >= COUPONS_MAX:
        return msgspec.structs.replace(shown, reason="too_many")
    more = msgspec.structs.replace(facts, coupons=(*facts.coupons, fact))
    try:
        after = decide(item.program, item.cart, more)
    except TooManyCombinations:
        return msgspec.structs.replace(shown, reason="too_many")
    if position not in after.coupons:
        lost = next((one for one in after.not_applied if one.coupon == position), None)
        reason = lost.reason if lost is not None else Refused.NO_EFFECT
        return msgspec.structs.replace(shown, reason=reason, by=lost.by if lost else None)
    return msgspec.structs.replace(
        shown, discount=after.taken_off() - before.taken_off(), earns=_more(before, after)
    )


def _more(before: Decision, after: Decision) -> dict[str, int]:
    """By how much each wallet earns more, or less."""
    old, new = before.earned(), after.earned()
    changes = {wallet: new.get(wallet, 0) - old.get(wallet, 0) for wallet in {**old, **new}}
    return {wallet: units for wallet, units in changes.items() if units}


def _points(item: Checkout) -> dict[str, PointsUsable]:
    books, program, decision = item.work.books, item.program, item.decided.decision
    bought = Bought(item.cart, program.terms, off=enumerate(off_lines(item.cart, decision)))
    found = {}
    for name in program.pays:
        wallet = program.wallets[name]
        book = books.get(wallet.number)
        if wallet.redeem is not None and book is not None:
            available = max(0, book.available)
            found[name] = _of_wallet(item, name, wallet.redeem, available, bought)
    return found


def _of_wallet(
    item: Checkout, wallet: str, redeem: Redeem, available: int, bought: Bought
) -> PointsUsable:
    """The most that may be paid, and if that is nothing, why."""
    others = item.decided.decision.paid
    if any(one.wallet == wallet for one in others):
        others = tuple(one for one in others if one.wallet != wallet)
        without = msgspec.structs.replace(item.decided.decision, paid=others)
        off = enumerate(off_lines(item.cart, without))
        bought = Bought(item.cart, item.program.terms, off=off)
    most = payable(item.program, bought, others, wallet, available)
    reason = None
    if not most:
        rich = payable(item.program, bought, others, wallet, max(available, redeem.least) * 1000)
        reason = Refused.NOT_ENOUGH if rich else why_not(redeem, redeem.least, redeem.least, 0)
    return PointsUsable(
        available=available,
        least=redeem.least,
        most=most,
        step=redeem.step,
        value=redeem.worth(most),
        reason=reason,
    )
