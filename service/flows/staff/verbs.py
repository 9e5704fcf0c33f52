"""The face of the verbs about staff; a part of `Verbs`.

None passes the gate: they wait for slow hashes, and each locks one account for a moment only.
"""

import uuid

from service.domain.staff.types import (
    ChangeSecret,
    CreateStaffAccount,
    IssuedStaffAccount,
    PatchStaffAccount,
    ResetSecret,
    SignedIn,
    SignedOut,
    SignIn,
    SignOut,
    StaffAccountView,
)
from service.flows.gated import Gated
from service.flows.staff.change_staff_account import change_staff_account
from service.flows.staff.change_staff_secret import change_staff_secret
from service.flows.staff.create_staff_account import create_staff_account
from service.flows.staff.reset_staff_secret import reset_staff_secret
from service.flows.staff.sign_in_staff import sign_in_staff
from service.flows.staff.sign_out_staff import sign_out_staff
from service.kernel.actor import Actor
from service.kernel.answer import Answer


class VerbsOfStaff(Gated):
    """Every method answers, or raises an ExpectedError."""

    async def sign_in_staff(self, actor: Actor, body: SignIn) -> Answer[SignedIn]:
        """A token for a person at a device."""
        await self._decides()
        return Answer(await sign_in_staff(self.ctx, actor, body))

    async def sign_out_staff(self, actor: Actor, body: SignOut) -> Answer[SignedOut]:
        """A token is good no more."""
        return Answer(await sign_out_staff(self.ctx, actor, body))

    async def change_staff_secret(
        self, actor: Actor, body: ChangeSecret
    ) -> Answer[StaffAccountView]:
        """Another secret, chosen by the person."""
        return Answer(await change_staff_secret(self.ctx, actor, body))

    async def create_staff_account(
        self, actor: Actor, body: CreateStaffAccount
    ) -> Answer[IssuedStaffAccount]:
        """A new account."""
        return Answer(await create_staff_account(self.ctx, actor, body))

    async def change_staff_account(
        self, actor: Actor, account_id: uuid.UUID, body: PatchStaffAccount
    ) -> Answer[StaffAccountView]:
        """What an account is."""
        return Answer(await change_staff_account(self.ctx, actor, account_id, body))

    async def reset_staff_secret(
        self, actor: Actor, account_id: uuid.UUID, body: ResetSecret
    ) -> Answer[IssuedStaffAccount]:
        """Other secrets, given by whoever administers accounts."""
        return Answer(await reset_staff_secret(self.ctx, actor, account_id, body))
