"""Program versions, and what a file would change before it is published."""

import datetime as dt

from service.domain.holders import store as holders
from service.domain.programs import store as programs
from service.domain.programs.errors import NoProgram, ProgramInvalid, VersionNotFound
from service.domain.programs.types import (
    CheckView,
    PlanView,
    ProblemView,
    ProgramSource,
    StoredVersion,
    VersionDetail,
    VersionView,
)
from service.domain.tiers import store as tiers
from service.domain.tiers.ladder import Rulebook, counted_since
from service.flows.reads import segments
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx
from service.kernel.calendar import zone
from service.rules.check import check_text
from service.rules.document import Document
from service.rules.plan import ladders_changed, plan


async def versions(ctx: Context) -> list[VersionView]:
    """All versions, oldest first; the one that decides now is `in_force`."""
    await ctx.programs.refresh(ctx.db)
    async with ctx.db.reading() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
    now = tx.now or EARLIEST
    in_force = ctx.programs.at(now).version if ctx.programs.newest else 0
    return [_view(ctx, row, in_force) for row in ctx.programs.rows]


def _view(ctx: Context, row: StoredVersion, in_force: int) -> VersionView:
    document = ctx.programs.version(row.version).document
    return programs.version_view(row, document, in_force=row.version == in_force)


async def program(ctx: Context) -> VersionView:
    """The version that decides now; NoProgram."""
    for view in await versions(ctx):
        if view.in_force:
            return view
    raise NoProgram


async def version(ctx: Context, number: int) -> VersionDetail:
    """A version with its text; VersionNotFound."""
    for view in await versions(ctx):
        if view.version == number:
            return VersionDetail(version=view, source=ctx.programs.rows[number - 1].source)
    raise VersionNotFound


def check(ctx: Context, body: ProgramSource) -> CheckView:
    """All problems of a file, against the newest version's numbers."""
    checked = check_text(body.source, "program.yaml", newest(ctx))
    return CheckView(
        ok=checked.document is not None,
        problems=tuple(
            ProblemView(line=p.line, column=p.col, path=p.path, message=p.message)
            for p in checked.problems
        ),
    )


def newest(ctx: Context) -> Document | None:
    """The newest version's document, published but maybe not yet in force."""
    return ctx.programs.compiled[-1].document if ctx.programs.newest else None


async def planned(ctx: Context, source: str) -> PlanView:
    """What publishing would change; ProgramInvalid."""
    old = newest(ctx)
    checked = check_text(source, "program.yaml", old)
    if checked.document is None:
        raise ProgramInvalid(problems=tuple(str(p) for p in checked.problems))
    moving: dict[str, int] = {}
    async with ctx.db.transaction(repeatable=True) as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        for ladder_id in ladders_changed(old, checked.document):
            count = await _moving(tx, old, checked.document, ladder_id, tx.now or EARLIEST)
            if count is not None:
                moving[ladder_id] = count
        sizes = await segments.planned(tx, ctx, old, checked.document, tx.now or EARLIEST)
    changes = tuple(plan(old, checked.document))
    return PlanView(changes=changes, members_moving=moving, segments=sizes)


async def _moving(
    tx: Tx, old: Document | None, new: Document, ladder_id: str, now: dt.datetime
) -> int | None:
    """How many members the changed thresholds concern; None for a ladder that was not there."""
    before = next((one for one in old.ladders if one.id == ladder_id), None) if old else None
    after = next(one for one in new.ladders if one.id == ladder_id)
    if before is None:
        return None
    wallet = next((w.number for w in new.wallets if w.id == after.qualify.wallet), 0)
    book = Rulebook(((EARLIEST, after),), zone(new.program.timezone), EARLIEST)
    since = counted_since(book, after, now)
    return await tiers.count_moving(
        tx, after, wallet, since, [tier.threshold for tier in before.tiers]
    )
