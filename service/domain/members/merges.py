"""Who was merged into whom, in the database; requests and answers about it."""

import datetime as dt
import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any, Final

import msgspec

from service.infra.db import Tx
from service.infra.sql import load
from service.kernel.values import Balance, Movement, Recipient, TierNow

SQL: Final = load("member_merges")
Note = Annotated[str, msgspec.Meta(min_length=3, max_length=512)]


class MergeMember(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Another member, who is the same person; `note`: how that is known."""

    member: Recipient
    note: Note


class UnmergeMember(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`note`: why they are two people after all."""

    note: Note


class MergeReceipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to a merge: `merged_id` is `member_id` from now on.

    `moved`: units that came, pending ones too. `filled`: what was empty in the profile and came
    from the other one, by name. `wallets`, `tier`: as they are now.
    """

    id: uuid.UUID
    member_id: uuid.UUID
    merged_id: uuid.UUID
    recorded_at: dt.datetime
    moved: tuple[Movement, ...] = ()
    filled: tuple[str, ...] = ()
    wallets: dict[str, Balance]
    tier: dict[str, TierNow] = {}


class UnmergeReceipt(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The answer to an unmerge: `member_id` is itself again; `from_id`: who it had been.

    `purchases`: how many went back. `moved`: units that did. `wallets`, `tier`: of `member_id`.
    """

    id: uuid.UUID
    undoes: uuid.UUID
    member_id: uuid.UUID
    from_id: uuid.UUID
    recorded_at: dt.datetime
    purchases: int = 0
    moved: tuple[Movement, ...] = ()
    emptied: tuple[str, ...] = ()
    wallets: dict[str, Balance]
    tier: dict[str, TierNow] = {}


class Merge(msgspec.Struct, frozen=True):
    """A merge that stands: `old_id` into `holder_id`, who may have been merged on since."""

    holder_id: uuid.UUID
    op_id: uuid.UUID
    old_id: uuid.UUID
    merged_at: dt.datetime
    filled: Sequence[str]


async def insert(tx: Tx, merge: Merge) -> None:
    """Write one."""
    await tx.run(
        SQL["insert_merge"],
        holder=merge.holder_id,
        op=merge.op_id,
        old=merge.old_id,
        at=merge.merged_at,
        filled=list(merge.filled),
    )


async def find(tx: Tx, old_id: uuid.UUID) -> Merge | None:
    """The one by which a member is another one now."""
    found = await tx.all(SQL["find_merge"], Merge, old=old_id)
    return found[0] if found else None


async def merged_before(tx: Tx, holder_id: uuid.UUID) -> list[uuid.UUID]:
    """Who had been merged into a member, directly or not, and goes where that one goes."""
    return [row[0] for row in await tx.rows(SQL["list_merged_before"], holder=holder_id)]


async def end(tx: Tx, merge: Merge, op_id: uuid.UUID, at: dt.datetime) -> None:
    """The merge is undone."""
    statement = SQL["update_merge_end"]
    await tx.run(statement, holder=merge.holder_id, merge=merge.op_id, op=op_id, at=at)


async def point(tx: Tx, into: Mapping[uuid.UUID, uuid.UUID | None]) -> None:
    """Where members are found from now on; None: they are themselves."""
    await tx.run(SQL["pass_members"], holders=list(into), into=list(into.values()))


async def relate(tx: Tx, family: Collection[uuid.UUID]) -> None:
    """All of these know one another as kin."""
    await tx.run(SQL["update_kin"], family=sorted(family))


async def blocks(tx: Tx, holders: Collection[uuid.UUID], now: dt.datetime) -> list[str]:
    """What stands in the way of merging them, or of undoing that."""
    rows: list[Any] = await tx.rows(SQL["find_blocks"], holders=list(holders), now=now)
    return [row[0] for row in rows]
