"""The face of the verbs about transfers and households; a part of `Verbs`."""

import uuid
from typing import Any

from service.domain.households.types import (
    ByHead,
    ChangePerson,
    FormHousehold,
    HouseholdStanding,
    InvitePerson,
    MovePooled,
    Person,
    PoolReceipt,
    RemovePerson,
)
from service.domain.transfers.types import Kind, TransferReceipt, TransferUnits
from service.flows.gated import Gated
from service.flows.sharing import (
    change_household_person,
    dissolve_household,
    form_household,
    invite_to_household,
    join_household,
    leave_household,
    move_pooled,
    transfer_units,
)
from service.flows.steps.context import Context, member_key
from service.infra.batch import Gate
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class VerbsOfSharing(Gated):
    """Every method answers, or raises an ExpectedError."""

    def __init__(self, ctx: Context, gate: Gate) -> None:
        super().__init__(ctx, gate)
        self._transfer_units = self._bound(transfer_units.transfer_units)
        self._form_households = self._bound(form_household.form_households)
        self._invite_all = self._bound(invite_to_household.invite_all)
        self._join_households = self._bound(join_household.join_households)
        self._leave_households = self._bound(leave_household.leave_households)
        self._change_people = self._bound(change_household_person.change_people)
        self._dissolve_households = self._bound(dissolve_household.dissolve_households)
        self._move_pooled = self._bound(move_pooled.move_pooled)

    async def transfer_units(
        self, actor: Actor, member_id: uuid.UUID, body: TransferUnits, key: str
    ) -> Answer[TransferReceipt]:
        """Units of a member for another one."""
        await self._decides()
        command = transfer_units.Command(actor, member_id, body, key)
        answer: Answer[TransferReceipt] = await self._submit(
            self._transfer_units, member_key(member_id), command
        )
        return answer

    async def form_household(self, actor: Actor, body: FormHousehold) -> Answer[HouseholdStanding]:
        """A new household."""
        command = form_household.Command(actor, body)
        return await self._of_household(self._form_households, body.head, command)

    async def invite_to_household(
        self, actor: Actor, household_id: uuid.UUID, body: InvitePerson
    ) -> Answer[HouseholdStanding]:
        """The head invites a member."""
        command = invite_to_household.Command(actor, household_id, body)
        return await self._of_household(self._invite_all, household_id, command)

    async def join_household(
        self, actor: Actor, household_id: uuid.UUID, body: Person
    ) -> Answer[HouseholdStanding]:
        """An invited member joins."""
        command = join_household.Command(actor, household_id, body)
        return await self._of_household(self._join_households, household_id, command)

    async def leave_household(
        self, actor: Actor, household_id: uuid.UUID, body: Person
    ) -> Answer[HouseholdStanding]:
        """A member leaves."""
        command = leave_household.Command(actor, household_id, body.member)
        return await self._of_household(self._leave_households, household_id, command)

    async def remove_from_household(
        self, actor: Actor, household_id: uuid.UUID, body: RemovePerson
    ) -> Answer[HouseholdStanding]:
        """The head removes a member."""
        command = leave_household.Command(actor, household_id, body.member, body.by)
        return await self._of_household(self._leave_households, household_id, command)

    async def change_household_person(
        self, actor: Actor, household_id: uuid.UUID, member_id: uuid.UUID, body: ChangePerson
    ) -> Answer[HouseholdStanding]:
        """The head limits a person, or passes the place on."""
        command = change_household_person.Command(actor, household_id, member_id, body)
        return await self._of_household(self._change_people, household_id, command)

    async def dissolve_household(
        self, actor: Actor, household_id: uuid.UUID, body: ByHead
    ) -> Answer[HouseholdStanding]:
        """The household is no more."""
        command = dissolve_household.Command(actor, household_id, body)
        return await self._of_household(self._dissolve_households, household_id, command)

    async def _of_household(
        self, run: Any, holder_id: uuid.UUID, command: Any
    ) -> Answer[HouseholdStanding]:
        await self._decides()
        answer: Answer[HouseholdStanding] = await self._submit(run, member_key(holder_id), command)
        return answer

    async def give_to_household(
        self, actor: Actor, household_id: uuid.UUID, body: MovePooled, key: str
    ) -> Answer[PoolReceipt]:
        """Units of a member for the pool."""
        return await self._move(move_pooled.Command(actor, household_id, Kind.POOLED, body, key))

    async def draw_from_household(
        self, actor: Actor, household_id: uuid.UUID, body: MovePooled, key: str
    ) -> Answer[PoolReceipt]:
        """Units of the pool for a member."""
        return await self._move(move_pooled.Command(actor, household_id, Kind.DRAWN, body, key))

    async def _move(self, command: move_pooled.Command) -> Answer[PoolReceipt]:
        await self._decides()
        answer: Answer[PoolReceipt] = await self._submit(
            self._move_pooled, member_key(command.household_id), command
        )
        return answer
