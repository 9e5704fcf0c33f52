"""What came of the year, asked of the database: the ledger, the tiers, the stored decisions."""

import bisect
import collections
import datetime as dt
import itertools
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from service.domain.wallets.types import Reason
from service.infra.db import Database, Tx
from service.infra.sql import load
from service.rules.document import Document, Ladder, Texts, Wallet

SQL: Final = load("demo")
WEEK: Final = dt.timedelta(weeks=1)
_ROWS_AT_ONCE: Final = 5_000
LANGUAGE: Final = "en"


class Week(msgspec.Struct, frozen=True):
    """`issued`, `lapsed` and `coupons` used in the week, `outstanding` and `by_tier` at its end."""

    ends_at: dt.datetime
    issued: int
    lapsed: int
    outstanding: int
    by_tier: tuple[int, ...]
    coupons: int = 0


class RuleFigure(msgspec.Struct, frozen=True):
    """What a rule gave in the spendable wallet: points, in how many purchases, and the share."""

    campaign: str
    rule: str
    points: int
    purchases: int
    share_permille: int


class BudgetFigure(msgspec.Struct, frozen=True):
    """A budget and what was taken of it."""

    campaign: str
    cap: int
    taken: int


class CouponFigure(msgspec.Struct, frozen=True):
    """The coupons of a template: how many were used, and what they were worth, minor units."""

    title: str
    used: int
    worth: int


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Money in minor units; tiers from the lowest, with how many stand there now.

    `coupons`: those that were used most first; `coupons_refused`: reason -> how many.
    """

    now: dt.datetime
    currency: str
    wallet: str
    members: int
    purchases: int
    net: int
    issued: int
    lapsed: int
    outstanding: int
    pending: int
    weeks: tuple[Week, ...]
    tiers: tuple[str, ...]
    rules: tuple[RuleFigure, ...]
    budgets: tuple[BudgetFigure, ...]
    coupons: tuple[CouponFigure, ...] = ()
    coupons_refused: dict[str, int] = {}


async def today(db: Database) -> dt.datetime:
    """The start of the day by PostgreSQL's clock."""
    async with db.reading() as tx:
        found: dt.datetime = await tx.value(SQL["get_today"])
    return found


async def figures(db: Database, document: Document, start: dt.datetime) -> Figures:
    """All figures in one snapshot. `start`: when the first week begins."""
    wallet = next(w for w in document.wallets if not w.qualifying)
    ladder = document.ladders[0]
    async with db.transaction(repeatable=True) as tx:
        (_, now), *_ = await tx.rows(SQL["get_today"])
        (members, purchases, net), *_ = await tx.rows(SQL["get_totals"])
        (posted, pending), *_ = await tx.rows(SQL["get_balance"], wallet=wallet.number)
        units = await _units(tx, wallet, start)
        uses = await tx.rows(SQL["list_weekly_coupons"], start=start)
        weeks = await _weeks(tx, ladder, start, now, units, uses)
        given = await _given(tx, wallet)
        return Figures(
            now=now,
            currency=document.program.currency,
            wallet=_title(wallet.title, wallet.id),
            members=members,
            purchases=purchases,
            net=net,
            issued=sum(week.issued for week in weeks),
            lapsed=sum(week.lapsed for week in weeks),
            outstanding=posted,
            pending=pending,
            weeks=weeks,
            tiers=tuple(_title(tier.title, tier.id) for tier in ladder.tiers),
            rules=_rules(document, given),
            budgets=await _budgets(tx, document),
            coupons=_coupons(document, uses, given.worth),
            coupons_refused=dict(given.refused.most_common()),
        )


def _title(texts: Texts, otherwise: str) -> str:
    return texts.get(LANGUAGE, otherwise)


Units = Mapping[int, Mapping[int, int]]  # week -> reason -> units


async def _units(tx: Tx, wallet: Wallet, start: dt.datetime) -> Units:
    found: dict[int, dict[int, int]] = {}
    for week, reason, amount in await tx.rows(
        SQL["list_weekly_units"], wallet=wallet.number, start=start
    ):
        found.setdefault(week, {})[reason] = amount
    return found


Uses = Sequence[tuple[str, int, int]]  # template, week, how many


async def _weeks(
    tx: Tx, ladder: Ladder, start: dt.datetime, now: dt.datetime, units: Units, uses: Uses
) -> tuple[Week, ...]:
    """Every week from the start on; the last one ends now."""
    coupons: collections.Counter[int] = collections.Counter()
    for _, week, used in uses:
        coupons[week] += used
    count = (now - start) // WEEK + 1
    ends = [min(start + (n + 1) * WEEK, now) for n in range(count)]
    tiers = await _by_tier(tx, ladder, ends)
    outstanding = itertools.accumulate(sum(units.get(n, {}).values()) for n in range(count))
    return tuple(
        Week(
            ends_at=ends[n],
            issued=_issued(units.get(n, {})),
            lapsed=-units.get(n, {}).get(Reason.EXPIRED, 0),
            outstanding=left,
            by_tier=tiers[n],
            coupons=coupons[n],
        )
        for n, left in enumerate(outstanding)
    )


