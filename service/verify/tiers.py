"""Tiers: the stored intervals of every member are what the ladders make of what counts."""

import datetime as dt
import itertools
import uuid
from collections import defaultdict
from typing import Final

from service.domain.tiers import ladder as ladders
from service.domain.tiers import store
from service.domain.tiers.ladder import Rulebook
from service.domain.tiers.types import Step
from service.infra.sql import load
from service.rules.document import Ladder, QualifyBy
from service.verify.look import Look
from service.verify.report import Check

SQL: Final = load("verify")

Key = tuple[uuid.UUID, int]  # holder, ladder number
Counts = list[tuple[dt.datetime, int]]


async def look_at_range(look: Look) -> None:
    """Replay each member's ladders up to when the member is settled."""
    stored: defaultdict[Key, list[Step]] = defaultdict(list)
    for row in await look.rows(SQL["list_tier_steps"]):
        stored[row[0], row[1]].append(Step(*row[2:]))
    members = await look.rows(SQL["list_members"])
    counted = await _counted(look, [row[0] for row in members])
    for holder_id, settled_at, enrolled_at in members:
        for number, versions in look.programs.ladder_versions.items():
            book = Rulebook(versions, look.programs.tz, enrolled_at)
            key = (holder_id, number)
            says = ladders.replay(book, counted.get(key, ()), settled_at)
            _compare(look, key, stored.pop(key, []), says)
            look.tally.count(Check.TIERS, 1)
    for key, steps in stored.items():
        _compare(look, key, steps, [])


async def _counted(look: Look, members: list[uuid.UUID]) -> dict[Key, Counts]:
    """What counts for each member on each ladder, as the definitions in use say."""
    known = look.programs.ladders
    if not members or not known:
        return {}
    numbers = {number: _wallet(look, ladder) for number, ladder in known.items()}
    units = await store.wallet_contributions(
        look.tx, members, {n for n in numbers.values() if n is not None}
    )
    purchases = await store.purchase_contributions(look.tx, members)
    found: dict[Key, Counts] = {}
    for number, ladder in known.items():
        wallet = numbers[number]
        for holder_id in members:
            if wallet is not None:
                found[holder_id, number] = units.get((holder_id, wallet), [])
            elif ladder.qualify.by is QualifyBy.SPEND:
                found[holder_id, number] = purchases.get(holder_id, [])
            else:
                found[holder_id, number] = [(at, 1) for at, _ in purchases.get(holder_id, [])]
    return found


def _wallet(look: Look, ladder: Ladder) -> int | None:
    if ladder.qualify.by is not QualifyBy.WALLET:
        return None
    return look.programs.wallet_number(ladder.qualify.wallet or "")


def _compare(look: Look, key: Key, stored: list[Step], says: list[Step]) -> None:
    if stored == says:
        return
    place = f"holder {key[0]}, ladder {key[1]}"
    first = next(n for n in itertools.count() if stored[n : n + 1] != says[n : n + 1])
    have, should = _shown(stored[first : first + 1]), _shown(says[first : first + 1])
    look.tally.differ(Check.TIERS, place, f"step {first + 1} is {have}, what counts gives {should}")


def _shown(steps: list[Step]) -> str:
    """One step or none."""
    for step in steps:
        until = step.until_at.isoformat() if step.until_at else "open"
        valid = step.valid_until.isoformat() if step.valid_until else "for ever"
        due = step.due_at.isoformat() if step.due_at else "never"
        return f"{step.tier} from {step.from_at.isoformat()} to {until}, valid {valid}, due {due}"
    return "none"
