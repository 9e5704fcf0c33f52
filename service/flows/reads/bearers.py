"""Whom the token of another issuer names: a member, with all the ids that are the member's now."""

import datetime as dt
import uuid
from typing import Final

import msgspec

from service.domain.holders import store as holders
from service.domain.holders.types import Kind
from service.domain.members import store as members
from service.domain.members.identifiers import digest
from service.flows.steps.context import EARLIEST, Context
from service.infra.db import Tx
from service.kernel.values import Identifier

BY_ID: Final = "id"


class Bearer(msgspec.Struct, frozen=True, kw_only=True):
    """`member_id`: who it is now; `ids`: that one's and those of everybody merged into them.

    `named`: whom the subject names, which no merge changes where it is an id. `read_at`: the clock
    by which the token is judged.
    """

    member_id: uuid.UUID
    ids: frozenset[uuid.UUID]
    named: uuid.UUID
    read_at: dt.datetime


async def find_bearer(ctx: Context, subject: str, kind: str) -> Bearer | None:
    """The member whose id the subject is, or (`kind`) who holds it as an identifier.

    None: nobody, or somebody who was erased.
    """
    async with ctx.db.transaction() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        named = _id(subject) if kind == BY_ID else await _holder_of(tx, ctx, kind, subject)
        if named is None:
            return None
        found, at = await holders.ids_of(tx, named)
    if at is None or any(one.kind != Kind.MEMBER or one.is_erased for one in found):
        return None
    return Bearer(
        member_id=found[0].holder_id,
        ids=frozenset(one.holder_id for one in found),
        named=named,
        read_at=at + ctx.db.clock_offset,
    )


def _id(text: str) -> uuid.UUID | None:
    """In the one form in which ids are told."""
    try:
        found = uuid.UUID(text)
    except ValueError:
        return None
    return found if str(found) == text.lower() else None


async def _holder_of(tx: Tx, ctx: Context, kind: str, value: str) -> uuid.UUID | None:
    """Who holds the identifier at this moment."""
    now = tx.now or EARLIEST
    name = digest(ctx.secret, Identifier(kind, value))
    owned = (await members.ownerships(tx, [name]))[name]
    return next((one.holder_id for one in owned if one.covers(now)), None)
