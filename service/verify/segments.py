"""Segments: what is stored of members is what the conditions say of them now.

Of those who are to be looked at again nothing is said, nor of those who were last looked at by an
earlier program version: for both the job has not been there yet.
"""

import datetime as dt
import itertools
import uuid
from collections.abc import Iterator, Sequence
from typing import Final

from service.flows.steps.context import Context
from service.flows.steps.reconsidering.surveying import survey
from service.infra.db import Database
from service.infra.sql import load
from service.rules.compile import Program
from service.rules.facts import Facts
from service.verify.look import Look
from service.verify.report import Check

SQL: Final = load("verify_segments")
PART: Final = 1_000  # members of whom the facts are in memory at once


async def look_at_range(look: Look) -> None:
    """Spans by themselves; then the conditions are asked again."""
    await look.wrong(Check.SEGMENTS, SQL["list_wrong_segment_spans"])
    if not look.programs.newest:
        return
    now = await look.now()
    program = look.programs.at(now)
    rows = await look.rows(SQL["list_looked_at"], now=now, since=program.effective_from)
    look.tally.count(Check.SEGMENTS, len(rows))
    belongs: dict[uuid.UUID, set[int]] = {row[0]: set(row[1]) for row in rows}
    for start in range(0, len(rows), PART):
        part = [row[0] for row in itertools.islice(rows, start, start + PART)]
        await _ask_again(look, program, part, belongs, now)


async def _ask_again(
    look: Look,
    program: Program,
    part: Sequence[uuid.UUID],
    belongs: dict[uuid.UUID, set[int]],
    now: dt.datetime,
) -> None:
    nowhere = Database(None)  # everything is read in the snapshot of the look
    ctx = Context(db=nowhere, programs=look.programs, secret=b"")
    for holder_id, facts in (await survey(look.tx, ctx, program, part, now)).items():
        for text in _wrong(program, facts, belongs[holder_id]):
            look.tally.differ(Check.SEGMENTS, f"holder {holder_id}", text)


def _wrong(program: Program, facts: Facts, belongs: set[int]) -> Iterator[str]:
    """A club's number times -1: its rule is true. Without a free seat it may let nobody in."""
    holds = {one.number for one in program.segments.values() if one.holds(facts)}
    stored = {number for number in belongs if number > 0}
    for number in sorted(stored - holds):
        yield f"belongs to segment {number}, by its condition it does not"
    for number in sorted(holds - stored):
        yield f"does not belong to segment {number}, by its condition it does"
    for club in program.clubs.values():
        is_true, was_true = club.lets_in(facts) is True, -club.number in belongs
        if was_true and not is_true:
            yield f"the rule of club {club.number} is stored as true, and is not"
        if is_true and not was_true and club.club.seats is None:
            yield f"the rule of club {club.number} is true, and not stored as such"
