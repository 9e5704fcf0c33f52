"""Budgets in the database."""

from collections.abc import Mapping, Sequence
from typing import Final

from service.infra.db import Tx
from service.infra.sql import load
from service.kernel.allocation import allocate
from service.rules.document import Budget, BudgetUnit

SQL: Final = load("budgets")
SLOTS: Final = 16
_UNITS: Final = {BudgetUnit.POINTS: 1, BudgetUnit.USES: 2}


async def take(tx: Tx, campaign: str, wants: Sequence[int], *, whole: bool) -> list[int]:
    """Grant wants in order of arrival; what is short is trimmed, or refused when `whole`.

    One free slot that covers all of it is enough; otherwise all slots are locked in order.
    """
    total = sum(wants)
    if total == 0:
        return [0] * len(wants)
    free = await _free_slot(tx, campaign, total)
    if free is not None:
        slot, remaining = free
        await _set(tx, campaign, {slot: remaining - total})
        return list(wants)
    rows = await tx.rows(SQL["lock_slots"], campaign=campaign)
    left = sum(row[1] for row in rows)
    granted: list[int] = []
    for want in wants:
        grant = want if want <= left else (0 if whole else left)
        granted.append(grant)
        left -= grant
    await _set(tx, campaign, _drawn(rows, sum(granted)))
    return granted


async def _free_slot(tx: Tx, campaign: str, want: int) -> tuple[int, int] | None:
    """(slot, remaining) of a locked slot that covers the want; None: no slot is locked.

    A slot that was emptied between reading and locking is not answered and yet locked. Who holds
    one must not wait for all of them in order, so the savepoint lets go of it.
    """
    await tx.flush()  # or the savepoint might take along what waits
    savepoint = tx.connection.transaction()
    await savepoint.start()
    rows = await tx.rows(SQL["find_free_slot"], campaign=campaign, want=want)
    if rows:
        await savepoint.commit()
        return rows[0][0], rows[0][1]
    await savepoint.rollback()
    return None


def _drawn(rows: Sequence[tuple[int, int]], amount: int) -> dict[int, int]:
    """Take an amount from the slots, emptying one after another."""
    changed: dict[int, int] = {}
    for slot, remaining in rows:
        units = min(remaining, amount)
        if units:
            changed[slot] = remaining - units
            amount -= units
    return changed


async def give_back(tx: Tx, campaign: str, amount: int) -> None:
    """A return gives budget back; negative: takes again, beyond the cap what is not there any more.

    What was taken beyond the cap is given back first.
    """
    rows = await tx.rows(SQL["lock_slots"], campaign=campaign)
    if not rows:
        return
    if amount < 0:
        drawn = _drawn(rows, -amount)
        await _set(tx, campaign, drawn)
        short = -amount - sum(row[1] - drawn[row[0]] for row in rows if row[0] in drawn)
        if short:
            await tx.run(SQL["update_overrun"], campaign=campaign, change=short)
        return
    beyond = min(amount, await tx.value(SQL["lock_overrun"], campaign=campaign) or 0)
    if beyond:
        await tx.run(SQL["update_overrun"], campaign=campaign, change=-beyond)
    if amount > beyond:
        slot, remaining = min(rows, key=lambda row: (row[1], row[0]))
        await _set(tx, campaign, {slot: remaining + amount - beyond})


async def _set(tx: Tx, campaign: str, slots: Mapping[int, int]) -> None:
    if slots:
        await tx.run(
            SQL["update_slots"],
            campaign=campaign,
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
    fresh = {campaign: b for campaign, b in sorted(budgets.items()) if campaign not in known}
    if fresh:
        await tx.run(
            SQL["insert_budgets"],
            campaigns=list(fresh),
            units=[_UNITS[b.unit] for b in fresh.values()],
            caps=[b.amount for b in fresh.values()],
        )
        slots = [
            (campaign, slot, part)
            for campaign, b in fresh.items()
            for slot, part in enumerate(allocate(b.amount, [1] * SLOTS))
        ]
        await tx.run(
            SQL["insert_slots"],
            campaigns=[s[0] for s in slots],
            slots=[s[1] for s in slots],
            remaining=[s[2] for s in slots],
        )
    for campaign, budget in sorted(budgets.items()):
        if campaign in known and known[campaign][0] != budget.amount:
            await _change_cap(tx, campaign, sum(known[campaign]), budget.amount)


async def _change_cap(tx: Tx, campaign: str, old: int, new: int) -> None:
    rows = await tx.rows(SQL["lock_slots"], campaign=campaign)
    left = sum(row[1] for row in rows)
    granted = old - left
    parts = allocate(max(0, new - granted), [1] * len(rows))
    await _set(tx, campaign, {row[0]: part for row, part in zip(rows, parts, strict=True)})
    await tx.run(SQL["update_cap"], campaign=campaign, cap=new, overrun=max(0, granted - new))
