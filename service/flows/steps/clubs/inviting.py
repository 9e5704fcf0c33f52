"""Who may let others into a club, and how many.

Whoever belongs to it may, within what the program allows each member; its owner, and callers with
clubs:manage, as they like. They alone make codes to apply with, which cost no invitations.
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Final

from service.domain.clubs import offers
from service.domain.clubs.errors import (
    ClubInstantInvalid,
    ClubNotFound,
    EntryNotOffered,
    InvitationsUsedUp,
    NotInClub,
)
from service.flows.steps.clubs import knowing
from service.flows.steps.clubs.knowing import Circle
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.rules.clubs import Club

AHEAD_MAX: Final = dt.timedelta(days=5 * 366)


class Asker:
    """Whoever asks: a member by `circle`, or (None) the caller itself, who manages clubs."""

    __slots__ = ("circle", "club")

    def __init__(self, club: Club, circle: Circle | None) -> None:
        self.club = club
        self.circle = circle

    @property
    def member_id(self) -> uuid.UUID | None:
        """The member who asks."""
        return None if self.circle is None else self.circle.member_id

    @property
    def is_bounded(self) -> bool:
        """A member like all others: neither the owner nor somebody who manages."""
        return self.circle is not None and not self.circle.owns

    def may_touch(self, inviter: uuid.UUID | None) -> bool:
        """What a member (None: nobody who is one) has made they may take back themselves."""
        return not self.is_bounded or inviter == self.member_id

    async def check_left(self, tx: Tx, wanted: int) -> None:
        """EntryNotOffered, or InvitationsUsedUp; the member is locked."""
        if self.club.invitation() is None:
            raise EntryNotOffered(entry="invitation")
        if self.circle is None or not self.is_bounded:
            return
        work = self.circle.work
        spent = await tx.ask(offers.ask_spent(self.circle.member_id, self.club.number, work.at))
        left = max(0, self.club.invitations_per_member - spent)
        if wanted > left:
            raise InvitationsUsedUp(invitations=self.club.invitations_per_member, left=left)

    def check_applications(self, actor: Actor) -> None:
        """EntryNotOffered; ScopeMissing, for a member like all others."""
        if self.club.application() is None:
            raise EntryNotOffered(entry="application")
        if self.is_bounded:
            knowing.must_manage(actor)


async def asker(
    tx: Tx,
    ctx: Context,
    club_id: str,
    actor: Actor,
    works: Mapping[uuid.UUID, Work],
    by: uuid.UUID | None,
) -> Asker:
    """ClubNotFound, NotInClub. Without `by`, `knowing.must_manage` was asked before."""
    if by is None:
        club = knowing.club_named(ctx, club_id, tx.now or EARLIEST)
        if club is None:
            raise ClubNotFound
        return Asker(club, None)
    circle = await knowing.circle(tx, ctx, club_id, works[by])
    club = circle.known(actor)
    if not circle.belongs and not circle.owns:
        raise NotInClub
    return Asker(club, circle)


def asking_member(actor: Actor, by: uuid.UUID | None) -> uuid.UUID | None:
    """The member who asks, to be locked; ScopeMissing when nobody is named."""
    if by is None:
        knowing.must_manage(actor)
    return by


def checked(until: dt.datetime | None, now: dt.datetime) -> dt.datetime | None:
    """An instant somebody has set, in UTC; ClubInstantInvalid."""
    if until is None:
        return None
    if not now < until <= now + AHEAD_MAX:
        raise ClubInstantInvalid
    return until.astimezone(dt.UTC)
