"""A run: everything of one endpoint that is due, as far as its time goes.

Each shard of each track, and each holder of whom something waits, is a line of events in order;
several lines are sent at once, in another order each time, so that none has always the last turn.
An event of a holder of whom an earlier one waits is put behind that one.

A receiver that fails ends the run; what was sent until then stays sent, and the next run tries with
one request at a time. But it may fail at some events only, by a mistake that a kind of event brings
out. So a failure puts its event aside, as a refusal does, and the run goes on until three in a row
have failed. If the receiver took anything, it was the events' doing: they wait, with those behind
them, as long as an endpoint may fail, and nobody else does. If it took nothing, nothing was put
aside.
"""

import asyncio
import datetime as dt
import functools
import itertools
import random
import time
from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Final

from service.domain.endpoints import filters, schedule
from service.domain.endpoints.judging import Verdict, may_be_of_one
from service.domain.endpoints.types import Delivery, DeliveryState, Due, Waiting
from service.flows.steps.delivering.attempt import Attempt, Sender
from service.flows.steps.delivering.work import Failure, Outcome, Progress, Work

Line = Callable[[], Coroutine[Any, Any, None]]

SECONDS_MAX: Final = (
    2.0  # for beginning attempts: what was read of endpoint and people holds so long
)
WAITING_MAX: Final = 1_000  # of one endpoint; then each run puts at most one aside for each request
ATTEMPTS_MAX: Final = 32_767  # what the column holds; years
IN_ROW_MAX: Final = 3  # failures without anything taken between them: then it is the receiver
EVENT_BYTES_MAX: Final = 65_536  # what CloudEvents promise that everybody can take

_TOO_LARGE: Final = f"it is larger than {EVENT_BYTES_MAX} bytes and was never sent"
_NOT_KEPT: Final = "the event is kept no more"


