"""Break the history as a superuser could, see what verification says, and roll it back."""

import contextlib
import datetime as dt
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any, Final

import asyncpg

from service.domain.programs.live import Programs
from service.infra.db import Tx
from service.verify import sums
from service.verify.look import Look, Sample, load_programs
from service.verify.report import Check, Tally
from service.verify.run import RANGE_CHECKS, WHOLE_CHECKS
from tests.databases import Fresh

EVERY: Final = Sample(every=True, since=dt.datetime(2026, 1, 1, tzinfo=dt.UTC), seed=0, below=0)
_ALL: Final = 1_000
_PROGRAMS: Final[dict[str, Programs]] = {}  # of each history, which never gets others


class Broken:
    """A transaction that may change everything and is never committed."""

    def __init__(self, connection: Any, programs: Programs) -> None:
        self.connection = connection
        self.programs = programs

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, fresh: Fresh) -> AsyncIterator["Broken"]:
        """A superuser's transaction."""
        if fresh.url not in _PROGRAMS:
            _PROGRAMS[fresh.url] = await load_programs(fresh.url)
        connection = await asyncpg.connect(fresh.superuser_url)
        transaction = connection.transaction()
        await transaction.start()
        yield cls(connection, _PROGRAMS[fresh.url])
        await transaction.rollback()
        await connection.close()

    async def run(self, *statements: str) -> None:
        """The statements; those that change rows must change some."""
        for statement in statements:
            tag = await self.connection.execute(statement)
            assert not tag.endswith(" 0"), f"it changed nothing: {statement}"

    async def said(self, *statements: str, sample: Sample = EVERY) -> dict[Check, str]:
        """What verification says after the statements: check -> its differences, one a line."""
        await self.run(*statements)
        look = Look(Tx(self.connection), self.programs, sample, Tally(_ALL))
        for check in (*WHOLE_CHECKS, *RANGE_CHECKS):
            await check(look)
        await sums.compare(look)
        found: defaultdict[Check, list[str]] = defaultdict(list)
        for difference in look.tally.named:
            found[difference.check].append(f"{difference.place}: {difference.text}")
        assert {check: len(texts) for check, texts in found.items()} == look.tally.wrong
        return {check: "\n".join(texts) for check, texts in found.items()}
