"""A database with a program, and importers on it."""

import contextlib
import pathlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.domain.imports.types import Kind
from service.imports.importer import Importer, Summary, opened
from service.imports.rejects import beside
from service.imports.run_members import import_members
from service.imports.run_purchases import import_purchases
from service.infra.db import Database
from tests.databases import Fresh
from tests.imports.place import publish, settings


class Place:
    """Imports into one database, and what is in it."""

    def __init__(self, database: Fresh, importer: Importer) -> None:
        self.database = database
        self.importer = importer
        self.reports: list[tuple[int, int]] = []

    async def members(self, path: pathlib.Path, **options: Any) -> Summary:
        return await self._run(Kind.MEMBERS, path, **options)

    async def purchases(self, path: pathlib.Path, **options: Any) -> Summary:
        return await self._run(Kind.PURCHASES, path, **options)

    async def _run(self, kind: Kind, path: pathlib.Path, **options: Any) -> Summary:
        def report(done: int, of: int) -> None:
            self.reports.append((done, of))

        run = import_members if kind is Kind.MEMBERS else import_purchases
        return await run(self.importer, path, rejects=beside(path), report=report, **options)

    async def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        async with self.importer.ctx.db.reading() as tx:
            return [tuple(row) for row in await tx.connection.fetch(query, *values)]


@pytest.fixture
async def place(database: Fresh) -> AsyncIterator[Place]:
    """A database with the program of 2024, and an importer."""
    db = await Database.open(database.url)
    await publish(db)
    await db.close()
    async with contextlib.AsyncExitStack() as stack:
        importer = await stack.enter_async_context(opened(settings(database)))
        yield Place(database, importer)
