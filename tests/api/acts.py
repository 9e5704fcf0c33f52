"""An act of a closed day, of a service under test: long ago, so that today stays open."""

import datetime as dt
from typing import Any

from service.domain.audit.acts import About, Act
from service.domain.holders import store as holders
from service.flows.audit.close_audit_day import close_audit_day
from service.flows.build import Built
from service.flows.steps import auditing
from service.flows.steps.auditing import AT_COMMAND, Done
from service.infra.db import Database
from service.kernel.ids import new_id
from tests.api.client import SECRET

AGO = dt.timedelta(days=10)


async def closed(url: str) -> dict[str, Any]:
    """A key was revoked ten days ago, and that day is closed: parts of paths."""
    db = await Database.open(url, size_min=1, size_max=1)
    built, act_id = Built(db, SECRET), new_id()
    db.clock_offset = -AGO
    async with db.transaction() as tx:
        await holders.clock(tx, db.clock_offset)
        done = Done(act=Act.KEY_REVOKED, about=About.KEY, id="0123456789")
        await auditing.note(tx, AT_COMMAND, done, act_id)
        now = tx.now
    assert now is not None
    db.clock_offset = dt.timedelta(days=2) - AGO
    assert await close_audit_day(built.ctx) == 1
    await built.stop()
    return {"act_id": str(act_id), "day": now.astimezone(dt.UTC).date().isoformat()}
