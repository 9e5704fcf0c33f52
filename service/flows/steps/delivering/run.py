"""A run: everything of one endpoint that is due, as far as its time goes.

Each shard of each track, and each holder of whom something waits, is a line of events in order;
several lines are sent at once. An event of a holder of whom an earlier one waits is put behind that
one. The first attempt that finds the receiver failing ends the run; what was sent until then stays
sent. An endpoint that was failing is tried with one request at a time.
"""

import asyncio
import datetime as dt
import functools
import itertools
import random
import time
import uuid
from collections import Counter, deque
from collections.abc import Callable, Coroutine, Mapping, Sequence
from typing import Any, Final

import msgspec

from service.domain.endpoints import filters, schedule
from service.domain.endpoints.deliveries import Key
from service.domain.endpoints.judging import Verdict
from service.domain.endpoints.types import (
    Delivery,
    DeliveryState,
    Due,
    Endpoint,
    Held,
    ReplayRow,
    Waiting,
)
from service.flows.steps.delivering.attempt import Attempt, Person, Sender

Line = Callable[[], Coroutine[Any, Any, None]]

SECONDS_MAX: Final = 10.0  # for beginning attempts; the last may take as long as one takes
WAITING_MAX: Final = 1_000  # of one endpoint; then only those are tried
EVENT_BYTES_MAX: Final = 65_536  # what CloudEvents promise that everybody can take

