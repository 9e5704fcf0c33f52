"""note_import: a file of members or purchases is about to be taken in, by whoever runs the command.

What comes of it is in the ledger, of the actor `import`; who had it done is here alone. A run that
goes on where another one stopped is another act.
"""

from service.domain.audit.acts import About, Act
from service.domain.holders import store as holders
from service.flows.steps import auditing
from service.infra.db import Database
from service.kernel.actor import Actor


async def note_import(db: Database, actor: Actor, digest: bytes, kind: str, rows: int) -> None:
    """Whose file it is, by the digest of its content; `rows`: what is left of it. AuditDayOver."""
    content = {"kind": kind, "rows": rows}
    done = auditing.Done(act=Act.FILE_IMPORTED, about=About.FILE, id=digest.hex(), content=content)
    async with db.transaction() as tx:
        await holders.clock(tx, db.clock_offset)
        await auditing.note(tx, actor, done)
