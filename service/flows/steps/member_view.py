"""A member as shown: the person, tiers and balances at the holder's settled instant."""

from service.domain.events.outbox import Outbox
from service.domain.holders.types import Holder
from service.domain.members.store import MemberRow
from service.domain.members.types import MemberView
from service.flows.steps import (
    tiers,
    wallets,
)
from service.flows.steps.context import Context
from service.flows.steps.work import Work
from service.infra.db import Tx


async def view(
    tx: Tx, ctx: Context, row: MemberRow, holder: Holder, *, claimed: int = 0
) -> MemberView:
    """Reads what the transaction has written; what is due by now shows as if it were posted."""
    now = tx.now or holder.settled_at
    work = Work(holder, now, now, Outbox())
    await wallets.load(tx, ctx, [work])
    standings = await tiers.load(tx, ctx, [(work, work.at)], {row.holder_id: row})
    return MemberView(
        id=row.holder_id,
        identifiers=row.identifiers,
        profile=row.profile,
        fields=row.fields,
        enrolled_at=row.enrolled_at,
        tier=tiers.shown(standings.get(row.holder_id, {}), work.at),
        wallets=work.balances(ctx.programs),
        claimed=claimed,
    )
