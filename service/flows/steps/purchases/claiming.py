"""Taking identifiers for a member, and crediting what was recorded under them before.

Both holders are locked: the member's and the unclaimed one's. Credited purchases are decided by the
rules of their own day, oldest first (crediting.py). Activities come along before them, so that the
rules count those, and are told after them (activities/claiming.py).
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

import msgspec

from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.members import store as members
from service.domain.members.errors import IdentifierTaken
from service.domain.members.identifiers import BEGINNING, Ownership, digest
from service.domain.purchases import store as purchases
from service.domain.purchases.stored import Purchase
from service.flows.steps.activities import claiming as activities
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.context import Context
from service.flows.steps.gone import refuse_gone
from service.flows.steps.purchases import crediting
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.values import Identifier


class Claim(msgspec.Struct, frozen=True):
    """An identifier to take: from when on it is the member's, and who held it unclaimed."""

    identifier: Identifier
    digest: bytes
    since: dt.datetime
    unclaimed: Ownership | None

    def terms(self) -> tuple[object, ...]:
        """What must not change until it is taken; how often its holder bought may."""
        held = self.unclaimed
        by = None if held is None else (held.holder_id, held.from_at, held.merged_into)
        return (self.digest, self.since, by)


async def plan(
    tx: Tx,
    ctx: Context,
    member_id: uuid.UUID,
    identifiers: Sequence[Identifier],
    now: dt.datetime,
    cutoff: dt.datetime,
) -> list[Claim]:
    """What taking the identifiers means; IdentifierTaken when another member holds one.

    A verified one is the member's from `cutoff` (claim_max ago), or from when another member gave
    it up; one that is not verified from now on.
    """
    digests = {digest(ctx.secret, i): i for i in identifiers}
    owned = await members.ownerships(tx, digests)
    return claims_on(owned, digests, member_id, now, cutoff)


def claims_on(
    owned: Mapping[bytes, list[Ownership]],
    digests: Mapping[bytes, Identifier],
    member_id: uuid.UUID,
    now: dt.datetime,
    cutoff: dt.datetime,
) -> list[Claim]:
    """`plan`, from ownerships that were read before."""
    claims: list[Claim] = []
    for value, identifier in digests.items():
        held = [o for o in owned[value] if o.kind == Kind.MEMBER]
        current = next((o for o in held if o.until_at is None), None)
        if current is not None:
            if (current.merged_into or current.holder_id) != member_id:
                raise IdentifierTaken(kind=identifier.kind)
            continue
        ended = [o.until_at for o in held if o.until_at is not None]
        since = max([cutoff, *ended]) if identifier.verified else now
        unclaimed = next((o for o in owned[value] if o.until_at is None), None)
        claims.append(Claim(identifier, value, since, unclaimed))
    return claims


def differ(planned: Sequence[Claim], again: Sequence[Claim]) -> bool:
    """Between plan and lock somebody else took or gave up one of the identifiers.

    That somebody bought under one of them changes nothing: else a busy one could never be claimed.
    """
    return [claim.terms() for claim in planned] != [claim.terms() for claim in again]


async def lock_unclaimed(
    tx: Tx, ctx: Context, member_id: uuid.UUID | None, claims: Sequence[Claim]
) -> dict[uuid.UUID, Holder]:
    """Lock the unclaimed holders, and the member when it exists, in one order, waiting."""
    wanted = {c.unclaimed.holder_id for c in claims if c.unclaimed is not None}
    if member_id is not None:
        wanted.add(member_id)
    if not wanted:
        await holders.clock(tx, ctx.db.clock_offset)
        return {}
    locked, _ = await holders.lock(tx, wanted, wait=True, clock_offset=ctx.db.clock_offset)
    refuse_gone(locked.values())
    return locked


async def take(tx: Tx, member_id: uuid.UUID, claims: Sequence[Claim], now: dt.datetime) -> None:
    """Write the ownerships; RunAgain when somebody else was first."""
    fresh: list[members.Claim] = []
    for claim in claims:
        held = claim.unclaimed
        if held is not None and held.from_at >= claim.since:
            await members.pass_identifier(tx, held, member_id, None)
            continue
        if held is not None:
            await members.end_identifier(tx, held, claim.since)
        fresh.append((claim.digest, claim.since, None, member_id, claim.identifier.kind))
    if fresh:
        free = await members.insert_identifiers(tx, sorted(fresh, key=lambda c: c[0]), now)
        if len(free) < len(fresh):
            raise RunAgain


async def credit(
    tx: Tx,
    ctx: Context,
    member: Holder,
    claims: Sequence[Claim],
    locked: dict[uuid.UUID, Holder],
    actor: Actor,
    now: dt.datetime,
) -> int:
    """Credit what the verified identifiers collected; answers how many purchases."""
    found: list[tuple[Purchase, Holder]] = []
    collected: dict[uuid.UUID, dt.datetime] = {}
    for claim in claims:
        if claim.unclaimed is None or not claim.identifier.verified:
            continue
        holder = locked[claim.unclaimed.holder_id]
        since = max(claim.since, BEGINNING)
        collected[holder.holder_id] = since
        found += [(p, holder) for p in await purchases.of_holder(tx, holder.holder_id, since)]
    came_along = await activities.take(tx, member, collected)
    for purchase, holder in sorted(found, key=lambda f: (f[0].occurred_at, f[0].purchase_id)):
        await crediting.credit_one(tx, ctx, member, holder, purchase, actor, now)
    await activities.tell(tx, ctx, member, came_along, locked, now)
    return len(found)
