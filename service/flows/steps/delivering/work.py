"""What a run has before it, and what came of it."""

import datetime as dt
import uuid
from collections import Counter
from collections.abc import Mapping, Sequence

import msgspec

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
from service.flows.steps.delivering.attempt import Attempt, Person


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


class Failure(msgspec.Struct, frozen=True):
    """An attempt at which the receiver failed, and with which event."""

    event: Due | Waiting
    attempt: Attempt


class Progress(msgspec.Struct, kw_only=True):
    """How far shards are; `fresh`: rows of events not taken now, and of those behind."""

    positions: dict[tuple[int, int], int] = msgspec.field(default_factory=dict)
    fresh: list[Delivery] = msgspec.field(default_factory=list)


class Outcome(Progress, kw_only=True):
    """What came of a run, to be written down.

    `changed`: rows of events that had waited; `gone`: keys of rows that are needed no more;
    `failure`: an attempt that says that the receiver fails; `is_full`: so much waits that little
    else was tried.
    """

    changed: list[Delivery] = msgspec.field(default_factory=list)
    gone: list[Key] = msgspec.field(default_factory=list)
    attempts: Counter[Verdict] = msgspec.field(default_factory=Counter)
    refused: Attempt | None = None
    failure: Attempt | None = None
    is_full: bool = False

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
