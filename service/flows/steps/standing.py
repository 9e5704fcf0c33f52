"""One member on one ladder, worked on in memory: steps, floors, what counts. Pure."""

import datetime as dt
import uuid

from service.domain.tiers import ladder as ladders
from service.domain.tiers.ladder import Rulebook
from service.domain.tiers.types import FloorRow, Step
from service.flows.steps.work import Work
from service.kernel.values import Progress
from service.rules.document import Ladder

Contribution = tuple[dt.datetime, int]


class Standing:
    """One member on one ladder: as stored, and as it is after this work."""

    __slots__ = (
        "added", "book", "contributions", "first", "floors", "ladder", "number", "old",
        "old_floors", "removed", "steps", "told", "total", "work",
    )  # fmt: skip

    def __init__(
        self, work: Work, number: int, book: Rulebook, ladder: Ladder, old: list[Step]
    ) -> None:
        self.work = work
        self.number = number
        self.book = book
        self.ladder = ladder
        self.old = old
        self.steps = old
        self.floors: list[FloorRow] = []
        self.old_floors = self.floors
        self.contributions: list[Contribution] | None = None  # loaded: replay
        self.total = 0  # counted in the window at the purchase's instant, before it
        self.first: dt.datetime | None = None  # the earliest instant in `total`
        self.added: list[FloorRow] = []
        self.removed: list[FloorRow] = []
        self.told: list[tuple[dt.datetime, str]] = []  # changes that were emitted, in order

    def again(self, at: dt.datetime) -> "Standing":
        """The same at a later instant, by itself, while nothing was written or fell due."""
        other = Standing(self.work, self.number, self.book, self.ladder, self.old)
        other.steps, other.floors, other.old_floors = self.steps, self.floors, self.old_floors
        other.total, other.first = self.total, self.first
        if self.contributions is not None:
            other.contributions = list(self.contributions)
            other.replay(at)
        return other

    def tier_at(self, at: dt.datetime) -> str:
        """The tier in force."""
        return ladders.tier_at(self.book.at(at), self.steps, self.floors, at)

    def tier_before(self, at: dt.datetime) -> str:
        """The tier that would be in force without this work."""
        return ladders.tier_at(self.book.at(at), self.old, self.old_floors, at)

    @property
    def has_moved(self) -> bool:
        """This work may have changed the tier: there are other steps, or other floors."""
        return self.steps is not self.old or self.floors is not self.old_floors

    def replay(self, until: dt.datetime) -> None:
        """Recompute all steps from what counts."""
        if self.contributions is not None:
            self.steps = ladders.replay(self.book, self.contributions, until)

    def contribute(self, at: dt.datetime, amount: int, until: dt.datetime) -> None:
        """A purchase counts at its instant."""
        if self.contributions is not None:
            if amount:
                self.contributions.append((at, amount))
            self.replay(until)
            return
        self.total += amount
        current = self.steps[-1] if self.steps else None
        step = ladders.step_up(self.book, current, at, self.total) if amount else None
        if step is None:
            return
        kept = [s for s in self.steps if s.from_at < at]
        closed = [
            Step(s.from_at, at, s.tier, s.valid_until, s.due_at) if s.until_at is None else s
            for s in kept
        ]
        self.steps = [*closed, step]

    def add_floor(self, floor: FloorRow) -> None:
        """A rule set a tier."""
        self.floors = [*self.floors, floor]
        self.added.append(floor)

    def drop_floors(self, purchase_id: uuid.UUID, keep: frozenset[str]) -> None:
        """A return took away what some rules of the purchase were decided for."""
        gone = [f for f in self.floors if f.purchase_id == purchase_id and f.rule not in keep]
        self.removed += [f for f in gone if f not in self.added]
        self.added = [f for f in self.added if f not in gone]
        self.floors = [f for f in self.floors if f not in gone]

    def counted(self, at: dt.datetime) -> int:
        """The total of the window at the instant."""
        if self.contributions is None:
            return self.total
        return ladders.counted(self.book, self.contributions, at)

    def progress(self, at: dt.datetime) -> Progress:
        """How far it is to the next tier."""
        valid_until = self.steps[-1].valid_until if self.steps else None
        return ladders.progress(self.book.at(at), self.tier_at(at), self.counted(at), valid_until)


Standings = dict[uuid.UUID, dict[str, Standing]]  # holder -> ladder id -> standing
