"""What callers saw against what is there: who is right is not asked, only whether both fit.

Each check answers what does not, in words. `once` and `answers` look at single operations, `order`
at pairs of them, `balances` at what was answered beside.
"""

import bisect
import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from tests.faults.history import Balance, Op, Outcome, Sort
from tests.faults.ledger import Effect, Event, Found

ALLOWED: Final = frozenset({0, 200, 201, 409, 422, 429, 503})  # 0: no answer

Key = tuple[Sort, str]


def check(ops: Sequence[Op], found: Found) -> list[str]:
    """Everything about the operations; nothing: all is well."""
    return [
        *answers(ops),
        *once(ops, found.effects),
        *order(ops, found.effects),
        *balances(ops, found),
    ]


def answers(ops: Sequence[Op]) -> Iterator[str]:
    """Nobody asks for anything wrong: who is told so, or gets a 5xx but 503, met a mistake."""
    for op in ops:
        for status in op.statuses:
            if status not in ALLOWED:
                yield f"wrong answer: {_name(op)} got {status} {op.code}"


def once(ops: Sequence[Op], effects: Sequence[Effect]) -> Iterator[str]:
    """Acknowledged: there once; refused: not there; unknown: once at most; and no other thing."""
    there: defaultdict[Key, list[Effect]] = defaultdict(list)
    asked = {op.id: op.key for op in ops if op.id}
    for effect in effects:
        there[effect.sort, effect.key or asked.get(effect.id, "")].append(effect)
        if len(effect.versions) != 1:
            yield f"events: {effect.sort} {effect.id} has {len(effect.versions)} of its own"
    for op in ops:
        if op.sort is Sort.READ:
            continue
        mine = there.pop((op.sort, op.key), [])
        if op.outcome is Outcome.OK and not mine:
            yield f"lost: {_name(op)} was acknowledged and is not there"
        if op.outcome is Outcome.REFUSED and mine:
            yield f"not refused: {_name(op)} was refused ({op.code}) and is there"
        if len(mine) > 1:
            yield f"double: {_name(op)} is there {len(mine)} times"
        for effect in mine:
            if effect.member != op.member or (op.id and op.id != effect.id):
                yield f"another: {_name(op)} was answered {op.id}, there is {effect.id}"
    for (sort, key), strays in there.items():
        yield f"nobody's: {sort} {key or strays[0].id} is there and nobody asked for it"


def _name(op: Op) -> str:
    return f"{op.sort} {op.key} of {op.member}"


# ---------------------------------------------------------------- real time


def order(ops: Sequence[Op], effects: Sequence[Effect]) -> Iterator[str]:
    """I5: what was answered before another was sent has the lower version of the member.

    A read may see the version of what was answered before it, and no older one; what is sent after
    it has a higher one.
    """
    versions = _versions(effects)
    of_member: defaultdict[str, list[tuple[float, int, int]]] = defaultdict(list)
    known: dict[int, Op] = {}
    for number, op in enumerate(ops):
        version = op.version if op.sort is Sort.READ else versions.get((op.sort, op.key))
        if version is None:
            continue
        known[number] = op
        of_member[op.member].append((op.sent, 1, number))
        if op.answered is not None and op.outcome is Outcome.OK:
            of_member[op.member].append((op.answered, 0, number))
    for moments in of_member.values():
        least, by = 0, ""
        for _, is_sent, number in sorted(moments):
            op = known[number]
            version = op.version or versions[op.sort, op.key]
            if not is_sent:
                if version > least:
                    least, by = version, _name(op)
            elif version < least or (version == least and op.sort is not Sort.READ):
                yield f"out of order: {_name(op)} has version {version}, before it {by} had {least}"


def _versions(effects: Sequence[Effect]) -> dict[Key, int]:
    return {(one.sort, one.key): one.versions[0] for one in effects if one.key and one.versions}


# ---------------------------------------------------------------- balances


class _States:
    """The wallets of members after each of their events, by nothing but the events."""

    def __init__(self, events: Sequence[Event]) -> None:
        self._ends: dict[tuple[str, int], int] = {}  # version -> the last of its transaction
        self._at: dict[tuple[str, int], dt.datetime] = {}
        self._states: dict[tuple[str, int], dict[str, Balance]] = {}
        self.last: dict[str, int] = {}
        current: dict[str, dict[str, Balance]] = {}
        for event in sorted(events, key=lambda one: (one.member, one.version)):
            state = dict(current.get(event.member, {}))
            for wallet, change in event.changes.items():
                state[wallet] = _moved(state.get(wallet, Balance(0, 0, 0, 0)), change)
            current[event.member] = state
            key = (event.member, event.version)
            self._states[key], self._at[key] = state, event.at
            self.last[event.member] = event.version
        for member, version in self._states:
            end = version
            while self._at.get((member, end + 1)) == self._at[member, version]:
                end += 1
            self._ends[member, version] = end

    def after(self, member: str, version: int) -> tuple[dt.datetime, dict[str, Balance]] | None:
        """When the transaction of the version was, and the wallets after it; None: no such one."""
        end = self._ends.get((member, version))
        return None if end is None else (self._at[member, end], self._states[member, end])


def _moved(had: Balance, change: tuple[int, int, int, int]) -> Balance:
    posted, pending, held, debt = change
    return Balance(
        had.available + posted - pending - held,
        had.pending + pending,
        had.held + held,
        had.debt + debt,
    )


def balances(ops: Sequence[Op], found: Found) -> Iterator[str]:
    """Each answered balance is that of the events, and of the entries, up to its version.

    And the events of each member give the wallets that there are in the end (I10).
    """
    states, versions = _States(found.events), _versions(found.effects)
    for op in ops:
        version = op.version or versions.get((op.sort, op.key))
        if op.outcome is not Outcome.OK or version is None or not op.wallets:
            continue
        then = states.after(op.member, version)
        if then is None:
            yield f"no such version: {_name(op)} was answered at {version}"
            continue
        at, wallets = then
        for wallet, told in op.wallets.items():
            is_ = wallets.get(wallet, Balance(0, 0, 0, 0))
            posted = _posted(found, (op.member, wallet), at)
            if told != is_ or told.posted != posted:
                yield (
                    f"wrong balance: {_name(op)}, {wallet} at version {version}: answered"
                    f" {told}, of the events {is_}, posted by the entries {posted}"
                )
    for (member, wallet), row in found.wallets.items():
        last = states.after(member, states.last.get(member, 0))
        is_ = Balance(0, 0, 0, 0) if last is None else last[1].get(wallet, Balance(0, 0, 0, 0))
        if is_ != row:
            yield f"events do not give the wallet: {member}, {wallet}: {is_}, there is {row}"


def _posted(found: Found, wallet: tuple[str, str], at: dt.datetime) -> int:
    sums = found.posted.get(wallet, [])
    place = bisect.bisect_right(sums, at, key=lambda one: one[0])
    return sums[place - 1][1] if place else 0
