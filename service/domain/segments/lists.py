"""Lists of members: those of a segment, and those a preview of segments looks at."""

import uuid
from collections.abc import Collection
from typing import Final

from service.domain.segments.types import SegmentMember
from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("segment_lists")
LOWEST: Final = uuid.UUID(int=0)
EVERYBODY: Final = 2**32  # of as many hashes


async def sizes(tx: Tx, numbers: Collection[int]) -> dict[int, int]:
    """How many belong to each segment by number; one with nobody is not there."""
    rows = await tx.rows(SQL["count_members_of_segments"], segments=list(numbers))
    return {row[0]: row[1] for row in rows}


async def page(tx: Tx, number: int, after: uuid.UUID, limit: int) -> list[SegmentMember]:
    """So many of a segment's members, in the order of ids, those after one of them."""
    rows = await tx.rows(SQL["list_members_of_segment"], segment=number, after=after, limit=limit)
    return [SegmentMember(member_id=row[0], since=row[1]) for row in rows]


async def count(tx: Tx) -> int:
    """How many members there are, those merged into others included."""
    total: int = await tx.value(SQL["count_members"])
    return total


async def sampled(tx: Tx, after: uuid.UUID, below: int, limit: int) -> list[uuid.UUID]:
    """So many members in the order of ids; only those whose hash of 32 bits is `below` that."""
    rows = await tx.rows(SQL["list_sampled"], after=after, below=below, limit=limit)
    return [row[0] for row in rows]