class Run:
    """One run; `stopping` ends it early, and so does `until` (`time.monotonic`)."""

    def __init__(
        self, work: Work, sender: Sender, stopping: Callable[[], bool], until: float | None = None
    ) -> None:
        own = time.monotonic() + SECONDS_MAX
        self._work = work
        self._sender = sender
        self._stopping = stopping
        self._until = own if until is None else min(own, until)
        self._held = {one.holder_id: one.version for one in work.held}
        self._is_probing = work.endpoint.failing_since is not None
        is_full = sum(one.events for one in work.held) >= WAITING_MAX
        self._failures: list[Failure] = []
        self._doubts: list[Progress] = []
        self._in_row = 0
        self.outcome = Outcome(is_full=is_full)

    async def go(self) -> Outcome:
        """Send what is due."""
        lines = deque(self._lines())
        at_once = 1 if self._is_probing else self._work.endpoint.in_flight_max
        async with asyncio.TaskGroup() as group:
            for _ in range(min(at_once, len(lines))):
                group.create_task(self._follow(lines))
        self._conclude()
        return self.outcome

    async def _follow(self, lines: deque[Line]) -> None:
        while lines:
            await lines.popleft()()

    def _lines(self) -> list[Line]:
        waited: list[Line] = [
            functools.partial(self._waited, list(rows))
            for _, rows in itertools.groupby(self._work.waiting, lambda row: row.holder_id)
        ]
        shards: list[Line] = [
            functools.partial(self._shard, list(events))
            for _, events in itertools.groupby(
                self._work.due, lambda event: (event.track, event.shard)
            )
        ]
        random.shuffle(waited)
        random.shuffle(shards)
        if self._is_probing:  # by what may be taken, before what is known to be difficult
            return [*shards, *waited]
        lines = [*waited, *shards]
        random.shuffle(lines)
        return lines

    def _is_over(self) -> bool:
        failed = self._in_row >= IN_ROW_MAX or any(
            not _may_be_of_one(one.attempt) for one in self._failures
        )
        return failed or self._stopping() or time.monotonic() > self._until

    def _is_full(self) -> bool:
        """Whether another event put aside would be one too many."""
        parts = (self.outcome, *self._doubts) if self.outcome.is_full else ()
        return any(row.attempts for part in parts for row in part.fresh)

    async def _shard(self, events: Sequence[Due]) -> None:
        """A shard of a track, in its order; in doubt from the first failure on."""
        into: Progress = self.outcome
        for event in events:
            if self._wants(event) and not self._put_behind(event, into):
                if self._is_over() or self._is_full():
                    return
                attempt = await self._send(event, event.body or b"")
                if attempt.verdict is Verdict.FAILING and into is self.outcome:
                    into = Progress()
                    self._doubts.append(into)
                if not self._is_past(event, attempt, into):
                    return
            into.positions[event.track, event.shard] = event.pub_seq

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

    def _put_behind(self, event: Due, into: Progress) -> bool:
        """Whether an earlier event of the holder waits; then this one does too."""
        if event.version <= self._held.get(event.holder_id, event.version):
            return False
        self._write(into.fresh, event, DeliveryState.WAITING, 0, None)
        return True

    def _is_past(self, event: Due, attempt: Attempt, into: Progress) -> bool:
        """What follows for an event after its first attempt; False: it stays the next one."""
        if attempt.verdict is Verdict.TAKEN:
            if event.track:  # it may have waited, or be dead, since it was sent first
                self.outcome.gone.append((event.holder_id, event.version))
            return True
        if attempt.verdict is not Verdict.REFUSED and not _may_be_of_one(attempt):
            return False
        if attempt.verdict is Verdict.REFUSED and attempt.status is None:
            self._write(into.fresh, event, DeliveryState.DEAD, 0, None, attempt)
            return True
        self._held[event.holder_id] = min(
            event.version, self._held.get(event.holder_id, event.version)
        )
        if attempt.verdict is Verdict.REFUSED:
            wait = schedule.wait_of_event(1, attempt.retry_after, _luck())
        else:
            wait = schedule.wait_of_receiver(1, None, _luck())
        self._write(into.fresh, event, DeliveryState.WAITING, 1, self._in(wait), attempt)
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
            attempt = await self._send(row, row.body)
            if attempt.verdict is Verdict.TAKEN:
                self.outcome.gone.append((row.holder_id, row.version))
            elif attempt.verdict is not Verdict.REFUSED or not self._is_dead(row, attempt):
                return

    def _is_dead(self, row: Waiting, attempt: Attempt) -> bool:
        """Whether a refused event is tried no more; not before something else was taken."""
        attempts = row.attempts + 1
        wait = schedule.wait_of_event(attempts, attempt.retry_after, _luck())
        succeeded_at = self._work.endpoint.succeeded_at
        alive = self.outcome.taken or (succeeded_at is not None and succeeded_at >= row.failed_at)
        if attempt.status is None or (wait is None and alive):
            self._write(self.outcome.changed, row, DeliveryState.DEAD, attempts, None, attempt)
            return True
        at = self._in(wait or schedule.OF_AN_EVENT[-1])
        self._write(self.outcome.changed, row, DeliveryState.WAITING, attempts, at, attempt)
        return False

    def _conclude(self) -> None:
        """Whether it was the receiver that failed, or some events that it fails at."""
        failed = self._failures
        of_events = self._in_row < IN_ROW_MAX and all(_may_be_of_one(f.attempt) for f in failed)
        waited = not self._is_probing and all(isinstance(f.event, Waiting) for f in failed)
        if failed and not (of_events and (self.outcome.taken or waited)):
            gone = [f for f in failed if f.attempt.verdict is Verdict.GONE]
            self.outcome.failure = (gone or failed)[-1].attempt
        if not self.outcome.taken and self.outcome.failure is not None:
            return
        for one in self._doubts:
            self.outcome.positions |= one.positions
            self.outcome.fresh += one.fresh
        for failure in failed:
            if isinstance(failure.event, Waiting) and _may_be_of_one(failure.attempt):
                self._waits_on(failure.event, failure.attempt)

    def _waits_on(self, row: Waiting, attempt: Attempt) -> None:
        """The receiver fails at it again: for five days it is tried as seldom as one that fails."""
        attempts = row.attempts + 1
        late = self._sender.now - row.failed_at >= schedule.NOTHING_TAKEN_MAX
        if late and self.outcome.taken:
            self._write(self.outcome.changed, row, DeliveryState.DEAD, attempts, None, attempt)
            return
        at = self._in(schedule.wait_of_receiver(attempts, None, _luck()))
        self._write(self.outcome.changed, row, DeliveryState.WAITING, attempts, at, attempt)

    async def _send(self, event: Due | Waiting, body: bytes) -> Attempt:
        if len(body) > EVENT_BYTES_MAX:
            return Attempt(verdict=Verdict.REFUSED, answer=_TOO_LARGE)
        attempt = await self._sender.send(event.event_id, body)
        self.outcome.attempts[attempt.verdict] += 1
        if attempt.verdict is Verdict.TAKEN:
            self._in_row = 0
        elif attempt.verdict is Verdict.REFUSED:
            self.outcome.refused = attempt
        else:
            self._in_row += 1
            self._failures.append(Failure(event, attempt))
        return attempt

    def _in(self, wait: dt.timedelta | None) -> dt.datetime:
        return self._sender.now + (wait or dt.timedelta())

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
                attempts=min(attempts, ATTEMPTS_MAX),
                next_at=next_at,
                last_status=None if attempt is None else attempt.status,
                last_answer=None if attempt is None else attempt.answer,
            )
        )


def _may_be_of_one(attempt: Attempt) -> bool:
    return may_be_of_one(attempt.verdict, attempt.status, attempt.retry_after)


def _luck() -> float:
    return random.random()  # noqa: S311 jitter
