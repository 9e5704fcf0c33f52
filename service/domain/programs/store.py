"""Program versions in the database."""

from typing import Final

import asyncpg

from service.domain.programs.errors import PublishedMeanwhile
from service.domain.programs.types import StoredVersion, VersionView
from service.infra.db import Tx
from service.infra.sql import load
from service.kernel.actor import ActorKind
from service.rules.document import Document

SQL: Final = load("programs")


async def versions(tx: Tx, after: int = 0) -> list[StoredVersion]:
    """All versions later than the number, in order."""
    return await tx.all(SQL["list_versions"], StoredVersion, after=after)


async def insert(tx: Tx, row: StoredVersion) -> None:
    """Write a new version; PublishedMeanwhile when its number or instant is taken."""
    try:
        await tx.run(
            SQL["insert_version"],
            version=row.version,
            effective_from=row.effective_from,
            published_at=row.published_at,
            actor_kind=row.actor_kind,
            actor_id=row.actor_id,
            note=row.note,
            source=row.source,
            canonical=row.canonical,
            engine=row.engine,
        )
    except asyncpg.UniqueViolationError as taken:
        raise PublishedMeanwhile from taken


def version_view(row: StoredVersion, document: Document, *, in_force: bool) -> VersionView:
    """A version as shown."""
    return VersionView(
        version=row.version,
        id=document.program.id,
        effective_from=row.effective_from,
        published_at=row.published_at,
        author=f"{ActorKind(row.actor_kind).name.lower()}:{row.actor_id}",
        note=row.note,
        in_force=in_force,
    )
