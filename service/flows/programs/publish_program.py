"""publish_program: a checked file becomes the next immutable version."""

import datetime as dt

from service.domain.audit.acts import About, Act
from service.domain.budgets import store as budgets
from service.domain.holders import store as holders
from service.domain.programs import store
from service.domain.programs.errors import EffectiveTooEarly, ProgramInvalid
from service.domain.programs.live import PUBLISH_LEAD
from service.domain.programs.types import StoredVersion, VersionView
from service.flows.steps.auditing import Done
from service.flows.steps.auditing import note as record
from service.flows.steps.context import EARLIEST
from service.infra.db import Database
from service.kernel.actor import Actor
from service.rules.check import canonical, check_text, parse_canonical
from service.rules.compile import compile_program
from service.rules.decision import ENGINE
from service.rules.document import Document


async def publish_program(
    db: Database,
    actor: Actor,
    source: str,
    *,
    note: str = "",
    effective_from: dt.datetime | None = None,
) -> VersionView:
    """Publish the next version; ProgramInvalid lists every problem.

    The first version takes effect at once (or when it says, the past included); each later one
    after the one before it and not before every worker has had time to load it.
    """
    async with db.transaction() as tx:
        await holders.clock(tx, db.clock_offset)
        now = tx.now or EARLIEST
        known = await store.versions(tx)
        last = known[-1] if known else None
        document = _checked(source, parse_canonical(last.canonical) if last else None)
        starts = _effective_from(last, now, effective_from)
        row = StoredVersion(
            version=last.version + 1 if last else 1,
            effective_from=starts,
            published_at=now,
            actor_kind=int(actor.kind),
            actor_id=actor.id,
            note=note,
            source=source,
            canonical=canonical(document),
            engine=ENGINE,
        )
        await store.insert(tx, row)
        await budgets.declare(tx, compile_program(document, row.version, starts).budgets)
        content = {"canonical": row.canonical, "effective_from": starts}
        done = Done(act=Act.PROGRAM_PUBLISHED, about=About.PROGRAM, id=row.version, content=content)
        await record(tx, actor, done)
    return store.version_view(row, document, in_force=starts <= now)


def _checked(source: str, previous: Document | None) -> Document:
    checked = check_text(source, "program.yaml", previous)
    if checked.document is None:
        raise ProgramInvalid(problems=tuple(str(problem) for problem in checked.problems))
    return checked.document


def _effective_from(
    last: StoredVersion | None, now: dt.datetime, asked: dt.datetime | None
) -> dt.datetime:
    if last is None:
        return asked.astimezone(dt.UTC) if asked else now
    earliest = max(now + PUBLISH_LEAD, last.effective_from + dt.timedelta(microseconds=1))
    if asked is None:
        return earliest
    if asked < earliest:
        raise EffectiveTooEarly(earliest=earliest)
    return asked.astimezone(dt.UTC)
