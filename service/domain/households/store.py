"""Households in the database."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from service.domain.households.types import Household, Invitation, Membership, Role
from service.infra.db import Tx
from service.infra.sql import load
from service.kernel.actor import Actor

SQL: Final = load("households")
_encode: Final = msgspec.json.Encoder(order="deterministic").encode
_draw_max: Final = msgspec.json.Decoder(dict[str, int])


async def find(tx: Tx, household_id: uuid.UUID) -> Household | None:
    """The household."""
    return await tx.maybe(SQL["find_household"], Household, household=household_id)


async def insert(tx: Tx, household: Household, actor: Actor) -> None:
    """A new household; its holder is there."""
    await tx.run(
        SQL["insert_household"],
        household=household.holder_id,
        formed_at=household.formed_at,
        actor_kind=int(actor.kind),
        actor=actor.id,
    )


async def dissolve(tx: Tx, household_id: uuid.UUID, at: dt.datetime) -> None:
    """It is no more."""
    await tx.run(SQL["update_dissolved"], household=household_id, at=at)


async def people(tx: Tx, household_id: uuid.UUID) -> list[Membership]:
    """All who belong to it or did, in the order they came."""
    return _memberships(await tx.rows(SQL["list_people"], household=household_id))


async def open_of(tx: Tx, members: Iterable[uuid.UUID]) -> dict[uuid.UUID, Membership]:
    """member -> where they belong now."""
    rows = await tx.rows(SQL["list_open_memberships"], members=list(members))
    return {one.holder_id: one for one in _memberships(rows)}


def _memberships(rows: Sequence[Any]) -> list[Membership]:
    return [
        Membership(row[0], row[1], row[2], row[3], row[4], row[5], _limits(row[6])) for row in rows
    ]


def _limits(text: str | None) -> dict[str, int] | None:
    return None if text is None else _draw_max.decode(text)


async def join(tx: Tx, one: Membership, actor: Actor, now: dt.datetime) -> None:
    """A new membership, under the locks of member and household."""
    await tx.run(
        SQL["insert_membership"],
        member=one.holder_id,
        membership=one.membership_id,
        household=one.household_id,
        from_at=one.from_at,
        role=one.role,
        actor_kind=int(actor.kind),
        actor=actor.id,
        recorded=now,
    )


async def end(
    tx: Tx, memberships: Sequence[Membership], until_at: dt.datetime, actor: Actor
) -> None:
    """Open memberships end; not before they began, should the clock have gone back."""
    await tx.run(
        SQL["update_ends"],
        members=[one.holder_id for one in memberships],
        memberships=[one.membership_id for one in memberships],
        until_at=until_at,
        actor_kind=int(actor.kind),
        actor=actor.id,
    )


async def change(tx: Tx, changed: Sequence[Membership], actor: Actor, now: dt.datetime) -> None:
    """Other roles and limits of open memberships."""
    await tx.run(
        SQL["update_memberships"],
        members=[one.holder_id for one in changed],
        memberships=[one.membership_id for one in changed],
        roles=[one.role for one in changed],
        draws=[None if one.draw_max is None else _encode(one.draw_max).decode() for one in changed],
        actor_kind=int(actor.kind),
        actor=actor.id,
        recorded=now,
    )


def head_of(memberships: Iterable[Membership]) -> Membership | None:
    """The head among them, if the household is not dissolved."""
    heads = (one for one in memberships if one.role == Role.HEAD and one.until_at is None)
    return next(heads, None)


async def invite(tx: Tx, invitation: Invitation) -> None:
    """A new invitation, or a new end for the one that is there."""
    await tx.run(
        SQL["insert_invitation"],
        household=invitation.holder_id,
        member=invitation.member_id,
        offered_at=invitation.offered_at,
        due_at=invitation.due_at,
    )


async def uninvite(tx: Tx, household_id: uuid.UUID, member_id: uuid.UUID | None = None) -> None:
    """The invitation of a member, or (None) all of a household, are gone."""
    await tx.run(SQL["delete_invitations"], household=household_id, member=member_id)


async def forget_lapsed(tx: Tx, household_id: uuid.UUID, now: dt.datetime) -> None:
    """Invitations of a household that stand no more."""
    await tx.run(SQL["delete_lapsed_invitations"], household=household_id, now=now)


async def invitations(tx: Tx, household_id: uuid.UUID, now: dt.datetime) -> list[Invitation]:
    """Those of a household that stand."""
    return await tx.all(SQL["list_invitations"], Invitation, household=household_id, now=now)


async def invitations_to(tx: Tx, member_id: uuid.UUID, now: dt.datetime) -> list[Invitation]:
    """Those of a member that stand."""
    return await tx.all(SQL["list_invitations_to"], Invitation, member=member_id, now=now)
