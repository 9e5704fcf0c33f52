"""import_members: members of an earlier system join with their date and their opening balances.

Up to ROWS_MAX members in one transaction. A row whose identifiers are all one member's already is
there: run twice is run once. One that mixes known and unknown identifiers, or those of two members,
is refused. Members whose identifiers have collected purchases claim them, one at a time.

A member is settled up to the enrolment (or the latest opening lot), not up to now: purchases that
are imported afterwards find everything as it stood on their day.
"""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import msgspec

from service.domain.events.catalog import MemberEnrolled
from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.imports.errors import EnrolmentOutOfRange, PartlyKnown
from service.domain.imports.types import Opening
from service.domain.members import store as members
from service.domain.members.errors import IdentifierTaken
from service.domain.members.fields import check_fields
from service.domain.members.identifiers import Ownership, digest
from service.domain.members.store import MemberRow
from service.domain.members.types import Enrol
from service.domain.segments import store as segments
from service.flows.steps import (
    opening,
    wallets,
)
from service.flows.steps.checkout.purchase import RunAgain
from service.flows.steps.context import EARLIEST, IN_THE_FUTURE_MAX, Context
from service.flows.steps.match import check_kinds
from service.flows.steps.purchases import claiming
from service.flows.steps.work import Work
from service.infra.batch import BUSY
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.calendar import shift
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id
from service.kernel.text import Instant
from service.kernel.values import Identifier

ROWS_MAX: Final = 1_000
LOST_MAX: Final = 5
OPENINGS_MAX: Final = 1_000  # lots one member brings along

Owned = Mapping[bytes, list[Ownership]]


