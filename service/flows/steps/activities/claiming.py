"""Activities that come along when their identifier is claimed."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

from service.domain.activities import store as activities
from service.domain.activities.types import Activity
from service.domain.events.activities import ActivityReassigned
from service.domain.events.outbox import Outbox
from service.domain.holders.types import Holder
from service.flows.steps import tiers, wallets
from service.flows.steps.activities.item import occasion, recorded
from service.flows.steps.context import Context
from service.flows.steps.occasions import chain
from service.flows.steps.occasions.run import Run
from service.flows.steps.settling import settle
from service.flows.steps.work import Work
from service.infra.db import Tx

Given = Sequence[tuple[uuid.UUID, Activity]]  # whose it was, what it is


async def take(tx: Tx, member: Holder, since: Mapping[uuid.UUID, dt.datetime]) -> Given:
    """What the unclaimed holders did since then is the member's, and counts for rules from now on.

    All of them are locked. `tell` is to follow.
    """
    return await activities.give(tx, member.holder_id, since) if since else []


async def tell(
    tx: Tx,
    ctx: Context,
    member: Holder,
    given: Given,
    locked: Mapping[uuid.UUID, Holder],
    now: dt.datetime,
) -> None:
    """Tell of what was taken, oldest first, by the member's events and its former holders'."""
    if not given:
        return
    work = Work(member, now, now, Outbox())
    former = {one: Work(locked[one], now, now, Outbox()) for one, _ in given}
    standings = await settle(tx, ctx, [work])
    for was, activity in given:
        work.emit(recorded(activity, claimed=True), activity.occurred_at)
        work.occasions.append(occasion(activity))
        gone = ActivityReassigned(activity_id=activity.activity_id, member_id=member.holder_id)
        former[was].emit(gone, former[was].now)
    works = [work, *former.values()]
    runs = [Run(work, standings.get(member.holder_id, {}))]
    await chain.run(tx, ctx, runs)
    await tiers.write(tx, standings | chain.standings_of(runs))
    await wallets.write(tx, works)
    await Outbox.of(one.outbox for one in works).write(tx)
    member.old_settled_at = member.settled_at  # what was announced is not announced again
