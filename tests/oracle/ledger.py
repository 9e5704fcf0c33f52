"""One wallet of one member: lots, units pending and held, debt; figures are counted from lots."""

import datetime as dt
from dataclasses import dataclass, field, replace

FAR = dt.datetime.max.replace(tzinfo=dt.UTC)


@dataclass
class Lot:
    """Units that came together. `origin`: the purchase that earned them, None: given by hand.
    `earned_at`: since when they are in this wallet."""

    number: int
    origin: str | None
    earned_at: dt.datetime
    remaining: int
    available_at: dt.datetime
    expires_at: dt.datetime | None
    expired: int = 0
    held: dict[str, int] = field(default_factory=dict)  # hold -> units it keeps

    @property
    def free(self) -> int:
        """Units that no hold keeps."""
        return self.remaining - sum(self.held.values())


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
    purchase's returns have already counted as taken. `holds`: open ones, and when they time out.
    `redeemed`: purchase -> lots and units it paid with, in that order; no lot: it became debt.
    `redeemed_at`: when that counts."""

    settled_at: dt.datetime
    clamp: bool = False
    qualifying: bool = False
    debt: int = 0
    lots: list[Lot] = field(default_factory=list)
    entries: list[Entry] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)
    holds: dict[str, dt.datetime] = field(default_factory=dict)
    redeemed: dict[str, list[tuple[Lot | None, int]]] = field(default_factory=dict)
    redeemed_at: dict[str, dt.datetime] = field(default_factory=dict)

    def posted(self) -> int:
        """All units, usable or not yet."""
        return sum(lot.remaining for lot in self.lots)

    def pending(self) -> int:
        """Units of lots that are not available yet."""
        return sum(lot.remaining for lot in self.lots if lot.available_at > self.settled_at)

    def available(self) -> int:
        """Units that can be used now."""
        return self.posted() - self.pending() - self.held()

    def held(self) -> int:
        """Units that holds keep."""
        return sum(sum(lot.held.values()) for lot in self.lots)

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
            lots=[replace(lot, held=dict(lot.held)) for lot in self.lots],
            entries=list(self.entries),
            counted=dict(self.counted),
            holds=dict(self.holds),
        )
        later.settle(until)
        return later

    def settle(self, until: dt.datetime) -> None:
        """Let everything due by the instant happen, in time order; at one instant releases of
        pending units before time-outs of holds before expiries."""
        due: list[tuple[dt.datetime, int, int, Lot | str]] = [
            (when, kind, lot.number, lot)
            for lot in self.lots
            for kind, when in ((0, lot.available_at), (2, lot.expires_at))
            if when is not None and when <= until and (kind == 2 or when > self.settled_at)
        ]
        names = sorted(self.holds)
        due += [
            (self.holds[name], 1, number, name)
            for number, name in enumerate(names)
            if self.holds[name] <= until
        ]
        self.settled_at = max(self.settled_at, until)
        for when, kind, _, what in sorted(due, key=lambda item: item[:3]):
            if isinstance(what, str):
                self.release_hold(what, when)
            elif kind == 0:
                self._pay_debt(what, when)
            else:
                self._expire(what, when)

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
        before = {lot.number: lot.remaining for lot in self.lots}
        own = sorted((lot for lot in self.lots if lot.origin == origin), key=redemption_order)
        taken = self._take(units, [lot for lot in own if lot.available_at > self.settled_at])
        taken += self._take(units - taken, [lot for lot in own if self._usable(lot)])
        lapsed = sum(lot.expired for lot in own) - self.counted.get(origin, 0)
        forgiven = min(units - taken, lapsed)
        self.counted[origin] = self.counted.get(origin, 0) + forgiven
        others = sorted(filter(self._usable, self.lots), key=redemption_order)
        taken += self._take(units - taken - forgiven, others)
        touched = [lot.earned_at for lot in self.lots if lot.remaining < before[lot.number]]
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

    def send(self, units: int, occurred_at: dt.datetime) -> list[tuple[Lot, int]] | None:
        """Units for another wallet, in redemption order, and of which lots; None, and nothing
        happens, when there are too few."""
        if units > self.available():
            return None
        sent, left = [], units
        for lot in sorted(filter(self._usable, self.lots), key=redemption_order):
            part = self._take(left, [lot])
            if part:
                sent.append((lot, part))
                left -= part
        self._write(-units, 0, occurred_at)
        return sent

    def receive(self, sent: list[tuple[Lot, int]], occurred_at: dt.datetime) -> None:
        """They can be used at once and lapse when they would have; what they were earned by is
        known still."""
        for lot, units in sent:
            self.add(units, lot.origin, occurred_at, lot.expires_at, occurred_at)

    def hold(self, name: str, units: int, due_at: dt.datetime) -> bool:
        """Keep units in redemption order; False, and nothing happens, when there are too few."""
        if units > self.available():
            return False
        self.holds[name] = due_at
        for lot in sorted(filter(self._usable, self.lots), key=redemption_order):
            part = min(units, lot.free)
            if part:
                lot.held[name] = part
            units -= part
        return True

    def release_hold(self, name: str, when: dt.datetime) -> None:
        """What the hold keeps is free: it pays debt first, and goes when its time is over."""
        del self.holds[name]
        for lot in sorted(self.lots, key=redemption_order):
            if lot.held.pop(name, 0):
                self._pay_debt(lot, when)
                if lot.expires_at is not None and lot.expires_at <= when:
                    self._expire(lot, when)

    def redeem(
        self, purchase: str, units: int, occurred_at: dt.datetime, hold: str = "", *, anyway: bool
    ) -> bool:
        """Pay with what the hold keeps, then with what is available; what the hold keeps beyond is
        released. `anyway`: what is missing becomes debt; else False, and nothing happens."""
        kept = sum(lot.held.get(hold, 0) for lot in self.lots)
        if units > kept + self.available() and not anyway:
            return False
        parts: dict[int, int] = {}  # lot number -> units, the first taken first
        missing = units
        for lot in sorted(self.lots, key=redemption_order):
            part = min(missing, lot.held.get(hold, 0))
            if part:
                lot.held[hold] -= part
                lot.remaining -= part
                parts[lot.number] = part
                missing -= part
        for lot in sorted(filter(self._usable, self.lots), key=redemption_order):
            part = self._take(missing, [lot])
            if part:
                parts[lot.number] = parts.get(lot.number, 0) + part
                missing -= part
        taken = [(self.lots[number - 1], part) for number, part in parts.items()]
        effective = max([occurred_at, *(lot.earned_at for lot, _ in taken)])
        self._write(missing - units, missing, effective)
        self.redeemed_at[purchase] = effective
        self.debt += missing
        self.redeemed[purchase] = [*taken, (None, missing)] if missing else [*taken]
        if hold in self.holds:
            self.release_hold(hold, self.settled_at)
        return True

    def give_back_redeemed(
        self, purchase: str, units: int, occurred_at: dt.datetime, grace_until: dt.datetime
    ) -> None:
        """Units come back, the last taken first: to their lots; those of a lapsed one live on in a
        new one. What had become debt makes that less."""
        occurred_at = max(occurred_at, self.redeemed_at[purchase])
        back: list[tuple[Lot | None, int]] = []
        while units:
            lot, part = self.redeemed[purchase].pop()
            if part > units:
                self.redeemed[purchase].append((lot, part - units))
                part = units
            back.append((lot, part))
            units -= part
        forgiven = min(self.debt, sum(part for lot, part in back if lot is None))
        self.debt -= forgiven
        living = [(lot, part) for lot, part in back if lot is not None and not self._is_over(lot)]
        for lot, part in living:
            lot.remaining += part
        self._write(sum(part for _, part in living), -forgiven, occurred_at)
        for lot, _ in living:
            self._pay_debt(lot, max(occurred_at, self.settled_at))
        for each, part in back:
            if each is not None and self._is_over(each):
                self.add(part, each.origin, occurred_at, grace_until, occurred_at)
        new = sum(part for lot, part in back if lot is None) - forgiven
        if new:
            # Nothing has earned these units: they paid, and what they owed has been paid since.
            self.add(new, f"paid {purchase}", occurred_at, grace_until, occurred_at)

    def _is_over(self, lot: Lot) -> bool:
        return lot.expires_at is not None and lot.expires_at <= self.settled_at

    def _usable(self, lot: Lot) -> bool:
        return lot.available_at <= self.settled_at

    def _take(self, units: int, lots: list[Lot]) -> int:
        taken = 0
        for lot in lots:
            part = min(units - taken, lot.free)
            lot.remaining -= part
            taken += part
        return taken

    def _pay_debt(self, lot: Lot, when: dt.datetime) -> None:
        paid = min(self.debt, lot.free)
        lot.remaining -= paid
        self.debt -= paid
        self._write(-paid, -paid, when)

    def _expire(self, lot: Lot, when: dt.datetime) -> None:
        lapsed = lot.free
        self._write(-lapsed, 0, when)
        lot.expired += lapsed
        lot.remaining -= lapsed

    def _write(self, amount: int, debt_change: int, occurred_at: dt.datetime) -> None:
        if amount or debt_change:
            self.entries.append(Entry(amount, debt_change, occurred_at, self.settled_at))


def redemption_order(lot: Lot) -> tuple[dt.datetime, dt.datetime, int]:
    """First what lapses first, then what was available first, then what was there first."""
    return (lot.expires_at or FAR, lot.available_at, lot.number)
