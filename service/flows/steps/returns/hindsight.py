"""What would not have come about with less of a purchase: segments entered, clubs opened by a rule.

Asked of the database as it would be with that less, which is then taken back. Only what stood and
does not stand so is answered: what time or others changed is none of the return's doing. Tiers are
those before the return, and clubs those the member was in.
"""

import uuid
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from service.domain.clubs import spans
from service.domain.clubs.membership import Span
from service.domain.clubs.types import Ground
from service.domain.purchases import store as purchases
from service.domain.purchases.stored import Purchase
from service.flows.steps.context import Context
from service.flows.steps.facts import Asked, Questions
from service.flows.steps.returns.unfounded import Brought
from service.flows.steps.standing import Standings
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.rules.compile import Program
from service.rules.facts import Facts
from service.rules.kept import remainder
from service.rules.triggers import Occasion, On

_JUDGED: Final = frozenset({On.SEGMENT_ENTER, On.SEGMENT_LEAVE, On.CLUB_JOIN, On.CLUB_LEAVE})


class Judged(NamedTuple):
    """Something that happened, by a version of the program: the id of a run, or of a ground."""

    of: uuid.UUID
    program: Program
    occasion: Occasion


async def look_back(
    tx: Tx,
    ctx: Context,
    work: Work,
    purchase: Purchase,
    returned: Sequence[int],
    brought: Brought,
    standings: Standings,
) -> None:
    """Note which of the runs, and of the terms in clubs since then, stand only with what goes.

    `returned`: thousandths of each line, in all.
    """
    opened = await _opened(tx, ctx, work, purchase)
    judged = [*_runs(ctx, brought), *_grounds(ctx, opened)]
    if not judged:
        return
    before = await _stand(tx, work, ctx, judged, standings)
    await tx.flush()
    trial = tx.connection.transaction()
    await trial.start()
    try:
        rest = remainder(purchase.priced(), returned)
        await purchases.update_returned(tx, [(purchase, rest, returned)])
        after = await _stand(tx, work, ctx, judged, standings)
    finally:
        await trial.rollback()
    brought.baseless = before - after
    brought.grounds = [span for span in opened if span.span_id in brought.baseless]


async def _opened(tx: Tx, ctx: Context, work: Work, purchase: Purchase) -> list[Span]:
    """Terms in clubs that a rule has opened since; without such clubs none is asked."""
    clubs = [club.club for one in ctx.programs.compiled for club in one.clubs.values()]
    rules = [rule for club in clubs if (rule := club.by_rule())]
    if not work.is_member or all(rule.term is None for rule in rules):
        return []
    found = await tx.ask(spans.ask_spans({work.holder.holder_id}))
    return [
        one
        for one in found.get(work.holder.holder_id, ())
        if one.kind == Ground.RULE and not one.conditional and one.ended_at is None
        and one.from_at >= purchase.occurred_at and one.covers(work.at)
    ]  # fmt: skip


def _runs(ctx: Context, brought: Brought) -> Iterator[Judged]:
    for run in brought.runs:
        occasion = run.facts.occasion
        if occasion is not None and occasion.on in _JUDGED:
            yield Judged(run.op_id, ctx.programs.version(run.program_version), occasion)


def _grounds(ctx: Context, opened: Sequence[Span]) -> Iterator[Judged]:
    for span in opened:
        program = ctx.programs.at(span.from_at)
        club = program.clubs_by_number.get(span.club)
        if club is not None:
            joined = Occasion(on=On.CLUB_JOIN, of=club.id, at=span.from_at, ref=str(span.span_id))
            yield Judged(span.span_id, program, joined)


async def _stand(
    tx: Tx, work: Work, ctx: Context, judged: Sequence[Judged], standings: Standings
) -> frozenset[uuid.UUID]:
    asked = [Asked(work, one.program, one.occasion.at, after=True) for one in judged]
    questions = Questions(ctx, asked)
    await tx.ask_all(questions.all)
    known = zip(judged, questions.facts(standings), strict=True)
    return frozenset(one.of for one, facts in known if _stands(one.program, one.occasion, facts))


def _stands(program: Program, occasion: Occasion, facts: Facts) -> bool:
    """It would happen at its instant by these facts; what a version has not any more stands."""
    if occasion.on in {On.SEGMENT_ENTER, On.SEGMENT_LEAVE}:
        segment = program.segments.get(occasion.of)
        holds = None if segment is None else segment.holds(facts)
    else:
        club = program.clubs.get(occasion.of)
        holds = None if club is None else club.lets_in(facts)
    return holds is not (occasion.on in {On.SEGMENT_LEAVE, On.CLUB_LEAVE})