def _issued(units: Mapping[int, int]) -> int:
    """What purchases earned, and what rules gave on other occasions."""
    return units.get(Reason.EARNED, 0) + units.get(Reason.GRANTED, 0)


async def _by_tier(tx: Tx, ladder: Ladder, ends: Sequence[dt.datetime]) -> list[tuple[int, ...]]:
    """How many members stand on each tier at each instant, the lowest first."""
    counts = [[0] * len(ladder.tiers) for _ in ends]
    for row in await tx.rows(SQL["list_enrolments"]):
        for n in range(bisect.bisect_left(ends, row[0]), len(ends)):
            counts[n][0] += 1
    for tier, from_at, until_at in await tx.rows(SQL["list_tier_intervals"], ladder=ladder.number):
        until = len(ends) if until_at is None else bisect.bisect_left(ends, until_at)
        for n in range(bisect.bisect_left(ends, from_at), until):
            counts[n][0] -= 1
            counts[n][ladder.rank(tier)] += 1
    return [tuple(at) for at in counts]


class _Credit(msgspec.Struct, frozen=True, gc=False):
    """What is asked of a stored credit."""

    campaign: str
    rule: str
    wallet: str
    points: int


class _Discounted(msgspec.Struct, frozen=True, gc=False):
    """What is asked of a stored discount: by a coupon `rule` is its template."""

    rule: str
    amount: int
    coupon: int | None = None


class _NotApplied(msgspec.Struct, frozen=True, gc=False):
    """What is asked of something that gave nothing."""

    reason: str
    coupon: int | None = None


class _Decision(msgspec.Struct, frozen=True):
    """What is asked of a stored decision."""

    credits: tuple[_Credit, ...] = ()
    discounts: tuple[_Discounted, ...] = ()
    not_applied: tuple[_NotApplied, ...] = ()


_decision: Final = msgspec.msgpack.Decoder(_Decision).decode


class _Given:
    """Sums over all decisions. By (campaign, rule): `points`, and how often it `fired`.

    `worth` of the coupons by template, minor units; `refused`: coupons by reason.
    """

    def __init__(self) -> None:
        self.points: collections.Counter[tuple[str, str]] = collections.Counter()
        self.fired: collections.Counter[tuple[str, str]] = collections.Counter()
        self.worth: collections.Counter[str] = collections.Counter()
        self.refused: collections.Counter[str] = collections.Counter()


async def _given(tx: Tx, wallet: Wallet) -> _Given:
    given = _Given()
    async for row in tx.connection.cursor(SQL["list_decisions"].text, prefetch=_ROWS_AT_ONCE):
        decision = _decision(row[0])
        for credit in decision.credits:
            if credit.wallet == wallet.id:
                key = (credit.campaign, credit.rule)
                given.points[key] += credit.points
                given.fired[key] += 1
        for discount in decision.discounts:
            if discount.coupon is not None:
                given.worth[discount.rule] += discount.amount
        given.refused.update(one.reason for one in decision.not_applied if one.coupon is not None)
    return given


def _rules(document: Document, given: _Given) -> tuple[RuleFigure, ...]:
    """The rules that gave most, first."""
    titles = {c.id: _title(c.title, c.id) for c in document.campaigns}
    total = max(given.points.total(), 1)
    return tuple(
        RuleFigure(
            campaign=titles.get(campaign, campaign),
            rule=rule,
            points=points,
            purchases=given.fired[campaign, rule],
            share_permille=points * 1000 // total,
        )
        for (campaign, rule), points in given.points.most_common()
    )


def _coupons(document: Document, uses: Uses, worth: Mapping[str, int]) -> tuple[CouponFigure, ...]:
    titles = {template.id: _title(template.title, template.id) for template in document.coupons}
    used: collections.Counter[str] = collections.Counter()
    for template, _, count in uses:
        used[template] += count
    return tuple(
        CouponFigure(titles.get(template, template), count, worth[template])
        for template, count in used.most_common()
    )


async def _budgets(tx: Tx, document: Document) -> tuple[BudgetFigure, ...]:
    titles = {c.id: _title(c.title, c.id) for c in document.campaigns}
    return tuple(
        BudgetFigure(titles.get(campaign, campaign), cap, cap - remaining)
        for campaign, cap, remaining in await tx.rows(SQL["list_budgets"])
    )
