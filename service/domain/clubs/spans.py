"""Spans in the database: grounds, bans and pauses. Written under the lock of the member."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Any, Final

import msgspec

from service.domain.clubs.membership import Ended, Span
from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask

SQL: Final = load("club_spans")


def ask_spans(holder_ids: Collection[uuid.UUID]) -> Ask[dict[uuid.UUID, list[Span]]]:
    """All of the members' spans, of every club, the oldest first; who has none is not there."""

    def read(rows: Sequence[Any]) -> dict[uuid.UUID, list[Span]]:
        found: dict[uuid.UUID, list[Span]] = {}
        for row in rows:
            found.setdefault(row[0], []).append(_span(row))
        return found

    return Ask(SQL["list_spans"], read, holders=list(holder_ids))


def _span(row: Sequence[Any]) -> Span:
    return Span(**dict(zip(Span.__struct_fields__, row, strict=True)))


async def insert(tx: Tx, spans: Sequence[Span]) -> None:
    """New ones."""
    if not spans:
        return
    await tx.later(
        SQL["insert_spans"],
        len(spans),
        holders=[one.holder_id for one in spans],
        spans=[one.span_id for one in spans],
        clubs=[one.club for one in spans],
        kinds=[int(one.kind) for one in spans],
        froms=[one.from_at for one in spans],
        untils=[one.until_at for one in spans],
        conditionals=[one.conditional for one in spans],
        sources=[one.source for one in spans],
        inviters=[one.invited_by for one in spans],
        notes=[one.note for one in spans],
        actor_kinds=[one.actor_kind for one in spans],
        actors=[one.actor_id for one in spans],
        recorded=[one.recorded_at for one in spans],
    )


class Ending(msgspec.Struct, frozen=True):
    """A span that ends at an instant; `now`: when that is written down."""

    span: Span
    at: dt.datetime
    why: Ended
    now: dt.datetime

    @property
    def after(self) -> Span:
        """The span as it is then: it never ends before it began nor later than it would have."""
        until = self.at if self.span.until_at is None else min(self.span.until_at, self.at)
        return msgspec.structs.replace(
            self.span,
            until_at=max(self.span.from_at, until),
            ended_at=self.now,
            ended_why=int(self.why),
        )


async def end(
    tx: Tx, ended: Sequence[tuple[Span, dt.datetime]], why: Ended, now: dt.datetime
) -> None:
    """They end at these instants, all for one reason."""
    await end_many(tx, [Ending(one, at, why, now) for one, at in ended])


async def end_many(tx: Tx, endings: Sequence[Ending]) -> None:
    """They end, each once."""
    if not endings:
        return
    after = [one.after for one in endings]
    await tx.later(
        SQL["update_span_ends"],
        len(after),
        "a span has ended already",
        holders=[one.holder_id for one in after],
        spans=[one.span_id for one in after],
        untils=[one.until_at for one in after],
        nows=[one.ended_at for one in after],
        whys=[one.ended_why for one in after],
    )


async def renewing(tx: Tx, changed: Sequence[Span], *, renews: bool) -> None:
    """They go on after their term, or do not."""
    await tx.run(
        SQL["update_renews"],
        holders=[one.holder_id for one in changed],
        spans=[one.span_id for one in changed],
        renews=renews,
    )


async def overdue(tx: Tx, now: dt.datetime, limit: int) -> list[uuid.UUID]:
    """Members with a ground that is over and not written down as such; the oldest first."""
    rows = await tx.rows(SQL["list_overdue_spans"], now=now, limit=limit)
    return list(dict.fromkeys(row[0] for row in rows))


async def find(tx: Tx, span_id: uuid.UUID) -> Span | None:
    """A span by its id, which is that of the payment that made it."""
    rows = await tx.rows(SQL["find_span"], span=span_id)
    return _span(rows[0]) if rows else None


async def mark(tx: Tx, one: Span, why: Ended, now: dt.datetime) -> None:
    """Why a span that had ended before is void after all."""
    await tx.run(
        SQL["update_span_why"], holder=one.holder_id, span=one.span_id, why=int(why), now=now
    )
