"""Codes that let people into a club, or apply to it: how they are made and found; their rows.

A code has 16 random-looking characters (80 bits) and a check character; only a keyed hash of it and
its last characters are kept. It lets nobody in without its club: that is asked for as well.
"""

import datetime as dt
import functools
import uuid
from collections.abc import Sequence
from typing import Any, Final

from service.domain.clubs.types import CodeRow
from service.infra.db import Tx
from service.infra.sql import load
from service.kernel import codes

SQL: Final = load("clubs")
RANDOM_LENGTH: Final = 16


def derive(secret: bytes, code_id: uuid.UUID) -> str:
    """The code of an id: always the same one, normalised, 17 characters."""
    return codes.derive(_keys(secret).derivation, code_id.bytes, 0, RANDOM_LENGTH)


def digest(secret: bytes, text: str) -> bytes:
    """By what the code is found that is typed here, 32 bytes; what is none finds none."""
    return codes.digest(_keys(secret).digests, codes.normalise(text) or f"\x1f{text}")


@functools.lru_cache(maxsize=4)
def _keys(secret: bytes) -> codes.Keys:
    return codes.keys(secret, "club")


async def insert(tx: Tx, row: CodeRow) -> None:
    """A new code."""
    await tx.run(
        SQL["insert_code"],
        digest=row.digest,
        code=row.code_id,
        club=row.club,
        tail=row.tail,
        inviter=row.inviter,
        uses_max=row.uses_max,
        made_at=row.made_at,
        due_at=row.due_at,
        note=row.note,
        actor_kind=row.actor_kind,
        actor=row.actor_id,
        applies=row.applies,
    )


async def lock(tx: Tx, club: int, value: bytes) -> CodeRow | None:
    """The club's code with this digest, locked, waiting: after holders, before clubs."""
    return _first(await tx.rows(SQL["lock_code"], club=club, digest=value))


async def find(tx: Tx, club: int, code_id: uuid.UUID) -> CodeRow | None:
    """A code of the club by its id, not locked."""
    return _first(await tx.rows(SQL["find_code"], club=club, code=code_id))


async def use(tx: Tx, value: bytes) -> None:
    """One use more, under its lock."""
    await tx.run(SQL["update_used"], digest=value)


async def void(tx: Tx, value: bytes, at: dt.datetime, who: str) -> None:
    """It is no good any more; what it did before stays."""
    await tx.run(SQL["update_voided"], digest=value, at=at, who=who)


def _first(rows: Sequence[Any]) -> CodeRow | None:
    if not rows:
        return None
    (row,) = rows
    return CodeRow(**dict(row))
