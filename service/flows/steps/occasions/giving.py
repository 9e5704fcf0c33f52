"""What rules give besides units, tiers and coupons: badges, places in clubs, words to others.

Of purchases as of anything else that happens to members.
"""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence

import msgspec

from service.domain.badges import store as badges
from service.domain.badges.store import BadgeRow
from service.domain.clubs.types import Ground
from service.domain.events.occasions import BadgeAwarded, CampaignAnnounced
from service.flows.steps.clubs import offering
from service.flows.steps.clubs.offering import NewOffer
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.occasions.run import RULES, Run
from service.infra.db import Tx
from service.kernel.values import ClubNews
from service.rules.compile import Program
from service.rules.decision import Decision


class Gift(msgspec.Struct, frozen=True):
    """What a decision gives a member by an operation, at an instant."""

    run: Run
    op_id: uuid.UUID
    program: Program
    decision: Decision
    at: dt.datetime


async def give(tx: Tx, ctx: Context, gifts: Sequence[Gift]) -> None:
    """Give and tell all of it; what was new is noted in the runs."""
    for gift in gifts:
        for told in gift.decision.told:
            gift.run.work.emit(
                CampaignAnnounced(
                    name=told.name,
                    campaign=told.campaign,
                    rule=told.rule,
                    operation_id=gift.op_id,
                    data=told.data,
                ),
                gift.at,
            )
    await _give_badges(tx, [gift for gift in gifts if gift.decision.badges])
    await _invite(tx, ctx, [gift for gift in gifts if gift.decision.invites])


async def _give_badges(tx: Tx, gifts: Sequence[Gift]) -> None:
    if not gifts:
        return
    wanted = list(_badges(gifts))
    given = await badges.give(tx, [row for row, _, _ in wanted], tx.now or EARLIEST)
    for row, gift, badge_id in wanted:
        if (row.holder_id, row.badge, row.op_id) not in given:
            continue
        campaign = next(one.campaign for one in gift.decision.badges if one.badge == badge_id)
        event = BadgeAwarded(
            badge=badge_id, operation_id=gift.op_id, campaign=campaign, rule=row.rule
        )
        gift.run.work.emit(event, gift.at)
        gift.run.badges.append(badge_id)


def _badges(gifts: Iterable[Gift]) -> Iterable[tuple[BadgeRow, Gift, str]]:
    """One of a kind each; of the rules that give the same the first."""
    seen: set[tuple[uuid.UUID, int]] = set()
    for gift in gifts:
        for one in gift.decision.badges:
            holder_id = gift.run.work.holder.holder_id
            number = gift.program.badges[one.badge].number
            if (holder_id, number) not in seen:
                seen.add((holder_id, number))
                row = BadgeRow(holder_id, number, gift.op_id, one.rule, gift.at)
                yield row, gift, one.badge


async def _invite(tx: Tx, ctx: Context, gifts: Sequence[Gift]) -> None:
    wanted = [
        (
            gift,
            NewOffer(
                work=gift.run.work,
                club=gift.program.clubs[one.club].club,
                ground=Ground.INVITATION,
                actor=RULES,
                source=gift.op_id,
                rule=one.rule,
            ),
        )
        for gift in gifts
        for one in gift.decision.invites
    ]
    if not wanted:
        return
    made = await offering.offer(tx, ctx, [offer for _, offer in wanted])
    offered = {(row.holder_id, row.club) for row in made}
    for gift, offer in wanted:
        if (gift.run.work.holder.holder_id, offer.club.number) in offered:
            gift.run.clubs[offer.club.id] = ClubNews.OFFERED
