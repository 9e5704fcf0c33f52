"""Activities in the database."""

import datetime as dt
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from service.domain.activities.content import FP_VERSION
from service.domain.activities.types import Activity, Attributes
from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask
from service.kernel.actor import Actor

SQL: Final = load("activities")
_BEGINNING: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_encode: Final = msgspec.json.Encoder().encode
_attributes: Final = msgspec.json.Decoder(Attributes).decode

NaturalKey = tuple[str, str]  # source, external_id
Position = tuple[dt.datetime, uuid.UUID]  # occurred_at, activity


class Key(NamedTuple):
    """A natural key as stored."""

    activity_id: uuid.UUID
    fp: bytes


def ask_keys(wanted: Sequence[NaturalKey]) -> Ask[dict[NaturalKey, Key]]:
    """Ask for the natural keys that exist."""
    return Ask(
        SQL["list_keys"],
        lambda rows: {(row[0], row[1]): Key(row[2], row[3]) for row in rows},
        sources=[k[0] for k in wanted],
        external_ids=[k[1] for k in wanted],
    )


async def claim_keys(
    tx: Tx, wanted: Sequence[tuple[NaturalKey, uuid.UUID, uuid.UUID, bytes]]
) -> set[NaturalKey]:
    """Claim (key, activity, holder, fingerprint) for ever; answers those that were free."""
    rows = await tx.rows(
        SQL["insert_keys"],
        sources=[w[0][0] for w in wanted],
        external_ids=[w[0][1] for w in wanted],
        activities=[w[1] for w in wanted],
        holders=[w[2] for w in wanted],
        fps=[w[3] for w in wanted],
        fp_version=FP_VERSION,
    )
    return {(row[0], row[1]) for row in rows}


async def insert(tx: Tx, added: Sequence[tuple[Activity, Actor]]) -> None:
    """Write activities that were told by these actors."""
    rows = [activity for activity, _ in added]
    await tx.later(
        SQL["insert_activities"],
        len(added),
        holders=[a.holder_id for a in rows],
        occurred=[a.occurred_at for a in rows],
        activities=[a.activity_id for a in rows],
        names=[a.name for a in rows],
        sources=[a.source for a in rows],
        external_ids=[a.external_id for a in rows],
        attributes=[_encode(a.attributes).decode() for a in rows],
        conflicts=[a.identifier_conflict for a in rows],
        recorded=[a.recorded_at for a in rows],
        actor_kinds=[int(actor.kind) for _, actor in added],
        actors=[actor.id for _, actor in added],
        homes=[a.home_id for a in rows],
    )


async def by_ids(tx: Tx, wanted: Iterable[uuid.UUID]) -> dict[uuid.UUID, Activity]:
    """Activities by id."""
    rows = await tx.rows(SQL["list_activities"], activities=list(wanted))
    return {row["activity_id"]: _activity(row) for row in rows}


async def of_member(tx: Tx, member_id: uuid.UUID, before: Position, limit: int) -> list[Activity]:
    """So many of a member's, newest first, those after the position."""
    rows = await tx.rows(
        SQL["list_of_member"],
        member=member_id,
        before_at=before[0],
        before_activity=before[1],
        limit=limit,
    )
    return [_activity(row) for row in rows]


async def give(
    tx: Tx,
    member_id: uuid.UUID,
    since: Mapping[uuid.UUID, dt.datetime],
    moved_by: uuid.UUID | None = None,
) -> list[tuple[uuid.UUID, Activity]]:
    """What these holders did since then is the member's; (whose it was, it), oldest first.

    All of them are locked. `moved_by`: the operation that brings it from another member.
    """
    rows = await tx.rows(
        SQL["update_moved"],
        member=member_id,
        moved_by=moved_by,
        holders=list(since),
        since=list(since.values()),
    )
    given = [(row["was"], _activity(row)) for row in rows]
    if given:
        await tx.run(
            SQL["update_moved_keys"],
            member=member_id,
            sources=[activity.source for _, activity in given],
            external_ids=[activity.external_id for _, activity in given],
        )
    return sorted(given, key=lambda one: (one[1].occurred_at, one[1].activity_id))


def _activity(row: Any) -> Activity:
    return Activity(
        holder_id=row["holder_id"],
        is_members=row["is_members"],
        activity_id=row["activity_id"],
        name=row["name"],
        source=row["source"],
        external_id=row["external_id"],
        attributes=_attributes(row["attributes"]),
        identifier_conflict=row["identifier_conflict"],
        occurred_at=row["occurred_at"],
        recorded_at=row["recorded_at"],
    )


class WindowAsked(msgspec.Struct, frozen=True):
    """Activities of one name of one holder, both ends exclusive; `since` None: ever.

    `attribute`: only those that have it with exactly this value.
    """

    holder_id: uuid.UUID
    since: dt.datetime | None
    until: dt.datetime
    name: str
    attribute: tuple[str, str | int | bool] | None = None


class Done(NamedTuple):
    """How often it was done in a window, and the first time that counts; None: not at all."""

    times: int
    first: dt.datetime | None


def ask_windows(asked: Sequence[WindowAsked]) -> Ask[dict[int, Done]]:
    """What each window holds, by its place in `asked`."""
    wanted = [a.attribute for a in asked]
    return Ask(
        SQL["list_windows"],
        lambda rows: {row[0]: Done(row[1], row[2]) for row in rows},
        n=list(range(len(asked))),
        holders=[a.holder_id for a in asked],
        since=[a.since or _BEGINNING for a in asked],
        until=[a.until for a in asked],
        names=[a.name for a in asked],
        attributes=[None if one is None else one[0] for one in wanted],
        values=[None if one is None else _encode(one[1]).decode() for one in wanted],
    )
