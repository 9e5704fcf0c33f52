"""What of the program a member is not told, for it mentions a hidden club they are not in.

The one place that cuts answers: coupons become unknown codes before anything is decided, rewards
are left out of lists and not found, and what fired all the same is left out of effects. Who is in
a club by a rule alone is told of it until that is written down: they know it.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Final, TypeVar

import msgspec

from service.domain.clubs import membership, spans
from service.domain.clubs.membership import Span
from service.domain.programs.errors import VersionBehind
from service.domain.purchases.stored import Purchase, receipt
from service.domain.purchases.types import HoldView, NotAppliedShown, Quote, Receipt
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.values import AlsoGiven, CouponGiven, EffectShown
from service.rules.compile import Program
from service.rules.facts import Facts
from service.rules.hiding import NOTHING, Hidden, hidden_from
from service.rules.rewards import CompiledReward

NOBODY: Final = uuid.UUID(int=0)
A = TypeVar("A", Receipt, Quote, HoldView)


def closed(program: Program) -> Hidden:
    """What somebody is not told who is in no club."""
    return hidden_from(program, ())


def hides(program: Program) -> bool:
    """Something of the program is for members of hidden clubs."""
    found = closed(program)
    return bool(found.rules or found.coupons or found.rewards)


def of_facts(program: Program, facts: Facts, more: Iterable[str] = ()) -> Hidden:
    """For the member of the facts, who knows `more` clubs than those they are in."""
    member = facts.member
    if member is None:
        return hidden_from(program, tuple(more))
    return hidden_from(program, (*member.clubs, *member.clubs_while, *more))


async def of_member(
    tx: Tx, program: Program, member_id: uuid.UUID | None, at: dt.datetime
) -> Hidden:
    """For a member, or nobody, at the instant. The same is asked whoever it is."""
    if not hides(program):
        return NOTHING
    holder_id = member_id or NOBODY
    theirs = (await tx.ask(spans.ask_spans([holder_id]))).get(holder_id, [])
    return of_spans(program, theirs, at)


def of_spans(program: Program, theirs: Sequence[Span], at: dt.datetime) -> Hidden:
    """For the member of these spans, at the instant."""
    sure, conditional = membership.clubs_at(theirs, at)
    names = {number: club.id for number, club in program.clubs_by_number.items()}
    return hidden_from(program, [names[one] for one in sure | conditional if one in names])


def told_receipt(ctx: Context, purchase: Purchase) -> Receipt:
    """The receipt as its member may read it; VersionBehind: its program is not known here yet."""
    if purchase.program_version > ctx.programs.newest:
        raise VersionBehind
    program = ctx.programs.version(purchase.program_version)
    news = (*purchase.outcome.clubs, *(one.club for one in purchase.decision.invites))
    return cut(receipt(purchase), of_facts(program, purchase.facts, news))


def cut(answer: A, hidden: Hidden) -> A:
    """The answer without what fired and is not told; money and units stay as they are."""
    if not (hidden.rules or hidden.coupons):
        return answer
    found: dict[str, object] = {
        "effects": _effects(answer.effects, hidden),
        "not_applied": tuple(_reason(one, hidden) for one in answer.not_applied),
    }
    if isinstance(answer, Receipt):
        found["issued"] = _issued(answer.issued, hidden)
        found["also"] = tuple(_also(one, hidden) for one in answer.also)
    return msgspec.structs.replace(answer, **found)


def _effects(effects: Iterable[EffectShown], hidden: Hidden) -> tuple[EffectShown, ...]:
    return tuple(
        one
        for one in effects
        if one.rule not in hidden.rules and one.template not in hidden.coupons
    )


def _issued(issued: Iterable[CouponGiven], hidden: Hidden) -> tuple[CouponGiven, ...]:
    return tuple(
        one for one in issued if one.rule not in hidden.rules and one.template not in hidden.coupons
    )


def _reason(one: NotAppliedShown, hidden: Hidden) -> NotAppliedShown:
    """What it was excluded by, if that may be told."""
    if one.by is None or (one.by not in hidden.rules and one.by not in hidden.coupons):
        return one
    return msgspec.structs.replace(one, by=None)


def _also(one: AlsoGiven, hidden: Hidden) -> AlsoGiven:
    return msgspec.structs.replace(
        one, effects=_effects(one.effects, hidden), issued=_issued(one.issued, hidden)
    )


def rewards(program: Program, hidden: Hidden) -> list[CompiledReward]:
    """The program's rewards that may be told, in its order."""
    return [one for name, one in program.rewards.items() if name not in hidden.rewards]
