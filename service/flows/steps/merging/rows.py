"""Rows of a member become another's, noun by noun; or go back by their home."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence

import msgspec

from service.domain.activities import merging as activities
from service.domain.badges import merging as badges
from service.domain.coupons import merging as coupons
from service.domain.households import merging as households
from service.domain.occasions import merging as occasions
from service.domain.purchases import merging as purchases
from service.domain.returns import merging as returns
from service.domain.rewards import merging as rewards
from service.domain.tiers import merging as tiers
from service.infra.db import Tx
from service.kernel.actor import Actor

Operations = Mapping[uuid.UUID, uuid.UUID]  # what earned, gave or used -> whose it is


async def pass_all(
    tx: Tx,
    old: uuid.UUID,
    into: uuid.UUID,
    since: Operations,
    at: dt.datetime,
    actor: Actor,
) -> None:
    """All that rules, limits, returns and reads look for by its holder. Both are locked.

    `since`: what was done, since they were merged into the old one, for whom.
    """
    await coupons.pass_on(tx, old, into, operations=since)
    await returns.pass_on(tx, old, into)
    await purchases.pass_on(tx, old, into)
    await tiers.pass_on(tx, old, into)
    await occasions.pass_on(tx, old, into, since)
    await badges.pass_on(tx, old, into, operations=since)
    await rewards.pass_on(tx, old, into)
    await activities.pass_on(tx, old, into)
    await households.end_doubles(tx, old, into, at, actor)
    await households.pass_on(tx, old, into)


class Homed(msgspec.Struct, frozen=True):
    """What goes back. `homes`: those whose it is; `purchases`: of theirs.

    `bought`: when these were made, and what counts of each (minor units). `operations`: purchases,
    what they earn by, runs that they and activities caused. `runs`: these alone.
    """

    homes: Collection[uuid.UUID]
    purchases: Collection[uuid.UUID]
    bought: Sequence[tuple[dt.datetime, int]]
    operations: Operations
    runs: Operations


async def homed(tx: Tx, holder_id: uuid.UUID, homes: Collection[uuid.UUID]) -> Homed:
    """Of a holder, what is of these homes."""
    bought = await purchases.homed(tx, holder_id, homes)
    operations = {one.earned_by: one.home_id for one in bought}
    operations |= {one.purchase_id: one.home_id for one in bought}
    done = await activities.homed(tx, holder_id, homes)
    runs = await occasions.homed(tx, holder_id, homes, operations | done)
    return Homed(
        homes=homes,
        purchases=[one.purchase_id for one in bought],
        bought=[(one.occurred_at, one.net) for one in bought if one.net > 0],
        operations=operations | runs,
        runs=runs,
    )


async def since(tx: Tx, holder_id: uuid.UUID, before: Collection[uuid.UUID]) -> Operations:
    """What was done at a holder for those who had been merged into it, since they were."""
    return (await homed(tx, holder_id, before)).operations if before else {}


async def pass_back(tx: Tx, holder_id: uuid.UUID, to: uuid.UUID, what: Homed) -> None:
    """What is of those homes is again whose it was. Both are locked."""
    operations = list(what.operations)
    await coupons.pass_on(tx, holder_id, to, what.homes, what.operations)
    await returns.pass_on(tx, holder_id, to, what.purchases)
    await purchases.pass_on(tx, holder_id, to, operations)
    await tiers.pass_on(tx, holder_id, to, operations)
    await occasions.pass_on(tx, holder_id, to, what.runs, some=True)
    await badges.pass_on(tx, holder_id, to, what.homes, what.operations)
    await rewards.pass_on(tx, holder_id, to, what.homes)
    await activities.pass_on(tx, holder_id, to, what.homes)
    await households.pass_on(tx, holder_id, to, what.homes)
