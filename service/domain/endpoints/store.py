"""Endpoints, their leases, tracks and replays in the database."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import asyncpg

from service.domain.endpoints.errors import EndpointNameTaken, EndpointNotFound
from service.domain.endpoints.types import Behind, Due, Endpoint, ReplayRow
from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("endpoints")
COUNTED_MAX: Final = 10_000  # of what was refused, and is shown as so many


async def find(tx: Tx, endpoint_id: uuid.UUID) -> Endpoint:
    """An endpoint by its id; EndpointNotFound."""
    return _there(await tx.maybe(SQL["find_endpoint"], Endpoint, endpoint=endpoint_id))


async def lock(tx: Tx, endpoint_id: uuid.UUID) -> Endpoint:
    """The endpoint under its lock, waiting; EndpointNotFound."""
    return _there(await tx.maybe(SQL["lock_endpoint"], Endpoint, endpoint=endpoint_id))


async def page(tx: Tx, after: str, rows: int) -> list[Endpoint]:
    """Endpoints whose names come after one, by name."""
    return await tx.all(SQL["list_endpoints"], Endpoint, after=after, rows=rows)


async def behind(tx: Tx, endpoint_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Behind]:
    """How far each is behind."""
    ids = list(endpoint_ids)
    found = await tx.all(SQL["list_behind"], Behind, endpoints=ids, counted=COUNTED_MAX)
    return {one.endpoint_id: one for one in found}


async def insert(tx: Tx, endpoint: Endpoint, *, from_first: bool) -> None:
    """A new endpoint with its track; EndpointNameTaken."""
    try:
        await tx.run(
            SQL["insert_endpoint"],
            endpoint=endpoint.endpoint_id,
            name=endpoint.name,
            state=int(endpoint.state),
            url=endpoint.url,
            types=list(endpoint.types),
            channels=list(endpoint.channels),
            in_flight_max=endpoint.in_flight_max,
            format=int(endpoint.format),
            personal=list(endpoint.personal),
            consent=endpoint.consent,
            secret=endpoint.secret,
            at=endpoint.created_at,
        )
    except asyncpg.UniqueViolationError as taken:
        raise EndpointNameTaken(name=endpoint.name) from taken
    await tx.run(SQL["insert_tracks"], endpoint=endpoint.endpoint_id, from_first=from_first)


async def update(tx: Tx, endpoint: Endpoint) -> None:
    """Write a locked endpoint; EndpointNameTaken."""
    try:
        await tx.run(
            SQL["update_endpoint"],
            endpoint=endpoint.endpoint_id,
            version=endpoint.version,
            name=endpoint.name,
            state=int(endpoint.state),
            url=endpoint.url,
            types=list(endpoint.types),
            channels=list(endpoint.channels),
            in_flight_max=endpoint.in_flight_max,
            personal=list(endpoint.personal),
            consent=endpoint.consent,
            secret=endpoint.secret,
            old_secret=endpoint.old_secret,
            old_secret_until=endpoint.old_secret_until,
            changed_at=endpoint.changed_at,
            ended_why=endpoint.ended_why,
            succeeded_at=endpoint.succeeded_at,
            failing_since=endpoint.failing_since,
            failures=endpoint.failures,
            next_at=endpoint.next_at,
            last_status=endpoint.last_status,
            last_answer=endpoint.last_answer,
        )
    except asyncpg.UniqueViolationError as taken:
        raise EndpointNameTaken(name=endpoint.name) from taken


async def remove(tx: Tx, endpoint: Endpoint, at: dt.datetime) -> None:
    """A locked endpoint, as it is when it is removed, is nobody's receiver any more."""
    await tx.run(SQL["delete_tracks_of"], endpoint=endpoint.endpoint_id)
    await tx.run(SQL["update_replays_ended"], endpoint=endpoint.endpoint_id, at=at)
    await update(tx, endpoint)


async def lease(
    tx: Tx, run: uuid.UUID, at: dt.datetime, until: dt.datetime, rows: int
) -> list[uuid.UUID]:
    """Endpoints with something to send, this run's until then."""
    found = [row[0] for row in await tx.rows(SQL["lock_endpoints_due"], at=at, rows=rows)]
    if found:
        await tx.run(SQL["update_leases"], run=run, until=until, endpoints=found)
    return found


async def is_leased(tx: Tx, endpoint_id: uuid.UUID, run: uuid.UUID, at: dt.datetime) -> bool:
    """Whether a locked endpoint is still the run's."""
    return bool(await tx.value(SQL["find_lease"], endpoint=endpoint_id, run=run, at=at))


async def end_lease(tx: Tx, endpoint_id: uuid.UUID, run: uuid.UUID, at: dt.datetime) -> None:
    """The run is over."""
    await tx.run(SQL["update_lease_ended"], endpoint=endpoint_id, run=run, at=at)


async def due(tx: Tx, endpoint_id: uuid.UUID, types: Collection[str], rows: int) -> list[Due]:
    """What comes next on each track, so many of each shard at most; bodies of these types only."""
    return await tx.all(SQL["list_due"], Due, endpoint=endpoint_id, types=list(types), rows=rows)


async def move(tx: Tx, endpoint_id: uuid.UUID, positions: Mapping[tuple[int, int], int]) -> None:
    """New positions by (track, shard) of a locked endpoint."""
    if positions:
        await tx.run(
            SQL["update_positions"],
            endpoint=endpoint_id,
            tracks=[track for track, _ in positions],
            shards=[shard for _, shard in positions],
            positions=list(positions.values()),
        )


async def insert_replay(tx: Tx, replay: ReplayRow, span: Mapping[int, tuple[int, int]]) -> None:
    """A replay of a locked endpoint; `span`: shard -> (place before the first, last place)."""
    await tx.run(
        SQL["insert_replay"],
        replay=replay.replay_id,
        endpoint=replay.endpoint_id,
        from_at=replay.from_at,
        until_at=replay.until_at,
        at=replay.asked_at,
    )
    await tx.run(
        SQL["insert_replay_tracks"],
        endpoint=replay.endpoint_id,
        shards=list(span),
        after=[after for after, _ in span.values()],
        last=[last for _, last in span.values()],
    )


async def replay(tx: Tx, endpoint_id: uuid.UUID) -> ReplayRow | None:
    """The replay that goes on."""
    return await tx.maybe(SQL["find_replay"], ReplayRow, endpoint=endpoint_id)


async def end_replay(tx: Tx, endpoint_id: uuid.UUID, at: dt.datetime) -> None:
    """Of a locked endpoint: done, once nothing of it is left."""
    if await tx.run(SQL["update_replay_done"], endpoint=endpoint_id, at=at):
        await tx.run(SQL["delete_tracks"], endpoint=endpoint_id)


async def replays(tx: Tx, endpoint_id: uuid.UUID, before: uuid.UUID, rows: int) -> list[ReplayRow]:
    """A page, the newest first."""
    return await tx.all(
        SQL["list_replays"], ReplayRow, endpoint=endpoint_id, before=before, rows=rows
    )


def _there(found: Endpoint | None) -> Endpoint:
    if found is None:
        raise EndpointNotFound
    return found
