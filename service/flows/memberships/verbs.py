"""The face of the verbs about belonging to clubs; a part of `Verbs`."""

import uuid
from collections.abc import Hashable
from typing import Any

from service.domain.clubs.stays import (
    ApplicationView,
    ApplyToClub,
    BanMember,
    ChangeOwner,
    ClubPoolReceipt,
    ClubStanding,
    DecideApplication,
    MoveClubUnits,
    OwnerView,
    PauseMembership,
    PayForClub,
    PaymentPlace,
    PaymentReceipt,
    ReversePayment,
)
from service.domain.clubs.types import OfMember
from service.domain.transfers.types import Kind
from service.flows.gated import Gated
from service.flows.memberships import (
    apply_to_club,
    ban_from_club,
    cancel_club_membership,
    change_club_owner,
    decide_club_application,
    leave_club,
    move_club_units,
    offer_club_payment,
    pause_club_membership,
    record_club_payment,
    resume_club_membership,
    reverse_club_payment,
    unban_from_club,
    withdraw_club_application,
)
from service.flows.steps.clubs import advancing
from service.flows.steps.context import Context, member_key
from service.infra.batch import Gate
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.values import OtherMember, Recipient


class VerbsOfMemberships(Gated):
    """Every method answers, or raises an ExpectedError."""

    def __init__(self, ctx: Context, gate: Gate) -> None:
        super().__init__(ctx, gate)
        self._leave_clubs = self._bound(leave_club.leave_clubs)
        self._cancel_memberships = self._bound(cancel_club_membership.cancel_memberships)
        self._pause_memberships = self._bound(pause_club_membership.pause_memberships)
        self._resume_memberships = self._bound(resume_club_membership.resume_memberships)
        self._ban_all = self._bound(ban_from_club.ban_all)
        self._unban_all = self._bound(unban_from_club.unban_all)
        self._apply_all = self._bound(apply_to_club.apply_all)
        self._withdraw_applications = self._bound(withdraw_club_application.withdraw_all)
        self._decide_applications = self._bound(decide_club_application.decide_all)
        self._offer_payments = self._bound(offer_club_payment.offer_payments)
        self._record_payments = self._bound(record_club_payment.record_payments)
        self._reverse_payments = self._bound(reverse_club_payment.reverse_payments)
        self._change_owners = self._bound(change_club_owner.change_owners)
        self._move_units = self._bound(move_club_units.move_units)

    async def leave_club(self, actor: Actor, club_id: str, body: OfMember) -> Answer[ClubStanding]:
        """A member leaves."""
        command = leave_club.Command(actor, club_id, body)
        answer = await self._stands(self._leave_clubs, member_key(body.member), command)
        await advancing.advance_soon(self.ctx, club_id)
        return answer

    async def cancel_club_membership(
        self, actor: Actor, club_id: str, body: OfMember
    ) -> Answer[ClubStanding]:
        """A membership ends with its term."""
        command = cancel_club_membership.Command(actor, club_id, body, keeps=False)
        return await self._stands(self._cancel_memberships, member_key(body.member), command)

    async def keep_club_membership(
        self, actor: Actor, club_id: str, body: OfMember
    ) -> Answer[ClubStanding]:
        """A cancellation is taken back."""
        command = cancel_club_membership.Command(actor, club_id, body, keeps=True)
        return await self._stands(self._cancel_memberships, member_key(body.member), command)

    async def pause_club_membership(
        self, actor: Actor, club_id: str, body: PauseMembership
    ) -> Answer[ClubStanding]:
        """A member stays away for a time."""
        command = pause_club_membership.Command(actor, club_id, body)
        return await self._stands(self._pause_memberships, member_key(body.member), command)

    async def resume_club_membership(
        self, actor: Actor, club_id: str, body: OfMember
    ) -> Answer[ClubStanding]:
        """A pause ends before its time."""
        command = resume_club_membership.Command(actor, club_id, body)
        return await self._stands(self._resume_memberships, member_key(body.member), command)

    async def ban_from_club(
        self, actor: Actor, club_id: str, body: BanMember
    ) -> Answer[ClubStanding]:
        """A member may not come in any more."""
        command = ban_from_club.Command(actor, club_id, body)
        answer = await self._stands(self._ban_all, _of(body.member), command)
        await advancing.advance_soon(self.ctx, club_id)
        return answer

    async def unban_from_club(
        self, actor: Actor, club_id: str, body: BanMember
    ) -> Answer[ClubStanding]:
        """A member may come in again."""
        command = unban_from_club.Command(actor, club_id, body)
        return await self._stands(self._unban_all, _of(body.member), command)

    async def apply_to_club(
        self, actor: Actor, club_id: str, body: ApplyToClub
    ) -> Answer[ApplicationView]:
        """A member asks to be let in."""
        command = apply_to_club.Command(actor, club_id, body)
        return await self._applies(self._apply_all, member_key(body.member), command)

    async def withdraw_club_application(
        self, actor: Actor, club_id: str, application_id: uuid.UUID, body: OfMember
    ) -> Answer[ApplicationView]:
        """A member does not want to be let in any more."""
        command = withdraw_club_application.Command(actor, club_id, application_id, body)
        key = member_key(body.member)
        return await self._applies(self._withdraw_applications, key, command)

    async def decide_club_application(
        self, actor: Actor, club_id: str, application_id: uuid.UUID, body: DecideApplication
    ) -> Answer[ApplicationView]:
        """An application is approved or rejected."""
        command = decide_club_application.Command(actor, club_id, application_id, body)
        key = ("club application", str(application_id))
        return await self._applies(self._decide_applications, key, command)

    async def offer_club_payment(
        self, actor: Actor, club_id: str, body: OfMember
    ) -> Answer[PaymentPlace]:
        """A seat is kept for a member who pays."""
        command = offer_club_payment.Command(actor, club_id, body)
        await self._decides()
        answer: Answer[PaymentPlace] = await self._submit(
            self._offer_payments, member_key(body.member), command
        )
        return answer

    async def record_club_payment(
        self, actor: Actor, club_id: str, body: PayForClub
    ) -> Answer[PaymentReceipt]:
        """A term was paid for."""
        command = record_club_payment.Command(actor, club_id, body)
        return await self._pays(self._record_payments, _of(body.member), command)

    async def reverse_club_payment(
        self, actor: Actor, club_id: str, body: ReversePayment
    ) -> Answer[PaymentReceipt]:
        """A payment was taken back."""
        command = reverse_club_payment.Command(actor, club_id, body)
        key = ("club payment", body.reference)
        answer = await self._pays(self._reverse_payments, key, command)
        await advancing.advance_soon(self.ctx, club_id)
        return answer

    async def change_club_owner(
        self, actor: Actor, club_id: str, body: ChangeOwner
    ) -> Answer[OwnerView]:
        """The club is passed on."""
        await self._decides()
        answer: Answer[OwnerView] = await self._submit(
            self._change_owners,
            ("club", club_id),
            change_club_owner.Command(actor, club_id, body),
        )
        return answer

    async def give_to_club(
        self, actor: Actor, club_id: str, body: MoveClubUnits, key: str
    ) -> Answer[ClubPoolReceipt]:
        """Units of a member for the club's pool."""
        return await self._move_pooled_units(
            move_club_units.Command(actor, club_id, Kind.CLUB_GIVEN, body, key)
        )

    async def draw_from_club(
        self, actor: Actor, club_id: str, body: MoveClubUnits, key: str
    ) -> Answer[ClubPoolReceipt]:
        """Units of the club's pool for a member."""
        return await self._move_pooled_units(
            move_club_units.Command(actor, club_id, Kind.CLUB_DRAWN, body, key)
        )

    async def _move_pooled_units(self, command: move_club_units.Command) -> Answer[ClubPoolReceipt]:
        await self._decides()
        answer: Answer[ClubPoolReceipt] = await self._submit(
            self._move_units, member_key(command.body.member), command
        )
        return answer

    async def _stands(self, run: Any, key: Hashable, command: Any) -> Answer[ClubStanding]:
        await self._decides()
        answer: Answer[ClubStanding] = await self._submit(run, key, command)
        return answer

    async def _applies(self, run: Any, key: Hashable, command: Any) -> Answer[ApplicationView]:
        await self._decides()
        answer: Answer[ApplicationView] = await self._submit(run, key, command)
        return answer

    async def _pays(self, run: Any, key: Hashable, command: Any) -> Answer[PaymentReceipt]:
        await self._decides()
        answer: Answer[PaymentReceipt] = await self._submit(run, key, command)
        return answer


def _of(named: Recipient) -> Hashable:
    """The gate's key of who is named: by id as everywhere, else by the first identifier."""
    if isinstance(named, OtherMember):
        return member_key(named.id)
    return ("identifier", named[0].kind, named[0].value)
