"""Belonging to clubs with few words, in a shop with a program of its own.

All verbs of service/flows/memberships/verbs.py.
"""

import asyncio
import datetime as dt
import pathlib
import uuid
from typing import Any, Final

from service.domain.clubs import spans
from service.domain.clubs.membership import Span
from service.domain.clubs.stays import (
    ApplicationView,
    ApplyToClub,
    BanMember,
    ChangeOwner,
    ClubPoolReceipt,
    ClubStanding,
    DecideApplication,
    Decided,
    MoveClubUnits,
    OwnerView,
    PauseMembership,
    PayForClub,
    PaymentPlace,
    PaymentReceipt,
    ReversePayment,
)
from service.domain.clubs.types import OfMember
from service.kernel.actor import Actor, ActorKind
from service.kernel.answer import Answer
from service.kernel.ids import derived_id
from service.kernel.values import Identifier, OtherMember
from tests.flows.club_shop import Clubs
from tests.flows.shop import TILL

MEMBERSHIPS: Final = (pathlib.Path(__file__).parent / "memberships.yaml").read_text()
APP: Final = Actor(
    kind=ActorKind.PARTNER,
    id="app",
    client_id=derived_id("client", "app"),
    scopes=frozenset({"clubs:read", "clubs:join", "clubs:invite", "clubs:pay"}),
)


class Memberships(Clubs):
    """Belonging to a club, through the verbs of a shop. The app asks unless something is said."""

    def of(self, club: str) -> "Memberships":
        """The same about another club."""
        return Memberships(self.shop, club)

    async def leave(self, member: uuid.UUID) -> Answer[ClubStanding]:
        """A member leaves."""
        return await self.verbs.leave_club(APP, self.club, OfMember(member=member))

    async def cancel(self, member: uuid.UUID) -> Answer[ClubStanding]:
        """It ends with its term."""
        return await self.verbs.cancel_club_membership(APP, self.club, OfMember(member=member))

    async def keep(self, member: uuid.UUID) -> Answer[ClubStanding]:
        """It does not."""
        return await self.verbs.keep_club_membership(APP, self.club, OfMember(member=member))

    async def pause(
        self, member: uuid.UUID, until: dt.datetime | None, actor: Actor = APP
    ) -> Answer[ClubStanding]:
        """A member stays away."""
        body = PauseMembership(member=member, until=until)
        return await self.verbs.pause_club_membership(actor, self.club, body)

    async def resume(self, member: uuid.UUID) -> Answer[ClubStanding]:
        """A member is back."""
        return await self.verbs.resume_club_membership(APP, self.club, OfMember(member=member))

    async def ban(self, member: uuid.UUID, actor: Actor = TILL) -> Answer[ClubStanding]:
        """Staff ban a member."""
        body = BanMember(member=OtherMember(id=member), note="shouts at people")
        return await self.verbs.ban_from_club(actor, self.club, body)

    async def unban(self, member: uuid.UUID) -> Answer[ClubStanding]:
        """Staff lift the ban."""
        body = BanMember(member=OtherMember(id=member), note="said sorry")
        return await self.verbs.unban_from_club(TILL, self.club, body)

    async def apply(
        self, member: uuid.UUID, words: str = "", actor: Actor = TILL, **fields: Any
    ) -> Answer[ApplicationView]:
        """A member asks to be let in, with somebody who manages clubs."""
        body = ApplyToClub(member=member, words=words, **fields)
        return await self.verbs.apply_to_club(actor, self.club, body)

    async def withdraw_application(
        self, member: uuid.UUID, application: uuid.UUID
    ) -> Answer[ApplicationView]:
        """A member does not want it any more."""
        body = OfMember(member=member)
        return await self.verbs.withdraw_club_application(APP, self.club, application, body)

    async def decide(
        self, application: uuid.UUID, decision: Decided, by: uuid.UUID | None = None
    ) -> Answer[ApplicationView]:
        """The owner, or (None) staff decide."""
        body = DecideApplication(decision=decision, by=by, note="looked at")
        who = TILL if by is None else APP
        return await self.verbs.decide_club_application(who, self.club, application, body)

    async def place(self, member: uuid.UUID, actor: Actor = TILL) -> Answer[PaymentPlace]:
        """A seat is kept for who pays."""
        return await self.verbs.offer_club_payment(actor, self.club, OfMember(member=member))

    async def pay(
        self,
        member: uuid.UUID | tuple[Identifier, ...],
        reference: str,
        actor: Actor = TILL,
        **fields: Any,
    ) -> Answer[PaymentReceipt]:
        """A term was paid for; 29 EUR unless said."""
        named = OtherMember(id=member) if isinstance(member, uuid.UUID) else member
        amount = fields.pop("amount", 2_900 if self.club == "roasters" else 1_000)
        body = PayForClub(
            member=named,
            reference=reference,
            amount=amount,
            currency=fields.pop("currency", "EUR"),
            **fields,
        )
        return await self.verbs.record_club_payment(actor, self.club, body)

    async def reverse(self, reference: str) -> Answer[PaymentReceipt]:
        """The bank took it back."""
        body = ReversePayment(reference=reference, note="charge-back")
        return await self.verbs.reverse_club_payment(APP, self.club, body)

    async def own(self, member: uuid.UUID | None, by: uuid.UUID | None = None) -> Answer[OwnerView]:
        """The club is passed on, by its owner or (None) by staff."""
        who = TILL if by is None else APP
        return await self.verbs.change_club_owner(who, self.club, ChangeOwner(member=member, by=by))

    async def give(
        self, member: uuid.UUID, amount: int, key: str | None = None, wallet: str = "points"
    ) -> Answer[ClubPoolReceipt]:
        """Units for the pool."""
        body = MoveClubUnits(member=member, wallet=wallet, amount=amount)
        return await self.verbs.give_to_club(APP, self.club, body, key or uuid.uuid1().hex)

    async def draw(
        self, member: uuid.UUID, amount: int, key: str | None = None, wallet: str = "points"
    ) -> Answer[ClubPoolReceipt]:
        """Units of the pool."""
        body = MoveClubUnits(member=member, wallet=wallet, amount=amount)
        return await self.verbs.draw_from_club(APP, self.club, body, key or uuid.uuid1().hex)

    async def spans(self, member: uuid.UUID) -> list[Span]:
        """The member's rows."""
        async with self.shop.db.reading() as tx:
            return (await tx.ask(spans.ask_spans([member]))).get(member, [])

    async def told_of(self, member: uuid.UUID, kind: str) -> list[dict[str, Any]]:
        """The data of the member's events of a kind."""
        return [data for one, data in await self.shop.events(member) if one == f"club.{kind}"]

    async def times(self, member: uuid.UUID) -> list[tuple[str, dt.datetime]]:
        """(event about clubs, when it happened) in the order they were told."""
        async with self.shop.db.reading() as tx:
            rows = await tx.connection.fetch(
                "select type, occurred_at from outbox where holder_id = $1"
                " and type like 'regulars.club.%' order by version",
                member,
            )
        return [(row[0].split(".")[2], row[1]) for row in rows]


async def at_once(*coroutines: Any) -> list[Any]:
    """What several calls at the same moment answer, refusals too."""
    return await asyncio.gather(*coroutines, return_exceptions=True)
