"""Members and identifiers in the database."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from service.domain.members.identifiers import Ownership
from service.domain.members.types import Profile
from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask
from service.kernel.values import Identifier

SQL: Final = load("members")
_encode: Final = msgspec.json.Encoder(order="deterministic").encode


class MemberRow(msgspec.Struct, frozen=True):
    """A member as stored."""

    holder_id: uuid.UUID
    enrolled_at: dt.datetime
    profile: Profile
    fields: dict[str, bool | int | str]
    identifiers: tuple[Identifier, ...]


async def ownerships(tx: Tx, digests: Iterable[bytes]) -> dict[bytes, list[Ownership]]:
    """digest -> all who ever held it, oldest first."""
    return await tx.ask(ask_ownerships(digests))


def ask_ownerships(digests: Iterable[bytes]) -> Ask[dict[bytes, list[Ownership]]]:
    """The same as a question."""
    wanted = list(digests)

    def read(rows: Sequence[Any]) -> dict[bytes, list[Ownership]]:
        found: dict[bytes, list[Ownership]] = {value: [] for value in wanted}
        for row in rows:
            found[row[0]].append(Ownership(*row))
        for owned in found.values():
            owned.sort(key=lambda o: o.from_at)
        return found

    return Ask(SQL["list_ownerships"], read, digests=wanted)


Claim = tuple[bytes, dt.datetime, dt.datetime | None, uuid.UUID, str]


async def insert_identifiers(tx: Tx, claims: Sequence[Claim], now: dt.datetime) -> set[bytes]:
    """Write intervals (digest, from, until, holder, kind); answers the digests that were free."""
    rows = await tx.rows(
        SQL["insert_identifiers"],
        digests=[c[0] for c in claims],
        from_ats=[c[1] for c in claims],
        until_ats=[c[2] for c in claims],
        holders=[c[3] for c in claims],
        kinds=[c[4] for c in claims],
        recorded=[now] * len(claims),
    )
    return {row[0] for row in rows}


async def end_identifier(tx: Tx, owned: Ownership, until_at: dt.datetime) -> None:
    """The ownership ends."""
    await tx.run(
        SQL["update_identifier_end"], digest=owned.digest, from_at=owned.from_at, until_at=until_at
    )


async def pass_identifier(
    tx: Tx, owned: Ownership, holder_id: uuid.UUID, until_at: dt.datetime | None
) -> None:
    """The whole interval goes to another holder, up to `until_at`."""
    await tx.run(
        SQL["update_identifier_holder"],
        digest=owned.digest,
        from_at=owned.from_at,
        holder=holder_id,
        until_at=until_at,
    )


async def insert(tx: Tx, members: Sequence[MemberRow], now: dt.datetime) -> None:
    """Write new members, their profile apart."""
    await tx.run(
        SQL["insert_members"],
        holders=[m.holder_id for m in members],
        enrolled=[m.enrolled_at for m in members],
        recorded=[now] * len(members),
    )
    await tx.run(
        SQL["insert_profiles"],
        holders=[m.holder_id for m in members],
        profiles=[_encode(m.profile) for m in members],
        fields=[_encode(m.fields) for m in members],
        identifiers=[_encode(m.identifiers) for m in members],
        born=[_born(m.profile) for m in members],
    )


async def update_profile(tx: Tx, member: MemberRow) -> None:
    """Write the person anew."""
    await tx.run(
        SQL["update_profile"],
        holder=member.holder_id,
        profile=_encode(member.profile),
        fields=_encode(member.fields),
        identifiers=_encode(member.identifiers),
        born=_born(member.profile),
    )


def _born(profile: Profile) -> int | None:
    """Month and day as one number, by which birthdays are found: 229 is 29 February."""
    day = profile.birth_date
    return None if day is None else day.month * 100 + day.day


_profile: Final = msgspec.json.Decoder(Profile)
_fields: Final = msgspec.json.Decoder(dict[str, bool | int | str])
_identifiers: Final = msgspec.json.Decoder(tuple[Identifier, ...])


async def members(tx: Tx, holders: Iterable[uuid.UUID]) -> dict[uuid.UUID, MemberRow]:
    """holder -> member, of those that are members."""
    return await tx.ask(ask_members(holders))


def ask_members(holders: Iterable[uuid.UUID]) -> Ask[dict[uuid.UUID, MemberRow]]:
    """The same as a question."""
    return Ask(SQL["list_members"], _members, holders=list(holders))


async def merged_into(tx: Tx, holder_id: uuid.UUID) -> list[MemberRow]:
    """Those who are the member now, as they were."""
    return list(_members(await tx.rows(SQL["list_merged_members"], holder=holder_id)).values())


def _members(rows: Sequence[Any]) -> dict[uuid.UUID, MemberRow]:
    return {
        row[0]: MemberRow(
            row[0],
            row[1],
            _profile.decode(row[2]),
            _fields.decode(row[3]),
            _identifiers.decode(row[4]),
        )
        for row in rows
    }
