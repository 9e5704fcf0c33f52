"""One wallet of one member: lots, pending units, debt. Everything else is counted from the lots."""

import datetime as dt
from dataclasses import dataclass, field, replace

FAR = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass
class Lot:
    """Units that came together. `origin`: the purchase that earned them, None: given by hand."""

    number: int
    origin: str | None
    earned_at: dt.datetime
    remaining: int
    available_at: dt.datetime
    expires_at: dt.datetime | None
    expired: int = 0


@dataclass(frozen=True)
class Entry:
    """What moved, when it counts, when it was written."""

    amount: int
    debt_change: int
    occurred_at: dt.datetime
    recorded_at: dt.datetime


@dataclass
class WalletBook:
    """`settled_at`: what was due up to here has happened. `counted`: expired units that a
    purchase's returns have already counted as taken."""

    settled_at: dt.datetime
    clamp: bool = False
    qualifying: bool = False
    debt: int = 0
    lots: list[Lot] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)

    def posted(self) -> int:
        """All units, usable or not yet."""
        return sum(lot.remaining for lot in self.lots)

    def pending(self) -> int:
        """Units of lots that are not available yet."""
        return sum(lot.remaining for lot in self.lots if lot.available_at > self.settled_at)

    def available(self) -> int:
        """Units that can be used now."""
        return self.posted() - self.pending()

    def expiring(self) -> dict[dt.datetime | None, int]:
        """Units by the instant they lapse; the amounts sum to what is posted."""
        groups: dict[dt.datetime | None, int] = {}
        for lot in self.lots:
            if lot.remaining:
                groups[lot.expires_at] = groups.get(lot.expires_at, 0) + lot.remaining
        return groups

    def as_of(self, until: dt.datetime) -> "WalletBook":
        """The same wallet once everything due by the instant has happened; this one stays."""
        later = replace(
            self,
            lots=[replace(lot) for lot in self.lots],
            entries=list(self.entries),
            counted=dict(self.counted),
        )
        later.settle(until)
        return later

    def settle(self, until: dt.datetime) -> None:
        """Let everything due by the instant happen, in time order, releases before expiries."""
        due = [
            (when, kind, lot.number, lot)
            for lot in self.lots
            for kind, when in ((0, lot.available_at), (1, lot.expires_at))
            if when is not None and when <= until and (kind == 1 or when > self.settled_at)
        ]
        self.settled_at = max(self.settled_at, until)
        for when, kind, _, lot in sorted(due, key=lambda item: item[:3]):
            if kind == 0:
                self._pay_debt(lot, when)
            else:
                self._expire(lot, when)

    def add(
        self,
        units: int,
        origin: str | None,
        available_at: dt.datetime,
        expires_at: dt.datetime | None,
        occurred_at: dt.datetime,
    ) -> None:
        """A new lot. What is available by now pays debt; what is past its expiry goes at once."""
        lot = Lot(len(self.lots) + 1, origin, occurred_at, units, available_at, expires_at)
        self.lots.append(lot)
        self._write(units, 0, occurred_at)
        if available_at <= self.settled_at:
            self._pay_debt(lot, occurred_at)
        if expires_at is not None and expires_at <= self.settled_at:
            self._expire(lot, expires_at)

    def claw_back(self, origin: str, units: int, occurred_at: dt.datetime) -> None:
        """Take back what a purchase earned: own lots, what expired of them, other lots, debt."""
        own = [lot for lot in self.lots if lot.origin == origin]
        taken = self._take(units, [lot for lot in own if lot.available_at > self.settled_at])
        taken += self._take(units - taken, [lot for lot in own if self._usable(lot)])
        lapsed = sum(lot.expired for lot in own) - self.counted.get(origin, 0)
        forgiven = min(units - taken, lapsed)
        self.counted[origin] = self.counted.get(origin, 0) + forgiven
        others = sorted(filter(self._usable, self.lots), key=redemption_order)
        before = {lot.number: lot.remaining for lot in others}
        taken += self._take(units - taken - forgiven, others)
        touched = [lot.earned_at for lot in others if lot.remaining < before[lot.number]]
        missing = 0 if self.clamp else units - taken - forgiven
        self.debt += missing
        # Nothing is taken before it was there; but what qualifies goes as if it had never come.
        effective = occurred_at if self.qualifying else max([occurred_at, *touched])
        self._write(-taken, missing, effective)

    def give_back(
        self,
        origin: str,
        units: int,
        available_at: dt.datetime,
        expires_at: dt.datetime | None,
        occurred_at: dt.datetime,
    ) -> None:
        """Less is to be taken from a purchase than was: first what had expired is not counted."""
        uncounted = min(units, self.counted.get(origin, 0))
        self.counted[origin] = self.counted.get(origin, 0) - uncounted
        if units > uncounted:
            self.add(units - uncounted, origin, available_at, expires_at, occurred_at)

    def take_available(self, units: int, occurred_at: dt.datetime) -> bool:
        """Take units in redemption order; False, and nothing happens, when there are too few."""
        if units > self.available():
            return False
        self._take(units, sorted(filter(self._usable, self.lots), key=redemption_order))
        self._write(-units, 0, occurred_at)
        return True

    def _usable(self, lot: Lot) -> bool:
        return lot.available_at <= self.settled_at

    def _take(self, units: int, lots: list[Lot]) -> int:
        taken = 0
        for lot in lots:
            part = min(units - taken, lot.remaining)
            lot.remaining -= part
            taken += part
        return taken

    def _pay_debt(self, lot: Lot, when: dt.datetime) -> None:
        paid = min(self.debt, lot.remaining)
        lot.remaining -= paid
        self.debt -= paid
        self._write(-paid, -paid, when)

    def _expire(self, lot: Lot, when: dt.datetime) -> None:
        self._write(-lot.remaining, 0, when)
        lot.expired += lot.remaining
        lot.remaining = 0

    def _write(self, amount: int, debt_change: int, occurred_at: dt.datetime) -> None:
        if amount or debt_change:
            self.entries.append(Entry(amount, debt_change, occurred_at, self.settled_at))


def redemption_order(lot: Lot) -> tuple[dt.datetime, dt.datetime, int]:
    """First what lapses first, then what was available first, then what was there first."""
    return (lot.expires_at or FAR, lot.available_at, lot.number)
