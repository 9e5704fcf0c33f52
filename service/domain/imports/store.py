"""Imports in the database."""

from typing import Final

from service.domain.imports.types import Kind, Run
from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("imports")


async def find(tx: Tx, digest: bytes) -> Run | None:
    """How far the file was taken in; None: never begun."""
    return await tx.maybe(SQL["find_run"], Run, digest=digest)


async def mark(tx: Tx, digest: bytes, kind: Kind, rows_done: int) -> None:
    """All rows before `rows_done` need not be looked at again."""
    await tx.run(SQL["mark_run"], digest=digest, kind=kind.value, rows_done=rows_done)
