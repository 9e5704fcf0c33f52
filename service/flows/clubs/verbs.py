"""The face of the verbs about clubs; a part of `Verbs`."""

import uuid
from collections.abc import Hashable
from typing import Any

from service.domain.clubs.types import (
    ByWhom,
    ClubCodeView,
    ClubEntry,
    ClubOfferView,
    InviteToClub,
    JoinClub,
    LetIntoClub,
    MakeClubCode,
    OfMember,
)
from service.flows.clubs import (
    decline_club_offer,
    invite_to_club,
    join_club,
    leave_waiting_list,
    let_into_club,
    make_club_code,
    void_club_code,
    withdraw_club_invitation,
)
from service.flows.gated import Gated
from service.flows.steps.clubs import advancing
from service.flows.steps.context import Context, member_key
from service.infra.batch import Gate
from service.kernel.actor import Actor
from service.kernel.answer import Answer
from service.kernel.values import OtherMember, Recipient


class VerbsOfClubs(Gated):
    """Every method answers, or raises an ExpectedError."""

    def __init__(self, ctx: Context, gate: Gate) -> None:
        super().__init__(ctx, gate)
        self._invite_to_clubs = self._bound(invite_to_club.invite_all)
        self._withdraw_invitations = self._bound(withdraw_club_invitation.withdraw_all)
        self._make_club_codes = self._bound(make_club_code.make_codes)
        self._void_club_codes = self._bound(void_club_code.void_codes)
        self._join_clubs = self._bound(join_club.join_clubs)
        self._decline_offers = self._bound(decline_club_offer.decline_all)
        self._leave_lists = self._bound(leave_waiting_list.leave_lists)
        self._let_into_clubs = self._bound(let_into_club.let_all_in)

    async def invite_to_club(
        self, actor: Actor, club_id: str, body: InviteToClub
    ) -> Answer[ClubOfferView]:
        """Somebody invites a member."""
        command = invite_to_club.Command(actor, club_id, body)
        answer: Answer[ClubOfferView] = await self._of_club(
            self._invite_to_clubs, _of(body.member), command
        )
        return answer

    async def withdraw_club_invitation(
        self, actor: Actor, club_id: str, offer_id: uuid.UUID, body: ByWhom
    ) -> Answer[ClubOfferView]:
        """An invitation is taken back."""
        command = withdraw_club_invitation.Command(actor, club_id, offer_id, body)
        answer: Answer[ClubOfferView] = await self._of_club(
            self._withdraw_invitations, ("club offer", str(offer_id)), command
        )
        await advancing.advance_soon(self.ctx, club_id)
        return answer

    async def make_club_code(
        self, actor: Actor, club_id: str, body: MakeClubCode, key: str
    ) -> Answer[ClubCodeView]:
        """Somebody makes a code that lets people in."""
        command = make_club_code.Command(actor, club_id, body, key)
        answer: Answer[ClubCodeView] = await self._of_club(
            self._make_club_codes, make_club_code.gate_key(actor, body.by, key), command
        )
        return answer

    async def void_club_code(
        self, actor: Actor, club_id: str, code_id: uuid.UUID, body: ByWhom
    ) -> Answer[ClubCodeView]:
        """A code lets nobody in any more."""
        command = void_club_code.Command(actor, club_id, code_id, body)
        answer: Answer[ClubCodeView] = await self._of_club(
            self._void_club_codes, ("club code", str(code_id)), command
        )
        return answer

    async def join_club(self, actor: Actor, club_id: str, body: JoinClub) -> Answer[ClubEntry]:
        """A member takes an offer, or shows a code."""
        command = join_club.Command(actor, club_id, body)
        return await self._entry(self._join_clubs, body.member, command)

    async def decline_club_offer(
        self, actor: Actor, club_id: str, body: OfMember
    ) -> Answer[ClubEntry]:
        """A member declines an offer."""
        command = decline_club_offer.Command(actor, club_id, body)
        answer = await self._entry(self._decline_offers, body.member, command)
        await advancing.advance_soon(self.ctx, club_id)
        return answer

    async def leave_waiting_list(
        self, actor: Actor, club_id: str, body: OfMember
    ) -> Answer[ClubEntry]:
        """A member waits no more."""
        command = leave_waiting_list.Command(actor, club_id, body)
        return await self._entry(self._leave_lists, body.member, command)

    async def let_into_club(
        self, actor: Actor, club_id: str, body: LetIntoClub
    ) -> Answer[ClubEntry]:
        """Staff let a member in."""
        command = let_into_club.Command(actor, club_id, body)
        answer: Answer[ClubEntry] = await self._of_club(
            self._let_into_clubs, _of(body.member), command
        )
        return answer

    async def _entry(self, run: Any, member_id: uuid.UUID, command: Any) -> Answer[ClubEntry]:
        answer: Answer[ClubEntry] = await self._of_club(run, member_key(member_id), command)
        return answer

    async def _of_club(self, run: Any, key: Hashable, command: Any) -> Any:
        await self._decides()
        return await self._submit(run, key, command)


def _of(named: Recipient) -> Hashable:
    """The gate's key of who is named: by id as everywhere, else by the first identifier."""
    if isinstance(named, OtherMember):
        return member_key(named.id)
    return ("identifier", named[0].kind, named[0].value)