class ImportMember(
    Enrol, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A member as an earlier system has them. `enrolled_at` absent: now."""

    enrolled_at: Instant | None = None
    opening: Annotated[tuple[Opening, ...], msgspec.Meta(max_length=OPENINGS_MAX)] = ()


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """The member of a row, and how many purchases their identifiers brought along."""

    member_id: uuid.UUID
    claimed: int = 0


class _Fresh(msgspec.Struct, frozen=True):
    """A row to be written. `at`: up to when the member is settled."""

    n: int
    body: ImportMember
    row: MemberRow
    at: dt.datetime
    claims: list[claiming.Claim]

    @property
    def collected(self) -> bool:
        """Purchases may have been recorded under one of the identifiers."""
        return any(claim.unclaimed is not None for claim in self.claims)


async def import_members(ctx: Context, actor: Actor, rows: Sequence[ImportMember]) -> list[Any]:
    """One result per row: Answer[Imported] (replayed: was there), an ExpectedError, or BUSY."""
    digests = [{digest(ctx.secret, i): i for i in row.identifiers} for row in rows]
    results: list[Any] = [None] * len(rows)
    todo, lost = list(range(len(rows))), 0
    while todo and lost < LOST_MAX:
        batch = _apart(digests, todo)
        try:
            results_of = await _run(ctx, actor, rows, digests, batch)
        except RunAgain:
            lost += 1
            continue
        for n, result in results_of.items():
            results[n] = result
        left = [n for n in todo if results[n] is None]
        lost += len(left) == len(todo)
        todo = left
    return [BUSY if result is None else result for result in results]


def _apart(digests: Sequence[Mapping[bytes, Identifier]], todo: Sequence[int]) -> list[int]:
    """Rows that share no identifier; the others find in a later run who is there by then."""
    seen: set[bytes] = set()
    chosen: list[int] = []
    for n in todo[:ROWS_MAX]:
        if seen.isdisjoint(digests[n]):
            chosen.append(n)
        seen.update(digests[n])
    return chosen


async def _run(
    ctx: Context,
    actor: Actor,
    rows: Sequence[ImportMember],
    digests: Sequence[Mapping[bytes, Identifier]],
    batch: Sequence[int],
) -> dict[int, Any]:
    """One transaction for the rows that nobody has collected for, then one for each other."""
    results: dict[int, Any] = {}
    fresh: list[_Fresh] = []
    async with ctx.db.transaction() as tx:
        if await holders.clock(tx, ctx.db.clock_offset) > ctx.programs.newest:
            await ctx.programs.refresh(ctx.db)
        owned = await members.ownerships(tx, {d for n in batch for d in digests[n]})
        for n in batch:
            try:
                known = _known(owned, digests[n])
                if known is None:
                    fresh.append(_fresh(ctx, tx.now or EARLIEST, n, rows[n], digests[n], owned))
                else:
                    results[n] = Answer(Imported(member_id=known), replayed=True)
            except ExpectedError as refusal:
                results[n] = refusal
        alone = [one for one in fresh if not one.collected]
        if alone:
            await _write(tx, ctx, actor, alone)
    for one in alone:
        results[one.n] = Answer(Imported(member_id=one.row.holder_id))
    for one in fresh:
        if one.collected:
            results[one.n] = await _with_purchases(ctx, actor, one)
    return results


def _known(owned: Owned, digests: Mapping[bytes, Identifier]) -> uuid.UUID | None:
    """The member who holds all of it now; None: nobody holds any of it."""
    held = {
        value: o.merged_into or o.holder_id
        for value in digests
        for o in owned[value]
        if o.kind == Kind.MEMBER and o.until_at is None
    }
    if not held:
        return None
    first, *others = dict.fromkeys(held.values())
    if others:
        kind = next(digests[value].kind for value, holder in held.items() if holder != first)
        raise IdentifierTaken(kind=kind)
    missing = [identifier.kind for value, identifier in digests.items() if value not in held]
    if missing:
        raise PartlyKnown(kind=missing[0])
    return first


def _fresh(
    ctx: Context,
    now: dt.datetime,
    n: int,
    body: ImportMember,
    digests: Mapping[bytes, Identifier],
    owned: Owned,
) -> _Fresh:
    document = ctx.programs.at(now).document
    check_kinds(body.identifiers, document.identifiers, "/identifiers")
    check_fields(body.fields, document.member_fields)
    asked = body.enrolled_at or now
    if not EARLIEST <= asked <= now + IN_THE_FUTURE_MAX:
        raise EnrolmentOutOfRange(enrolled_at=asked)
    enrolled_at = min(asked, now).astimezone(dt.UTC)
    opening.check(ctx, body.opening, now)
    member_id = new_id()
    cutoff = shift(enrolled_at, document.program.claim_max, ctx.programs.tz, -1)
    claims = claiming.claims_on(owned, digests, member_id, enrolled_at, cutoff)
    identifiers = tuple(dict.fromkeys(body.identifiers))
    row = MemberRow(member_id, enrolled_at, body.profile, body.fields, identifiers)
    return _Fresh(n, body, row, opening.settled_at(body.opening, enrolled_at), claims)


async def _write(
    tx: Tx, ctx: Context, actor: Actor, fresh: Sequence[_Fresh]
) -> dict[uuid.UUID, Holder]:
    """All rows of the members but their identifiers' earlier purchases; RunAgain: was beaten."""
    now, outbox = tx.now or EARLIEST, Outbox()
    rows = [one.row for one in fresh]
    enrolled = [row.enrolled_at for row in rows]
    await holders.insert(tx, [row.holder_id for row in rows], Kind.MEMBER, enrolled, now)
    await members.insert(tx, rows, now)
    if ctx.programs.has_belonging:
        await segments.mark(tx, [row.holder_id for row in rows], now)
    await _identify(tx, fresh, now)
    works = [_work(one, now, outbox) for one in fresh]
    bringing = [
        opening.Bringing(work, one.row, one.body.opening)
        for work, one in zip(works, fresh, strict=True)
        if one.body.opening
    ]
    if bringing:
        await opening.bring(tx, ctx, actor, bringing)
    for work in works:
        work.settled()
    await wallets.write(tx, works)
    await outbox.write(tx)
    return {work.holder.holder_id: work.holder for work in works}


async def _identify(tx: Tx, fresh: Sequence[_Fresh], now: dt.datetime) -> None:
    """The identifiers nobody held, in one statement; what was collected for goes by `take`."""
    claims = [
        (claim.digest, claim.since, None, one.row.holder_id, claim.identifier.kind)
        for one in fresh
        if not one.collected
        for claim in one.claims
    ]
    if claims:
        free = await members.insert_identifiers(tx, sorted(claims, key=lambda c: c[0]), now)
        if len(free) < len(claims):
            raise RunAgain
    for one in fresh:
        if one.collected:
            await claiming.take(tx, one.row.holder_id, one.claims, now)


def _work(one: _Fresh, now: dt.datetime, outbox: Outbox) -> Work:
    row = one.row
    holder = Holder(row.holder_id, Kind.MEMBER, None, 0, None, row.enrolled_at, now)
    work = Work(holder, one.at, now, outbox)
    work.emit(
        MemberEnrolled(
            member_id=row.holder_id,
            enrolled_at=row.enrolled_at,
            identifier_kinds=tuple(i.kind for i in row.identifiers),
        ),
        row.enrolled_at,
    )
    return work


async def _with_purchases(ctx: Context, actor: Actor, one: _Fresh) -> Any:
    """A member whose identifiers have purchases: all holders are locked, those credited."""
    member_id = one.row.holder_id
    try:
        async with ctx.db.transaction() as tx:
            locked = await claiming.lock_unclaimed(tx, ctx, None, one.claims)
            owned = await members.ownerships(tx, [claim.digest for claim in one.claims])
            if one.claims != _claims_again(ctx, one, owned):
                return None  # the next run looks again
            written = await _write(tx, ctx, actor, [one])
            now, member = tx.now or EARLIEST, written[member_id]
            claimed = await claiming.credit(
                tx, ctx, member.as_stored(), one.claims, locked, actor, now
            )
    except RunAgain:
        return None
    except ExpectedError as refusal:
        return refusal
    return Answer(Imported(member_id=member_id, claimed=claimed))


def _claims_again(ctx: Context, one: _Fresh, owned: Owned) -> list[claiming.Claim]:
    digests = {claim.digest: claim.identifier for claim in one.claims}
    document = ctx.programs.compiled[-1].document
    enrolled_at = one.row.enrolled_at
    cutoff = shift(enrolled_at, document.program.claim_max, ctx.programs.tz, -1)
    return claiming.claims_on(owned, digests, one.row.holder_id, enrolled_at, cutoff)
