"""Members and their tiers."""

import uuid
from collections.abc import Sequence

from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.members import store as members
from service.domain.members.errors import MemberNotFound
from service.domain.members.identifiers import digest
from service.domain.members.store import MemberRow
from service.domain.members.types import MemberView
from service.domain.tiers.types import TierView
from service.flows.reads.balances import projected
from service.flows.reads.whose import member_of
from service.flows.steps import tiers
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.standing import Standing
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.texts import Languages, told
from service.kernel.values import Identifier, LadderView, TierShown
from service.rules.document import Tier


async def _find(tx: Tx, ctx: Context, member_id: uuid.UUID) -> tuple[Holder, MemberRow]:
    states = await holders.states(tx, [member_id], ctx.db.clock_offset)
    holder = member_of(states, member_id)
    rows = await members.members(tx, [member_id])
    return holder, rows[member_id]


async def whole(
    tx: Tx, ctx: Context, member_id: uuid.UUID
) -> tuple[MemberRow, Work, dict[str, Standing]]:
    """The member with wallets and tiers as of now, whatever has been posted so far."""
    holder, row = await _find(tx, ctx, member_id)
    before = holder.as_stored()
    ((work, _),) = await projected(tx, ctx, [holder], tx.now or EARLIEST)
    standing_work = Work(before, work.at, work.at, Outbox())
    standings = await tiers.load(tx, ctx, [(standing_work, work.at)], {member_id: row}, replay=True)
    return row, work, standings.get(member_id, {})


async def member(ctx: Context, member_id: uuid.UUID) -> MemberView:
    """The person, balances and tiers; MemberNotFound."""
    async with ctx.db.transaction(repeatable=True) as tx:
        row, work, standings = await whole(tx, ctx, member_id)
    return MemberView(
        id=row.holder_id,
        identifiers=row.identifiers,
        profile=row.profile,
        fields=row.fields,
        enrolled_at=row.enrolled_at,
        tier=tiers.shown(standings, work.at, changed=False),
        wallets=work.balances(ctx.programs),
    )


async def lookup(ctx: Context, identifiers: Sequence[Identifier]) -> uuid.UUID:
    """The member who holds the first identifier that anybody holds now; MemberNotFound."""
    digests = [digest(ctx.secret, i) for i in identifiers]
    async with ctx.db.reading() as tx:
        owned = await members.ownerships(tx, dict.fromkeys(digests))
    for value in digests:
        for one in owned[value]:
            if one.kind == Kind.MEMBER and one.until_at is None:
                return one.merged_into or one.holder_id
    raise MemberNotFound


def ladders(
    work: Work, standings: dict[str, Standing], languages: Languages
) -> dict[str, LadderView]:
    """Where a member stands on each ladder, as shown."""
    found = {}
    for ladder_id, standing in standings.items():
        current = standing.steps[-1] if standing.steps else None
        ladder = standing.book.at(work.at)
        view = LadderView(
            title={},
            tiers=tuple(_tier(one, languages) for one in ladder.tiers),
            progress=standing.progress(work.at),
            since=current.from_at if current else None,
            history=tuple(standing.steps),
        )
        found[ladder_id] = told(view, ladder, languages)
    return found


def _tier(of: Tier, languages: Languages) -> TierShown:
    return told(TierShown(id=of.id, threshold=of.threshold), of, languages)


async def tier(ctx: Context, member_id: uuid.UUID, languages: Languages) -> TierView:
    """Where the member stands on every ladder, and the way there."""
    async with ctx.db.transaction(repeatable=True) as tx:
        _, work, standings = await whole(tx, ctx, member_id)
    return TierView(member_id=member_id, at=work.at, ladders=ladders(work, standings, languages))
