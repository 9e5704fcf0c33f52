"""A person forgotten in the database: of all holders of a family at once, under their locks."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

import msgspec

from service.domain.erasures.types import Erasure
from service.infra.db import Tx
from service.infra.sql import load
from service.rules.facts import Facts

SQL: Final = load("erasures")
SAID: Final = "erased"  # where a text must stand
_PERSON: Final = (
    *("delete_identifiers", "delete_consents", "update_profiles", "delete_answers"),
    *("update_accounts", "update_deliveries"),
)
_WORDS: Final = (
    *("update_activities", "delete_occasions", "delete_invitations"),
    *("update_applications", "update_answers", "update_spans", "update_offers", "update_places"),
    "update_steps",
)
_NOTES: Final = ("update_notes", "update_requests", "update_returns")
_FACTS: Final = {
    1: "update_purchase_facts",
    2: "update_redemption_facts",
    3: "update_hold_facts",
    4: "update_run_facts",
}
_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder(Facts)


class Known(NamedTuple):
    """By what something was decided; `place`: where that stands."""

    place: int
    holder_id: uuid.UUID
    id: uuid.UUID
    program_version: int
    facts: Facts


async def family(tx: Tx, member_id: uuid.UUID) -> list[uuid.UUID]:
    """The member, if it is one, before all who were merged into it; of a merged one those of that.

    Nobody: there is no such member.
    """
    return [row[0] for row in await tx.rows(SQL["list_family"], member=member_id)]


async def others(tx: Tx, holders: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Whom it concerns too: the household they belong to, gift cards their open holds keep."""
    return {row[0] for row in await tx.rows(SQL["list_others"], holders=list(holders))}


async def mark(tx: Tx, holders: Collection[uuid.UUID], at: dt.datetime) -> None:
    """They are erased from now on."""
    await tx.run(SQL["update_erased"], holders=list(holders), at=at)


async def find(tx: Tx, holder_id: uuid.UUID) -> Erasure | None:
    """What was answered when it was erased."""
    return await tx.maybe(SQL["find_erasure"], Erasure, holder=holder_id)


async def void_coupons(tx: Tx, holders: Collection[uuid.UUID], at: dt.datetime) -> None:
    """Their own coupons are good no more. After the holders, before clubs."""
    await tx.run(SQL["update_coupons"], holders=list(holders), at=at)


async def refuse_approvals(
    tx: Tx, holders: Collection[uuid.UUID], op_id: uuid.UUID, at: dt.datetime
) -> list[uuid.UUID]:
    """What waits for a second person is refused by the operation; answers what it was."""
    given = {"holders": list(holders), "by": str(op_id), "at": at, "said": SAID}
    return [row[0] for row in await tx.rows(SQL["update_approvals"], **given)]


async def forget(tx: Tx, holders: Collection[uuid.UUID], at: dt.datetime) -> None:
    """The person, and what anybody wrote about them or they themselves."""
    await tx.run(SQL["update_endpoints"])
    for name in (*_PERSON, *_WORDS):
        await tx.run(SQL[name], holders=list(holders))
    for name in _NOTES:
        await tx.run(SQL[name], holders=list(holders), said=SAID)
    await tx.run(SQL["update_codes"], holders=list(holders), said=SAID, at=at)


async def hush(tx: Tx, holders: Collection[uuid.UUID], types: Collection[str]) -> None:
    """Events of these types, which say why in somebody's words, say it no more."""
    given = {"holders": list(holders), "types": sorted(types), "said": SAID}
    await tx.run(SQL["update_told"], **given)


async def facts_of(tx: Tx, holders: Collection[uuid.UUID]) -> list[Known]:
    """By what was decided for them: purchases, rewards, holds, occasions."""
    rows = await tx.rows(SQL["list_facts"], holders=list(holders))
    return [Known(row[0], row[1], row[2], row[3], _unpack.decode(row[4])) for row in rows]


async def change_facts(tx: Tx, changed: Sequence[Known]) -> None:
    """They stand there from now on; each is decided by them as it was."""
    for place, name in _FACTS.items():
        here = [one for one in changed if one.place == place]
        if here:
            await tx.run(
                SQL[name],
                holders=[one.holder_id for one in here],
                ids=[one.id for one in here],
                facts=[_pack(one.facts) for one in here],
            )
