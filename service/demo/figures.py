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
    """`issued` and `lapsed` in the week, `outstanding` and members `by_tier` at its end."""

    ends_at: dt.datetime
    issued: int
    lapsed: int
    outstanding: int
    by_tier: tuple[int, ...]


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


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """Money in minor units; tiers from the lowest, with how many stand there now."""

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
        weeks = await _weeks(tx, ladder, start, now, units)
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
            rules=await _rules(tx, document, wallet),
            budgets=await _budgets(tx, document),
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


async def _weeks(
    tx: Tx, ladder: Ladder, start: dt.datetime, now: dt.datetime, units: Units
) -> tuple[Week, ...]:
    """Every week from the start on; the last one ends now."""
    count = (now - start) // WEEK + 1
    ends = [min(start + (n + 1) * WEEK, now) for n in range(count)]
    tiers = await _by_tier(tx, ladder, ends)
    outstanding = itertools.accumulate(sum(units.get(n, {}).values()) for n in range(count))
    return tuple(
        Week(
            ends_at=ends[n],
            issued=units.get(n, {}).get(Reason.EARNED, 0),
            lapsed=-units.get(n, {}).get(Reason.EXPIRED, 0),
            outstanding=left,
            by_tier=tiers[n],
        )
        for n, left in enumerate(outstanding)
    )


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


class _Decision(msgspec.Struct, frozen=True):
    """What is asked of a stored decision."""

    credits: tuple[_Credit, ...] = ()


_decision: Final = msgspec.msgpack.Decoder(_Decision).decode


async def _rules(tx: Tx, document: Document, wallet: Wallet) -> tuple[RuleFigure, ...]:
    """The rules that gave most, first."""
    points: collections.Counter[tuple[str, str]] = collections.Counter()
    fired: collections.Counter[tuple[str, str]] = collections.Counter()
    async for row in tx.connection.cursor(SQL["list_decisions"].text, prefetch=_ROWS_AT_ONCE):
        for credit in _decision(row[0]).credits:
            if credit.wallet == wallet.id:
                key = (credit.campaign, credit.rule)
                points[key] += credit.points
                fired[key] += 1
    titles = {c.id: _title(c.title, c.id) for c in document.campaigns}
    total = max(points.total(), 1)
    return tuple(
        RuleFigure(
            campaign=titles.get(campaign, campaign),
            rule=rule,
            points=given,
            purchases=fired[campaign, rule],
            share_permille=given * 1000 // total,
        )
        for (campaign, rule), given in points.most_common()
    )


async def _budgets(tx: Tx, document: Document) -> tuple[BudgetFigure, ...]:
    titles = {c.id: _title(c.title, c.id) for c in document.campaigns}
    return tuple(
        BudgetFigure(titles.get(campaign, campaign), cap, cap - remaining)
        for campaign, cap, remaining in await tx.rows(SQL["list_budgets"])
    )
