"""Members to be merged, or to be two again: all of their family locked, settled to now."""

import uuid
from collections.abc import Collection

from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.members import merges
from service.domain.members.errors import MemberNotFound, MergeBlocked
from service.domain.programs.errors import VersionBehind
from service.flows.steps.checkout.apart import Busy
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.context import Context
from service.flows.steps.gone import refuse_erased
from service.infra.db import Tx


async def lock(
    tx: Tx, ctx: Context, both: Collection[uuid.UUID], *, wait: bool
) -> dict[uuid.UUID, Holder]:
    """Both members and all they were ever merged with, in one order.

    MemberNotFound, MemberErased; RunAgain when the family has grown meanwhile.
    """
    seen = await holders.states(tx, both, ctx.db.clock_offset)
    family = {one for holder in seen.values() for one in (holder.holder_id, *holder.kin)}
    if set(both) - seen.keys():
        raise MemberNotFound
    locked, newest = await holders.lock(tx, family, wait=wait, clock_offset=ctx.db.clock_offset)
    if family - locked.keys():
        raise Busy
    if newest > ctx.programs.newest:
        raise VersionBehind
    if any(set(locked[one].kin) - family for one in both):
        raise RunAgain
    if any(locked[one].kind is not Kind.MEMBER for one in both):
        raise MemberNotFound
    refuse_erased(locked[one] for one in both)
    return locked


async def refuse_blocked(tx: Tx, both: Collection[uuid.UUID]) -> None:
    """MergeBlocked: nothing moves that somebody is in the middle of. What is due is posted."""
    if tx.now is None:
        raise AssertionError("the clock is read with the locks")
    found = await merges.blocks(tx, both, tx.now)
    if found:
        raise MergeBlocked(reasons=tuple(found))
