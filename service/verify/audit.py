"""The audit: closed days give their roots, the roots their heads, and no act is another by now.

What was changed is found by the leaves, which keep what each act was. Whoever changes acts, leaves
and days alike leaves a whole chain behind, with other heads: hold the last one against what an
event or an answer told of it elsewhere.
"""

import datetime as dt
from typing import Any, Final

import msgspec

from service.domain.audit import sealing, store, tree
from service.domain.audit.types import DayRow
from service.domain.events.audit import SUBJECT, AuditClosed
from service.infra.sql import load
from service.verify.look import Look
from service.verify.report import Check

SQL: Final = load("verify_audit")
_DAY: Final = dt.timedelta(days=1)


class _Told(msgspec.Struct):
    """Of an event what is held against the day."""

    data: AuditClosed


async def look_at_all(look: Look) -> None:
    """All days, the acts that are in none, and staff acts that the audit does not have."""
    look.tally.count(Check.AUDIT, await look.tx.value(SQL["count_acts"]))
    before: DayRow | None = None
    for row in await look.tx.rows(SQL["list_days"], subject=SUBJECT):
        day = msgspec.convert({k: v for k, v in row.items() if k != "body"}, DayRow)
        for text in _wrong(day, before, row["body"]):
            look.tally.differ(Check.AUDIT, f"day {day.day}", text)
        await _look_into(look, day)
        before = day
    closed_to = await store.closed_to(look.tx)
    last = None if before is None else before.day
    if closed_to != last:
        text = f"closed to {closed_to}, the last closed day is {last}"
        look.tally.differ(Check.AUDIT, "the head", text)
    for row in await look.tx.rows(SQL["list_late"]):
        text = "it was added after its day was closed"
        look.tally.differ(Check.AUDIT, f"day {row['day']}, act {row['act_id']}", text)
    for row in await look.tx.rows(SQL["list_staff_acts"]):
        text = "something was done to a staff account, and the audit has no act of it"
        look.tally.differ(Check.AUDIT, f"staff act {row['act_id']}", text)


def _wrong(day: DayRow, before: DayRow | None, body: bytes | None) -> list[str]:
    """What is wrong with a day in the chain."""
    found = []
    if before is None and day.number != 1:
        found.append(f"it is number {day.number}, and the days before it are missing")
    if before is not None and day.day != before.day + _DAY:
        found.append(f"the day closed before it is {before.day}: days are missing")
    if before is not None and day.number != before.number + 1:
        found.append(f"it is number {day.number} after {before.number}")
    if day.previous != (None if before is None else before.head):
        found.append("the head before it is another than that of the day before")
    if day.head != sealing.head(day.day, day.acts, day.root, day.previous):
        found.append("its head is not that of its root, its acts and the head before")
    if body is not None and msgspec.json.decode(body, type=_Told).data.head != day.head.hex():
        found.append("its event told another head")
    return found


async def _look_into(look: Look, day: DayRow) -> None:
    """The leaves of a day against its root, and the acts against their leaves."""
    place = f"day {day.day}"
    kept = await store.leaves_of(look.tx, day.day)
    if len(kept) != day.acts:
        look.tally.differ(Check.AUDIT, place, f"{day.acts} acts were counted, {len(kept)} leaves")
    if tree.root([one.hash for one in kept]) != day.root:
        look.tally.differ(Check.AUDIT, place, "its leaves do not give its root")
    now: dict[Any, bytes] = {
        act.act_id: tree.leaf(sealing.content(act)) for act in await store.of_day(look.tx, day.day)
    }
    for leaf in kept:
        named = f"{place}, act {leaf.act_id}"
        if leaf.act_id not in now:
            look.tally.differ(Check.AUDIT, named, "it is missing")
        elif now[leaf.act_id] != leaf.hash:
            look.tally.differ(Check.AUDIT, named, "it is another than when its day was closed")
