"""The driver of clubs: verbs, jobs and reads of the service, on a clock that stands still."""

import asyncio
import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Final

from service.domain.clubs.stays import (
    ApplicationView,
    ApplyToClub,
    BanMember,
    ClubStanding,
    DecideApplication,
    Decided,
    PauseMembership,
    PayForClub,
    PaymentPlace,
    PaymentReceipt,
    ReversePayment,
)
from service.domain.clubs.types import (
    ByWhom,
    ClubEntry,
    ClubOfferView,
    InviteToClub,
    JoinClub,
    LetIntoClub,
    OfMember,
)
from service.domain.clubs.views import ClubView, MembersClubs
from service.domain.members.merges import (
    MergeMember,
    MergeReceipt,
    UnmergeMember,
    UnmergeReceipt,
)
from service.domain.purchases.basket import LineIn, MemberRef
from service.domain.purchases.types import AskQuote, Mode, Receipt, RecordPurchase
from service.flows.clubs.advance_clubs import advance_clubs
from service.flows.segments.look_again import look_again
from service.kernel.actor import Actor, ActorKind
from service.kernel.answer import Answer
from service.kernel.ids import derived_id, new_id
from service.kernel.values import OtherMember
from service.verify.report import Difference
from service.verify.run import Options, verify
from tests.databases import Fresh
from tests.model.driver import BEGINNING, TILL, Driver
from tests.model.stopped import put_clock, stop_clock

APP: Final = Actor(
    kind=ActorKind.PARTNER,
    id="app",
    client_id=derived_id("client", "app"),
    scopes=frozenset({"clubs:read", "clubs:join", "clubs:invite"}),
)
WHY: Final = "model"
PRICES: Final = {"table": 2900, "terrace": 1000}
LOOKED_AT: Final = "select checked_at from segment_check where holder_id = $1"
GOODS: Final = 1000  # minor units: a line for each club that has a price of its own


def lines(more: int) -> tuple[LineIn, ...]:
    """Something of each club's category, and other things for so much."""
    found = [
        LineIn(sku=club, quantity="1", amount=GOODS, category=club) for club in ("table", "terrace")
    ]
    if more:
        found.append(LineIn(sku="more", quantity="1", amount=more))
    return tuple(found)


