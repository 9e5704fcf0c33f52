"""A process put together: context, gate, verbs, reads, and whether it may take requests."""

import asyncpg

from service.domain.programs.live import Programs
from service.flows.reads import Reads
from service.flows.steps.context import Context
from service.flows.verbs import Verbs
from service.infra.batch import Gate
from service.infra.db import Database
from service.infra.settings import Settings
from service.kernel.errors import ExpectedError


class Built:
    """What app.py, the commands and the tests work with."""

    def __init__(self, db: Database, secret: str) -> None:
        self.programs = Programs()
        self.ctx = Context(db, self.programs, secret.encode())
        self.gate = Gate()
        self.verbs = Verbs(self.ctx, self.gate)
        self.reads = Reads(self.ctx)
        self.draining = False

    async def start(self) -> None:
        """Load the program versions."""
        await self.programs.refresh(self.ctx.db)

    async def stop(self) -> None:
        """Answer what was accepted, then close the pool."""
        self.draining = True
        await self.gate.drain()
        await self.ctx.db.close()

    def ready(self) -> dict[str, str]:
        """Reasons why this worker takes no requests; empty: it does."""
        reasons: dict[str, str] = {}
        if self.draining:
            reasons["worker"] = "draining"
        if not self.programs.newest:
            reasons["program"] = "none is published; run `regulars program apply FILE`"
        elif not self.programs.is_fresh():
            reasons["program"] = "versions could not be refreshed; is the database reachable?"
        return reasons

    async def check(self) -> dict[str, str]:
        """`ready`, and a question to the database."""
        reasons = self.ready()
        try:
            async with self.ctx.db.reading() as tx:
                await tx.connection.fetchval("select 1")
        except (ExpectedError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            reasons["database"] = "not reachable"
        return reasons


def build(db: Database, settings: Settings) -> Built:
    """Put a process together on an open database."""
    return Built(db, settings.secret)
