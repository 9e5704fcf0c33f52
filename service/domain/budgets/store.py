"""Budgets in the database."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Final

from service.infra.db import Tx
from service.infra.sql import load
from service.kernel.allocation import allocate
from service.rules.document import Budget, BudgetUnit

SQL: Final = load("budgets")
SLOTS: Final = 16
_UNITS: Final = {BudgetUnit.POINTS: 1, BudgetUnit.USES: 2, BudgetUnit.MONEY: 3}


async def take(
    tx: Tx, name: str, wants: Sequence[int], now: dt.datetime, *, whole: bool
) -> list[int]:
    """Grant wants in order of arrival; what is short is trimmed, or refused when `whole`.

    One free slot that covers all of it is enough; otherwise all slots are locked in order, and what
    holds have let go by now is taken back. Of a budget that has run out no slot is locked.
    """
    total = sum(wants)
    if total == 0:
        return [0] * len(wants)
    free = await _free_slot(tx, name, total)
    if free is not None:
        slot, units = free
        await _set(tx, name, {slot: units - total})
        return list(wants)
    if not (await left(tx, [name], now)).get(name):
        return [0] * len(wants)  # it has run out: nobody waits to be told so
    slots = await _locked(tx, name, now)
    remaining = sum(slots.values())
    granted: list[int] = []
    for want in wants:
        grant = want if want <= remaining else (0 if whole else remaining)
        granted.append(grant)
        remaining -= grant
    await _set(tx, name, _drawn(slots, sum(granted)))
    return granted


async def take_anyway(tx: Tx, name: str, units: int) -> int:
    """Take what is there of it; the rest is beyond the cap and counted apart: it is answered."""
    slots = await _locked(tx, name, tx.now)
    if not slots:
        return 0
    short = max(0, units - sum(slots.values()))
    await _set(tx, name, _drawn(slots, units))
    if short:
        await tx.run(SQL["update_overrun"], name=name, change=short)
    return short


async def left(tx: Tx, names: Collection[str], now: dt.datetime) -> dict[str, int]:
    """What could be taken of budgets now, nothing being locked."""
    rows = await tx.rows(SQL["list_left"], names=sorted(names), now=now)
    return {row[0]: row[1] for row in rows}


async def _locked(tx: Tx, name: str, now: dt.datetime | None) -> dict[int, int]:
    """All slots, locked in order, once what is overdue is back in them."""
    slots = dict[int, int](await tx.rows(SQL["lock_slots"], name=name))
    overdue = await tx.rows(SQL["delete_overdue"], name=name, now=now)
    beyond = await _beyond(tx, name, sum(row[1] for row in overdue))
    filled: dict[int, int] = {}
    for slot, units in overdue:
        part = min(beyond, units)
        beyond -= part
        filled[slot] = filled.get(slot, slots[slot]) + units - part
    await _set(tx, name, filled)
    return slots | filled


async def _beyond(tx: Tx, name: str, units: int) -> int:
    """How much of what comes back had been taken beyond the cap; that is not so any more."""
    if not units:
        return 0
    beyond: int = min(units, await tx.value(SQL["lock_overrun"], name=name) or 0)
    if beyond:
        await tx.run(SQL["update_overrun"], name=name, change=-beyond)
    return beyond


async def _free_slot(tx: Tx, name: str, want: int) -> tuple[int, int] | None:
    """(slot, remaining) of a locked slot that covers the want; None: no slot is locked.

    A slot that was emptied between reading and locking is not answered and yet locked. Who holds
    one must not wait for all of them in order, so the savepoint lets go of it.
    """
    await tx.flush()  # or the savepoint might take along what waits
    savepoint = tx.connection.transaction()
    await savepoint.start()
    rows = await tx.rows(SQL["find_free_slot"], name=name, want=want)
    if rows:
        await savepoint.commit()
        return rows[0][0], rows[0][1]
    await savepoint.rollback()
    return None


def _drawn(slots: Mapping[int, int], amount: int) -> dict[int, int]:
    """Take an amount from the slots, emptying one after another; those that change."""
    changed: dict[int, int] = {}
    for slot, remaining in slots.items():
        units = min(remaining, amount)
        if units:
            changed[slot] = remaining - units
            amount -= units
    return changed


async def give_back(tx: Tx, name: str, amount: int) -> None:
    """A return gives budget back; negative: takes again, beyond the cap what is not there any more.

    What was taken beyond the cap is given back first.
    """
    if amount < 0:
        await take_anyway(tx, name, -amount)
        return
    slots = await _locked(tx, name, tx.now)
    if slots:
        slot = min(slots, key=lambda slot: (slots[slot], slot))
        back = amount - await _beyond(tx, name, amount)
        if back:
            await _set(tx, name, {slot: slots[slot] + back})


def slot_of(hold_id: uuid.UUID) -> int:
    """The slot to which a hold's share goes back; any will do, so they fill evenly."""
    return hold_id.int % SLOTS


