"""Which clubs members are in at an instant, by the facts as they are then: no job has to be ahead.

A ground on a rule that has to stay true counts only while it is true of the member's facts.
"""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence

from service.domain.clubs import membership
from service.domain.clubs.membership import Span
from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.members import store as members
from service.flows.steps import tiers
from service.flows.steps.context import Context
from service.flows.steps.facts import Asked, Questions
from service.flows.steps.work import Work
from service.infra.db import Tx

Circles = Mapping[uuid.UUID, frozenset[int]]


async def joined(
    tx: Tx, ctx: Context, spans: Mapping[uuid.UUID, Sequence[Span]], at: dt.datetime
) -> Circles:
    """Of each member the numbers of the clubs they are in now, pausing or not."""
    clubs = {holder_id: _with_grounds(theirs, at) for holder_id, theirs in spans.items()}
    asked = [holder_id for holder_id, found in clubs.items() if found[1]]
    true = await _true(tx, ctx, asked, at) if asked else {}
    return {
        holder_id: frozenset(sure | (unsure & true.get(holder_id, frozenset())))
        for holder_id, (sure, unsure) in clubs.items()
    }


def _with_grounds(spans: Sequence[Span], at: dt.datetime) -> tuple[set[int], set[int]]:
    """The clubs of grounds that cover the instant, and those of conditional ones alone."""
    sure: set[int] = set()
    unsure: set[int] = set()
    for club in {one.club for one in spans}:
        found = membership.grounds(spans, club, at)
        if found and not membership.banned_at(spans, club, at):
            (unsure if all(one.conditional for one in found) else sure).add(club)
    return sure, unsure


async def _true(
    tx: Tx, ctx: Context, holder_ids: Collection[uuid.UUID], at: dt.datetime
) -> dict[uuid.UUID, frozenset[int]]:
    """Of each member the clubs whose rule is true of them; set-based."""
    program = ctx.programs.at(at)
    states = await holders.states(tx, list(holder_ids), ctx.db.clock_offset)
    people = await members.members(tx, list(holder_ids))
    works = [Work(one.as_stored(), at, at, Outbox()) for one in states.values()]
    standings = await tiers.load(tx, ctx, [(work, at) for work in works], people, replay=True)
    questions = Questions(ctx, [Asked(work, program, at, after=True, limits={}) for work in works])
    await tx.ask_all(questions.all)
    found = zip(works, questions.facts(standings), strict=True)
    return {
        work.holder.holder_id: frozenset(
            club.number for club in program.clubs.values() if club.lets_in(facts)
        )
        for work, facts in found
    }
