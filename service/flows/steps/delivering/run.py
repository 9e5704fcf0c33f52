"""A run: everything of one endpoint that is due, as far as its time goes.

Each shard of each track, and each holder of whom something waits, is a line of events in order;
several lines are sent at once, in another order each time, so that none has always the last turn.
An event of a holder of whom an earlier one waits is put behind that one.

A receiver that fails ends the run; what was sent until then stays sent, and the next run tries with
one request at a time. But a receiver may fail at one event only, as a refusal does not say: who
takes others in the same run, and fails at one line, is taken to fail at that event. It waits, with
those behind it, as long as an endpoint may fail; nobody else does.
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
from service.flows.steps.delivering.work import Failure, Outcome, Work

Line = Callable[[], Coroutine[Any, Any, None]]

SECONDS_MAX: Final = (
    2.0  # for beginning attempts: what was read of endpoint and people holds so long
)
WAITING_MAX: Final = 1_000  # of one endpoint; then each run puts at most one aside for each request
ATTEMPTS_MAX: Final = 32_767  # what the column holds; years
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
        self.outcome = Outcome(is_full=is_full)

    async def go(self) -> Outcome:
        """Send what is due."""
        lines = deque(self._lines())
        at_once = 1 if self._is_probing else self._work.endpoint.in_flight_max
        async with asyncio.TaskGroup() as group:
            for _ in range(min(at_once, len(lines))):
                group.create_task(self._follow(lines))
        self._put_aside()
        return self.outcome

    async def _follow(self, lines: deque[Line]) -> None:
        while lines:
            await lines.popleft()()

    def _lines(self) -> list[Line]:
        lines: list[Line] = [
            functools.partial(self._waited, list(rows))
            for _, rows in itertools.groupby(self._work.waiting, lambda row: row.holder_id)
        ]
        lines += [
            functools.partial(self._shard, list(events))
            for _, events in itertools.groupby(
                self._work.due, lambda event: (event.track, event.shard)
            )
        ]
        random.shuffle(lines)
        return lines

    def _is_over(self) -> bool:
        failed = bool(self.outcome.failures) and not self._is_of_one()
        return failed or self._stopping() or time.monotonic() > self._until

    def _is_full(self) -> bool:
        """Whether another refused event would be one too many."""
        return self.outcome.is_full and any(row.attempts for row in self.outcome.fresh)

    async def _shard(self, events: Sequence[Due]) -> None:
        """A shard of a track, in its order."""
        for event in events:
            is_next = self._wants(event) and not self._put_behind(event)
            if is_next and (self._is_over() or self._is_full() or not await self._first(event)):
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
        attempt = await self._send(event, event.body or b"")
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
        at = self._in(schedule.wait_of_event(1, attempt.retry_after, _luck()))
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

    def _is_of_one(self) -> bool:
        """Whether the receiver failed once, and that seems to be the event's doing."""
        if len(self.outcome.failures) != 1:
            return False
        (one,) = self.outcome.failures
        if not may_be_of_one(one.attempt.verdict, one.attempt.status, one.attempt.retry_after):
            return False
        has_waited = isinstance(one.event, Waiting) and not self._is_probing
        return bool(self.outcome.taken) or has_waited

    def _put_aside(self) -> None:
        """The one event the receiver fails at waits, tried as seldom as a receiver that fails."""
        if not self._is_of_one():
            return
        (one,) = self.outcome.failures
        self.outcome.failures.clear()
        event, attempt = one.event, one.attempt
        attempts = event.attempts + 1 if isinstance(event, Waiting) else 1
        at = self._in(schedule.wait_of_receiver(attempts, None, _luck()))
        if isinstance(event, Due):
            self._write(self.outcome.fresh, event, DeliveryState.WAITING, attempts, at, attempt)
            self.outcome.positions[event.track, event.shard] = event.pub_seq
            return
        late = self._sender.now - event.failed_at >= schedule.NOTHING_TAKEN_MAX
        state = DeliveryState.DEAD if late and self.outcome.taken else DeliveryState.WAITING
        next_at = None if state is DeliveryState.DEAD else at
        self._write(self.outcome.changed, event, state, attempts, next_at, attempt)

    async def _send(self, event: Due | Waiting, body: bytes) -> Attempt:
        if len(body) > EVENT_BYTES_MAX:
            return Attempt(verdict=Verdict.REFUSED, answer=_TOO_LARGE)
        attempt = await self._sender.send(event.event_id, body)
        self.outcome.attempts[attempt.verdict] += 1
        if attempt.verdict is Verdict.REFUSED:
            self.outcome.refused = attempt
        elif attempt.verdict is not Verdict.TAKEN:
            self.outcome.failures.append(Failure(event, attempt))
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


def _luck() -> float:
    return random.random()  # noqa: S311 jitter