class Desk(Driver):
    """The service with clubs."""

    def __init__(self, database: Fresh, source: str) -> None:
        asyncio.run(stop_clock(database))
        super().__init__(database.url, source, "EUR")

    async def _show(self, at: dt.datetime) -> None:
        async with self.db.transaction() as tx:
            await put_clock(tx.connection, at)

    def looked_at(self, member: uuid.UUID) -> dt.datetime:
        """Up to when it is known what the rules of clubs say of the member."""
        return self.run(self._looked_at(member))

    async def _looked_at(self, member: uuid.UUID) -> dt.datetime:
        async with self.db.reading() as tx:
            found: dt.datetime | None = await tx.connection.fetchval(LOOKED_AT, member)
        return found or BEGINNING

    # ------------------------------------------------------------ one person, or two

    def merge(self, old: uuid.UUID, kept: uuid.UUID) -> MergeReceipt:
        """The one is the other."""
        body = MergeMember(member=OtherMember(id=old), note=WHY)
        verbs, key = self.built.verbs, new_id().hex
        return self.run(verbs.merge_member(TILL, kept, body, key)).body

    def unmerge(self, old: uuid.UUID) -> UnmergeReceipt:
        """Or not."""
        verbs, key = self.built.verbs, new_id().hex
        return self.run(verbs.unmerge_member(TILL, old, UnmergeMember(note=WHY), key)).body

    # ------------------------------------------------------------ getting in

    def invite(self, club: str, guest: uuid.UUID, by: uuid.UUID | None) -> Answer[ClubOfferView]:
        """By a member, or (None) by staff."""
        body = InviteToClub(member=OtherMember(id=guest), by=by)
        actor = TILL if by is None else APP
        return self.ask(self.built.verbs.invite_to_club(actor, club, body))

    def withdraw(self, club: str, offer: uuid.UUID) -> ClubOfferView:
        """Staff take an invitation back."""
        verb = self.built.verbs.withdraw_club_invitation
        return self.ask(verb(TILL, club, offer, ByWhom())).body

    def join(self, club: str, member: uuid.UUID) -> Answer[ClubEntry]:
        """What is offered is taken."""
        return self.ask(self.built.verbs.join_club(APP, club, JoinClub(member=member)))

    def decline(self, club: str, member: uuid.UUID) -> Answer[ClubEntry]:
        """It is not wanted."""
        return self.ask(self.built.verbs.decline_club_offer(APP, club, OfMember(member=member)))

    def leave_list(self, club: str, member: uuid.UUID) -> ClubEntry:
        """Nobody waits any more."""
        verb = self.built.verbs.leave_waiting_list
        return self.ask(verb(APP, club, OfMember(member=member))).body

    def let_in(self, club: str, member: uuid.UUID, until: dt.datetime | None) -> Answer[ClubEntry]:
        """Staff do, over all who wait."""
        body = LetIntoClub(member=OtherMember(id=member), until=until, note=WHY)
        return self.ask(self.built.verbs.let_into_club(TILL, club, body))

    def apply(self, club: str, member: uuid.UUID) -> Answer[ApplicationView]:
        """A member asks."""
        return self.ask(self.built.verbs.apply_to_club(APP, club, ApplyToClub(member=member)))

    def decide(self, club: str, application: uuid.UUID, what: str) -> Answer[ApplicationView]:
        """Staff answer."""
        body = DecideApplication(decision=Decided(what))
        return self.ask(self.built.verbs.decide_club_application(TILL, club, application, body))

    # ------------------------------------------------------------ paying

    def offer_payment(self, club: str, member: uuid.UUID) -> Answer[PaymentPlace]:
        """A seat for who is going to pay."""
        return self.ask(self.built.verbs.offer_club_payment(TILL, club, OfMember(member=member)))

    def pay(
        self, club: str, member: uuid.UUID, reference: str, paid_at: dt.datetime | None
    ) -> Answer[PaymentReceipt]:
        """A term was paid for."""
        body = PayForClub(
            member=OtherMember(id=member),
            reference=reference,
            amount=PRICES[club],
            currency=self.currency,
            paid_at=paid_at,
        )
        return self.ask(self.built.verbs.record_club_payment(TILL, club, body))

    def reverse(self, club: str, reference: str) -> Answer[PaymentReceipt]:
        """It was taken back."""
        body = ReversePayment(reference=reference, note=WHY)
        return self.ask(self.built.verbs.reverse_club_payment(TILL, club, body))

    # ------------------------------------------------------------ staying and going

    def cancel(self, club: str, member: uuid.UUID, *, keeps: bool) -> Answer[ClubStanding]:
        """At the end of the term, or not."""
        verbs = self.built.verbs
        verb = verbs.keep_club_membership if keeps else verbs.cancel_club_membership
        return self.ask(verb(APP, club, OfMember(member=member)))

    def pause(self, club: str, member: uuid.UUID, until: dt.datetime) -> Answer[ClubStanding]:
        """Away until then."""
        body = PauseMembership(member=member, until=until)
        return self.ask(self.built.verbs.pause_club_membership(APP, club, body))

    def resume(self, club: str, member: uuid.UUID) -> Answer[ClubStanding]:
        """Back."""
        body = OfMember(member=member)
        return self.ask(self.built.verbs.resume_club_membership(APP, club, body))

    def leave(self, club: str, member: uuid.UUID) -> Answer[ClubStanding]:
        """Gone."""
        return self.ask(self.built.verbs.leave_club(APP, club, OfMember(member=member)))

    def ban(self, club: str, member: uuid.UUID, *, lifts: bool) -> Answer[ClubStanding]:
        """Banned, or not any more."""
        body = BanMember(member=OtherMember(id=member), note=WHY)
        verbs = self.built.verbs
        verb = verbs.unban_from_club if lifts else verbs.ban_from_club
        return self.ask(verb(TILL, club, body))

    # ------------------------------------------------------------ purchases, jobs

    def buy(self, key: str, member: uuid.UUID, more: int, at: dt.datetime) -> Receipt:
        """A purchase with a line for each club's price."""
        body = RecordPurchase(
            mode=Mode.RECORD,
            channel="web",
            external_id=key,
            occurred_at=at,
            currency=self.currency,
            member=MemberRef(id=member),
            lines=lines(more),
        )
        return self.purchase(body).body

    def discounts(self, asked: Sequence[tuple[uuid.UUID, dt.datetime]]) -> list[dict[str, int]]:
        """What the lines of the clubs would have been cheaper by then, for each member."""

        async def all_of_them() -> list[dict[str, int]]:
            return [await self._discounts(*one) for one in asked]

        return self.ask(all_of_them())

    async def _discounts(self, member: uuid.UUID, at: dt.datetime) -> dict[str, int]:
        body = AskQuote(
            channel="web",
            occurred_at=at,
            currency=self.currency,
            member=MemberRef(id=member),
            lines=lines(0),
        )
        quote = await self.built.reads.quote(TILL, body)
        return {line.sku: line.discount for line in quote.lines}

    def advance(self) -> None:
        """The job of clubs, until nothing is left."""
        while self.ask(advance_clubs(self.built.ctx)):
            pass

    def look(self) -> None:
        """The job that looks at members again, until nothing is left."""
        while self.ask(look_again(self.built.ctx)):
            pass

    # ------------------------------------------------------------ what is so

    def clubs_of(self, members: Sequence[uuid.UUID]) -> list[MembersClubs]:
        """All about each of them and clubs."""

        async def all_of_them() -> list[MembersClubs]:
            reads = self.built.reads
            return [await reads.members_clubs(one) for one in members]

        return self.run(all_of_them())

    def club(self, club: str) -> ClubView:
        """As those see it who manage."""
        return self.run(self.built.reads.club(TILL, club, None))

    def differences(self, url: str) -> list[Difference]:
        """What a whole verification finds wrong."""
        report = self.run(verify(url, Options(every=True)))
        return list(report.tally.named)
