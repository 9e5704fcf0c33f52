"""Offers by rules and programs, and seats that are theirs already."""

import uuid
from typing import Any

import pytest

from service.domain.clubs.errors import EntryNotOffered
from service.domain.clubs.steps import What
from service.domain.clubs.types import Entered, Ground, Offer
from service.flows.steps.clubs import entering, knowing
from service.flows.steps.clubs.offering import NewOffer
from service.flows.steps.context import SETTLEMENT, Context
from tests.flows.club_shop import CLUBS, Clubs
from tests.flows.clubs.test_join_club import ban
from tests.flows.shop import day

RULED = CLUBS.replace(
    "    enter: [{invitation: , term: 6 months}, application]\n",
    "    enter: [invitation, {rule: {history.purchases: {gte: 1}}, term: 3 months}]\n",
)


async def offers(
    clubs: Clubs, members: list[uuid.UUID], ground: Ground = Ground.RULE, **fields: Any
) -> list[Offer]:
    """What a rule offers all of them, in one transaction."""
    ctx: Context = clubs.shop.built.ctx
    async with ctx.db.transaction() as tx:
        works = await knowing.lock(tx, ctx, SETTLEMENT, members, wait=True)
        club = ctx.programs.compiled[-1].clubs[clubs.club].club
        wanted = [
            NewOffer(work=works[one], club=club, ground=ground, actor=SETTLEMENT, **fields)
            for one in members
        ]
        made = await entering.offer(tx, ctx, wanted)
        await knowing.write(tx, works)
    return made


async def test_a_rule_offers_to_many_and_keeps_seats_for_the_first(clubs: Clubs) -> None:
    await clubs.full(1)
    line = await clubs.members(4, 10)

    made = await offers(clubs, line, rule="golden")

    assert [one.has_seat for one in made] == [True, True, False, False]
    assert {one.rule for one in made} == {"golden"}
    for member in line:
        assert await clubs.steps(member) == [(What.OFFERED, None, None)]
        assert await clubs.told(member) == ["offered"]
    assert await offers(clubs, line) == []  # theirs are open


async def test_who_cannot_have_an_offer_is_left_out_in_silence(clubs: Clubs) -> None:
    (ola,) = await clubs.full(1)
    banned, new = await clubs.members(2, 10)
    await ban(clubs, banned, "roasters")
    before = await clubs.told(ola)

    made = await offers(clubs, [ola, banned, new])

    assert [one.holder_id for one in made] == [new]
    assert (await clubs.told(ola), await clubs.told(banned)) == (before, [])
    assert await offers(clubs, []) == []


async def test_who_waits_is_offered_nothing_else_and_nobody_gets_a_seat_before_them(
    clubs: Clubs,
) -> None:
    ola, *_ = await clubs.full(3)
    waits, new = await clubs.members(2, 10)
    await clubs.invite(waits)
    await clubs.join(waits)
    await clubs.gone(ola)

    made = await offers(clubs, [waits, new])

    assert [(one.holder_id, one.has_seat) for one in made] == [(new, False)]


async def test_an_invitation_of_the_program_says_so_and_has_no_inviter(clubs: Clubs) -> None:
    jan = await clubs.member("10")

    (made,) = await offers(clubs, [jan], Ground.INVITATION, rule="table-for-big-spenders")

    assert made.inviter is None
    assert await clubs.told(jan) == ["invited"]
    assert (await clubs.join(jan)).body.state is Entered.MEMBER


async def test_an_offer_of_a_rule_lasts_for_its_term(clubs: Clubs) -> None:
    await clubs.shop.publish(RULED, day(1))
    await clubs.shop.show(day(2))
    jan = await clubs.member("10")
    await offers(clubs, [jan])

    entered = (await clubs.join(jan)).body

    assert entered.until is not None
    assert entered.until.date() == day(2 + 92).date()  # 4 March plus 3 months is 4 June
    async with clubs.shop.db.reading() as tx:
        row = await tx.connection.fetchrow("select kind, conditional from club_span")
    assert tuple(row) == (Ground.RULE, False)


async def test_an_offer_of_a_rule_that_is_no_more_lets_nobody_in(clubs: Clubs) -> None:
    jan = await clubs.member("10")
    await offers(clubs, [jan])  # this program has no such rule
    before = await clubs.shop.tables()

    with pytest.raises(EntryNotOffered):
        await clubs.join(jan)

    assert await clubs.shop.tables() == before


async def test_who_is_in_already_needs_no_second_seat_to_take_an_offer(clubs: Clubs) -> None:
    await clubs.full(2)
    jan, eve = await clubs.members(2, 10)
    await offers(clubs, [jan, eve], Ground.INVITATION)
    await clubs.in_by_another_ground(jan)

    taken = await clubs.join(jan)

    assert (taken.replayed, taken.body.state) == (False, Entered.MEMBER)
    assert len(await clubs.seats()) == 3


async def test_who_declines_keeps_the_seat_of_another_ground(clubs: Clubs) -> None:
    jan = await clubs.member("10")
    await offers(clubs, [jan], Ground.INVITATION)
    await clubs.in_by_another_ground(jan)

    declined = await clubs.decline(jan)

    assert declined.body.state is Entered.MEMBER
    assert await clubs.seats() == [jan]
