"""A ground that has to stay true counts only while it is true, whatever has been written down."""

import uuid

import pytest

from service.domain.clubs import spans
from service.domain.clubs.membership import Span
from service.domain.clubs.types import Ground
from service.flows.steps.clubs import circles
from service.kernel.ids import new_id
from tests.flows.club_shop import CLUBS, Clubs
from tests.flows.shop import day

WHILE = """
  regulars:
    title: {en: Regulars}
    enter: [{rule: {member.enrolled_days: {lte: 5}}, mode: offer, lasts: while_true}]
"""


def a_span(member: uuid.UUID, club: int, *, conditional: bool) -> Span:
    """From day 1 on, for good."""
    return Span(
        holder_id=member,
        span_id=new_id(),
        club=club,
        kind=int(Ground.RULE if conditional else Ground.STAFF),
        from_at=day(1),
        conditional=conditional,
        actor_kind=4,
        actor_id="job",
        recorded_at=day(1),
    )


@pytest.mark.parametrize(("at", "joined"), [(2, True), (5, True), (6, False)])
async def test_a_rule_is_asked_of_the_member_of_the_instant(
    clubs: Clubs, at: int, joined: bool
) -> None:
    (ola, jan) = await clubs.members(2)
    await clubs.shop.publish(CLUBS + WHILE, effective_from=None)
    await clubs.shop.show(day(at))
    program = clubs.shop.built.programs.compiled[-1]
    club = program.clubs["regulars"].number
    theirs = {
        ola: [a_span(ola, club, conditional=True)],
        jan: [a_span(jan, club, conditional=True), a_span(jan, club, conditional=False)],
    }

    async with clubs.shop.db.reading() as tx:
        found = await circles.joined(tx, clubs.shop.built.ctx, theirs, day(at))
        stored = await tx.ask(spans.ask_spans([ola]))

    assert found == {ola: frozenset({club} if joined else ()), jan: frozenset({club})}
    assert stored == {}
