"""Something happened to a member apart from what they bought or did: decided at once.

For verbs that have the member locked, or have just made them, and have written all else.
"""

import datetime as dt
import zoneinfo
from collections.abc import Sequence

from service.domain.events.outbox import Outbox
from service.domain.holders.types import Holder
from service.domain.members.store import MemberRow
from service.domain.occasions.days import born_on
from service.flows.steps import settling, tiers, wallets
from service.flows.steps.context import Context
from service.flows.steps.occasions import chain
from service.flows.steps.occasions.run import Run
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.rules.triggers import Occasion, On


async def decide(
    tx: Tx, ctx: Context, holder: Holder, happened: Sequence[Occasion], now: dt.datetime
) -> None:
    """Decide and write it; nothing is asked when no rule of any version asks about it."""
    asked = [one for one in happened if one.key() in ctx.programs.triggers]
    if not asked:
        return
    work = Work(holder, now, now, Outbox())
    standings = await settling.settle(tx, ctx, [work])
    work.occasions += asked
    run = Run(work, standings.get(holder.holder_id, {}))
    await chain.run(tx, ctx, [run])
    await tiers.write(tx, standings | chain.standings_of([run]))
    await wallets.write(tx, [work])
    await work.outbox.write(tx)
    holder.old_settled_at = holder.settled_at  # what was announced is not announced again


def enrolled(row: MemberRow, now: dt.datetime) -> Occasion:
    """Once in a membership."""
    return Occasion(on=On.ENROL, at=now, ref=str(row.holder_id))


def birthday(row: MemberRow, now: dt.datetime, tz: zoneinfo.ZoneInfo) -> list[Occasion]:
    """That of today, told on the day itself, when the job may have been through; else none."""
    born, today = row.profile.birth_date, now.astimezone(tz).date()
    if born is None or born.month * 100 + born.day not in born_on(today):
        return []
    return [Occasion(on=On.BIRTHDAY, at=now, ref=today.isoformat())]
