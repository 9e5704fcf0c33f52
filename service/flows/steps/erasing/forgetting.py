"""The person is forgotten: who they were, what they wrote, and what others wrote about them.

What stays, and why: entries, lots, purchases with their goods and prices, returns and instants, for
they are the shop's accounts; of the facts of decisions what conditions read, for each decision has
to come out the same when it is verified, and when goods come back; what somebody wrote to say why
the person was erased. Keyed hashes (of codes, of what was guessed) name nobody without the secret.
"""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Final

from service.domain.erasures import store
from service.domain.events.catalog import TYPES, CouponReinstated, CouponVoided, RewardCancelled
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.rules.reading import facts_read, without_unread

SAYING_WHY: Final = (CouponVoided, CouponReinstated, RewardCancelled)  # events with a `reason`


async def forget(tx: Tx, ctx: Context, holders: Collection[uuid.UUID], at: dt.datetime) -> None:
    """Of all holders of the family; all else was written."""
    await tx.flush()
    await store.forget(tx, holders, at)
    await store.hush(tx, holders, [TYPES[event] for event in SAYING_WHY])
    await _forget_unread(tx, ctx, holders)


async def _forget_unread(tx: Tx, ctx: Context, holders: Collection[uuid.UUID]) -> None:
    read: dict[int, frozenset[str]] = {}
    changed = []
    for one in await store.facts_of(tx, holders):
        version = one.program_version
        if version not in read:
            read[version] = facts_read(ctx.programs.version(version).document)
        less = without_unread(one.facts, read[version])
        if less != one.facts:
            changed.append(one._replace(facts=less))
    await store.change_facts(tx, changed)
