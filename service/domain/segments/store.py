"""Segments of members in the database. Written under the lock of the member."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask

SQL: Final = load("segments")
Open = dict[uuid.UUID, dict[int, dt.datetime]]  # holder -> segment number -> since when
_LOWEST: Final = uuid.UUID(int=0)


class Check(NamedTuple):
    """When a member is to be looked at next (None: not by time), and up to when they were.

    `is_marked`: something happened to them since, so the present is to be looked at too.
    """

    due_at: dt.datetime | None
    checked_at: dt.datetime | None
    is_marked: bool = False


class Change(NamedTuple):
    """A member begins to belong to a segment, or ends; `until`: it began, and is over already."""

    holder_id: uuid.UUID
    segment: int
    at: dt.datetime
    until: dt.datetime | None = None


def ask_open(holder_ids: Collection[uuid.UUID]) -> Ask[Open]:
    """What members belong to; who belongs to nothing is not there."""

    def read(rows: Sequence[Any]) -> Open:
        found: Open = {}
        for holder_id, segment, from_at in rows:
            found.setdefault(holder_id, {})[segment] = from_at
        return found

    return Ask(SQL["list_open_segments"], read, holders=list(holder_ids))


def ask_checks(holder_ids: Collection[uuid.UUID]) -> Ask[dict[uuid.UUID, Check]]:
    """When members were looked at; who never was is not there."""
    return Ask(
        SQL["list_checks"],
        lambda rows: {row[0]: Check(row[1], row[2], row[3]) for row in rows},
        holders=list(holder_ids),
    )


async def enter(tx: Tx, changes: Sequence[Change], now: dt.datetime) -> None:
    """They belong to it from then on, or did for a while."""
    if changes:
        holders, segments, froms, untils = zip(*changes, strict=True)
        await tx.run(
            SQL["insert_segment_spans"],
            holders=holders,
            segments=segments,
            froms=froms,
            untils=untils,
            now=now,
        )


async def leave(tx: Tx, changes: Sequence[Change]) -> None:
    """They do not any more."""
    if changes:
        holders, segments, untils, _ = zip(*changes, strict=True)
        await tx.run(SQL["update_segment_ends"], holders=holders, segments=segments, untils=untils)


async def checked(tx: Tx, checks: Collection[tuple[uuid.UUID, Check]]) -> None:
    """They were looked at up to then."""
    if checks:
        await tx.run(
            SQL["insert_checks"],
            holders=[holder_id for holder_id, _ in checks],
            dues=[check.due_at for _, check in checks],
            checked=[check.checked_at for _, check in checks],
            marked=[check.is_marked for _, check in checks],
        )


async def mark(tx: Tx, holder_ids: Collection[uuid.UUID], at: dt.datetime) -> None:
    """Something happened to them: they are to be looked at from then on, up to the present."""
    await _due(tx, holder_ids, at, is_marked=True)


async def _due(
    tx: Tx, holder_ids: Collection[uuid.UUID], at: dt.datetime, *, is_marked: bool
) -> None:
    if holder_ids:
        wanted = sorted(set(holder_ids))
        dues = [at] * len(wanted)
        await tx.run(SQL["insert_marks"], holders=wanted, dues=dues, marked=is_marked)


async def forget(tx: Tx, holder_ids: Collection[uuid.UUID]) -> None:
    """They are not looked at any more: somebody else is them now, or nobody."""
    if holder_ids:
        await tx.run(SQL["update_checks_off"], holders=list(holder_ids))


async def leave_all(tx: Tx, holder_ids: Collection[uuid.UUID], at: dt.datetime) -> None:
    """They belong to none from then on, and are not looked at any more."""
    await tx.run(SQL["update_all_ends"], holders=list(holder_ids), at=at)
    await forget(tx, holder_ids)


async def lock_due(tx: Tx, now: dt.datetime, limit: int) -> list[uuid.UUID]:
    """Members to be looked at whom nobody else looks at this moment, the longest due first."""
    return [row[0] for row in await tx.rows(SQL["lock_due_checks"], now=now, limit=limit)]


async def swept(tx: Tx) -> set[int]:
    """Program versions after which everybody was marked."""
    return {row[0] for row in await tx.rows(SQL["list_sweeps_done"])}


async def sweep(tx: Tx, version: int, at: dt.datetime, now: dt.datetime, part: int) -> int:
    """Mark the next members of a version's sweep; answers how many, 0 when somebody else is at it.

    After a crash it goes on where it was: place and marks are written together.
    """
    await tx.run(SQL["insert_sweep"], version=version, now=now)
    rows = await tx.rows(SQL["lock_sweep"], version=version)
    if not rows or rows[0][1] is not None:
        return 0
    after = rows[0][0] or _LOWEST
    found = [row[0] for row in await tx.rows(SQL["list_members_after"], after=after, limit=part)]
    await _due(tx, found, at, is_marked=False)
    last = found[-1] if found else after
    done_at = None if len(found) == part else now
    await tx.run(SQL["update_sweep"], version=version, after=last, done_at=done_at)
    return len(found)