_TOO_LARGE: Final = f"it is larger than {EVENT_BYTES_MAX} bytes and was never sent"
_NOT_KEPT: Final = "the event is kept no more"


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What a run has before it; `now`: PostgreSQL's clock when it was read.

    `people`: what may be told of members, by id.
    """

    endpoint: Endpoint
    now: dt.datetime
    due: Sequence[Due]
    waiting: Sequence[Waiting]
    held: Sequence[Held]
    replay: ReplayRow | None
    people: Mapping[str, Person] = {}


class Outcome(msgspec.Struct, kw_only=True):
    """What came of a run, to be written down.

    `fresh`: rows of events refused now, and of those behind; `changed`: of those that had waited;
    `gone`: keys of rows that are needed no more; `failure`: the attempt the run ended with.
    """

    positions: dict[tuple[int, int], int] = msgspec.field(default_factory=dict)
    fresh: list[Delivery] = msgspec.field(default_factory=list)
    changed: list[Delivery] = msgspec.field(default_factory=list)
    gone: list[Key] = msgspec.field(default_factory=list)
    attempts: Counter[Verdict] = msgspec.field(default_factory=Counter)
    refused: Attempt | None = None
    failure: Attempt | None = None

    @property
    def taken(self) -> int:
        """How many events the receiver took."""
        return self.attempts[Verdict.TAKEN]

    @property
    def dead(self) -> int:
        """How many events were given up."""
        return sum(row.state is DeliveryState.DEAD for row in (*self.fresh, *self.changed))

    @property
    def holders(self) -> list[uuid.UUID]:
        """Whose rows are written."""
        rows = [row.holder_id for row in (*self.fresh, *self.changed)]
        return sorted({*rows, *(holder for holder, _ in self.gone)})


class Run:
    """One run; `stopping` ends it early."""

    def __init__(self, work: Work, sender: Sender, stopping: Callable[[], bool]) -> None:
        self._work = work
        self._sender = sender
        self._stopping = stopping
        self._until = time.monotonic() + SECONDS_MAX
        self._held = {one.holder_id: one.version for one in work.held}
        self.outcome = Outcome()

    async def go(self) -> Outcome:
        """Send what is due."""
        lines = deque(self._lines())
        probing = self._work.endpoint.failing_since is not None
        at_once = 1 if probing else self._work.endpoint.in_flight_max
        async with asyncio.TaskGroup() as group:
            for _ in range(min(at_once, len(lines))):
                group.create_task(self._follow(lines))
        return self.outcome

    async def _follow(self, lines: deque[Line]) -> None:
        while lines:
            await lines.popleft()()

    def _lines(self) -> list[Line]:
        lines: list[Line] = [
            functools.partial(self._waited, list(rows))
            for _, rows in itertools.groupby(self._work.waiting, lambda row: row.holder_id)
        ]
        if sum(one.events for one in self._work.held) < WAITING_MAX:
            lines += [
                functools.partial(self._shard, list(events))
                for _, events in itertools.groupby(
                    self._work.due, lambda event: (event.track, event.shard)
                )
            ]
        return lines

    def _is_over(self) -> bool:
        failed = self.outcome.failure is not None
        return failed or self._stopping() or time.monotonic() > self._until

    async def _shard(self, events: Sequence[Due]) -> None:
        """A shard of a track, in its order."""
        for event in events:
            is_next = self._wants(event) and not self._put_behind(event)
            if is_next and (self._is_over() or not await self._first(event)):
                return
            self.outcome.positions[event.track, event.shard] = event.pub_seq

    def _wants(self, event: Due) -> bool:
        replay = self._work.replay
        if event.body is None:
            return False
        if event.track and (
            replay is None or not replay.from_at <= event.recorded_at < replay.until_at
        ):
            return False
        wanted = filters.wants(self._work.endpoint.channels, event.body)
        return wanted and self._sender.wants(event.body)

    def _put_behind(self, event: Due) -> bool:
        """Whether an earlier event of the holder waits; then this one does too."""
        if event.version <= self._held.get(event.holder_id, event.version):
            return False
        self._write(self.outcome.fresh, event, DeliveryState.WAITING, 0, None)
        return True

    async def _first(self, event: Due) -> bool:
        """The first attempt; False: the position stays before the event."""
        attempt = await self._send(event.event_id, event.body or b"")
        if attempt.verdict is Verdict.TAKEN:
            if event.track:  # it may have waited, or be dead, since it was sent first
                self.outcome.gone.append((event.holder_id, event.version))
            return True
        if attempt.verdict is not Verdict.REFUSED:
            return False
        if attempt.status is None:
            self._write(self.outcome.fresh, event, DeliveryState.DEAD, 0, None, attempt)
            return True
        self._held[event.holder_id] = min(
            event.version, self._held.get(event.holder_id, event.version)
        )
        wait = schedule.wait_of_event(1, attempt.retry_after, _luck())
        at = self._sender.now + (wait or dt.timedelta())
        self._write(self.outcome.fresh, event, DeliveryState.WAITING, 1, at, attempt)
        return True

    async def _waited(self, rows: Sequence[Waiting]) -> None:
        """What waits of one holder, in order, until one has to wait again."""
        for row in rows:
            if row.body is None:
                lost = Attempt(verdict=Verdict.REFUSED, answer=_NOT_KEPT)
                self._write(self.outcome.changed, row, DeliveryState.DEAD, row.attempts, None, lost)
                continue
            if self._is_over():
                return
            attempt = await self._send(row.event_id, row.body)
            if attempt.verdict is Verdict.TAKEN:
                self.outcome.gone.append((row.holder_id, row.version))
            elif attempt.verdict is not Verdict.REFUSED or not self._is_dead(row, attempt):
                return

    def _is_dead(self, row: Waiting, attempt: Attempt) -> bool:
        """Whether a refused event is tried no more; not before something else was taken."""
        attempts = row.attempts + 1
        wait = schedule.wait_of_event(attempts, attempt.retry_after, _luck())
        succeeded_at = self._work.endpoint.succeeded_at
        alive = self.outcome.taken or (succeeded_at is not None and succeeded_at > row.failed_at)
        if attempt.status is None or (wait is None and alive):
            self._write(self.outcome.changed, row, DeliveryState.DEAD, attempts, None, attempt)
            return True
        at = self._sender.now + (wait or schedule.OF_AN_EVENT[-1])
        self._write(self.outcome.changed, row, DeliveryState.WAITING, attempts, at, attempt)
        return False

    async def _send(self, event_id: uuid.UUID, body: bytes) -> Attempt:
        if len(body) > EVENT_BYTES_MAX:
            return Attempt(verdict=Verdict.REFUSED, answer=_TOO_LARGE)
        attempt = await self._sender.send(event_id, body)
        self.outcome.attempts[attempt.verdict] += 1
        if attempt.verdict is Verdict.REFUSED:
            self.outcome.refused = attempt
        elif attempt.verdict is Verdict.GONE or (
            attempt.verdict is Verdict.FAILING and self.outcome.failure is None
        ):
            self.outcome.failure = attempt
        return attempt

    @staticmethod
    def _write(
        into: list[Delivery],
        event: Due | Waiting,
        state: DeliveryState,
        attempts: int,
        next_at: dt.datetime | None,
        attempt: Attempt | None = None,
    ) -> None:
        into.append(
            Delivery(
                holder_id=event.holder_id,
                version=event.version,
                event_id=event.event_id,
                state=state,
                attempts=attempts,
                next_at=next_at,
                last_status=None if attempt is None else attempt.status,
                last_answer=None if attempt is None else attempt.answer,
            )
        )


def _luck() -> float:
    return random.random()  # noqa: S311 jitter
