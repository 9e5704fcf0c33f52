"""Tiers in the database."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple

from service.domain.tiers.types import FloorRow, Step
from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask
from service.rules.document import Ladder, QualifyBy

SQL: Final = load("tiers")
_BEGINNING: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

Key = tuple[uuid.UUID, int]  # holder, ladder number


def ask_open_steps(holders: Iterable[uuid.UUID]) -> Ask[dict[Key, list[Step]]]:
    """The open interval per holder and ladder; none for those at the start."""
    return Ask(
        SQL["list_open_steps"],
        lambda rows: {(row[0], row[1]): [Step(*row[2:])] for row in rows},
        holders=list(holders),
    )


async def steps(tx: Tx, holders: Iterable[uuid.UUID]) -> dict[Key, list[Step]]:
    """All intervals in order."""
    rows = await tx.rows(SQL["list_steps"], holders=list(holders))
    found: defaultdict[Key, list[Step]] = defaultdict(list)
    for row in rows:
        found[row[0], row[1]].append(Step(*row[2:]))
    return found


def ask_floors(holders: Iterable[uuid.UUID]) -> Ask[dict[Key, list[FloorRow]]]:
    """All floors, past ones too."""
    return Ask(SQL["list_floors"], _floors, holders=list(holders))


def _floors(rows: Sequence[Any]) -> dict[Key, list[FloorRow]]:
    found: defaultdict[Key, list[FloorRow]] = defaultdict(list)
    for row in rows:
        found[row[0], row[1]].append(FloorRow(*row[2:]))
    return found


Question = tuple[uuid.UUID, int, dt.datetime | None, dt.datetime]  # holder, wallet, since, until


class Total(NamedTuple):
    """What counts in a window, and the first instant that does; None: nothing does."""

    total: int
    first: dt.datetime | None


def ask_wallet_totals(questions: Sequence[Question]) -> Ask[list[Total]]:
    """One total per question: units of the wallet with occurred_at in (since, until]."""
    return Ask(
        SQL["list_wallet_totals"],
        lambda rows: [Total(row[1], row[2]) for row in sorted(rows, key=itemgetter(0))],
        n=list(range(len(questions))),
        holders=[q[0] for q in questions],
        wallets=[q[1] for q in questions],
        since=[q[2] or _BEGINNING for q in questions],
        until=[q[3] for q in questions],
    )


def ask_purchase_totals(questions: Sequence[Question]) -> Ask[list[tuple[Total, Total]]]:
    """One (spend, visits) per question; the wallet of the question is not looked at."""
    return Ask(
        SQL["list_purchase_totals"],
        lambda rows: [
            (Total(row[1], row[3]), Total(row[2], row[3]))
            for row in sorted(rows, key=itemgetter(0))
        ],
        n=list(range(len(questions))),
        holders=[q[0] for q in questions],
        since=[q[2] or _BEGINNING for q in questions],
        until=[q[3] for q in questions],
    )


Contributions = dict[Key, list[tuple[dt.datetime, int]]]


async def wallet_contributions(
    tx: Tx, holders: Iterable[uuid.UUID], wallets: Iterable[int]
) -> Contributions:
    """(holder, wallet number) -> (occurred_at, units), for a replay."""
    rows = await tx.rows(
        SQL["list_wallet_contributions"], holders=list(holders), wallets=list(wallets)
    )
    found: defaultdict[Key, list[tuple[dt.datetime, int]]] = defaultdict(list)
    for row in rows:
        found[row[0], row[1]].append((row[2], row[3]))
    return found


async def purchase_contributions(
    tx: Tx, holders: Iterable[uuid.UUID]
) -> dict[uuid.UUID, list[tuple[dt.datetime, int]]]:
    """holder -> (occurred_at, net) of purchases not fully returned."""
    rows = await tx.rows(SQL["list_purchase_contributions"], holders=list(holders))
    found: defaultdict[uuid.UUID, list[tuple[dt.datetime, int]]] = defaultdict(list)
    for row in rows:
        found[row[0]].append((row[1], row[2]))
    return found


class Rewrite:
    """Intervals to replace: the difference between what is stored and what is now known."""

    __slots__ = ("added", "removed")

    def __init__(self) -> None:
        self.removed: list[tuple[uuid.UUID, int, dt.datetime]] = []
        self.added: list[tuple[uuid.UUID, int, Step, dt.datetime]] = []

    def replace(
        self, key: Key, old: Sequence[Step], new: Sequence[Step], recorded_at: dt.datetime
    ) -> None:
        """Keep what is the same, take out and put in the rest."""
        before: Mapping[dt.datetime, Step] = {step.from_at: step for step in old}
        after = {step.from_at: step for step in new}
        for from_at, step in before.items():
            if after.get(from_at) != step:
                self.removed.append((*key, from_at))
        for from_at, step in after.items():
            if before.get(from_at) != step:
                self.added.append((*key, step, recorded_at))


async def write_steps(tx: Tx, rewrite: Rewrite) -> None:
    """Write the difference, removals first."""
    if rewrite.removed:
        await tx.later(
            SQL["delete_steps"],
            None,
            holders=[r[0] for r in rewrite.removed],
            ladders=[r[1] for r in rewrite.removed],
            from_ats=[r[2] for r in rewrite.removed],
        )
    if rewrite.added:
        await tx.later(
            SQL["insert_steps"],
            len(rewrite.added),
            holders=[a[0] for a in rewrite.added],
            ladders=[a[1] for a in rewrite.added],
            from_ats=[a[2].from_at for a in rewrite.added],
            until_ats=[a[2].until_at for a in rewrite.added],
            tiers=[a[2].tier for a in rewrite.added],
            valid=[a[2].valid_until for a in rewrite.added],
            dues=[a[2].due_at for a in rewrite.added],
            recorded=[a[3] for a in rewrite.added],
        )


FloorKey = tuple[uuid.UUID, int, FloorRow]  # holder, ladder number, floor


async def add_floors(tx: Tx, added: Sequence[FloorKey]) -> None:
    """Write floors set by purchases."""
    await tx.later(
        SQL["insert_floors"],
        len(added),
        holders=[a[0] for a in added],
        ladders=[a[1] for a in added],
        purchases=[a[2].purchase_id for a in added],
        rules=[a[2].rule for a in added],
        from_ats=[a[2].from_at for a in added],
        until_ats=[a[2].until_at for a in added],
        tiers=[a[2].tier for a in added],
    )


async def remove_floors(tx: Tx, removed: Sequence[FloorKey]) -> None:
    """Take out floors whose purchase no longer earns them."""
    await tx.run(
        SQL["delete_floors"],
        holders=[r[0] for r in removed],
        purchases=[r[2].purchase_id for r in removed],
        ladders=[r[1] for r in removed],
        rules=[r[2].rule for r in removed],
    )


_BY: Final = {QualifyBy.WALLET: 1, QualifyBy.SPEND: 2, QualifyBy.VISITS: 3}


async def count_moving(
    tx: Tx, new: Ladder, wallet: int, since: dt.datetime | None, old: Sequence[int]
) -> int:
    """Members whose total of now stands at another rank by the new thresholds than by the old."""
    count: int = await tx.value(
        SQL["count_moving"],
        by=_BY[new.qualify.by],
        wallet=wallet,
        since=since,
        old=list(old),
        new=[tier.threshold for tier in new.tiers],
    )
    return count
