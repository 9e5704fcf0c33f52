"""Runs and what is due, in the database; both are written under the lock of their holder."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from service.domain.occasions.types import Key, TriggerRun, key_of
from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask
from service.rules.decision import Decision
from service.rules.facts import Facts
from service.rules.triggers import Occasion

SQL: Final = load("occasions")
_pack: Final = msgspec.msgpack.Encoder().encode
_facts: Final = msgspec.msgpack.Decoder(Facts)
_decision: Final = msgspec.msgpack.Decoder(Decision)
_occasion: Final = msgspec.msgpack.Decoder(Occasion)


def ask_run(keys: Sequence[Key]) -> Ask[set[Key]]:
    """Those of them that were decided before."""
    return Ask(
        SQL["list_run"], lambda rows: {(row[0], row[1], row[2]) for row in rows}, **_of(keys)
    )


def _of(keys: Sequence[Key]) -> dict[str, Any]:
    return {
        "holders": [key[0] for key in keys],
        "triggers": [key[1] for key in keys],
        "refs": [key[2] for key in keys],
    }


async def insert(tx: Tx, runs: Sequence[TriggerRun]) -> None:
    """Write what was decided; the database refuses an occasion that was decided before."""
    if not runs:
        return
    await tx.later(
        SQL["insert_runs"],
        len(runs),
        holders=[one.holder_id for one in runs],
        triggers=[one.trigger for one in runs],
        refs=[one.ref for one in runs],
        ops=[one.op_id for one in runs],
        versions=[one.program_version for one in runs],
        engines=[one.engine for one in runs],
        occurred=[one.occurred_at for one in runs],
        recorded=[one.recorded_at for one in runs],
        causes=[one.cause for one in runs],
        facts=[_pack(one.facts) for one in runs],
        decisions=[_pack(one.decision) for one in runs],
    )


def run_of(row: Any) -> TriggerRun:
    """A row by position, decoded."""
    return TriggerRun(
        holder_id=row[0],
        trigger=row[1],
        ref=row[2],
        op_id=row[3],
        program_version=row[4],
        engine=row[5],
        occurred_at=row[6],
        recorded_at=row[7],
        cause=row[8],
        facts=_facts.decode(row[9]),
        decision=_decision.decode(row[10]),
    )


Bought = tuple[uuid.UUID, uuid.UUID, dt.datetime]  # holder, purchase, when


async def caused(tx: Tx, by: Sequence[Bought]) -> list[tuple[uuid.UUID, TriggerRun]]:
    """(purchase, run): what these brought about, or helped to a tier, and was not undone."""
    rows = await tx.rows(
        SQL["list_caused"],
        holders=[one[0] for one in by],
        causes=[one[1] for one in by],
        since=[one[2] for one in by],
    )
    return [(row[11], run_of(row)) for row in rows]


async def undo(tx: Tx, holder_id: uuid.UUID, ops: Sequence[uuid.UUID], by: uuid.UUID) -> None:
    """What these runs gave was taken back by that operation."""
    if ops:
        await tx.run(SQL["update_undone"], holder=holder_id, ops=list(ops), by=by)


Due = tuple[uuid.UUID, Occasion]


async def leave(tx: Tx, left: Sequence[Due], now: dt.datetime) -> None:
    """Leave occasions of holders to the job."""
    if not left:
        return
    keys = [key_of(*one) for one in left]
    await tx.later(
        SQL["insert_due"],
        None,
        **_of(keys),
        occurred=[occasion.at for _, occasion in left],
        recorded=[now] * len(left),
        occasions=[_pack(occasion) for _, occasion in left],
    )


async def due_holders(tx: Tx, rows_max: int) -> list[uuid.UUID]:
    """Holders of the occasions that wait longest."""
    return [row[0] for row in await tx.rows(SQL["list_due_holders"], rows=rows_max)]


async def due(tx: Tx, holders: Iterable[uuid.UUID]) -> dict[uuid.UUID, list[Occasion]]:
    """holder -> what is left of theirs, the earliest first."""
    found: dict[uuid.UUID, list[Occasion]] = {}
    for holder_id, packed in await tx.rows(SQL["list_due"], holders=list(holders)):
        found.setdefault(holder_id, []).append(_occasion.decode(packed))
    return found


async def done(tx: Tx, keys: Sequence[Key]) -> None:
    """These wait no more."""
    if keys:
        await tx.later(SQL["delete_due"], None, **_of(keys))
