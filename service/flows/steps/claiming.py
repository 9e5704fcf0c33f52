"""Taking identifiers for a member, and crediting the purchases recorded under them before.

Both holders are locked: the member's and the unclaimed one's. Credited purchases are decided by the
rules of their own day, oldest first; what came back of them meanwhile is left out.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

import msgspec

from service.domain.coupons import store as coupons
from service.domain.events.catalog import PointsReversed, PurchaseReassigned
from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.members import store as members
from service.domain.members.errors import IdentifierTaken
from service.domain.members.identifiers import BEGINNING, Ownership, digest
from service.domain.operations import store as operations
from service.domain.purchases import store as purchases
from service.domain.purchases.stored import Flag, Purchase
from service.domain.purchases.types import RecordPurchase
from service.domain.returns import store as returns
from service.domain.wallets.entries import Op
from service.flows.steps import (
    activity,
    deciding,
    posting,
    returning,
    spending,
    tiers,
    wallets,
)
from service.flows.steps.context import Context
from service.flows.steps.purchase import Item, RunAgain
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.ids import derived_id
from service.kernel.values import Identifier
from service.rules.decision import Decision
from service.rules.document import Shortfall
from service.rules.facts import Unusable
from service.rules.kept import kept


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
            if current.holder_id != member_id:
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
    for claim in claims:
        if claim.unclaimed is None or not claim.identifier.verified:
            continue
        holder = locked[claim.unclaimed.holder_id]
        since = max(claim.since, BEGINNING)
        found += [(p, holder) for p in await purchases.of_holder(tx, holder.holder_id, since)]
    for purchase, holder in sorted(found, key=lambda f: (f[0].occurred_at, f[0].purchase_id)):
        await credit_one(tx, ctx, member, holder, purchase, actor, now)
    return len(found)


async def credit_one(
    tx: Tx,
    ctx: Context,
    member: Holder,
    unclaimed: Holder,
    old: Purchase,
    actor: Actor,
    now: dt.datetime,
) -> None:
    """Credit one purchase of an unclaimed holder to a member, by the rules of its day."""
    item = _item(ctx, member, old, actor, now)
    await deciding.decide_all(tx, ctx, [item])
    await activity.prolong(tx, [item])
    posting.post_one(ctx, item, claimed=True)
    new = msgspec.structs.replace(
        item.purchase,
        flags=item.purchase.flags | Flag.CLAIMED,
        net=old.net,
        quantity=old.quantity,
        returned=old.returned,
    )
    rest = await _leave_out_returned(tx, ctx, item, new, actor)
    await purchases.reassign(tx, old, new)
    await coupons.move_uses(tx, old.holder_id, old.purchase_id, member.holder_id)
    await spending.issue(tx, ctx, item, rest)
    await purchases.move_keys(tx, [(old.channel, old.external_id)], member.holder_id)
    uses = [(member.holder_id, rule, old.occurred_at, old.purchase_id) for rule in rest.uses]
    if uses:
        await purchases.add_uses(tx, uses)
    tiers.emit_changes(item.standings)
    await tiers.write(tx, {member.holder_id: item.standings} if item.standings else {})
    gone = Work(unclaimed, now, now, item.work.outbox)
    gone.emit(PurchaseReassigned(purchase_id=old.purchase_id, member_id=member.holder_id), gone.now)
    await wallets.write(tx, [item.work, gone])
    await item.work.outbox.write(tx)
    member.old_settled_at = member.settled_at  # what was announced is not announced again


def _item(ctx: Context, member: Holder, old: Purchase, actor: Actor, now: dt.datetime) -> Item:
    body = RecordPurchase(
        channel=old.channel,
        external_id=old.external_id,
        store=old.store,
        currency=old.cart.currency,
        lines=(),
    )
    program = ctx.programs.at(old.occurred_at)
    item = Item(0, actor, body, b"", None, old.occurred_at, program, old.cart)
    item.purchase_id = old.purchase_id
    item.awaited = any(old.returned)
    item.net = old.net
    item.charged_differs = Flag.CHARGED_DIFFERS in old.flags
    item.work = Work(member, now, now, Outbox())
    _as_it_was_sold(item, old)
    return item


def _as_it_was_sold(item: Item, old: Purchase) -> None:
    """Prices are not decided again, nor coupons that were not granted; what it earns is."""
    item.frozen = old.decision.discounts
    item.presented = tuple(
        one if n in old.decision.coupons else msgspec.structs.replace(one, why=Unusable.UNKNOWN)
        for n, one in enumerate(old.facts.coupons)
    )
    item.had = dict.fromkeys(old.decision.caps, 1)


async def _leave_out_returned(
    tx: Tx, ctx: Context, item: Item, new: Purchase, actor: Actor
) -> Decision:
    """Take back what the returned part would have earned; answers what is kept."""
    if not any(new.returned):
        return new.decision
    rest = kept(item.program, new.cart, new.returned, new.facts, new.decision)
    op = Op(derived_id(new.purchase_id, "returned before it was claimed"))
    item.work.mark()
    keeps, rows = rest.earned(), []
    for wallet_id, earned in new.decision.earned().items():
        wallet = item.program.wallets[wallet_id]
        left = keeps.get(wallet_id, 0)
        book = item.work.books[wallet.number]
        at = new.occurred_at if wallet.qualifying else item.work.at
        expired = book.lapsed_of(new.purchase_id)
        lapsed = book.claw_back(
            op, earned - left, origin_op=new.purchase_id, lapsed_left=expired, at=at,
            exact=wallet.qualifying, clamp=wallet.shortfall is Shortfall.CLAMP,
        ) if earned > left else 0  # fmt: skip
        rows.append(
            (new.holder_id, new.purchase_id, wallet.number, returns.Kept(earned, left, lapsed))
        )
    item.work.collect(actor, new.store)
    changes = item.work.changes(ctx.programs)
    if changes:
        item.work.emit(
            PointsReversed(operation_id=op.op_id, purchase_id=new.purchase_id, changes=changes),
            item.work.at,
        )
    returning.uncount(item.standings, new, new.decision, rest, item.work.at)
    await returning.give_budget_back(tx, [(item.program, new.decision, rest)])
    if op.line:
        note = "returned before it was claimed"
        await operations.insert(
            tx, new.holder_id, op.op_id, note, actor, item.work.now, operations.Kind.CLAIM
        )
    await returns.write_kept(tx, rows)
    return rest
