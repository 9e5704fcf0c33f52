"""The profile of who two members are: what the one left empty, the other one says.

The row of the one who was merged stays as it was, for the day they are two again.
"""

import uuid
from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec

from service.domain.members import merges
from service.domain.members import store as members
from service.domain.members.identifiers import digest
from service.domain.members.merges import Merge
from service.domain.members.store import MemberRow
from service.domain.members.types import Profile
from service.flows.steps.context import Context
from service.infra.db import Tx
from service.kernel.values import Identifier

_PROFILE: Final = "profile."
_FIELDS: Final = "fields."


def filled(survivor: MemberRow, old: MemberRow) -> tuple[MemberRow, tuple[str, ...]]:
    """The survivor with what was empty there, and the names of that; identifiers of both."""
    named = {
        name: value
        for name in Profile.__struct_fields__
        if getattr(survivor.profile, name) is None
        and (value := getattr(old.profile, name)) is not None
    }
    more = {name: value for name, value in old.fields.items() if name not in survivor.fields}
    row = MemberRow(
        survivor.holder_id,
        survivor.enrolled_at,
        msgspec.structs.replace(survivor.profile, **named),
        {**survivor.fields, **more},
        tuple(dict.fromkeys([*survivor.identifiers, *old.identifiers])),
    )
    names = [*(_PROFILE + name for name in named), *(_FIELDS + name for name in more)]
    return row, tuple(names)


async def withdrawn(
    tx: Tx, merge: Merge, people: Mapping[uuid.UUID, MemberRow]
) -> tuple[list[MemberRow], tuple[str, ...]]:
    """Rows without what came from the one who goes back, the survivor's last; its names there.

    Whoever was merged on had passed on what they had been filled with, where that filled a gap
    again; so each on the way is looked at, for the day on which they are themselves again.
    """
    way = [merge]
    while way[-1].holder_id not in people:
        on = await merges.find(tx, way[-1].holder_id)
        if on is None:
            raise AssertionError(f"{way[-1].holder_id} was merged by nothing")
        way.append(on)
    rows = {**people, **await members.members(tx, [one.old_id for one in way[1:]])}
    names: Sequence[str] = merge.filled
    done = []
    for one in way:
        names = [name for name in names if name in one.filled]
        done.append(emptied(rows[one.holder_id], rows[merge.old_id], names))
    return [row for row, _ in done], done[-1][1]


def emptied(
    survivor: MemberRow, old: MemberRow, names: Sequence[str]
) -> tuple[MemberRow, tuple[str, ...]]:
    """The survivor without what came from the old one and is still that; the names of it."""
    gone = [name for name in names if _said(survivor, name) == _said(old, name) is not None]
    profile = {name.removeprefix(_PROFILE): None for name in gone if name.startswith(_PROFILE)}
    fields = {_FIELDS + name: value for name, value in survivor.fields.items()}
    row = MemberRow(
        survivor.holder_id,
        survivor.enrolled_at,
        msgspec.structs.replace(survivor.profile, **profile),
        {name.removeprefix(_FIELDS): value for name, value in fields.items() if name not in gone},
        survivor.identifiers,
    )
    return row, tuple(gone)


async def parted(
    tx: Tx, ctx: Context, survivor: MemberRow, old: MemberRow, homes: Collection[uuid.UUID]
) -> tuple[MemberRow, MemberRow]:
    """Both with the identifiers they hold: `homes` are those who go back with the old one.

    One that was given up since may be somebody else's, who is shown to neither.
    """
    listed = tuple(dict.fromkeys([*survivor.identifiers, *old.identifiers]))
    owned = await members.ownerships(tx, [digest(ctx.secret, one) for one in listed])
    here: list[Identifier] = []
    there: list[Identifier] = []
    for one in listed:
        now = [o for o in owned[digest(ctx.secret, one)] if o.until_at is None]
        if now and now[0].holder_id in homes:
            there.append(one)
        elif now and survivor.holder_id in (now[0].holder_id, now[0].merged_into):
            here.append(one)
    return (
        msgspec.structs.replace(survivor, identifiers=tuple(here)),
        msgspec.structs.replace(old, identifiers=tuple(there)),
    )


def _said(row: MemberRow, name: str) -> object:
    if name.startswith(_PROFILE):
        return getattr(row.profile, name.removeprefix(_PROFILE))
    return row.fields.get(name.removeprefix(_FIELDS))
