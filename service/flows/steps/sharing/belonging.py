"""A household locked together with members: who belongs to it, who may ask for what."""

import datetime as dt
import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence

from service.domain.events.outbox import Outbox
from service.domain.events.sharing import SharingEvent
from service.domain.holders import store as holders
from service.domain.holders.types import Holder
from service.domain.households import store
from service.domain.households.errors import (
    DissolvedHousehold,
    HouseholdNotFound,
    HouseholdsNotOffered,
    NotInHousehold,
    NotTheHead,
)
from service.domain.households.types import (
    BelongingView,
    Household,
    HouseholdStanding,
    Invitation,
    InvitationView,
    Membership,
    Role,
)
from service.flows.steps.checkout import apart
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.gone import refuse_gone
from service.flows.steps.own import refuse_own
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.rules.sharing import Households


def offered(ctx: Context, now: dt.datetime) -> Households:
    """What the program in force says of households; HouseholdsNotOffered."""
    found = ctx.programs.at(now).document.households
    if found is None:
        raise HouseholdsNotOffered
    return found


class Belonging:
    """An open household under its lock: everybody who belongs to it or did, who is invited."""

    def __init__(
        self, household: Household, people: Sequence[Membership], locked: Mapping[uuid.UUID, Holder]
    ) -> None:
        self.household = household
        self.people = [one for one in people if one.until_at is None]
        self.locked = locked
        self.outbox = Outbox()
        self._told: dict[uuid.UUID, Holder] = {}

    @property
    def id(self) -> uuid.UUID:
        """The household's holder."""
        return self.household.holder_id

    def person(self, member_id: uuid.UUID) -> Membership:
        """Who belongs to it; NotInHousehold."""
        for one in self.people:
            if one.holder_id == member_id:
                return one
        raise NotInHousehold(member_id=member_id)

    async def asked_by(self, tx: Tx, member_id: uuid.UUID) -> Membership:
        """The head; NotTheHead. MemberErased, MergedAway for who is none and somebody else now."""
        head = store.head_of(self.people)
        if head is not None and head.holder_id == member_id:
            return head
        refuse_gone((await holders.find(tx, [member_id])).values())
        raise NotTheHead

    def emit(self, event: SharingEvent, members: Iterable[uuid.UUID], now: dt.datetime) -> None:
        """The event of the household and of members, all of them locked."""
        for holder_id in (self.id, *members):
            work = Work(self.locked[holder_id], now, now, self.outbox)
            self._told[holder_id] = work.holder
            work.emit(event, now)

    async def write(self, tx: Tx) -> None:
        """The events, and the holders they are about."""
        if self._told:
            await holders.update(tx, list(self._told.values()))
            await self.outbox.write(tx)


async def lock(
    tx: Tx,
    ctx: Context,
    actor: Actor,
    household_id: uuid.UUID,
    members: Collection[uuid.UUID],
    *,
    wait: bool,
) -> Belonging:
    """HouseholdNotFound, DissolvedHousehold; of the members those that exist are locked too.

    OwnWallet for staff who belong to it, or are one of the members.
    """
    if await store.find(tx, household_id) is None:
        raise HouseholdNotFound
    locked = await apart.lock_all(tx, ctx, {household_id, *members}, wait=wait)
    household = await store.find(tx, household_id)
    if household is None:
        raise HouseholdNotFound
    if household.dissolved_at is not None:
        raise DissolvedHousehold
    found = Belonging(household, await store.people(tx, household_id), locked)
    refuse_own(actor, *members, *(one.holder_id for one in found.people))
    return found


async def standing(tx: Tx, household_id: uuid.UUID) -> HouseholdStanding:
    """As it is after what the transaction has written."""
    household = await store.find(tx, household_id)
    if household is None:
        raise HouseholdNotFound
    people = await store.people(tx, household_id)
    invited = await store.invitations(tx, household_id, tx.now or EARLIEST)
    return HouseholdStanding(
        id=household.holder_id,
        formed_at=household.formed_at,
        dissolved_at=household.dissolved_at,
        people=tuple(_shown(one) for one in people if one.until_at is None),
        invitations=tuple(invitation(one) for one in invited),
    )


def _shown(one: Membership) -> BelongingView:
    return BelongingView(
        member_id=one.holder_id, role=role(one), since=one.from_at, draw_max=one.draw_max
    )


def role(one: Membership) -> str:
    """`head` or `person`."""
    return Role(one.role).name.lower()


def invitation(one: Invitation) -> InvitationView:
    """As it is shown."""
    return InvitationView(household_id=one.holder_id, member_id=one.member_id, until=one.due_at)
