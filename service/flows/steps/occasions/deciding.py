"""What the rules give for occasions: facts as they are after each, one question for all of them.

An occasion is decided by the program version, and by tier, clubs and history, of its own instant,
whenever it is decided.
"""

import uuid
from collections.abc import Sequence

import msgspec

from service.domain.occasions import store as occasions
from service.flows.steps import budgets, facts, tiers
from service.flows.steps.context import Context
from service.flows.steps.facts import Asked
from service.flows.steps.occasions.run import Asking, Run
from service.infra.db import Tx
from service.kernel.values import ClubNews
from service.rules.cart import NOTHING
from service.rules.decide_occasion import is_asked
from service.rules.decision import Decision
from service.rules.facts import Facts
from service.rules.triggers import Occasion, On

Chosen = tuple[Run, Occasion]


def choose(ctx: Context, runs: Sequence[Run]) -> list[Chosen]:
    """The next occasions to be decided, of each member at most one of a kind.

    Rules of two kinds are others, so no limit is asked twice in one round. What no rule asks about
    is forgotten; what lies before what is known of the member stays where it is: for the job.
    """
    chosen: list[Chosen] = []
    for run in runs:
        left: list[Occasion] = []
        kinds: set[str] = set()
        for occasion in caused(run):
            _note_club(run, occasion)
            if not _is_asked(ctx, occasion):
                continue
            if occasion.key() in kinds or not _is_known(run, occasion):
                left.append(occasion)
            else:
                kinds.add(occasion.key())
                chosen.append((run, occasion))
        run.work.occasions = left
    return chosen


def caused(run: Run) -> list[Occasion]:
    """The member's occasions, which remember of what they came: the job may decide some of them."""
    if run.cause is None:
        return run.work.occasions
    cause = str(run.cause)
    return [
        one if one.cause is not None else msgspec.structs.replace(one, cause=cause)
        for one in run.work.occasions
    ]


def _note_club(run: Run, occasion: Occasion) -> None:
    if occasion.on is On.CLUB_JOIN:
        run.clubs[occasion.of] = ClubNews.JOINED
    elif occasion.on is On.CLUB_LEAVE:
        run.clubs[occasion.of] = ClubNews.LEFT


def _is_asked(ctx: Context, occasion: Occasion) -> bool:
    program = ctx.programs.at(occasion.at)
    return any(is_asked(rule, occasion) for rule in program.triggers.get(occasion.key(), ()))


def _is_known(run: Run, occasion: Occasion) -> bool:
    """Standings that were loaded for the member's present say nothing of the past."""
    if occasion.at >= run.work.holder.old_settled_at:
        return True
    return all(one.contributions is not None for one in run.standings.values())


async def decide(tx: Tx, ctx: Context, chosen: Sequence[Chosen]) -> list[Asking]:
    """Those that were not decided before, with their decisions; budgets have given what they take.

    Standings that are not there yet are loaded into the runs.
    """
    asked = [_asked(ctx, *one) for one in chosen]
    keys = [(one.run.work.holder.holder_id, one.occasion.key(), one.occasion.ref) for one in asked]
    questions = facts.Questions(ctx, [_question(one) for one in asked])
    known = occasions.ask_run(keys)
    await tx.ask_all([known, *questions.all])
    await _load_standings(tx, ctx, asked, questions)
    standings = {one.run.work.holder.holder_id: one.run.standings for one in asked}
    ready: list[Asking] = []
    for one, found in zip(asked, questions.facts(standings), strict=True):
        if one.key not in known.answer:
            one.facts = msgspec.structs.replace(found, occasion=one.occasion)
            one.decide()
            ready.append(one)
    await budgets.grant(tx, ready)
    return ready


def _asked(ctx: Context, run: Run, occasion: Occasion) -> Asking:
    return Asking(
        program=ctx.programs.at(occasion.at),
        cart=NOTHING,
        facts=Facts(at=occasion.at),
        decision=Decision(),
        run=run,
        occasion=occasion,
    )


def _question(one: Asking) -> Asked:
    limits = one.program.limited_on.get(one.occasion.key(), {})
    return Asked(one.run.work, one.program, one.occasion.at, after=True, limits=limits)


async def _load_standings(
    tx: Tx, ctx: Context, asked: Sequence[Asking], questions: facts.Questions
) -> None:
    """Where members stand of whom nobody has asked yet, from the earliest of their occasions on."""
    missing: dict[uuid.UUID, Asking] = {}
    for one in asked:
        holder_id = one.run.work.holder.holder_id
        first = missing.get(holder_id)
        if not one.run.standings and (first is None or one.occasion.at < first.occasion.at):
            missing[holder_id] = one
    wanted = [(one.run.work, one.occasion.at) for one in missing.values()]
    found = await tiers.load(tx, ctx, wanted, questions.people)
    for one in missing.values():
        one.run.standings = found.get(one.run.work.holder.holder_id, {})