async def hold(tx: Tx, name: str, hold_id: uuid.UUID, amount: int, due_at: dt.datetime) -> None:
    """What this transaction took is a hold's until then, one share of each budget."""
    await tx.run(
        SQL["insert_share"],
        name=name,
        hold=hold_id,
        slot=slot_of(hold_id),
        amount=amount,
        due_at=due_at,
    )


async def capture(tx: Tx, name: str, hold_id: uuid.UUID) -> bool:
    """A hold's share is used for good; False: it was overdue, and somebody else has it."""
    return await tx.run(SQL["delete_share"], name=name, hold=hold_id) == 1


async def extend(tx: Tx, name: str, hold_id: uuid.UUID, due_at: dt.datetime) -> bool:
    """A hold's share is its until then; False: it was overdue, and somebody else has it."""
    return await tx.run(SQL["update_share"], name=name, hold=hold_id, due_at=due_at) == 1


async def release(tx: Tx, name: str, hold_id: uuid.UUID) -> None:
    """A hold lets go of its share.

    It is overdue from now on: whoever is short takes it back, and so does `collect`. No slot is
    locked, so this may come at any place of a transaction.
    """
    await tx.run(SQL["update_share"], name=name, hold=hold_id, due_at=tx.now)


async def collect(tx: Tx) -> int:
    """Put what holds have let go by `tx.now` back into the slots; answers of how many budgets."""
    names = [row[0] for row in await tx.rows(SQL["list_overdue_names"], now=tx.now)]
    for name in names:
        await _locked(tx, name, tx.now)
    return len(names)


async def _set(tx: Tx, name: str, slots: Mapping[int, int]) -> None:
    if slots:
        await tx.run(
            SQL["update_slots"],
            name=name,
            slots=list(slots),
            remaining=list(slots.values()),
        )


async def declare(tx: Tx, budgets: Mapping[str, Budget]) -> None:
    """Bring the slots to the caps of a new version: new budgets are made, changed caps adjusted.

    A cap lowered below what was granted already leaves nothing and takes nothing back: the rest is
    beyond it, and what comes back makes that less first.
    """
    await tx.rows(SQL["lock_all_slots"])  # slots before budgets, as a return takes them
    known = {row[0]: (row[2], row[3]) for row in await tx.rows(SQL["lock_budgets"])}
    fresh = {name: b for name, b in sorted(budgets.items()) if name not in known}
    if fresh:
        await tx.run(
            SQL["insert_budgets"],
            names=list(fresh),
            units=[_UNITS[b.unit] for b in fresh.values()],
            caps=[b.amount for b in fresh.values()],
        )
        slots = [
            (name, slot, part)
            for name, b in fresh.items()
            for slot, part in enumerate(allocate(b.amount, [1] * SLOTS))
        ]
        await tx.run(
            SQL["insert_slots"],
            names=[s[0] for s in slots],
            slots=[s[1] for s in slots],
            remaining=[s[2] for s in slots],
        )
    for name, budget in sorted(budgets.items()):
        if name in known and known[name][0] != budget.amount:
            await _change_cap(tx, name, sum(known[name]), budget.amount)


async def _change_cap(tx: Tx, name: str, old: int, new: int) -> None:
    slots = await _locked(tx, name, tx.now)
    granted = old - sum(slots.values())  # holds' shares are among it
    parts = allocate(max(0, new - granted), [1] * len(slots))
    await _set(tx, name, dict(zip(slots, parts, strict=True)))
    await tx.run(SQL["update_cap"], name=name, cap=new, overrun=max(0, granted - new))
