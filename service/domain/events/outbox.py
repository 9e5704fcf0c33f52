"""Events as CloudEvents 1.0 (structured JSON), collected by a flow and written once.

One body serves CloudEvents and Standard Webhooks readers (`timestamp` equals `time`). `sequence` is
the holder's version, padded to 19 digits so that it sorts as text; its scope is `source`.
"""

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Final

import msgspec

from service.domain.events.catalog import TYPES, Event
from service.infra.db import Tx
from service.infra.spans import Carried
from service.infra.sql import load
from service.kernel.ids import new_id

SQL: Final = load("events")
SHARDS: Final = 64
_encode: Final = msgspec.json.Encoder().encode


class CloudEvent(msgspec.Struct, frozen=True, kw_only=True):
    """The envelope; `time` is when it happened, `recordedtime` when it was written down.

    `traceparent` (a CloudEvents extension) is there where the service traces.
    """

    specversion: str = "1.0"
    id: uuid.UUID
    source: str
    type: str
    subject: str
    time: dt.datetime
    datacontenttype: str = "application/json"
    partitionkey: uuid.UUID
    sequence: str
    recordedtime: dt.datetime
    timestamp: dt.datetime
    traceparent: str | msgspec.UnsetType = msgspec.UNSET
    data: Event


Row = tuple[uuid.UUID, int, int, uuid.UUID, str, bytes, dt.datetime, dt.datetime]


def shard_of(holder_id: uuid.UUID) -> int:
    """The shard all events of a holder go to; the last bits of an id are random."""
    return holder_id.int % SHARDS


class Outbox:
    """The events of one batch."""

    __slots__ = ("rows",)

    def __init__(self) -> None:
        self.rows: list[Row] = []

    @classmethod
    def of(cls, parts: Iterable["Outbox"]) -> "Outbox":
        """The events of several, each holder's in its order."""
        whole = cls()
        for part in parts:
            whole.rows += part.rows
        return whole

    def emit(
        self,
        event: Event,
        *,
        holder_id: uuid.UUID,
        version: int,
        at: dt.datetime,
        recorded_at: dt.datetime,
        source: str = "members",
    ) -> None:
        """Add an event; `version` is the holder's next one, `source` what sort of holder it is."""
        event_id = new_id()
        kind = TYPES[type(event)]
        body = _encode(
            CloudEvent(
                id=event_id,
                source=f"/{source}/{holder_id}",
                type=kind,
                subject=str(holder_id),
                time=at,
                partitionkey=holder_id,
                sequence=f"{version:019d}",
                recordedtime=recorded_at,
                timestamp=at,
                traceparent=msgspec.UNSET
                if Carried.now is None
                else Carried.now() or msgspec.UNSET,
                data=event,
            )
        )
        shard = shard_of(holder_id)
        self.rows.append((holder_id, version, shard, event_id, kind, body, at, recorded_at))

    async def write(self, tx: Tx) -> None:
        """Insert all rows."""
        if not self.rows:
            return
        holders, versions, shards, ids, types, bodies, occurred, recorded = zip(
            *self.rows, strict=True
        )
        await tx.later(
            SQL["insert_outbox"],
            len(self.rows),
            holders=holders,
            versions=versions,
            shards=shards,
            ids=ids,
            types=types,
            bodies=bodies,
            occurred=occurred,
            recorded=recorded,
        )
