"""The facts of many members at an instant, as `reconsider` would ask them, without any lock."""

import datetime as dt
import uuid
from collections.abc import Collection

from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.flows.steps import tiers
from service.flows.steps.context import Context
from service.flows.steps.facts import Asked, Questions
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.rules.compile import Program
from service.rules.facts import Facts


async def survey(
    tx: Tx, ctx: Context, program: Program, holder_ids: Collection[uuid.UUID], at: dt.datetime
) -> dict[uuid.UUID, Facts]:
    """Member -> facts after the instant, by a program that need not be published.

    Who was merged into another member has none. Tiers are those of the ladders of published
    versions. In a bounded number of statements, however many members there are.
    """
    states = await holders.states(tx, holder_ids, ctx.db.clock_offset)
    standing = [holder for holder in states.values() if holder.merged_into is None]
    works = [Work(holder, at, at, Outbox()) for holder in standing]
    questions = Questions(ctx, [Asked(work, program, at, after=True) for work in works])
    instants = [(work, at) for work in works]
    stored = tiers.Stored(ctx, instants, replay=False)
    await tx.ask_all([*stored.questions, *questions.all])
    standings = await tiers.load(tx, ctx, instants, questions.people, stored=stored)
    return {
        work.holder.holder_id: facts
        for work, facts in zip(works, questions.facts(standings), strict=True)
    }
