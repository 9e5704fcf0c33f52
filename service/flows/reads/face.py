"""The face of all reads: what an entrance calls."""

import datetime as dt
import uuid
from collections.abc import AsyncGenerator, AsyncIterator, Sequence

from service.domain.activities.types import ActivityPage
from service.domain.approvals.types import ApprovalPage, ApprovalsPage, ApprovalView
from service.domain.clubs.views import (
    ApplicationsOfClub,
    ApplicationsPage,
    ClubHistoryPage,
    ClubMembersPage,
    Clubs,
    ClubsPage,
    ClubView,
    MembersClubs,
    WaitingPage,
)
from service.domain.consents.types import Consents
from service.domain.coupons.types import BatchView, CouponPage
from service.domain.endpoints.types import DeadLetterPage, EndpointPage, EndpointView, ReplayPage
from service.domain.events.told import Place
from service.domain.events.types import EventPage
from service.domain.gift_cards.types import GiftCardBatchView, ListGiftCardEntries
from service.domain.households.types import HouseholdView, MembersHousehold
from service.domain.members.errors import MemberNotFound
from service.domain.members.types import MemberView
from service.domain.operations.types import OperationView
from service.domain.programs.types import (
    CheckView,
    PlanView,
    ProgramSource,
    VersionDetail,
    VersionView,
)
from service.domain.purchases.overruns import OverrunPage, OverrunReport, Wanted
from service.domain.purchases.receipts import FindPurchases, PurchasePage
from service.domain.purchases.types import AskQuote, ExplanationView, HoldView, Quote, Receipt
from service.domain.rewards.types import MemberRewards, RedemptionPage, RedemptionView
from service.domain.segments.types import SegmentList, SegmentMemberPage
from service.domain.staff.types import AccountState, StaffAccountPage, StaffAccountView
from service.domain.tiers.types import TierView
from service.domain.wallets.types import EntryPage, WalletsView
from service.flows.reads import (
    activities,
    approvals,
    club_pages,
    clubs,
    consents,
    coupons,
    endpoints,
    events,
    exports,
    gift_cards,
    history,
    holds,
    households,
    members,
    operations,
    programs,
    purchases,
    receipts,
    reports,
    rewards,
    segments,
    staff,
    streams,
)
from service.flows.reads.audit import Audit
from service.flows.reads.balances import Balances, Tagged
from service.flows.reads.homes import Homes
from service.flows.reads.quotes import Quotes
from service.flows.reads.streams import Beginning, Limits, Streams
from service.flows.reads.wording import A, worded
from service.flows.steps.context import Context
from service.flows.steps.gone import followed
from service.kernel.actor import Actor
from service.kernel.texts import Languages
from service.kernel.values import Identifier


class Reads:
    """Every method answers, or raises an ExpectedError."""

    def __init__(self, ctx: Context, limits: Limits = Limits()) -> None:  # noqa: B008  # frozen
        self.ctx = ctx
        self.streams = Streams(ctx, limits)
        self._balances = Balances(ctx)
        self._quotes = Quotes(ctx)
        self._homes = Homes(ctx)
        self.audit = Audit(ctx)

    async def quote(self, actor: Actor, body: AskQuote) -> Quote:
        """What recording a cart now would decide."""
        return await self._quotes.ask(actor, body)

    def worded(self, answer: A, languages: Languages) -> A:
        """An answer with its texts: titles, and lines for printer, till and app; VersionBehind."""
        return worded(self.ctx, answer, languages)

    async def hold(self, hold_id: uuid.UUID) -> HoldView:
        """A hold as it stands; HoldNotFound."""
        return await holds.hold(self.ctx, hold_id)

    async def wallets(self, member_id: uuid.UUID) -> Tagged:
        """All wallets now, as JSON with an entity tag; MemberNotFound."""
        found = await followed(self._balances.get, member_id)
        if found is None:
            raise MemberNotFound
        return found

    async def wallets_at(
        self, member_id: uuid.UUID, at: dt.datetime | None, known_at: dt.datetime | None
    ) -> WalletsView:
        """Wallets by effective time, as known at a time; a future instant projects."""
        return await followed(
            lambda one: history.wallets_at(self.ctx, one, at, known_at), member_id
        )

    async def entries(
        self, member_id: uuid.UUID, wallet: str, cursor: str | None, limit: int
    ) -> EntryPage:
        """A page of a wallet's entries, newest first."""
        return await followed(
            lambda one: history.entries(self.ctx, one, wallet, cursor, limit), member_id
        )

    async def member(self, member_id: uuid.UUID) -> MemberView:
        """The member."""
        return await followed(lambda one: members.member(self.ctx, one), member_id)

    async def export(self, member_id: uuid.UUID) -> AsyncGenerator[bytes, None]:
        """All data held on a member, as the parts of one JSON document."""
        return await followed(lambda one: exports.export(self.ctx, one), member_id)

    async def lookup(self, identifiers: Sequence[Identifier]) -> MemberView:
        """The member who holds the first identifier that matches."""
        return await members.member(self.ctx, await members.lookup(self.ctx, identifiers))

    async def tier(self, member_id: uuid.UUID, languages: Languages = ()) -> TierView:
        """Tiers with progress and history."""
        return await followed(lambda one: members.tier(self.ctx, one, languages), member_id)

    async def home(self, member_id: uuid.UUID, languages: Languages) -> Tagged:
        """Everything an app shows first."""
        return await followed(lambda one: self._homes.get(one, languages), member_id)

    async def coupons(
        self, member_id: uuid.UUID, languages: Languages, cursor: str | None, limit: int
    ) -> CouponPage:
        """A page of a member's coupons, newest first."""
        return await followed(
            lambda one: coupons.coupons(self.ctx, one, languages, cursor, limit), member_id
        )

    async def coupon_batch(self, batch_id: uuid.UUID) -> BatchView:
        """How far a batch of codes is."""
        return await coupons.batch(self.ctx, batch_id)

    async def coupon_codes(self, batch_id: uuid.UUID) -> AsyncIterator[list[str]]:
        """All codes of a batch, in parts."""
        return await coupons.codes_of_batch(self.ctx, batch_id)

    async def rewards(self, languages: Languages) -> Tagged:
        """All rewards as anybody sees them, as JSON with an entity tag."""
        return await rewards.catalogue(self.ctx, languages)

    async def member_rewards(self, member_id: uuid.UUID, languages: Languages) -> MemberRewards:
        """All rewards as a member sees them."""
        return await followed(lambda one: rewards.of_member(self.ctx, one, languages), member_id)

    async def redemptions(
        self,
        member_id: uuid.UUID,
        cursor: str | None,
        limit: int,
        languages: Languages = (),
    ) -> RedemptionPage:
        """A page of what a member has had, newest first."""
        return await followed(
            lambda one: rewards.redemptions(self.ctx, one, cursor, limit, languages), member_id
        )

    async def redemption(
        self, redemption_id: uuid.UUID, languages: Languages = ()
    ) -> RedemptionView:
        """A redemption as it stands."""
        return await rewards.redemption(self.ctx, redemption_id, languages)

    async def gift_card_entries(self, body: ListGiftCardEntries) -> EntryPage:
        """A page of a gift card's entries, newest first."""
        return await gift_cards.entries(self.ctx, body)

    async def gift_card_batch(self, batch_id: uuid.UUID) -> GiftCardBatchView:
        """How far a batch of gift cards is."""
        return await gift_cards.batch(self.ctx, batch_id)

    async def gift_card_codes(self, batch_id: uuid.UUID) -> AsyncIterator[list[str]]:
        """Codes and PINs of all cards of a batch, in parts."""
        return await gift_cards.cards_of_batch(self.ctx, batch_id)

    async def household(self, household_id: uuid.UUID, languages: Languages = ()) -> HouseholdView:
        """A household with its pool; HouseholdNotFound."""
        return await households.household(self.ctx, household_id, languages)

    async def members_household(
        self, member_id: uuid.UUID, languages: Languages = ()
    ) -> MembersHousehold:
        """Where a member belongs; MemberNotFound."""
        return await followed(lambda one: households.of_member(self.ctx, one, languages), member_id)

    async def clubs(
        self, actor: Actor, member_id: uuid.UUID | None, languages: Languages = ()
    ) -> Clubs:
        """The clubs that the asker may know of."""
        if member_id is None:
            return await clubs.clubs(self.ctx, actor, None, languages)
        return await followed(lambda one: clubs.clubs(self.ctx, actor, one, languages), member_id)

    async def club(
        self, actor: Actor, club: str, member_id: uuid.UUID | None, languages: Languages = ()
    ) -> ClubView:
        """One of them; ClubNotFound."""
        if member_id is None:
            return await clubs.club(self.ctx, actor, club, None, languages)
        return await followed(
            lambda one: clubs.club(self.ctx, actor, club, one, languages), member_id
        )

    async def members_clubs(
        self, member_id: uuid.UUID, languages: Languages = (), *, history: bool = False
    ) -> MembersClubs:
        """All about a member and clubs; `history`: what is over, too."""
        return await followed(
            lambda one: clubs.of_member(self.ctx, one, languages, history=history), member_id
        )

    async def club_members(self, club: str, query: ClubsPage) -> ClubMembersPage:
        """A page of who belongs to a club now."""
        return await club_pages.members(self.ctx, club, query)

    async def club_history(self, club: str, query: ClubsPage) -> ClubHistoryPage:
        """A page of who let whom in and why, newest first."""
        return await club_pages.history(self.ctx, club, query)

    async def club_waiting(self, club: str, query: ClubsPage) -> WaitingPage:
        """A page of who waits for a seat."""
        return await club_pages.waiting(self.ctx, club, query)

    async def club_applications(self, club: str, query: ApplicationsPage) -> ApplicationsOfClub:
        """A page of applications of one state."""
        return await club_pages.applications(self.ctx, club, query)

    async def staff_account(self, account_id: uuid.UUID) -> StaffAccountView:
        """A staff account; StaffAccountNotFound."""
        return await staff.account(self.ctx, account_id)

    async def staff_accounts(
        self, state: AccountState | None, cursor: str | None, limit: int
    ) -> StaffAccountPage:
        """A page of staff accounts, by login."""
        return await staff.accounts(self.ctx, state, cursor, limit)

    async def consents(self, member_id: uuid.UUID) -> Consents:
        """What a member said to being written to."""
        return await followed(lambda one: consents.of_member(self.ctx, one), member_id)

    async def endpoint(self, endpoint_id: uuid.UUID) -> EndpointView:
        """A receiver of events, and how far it is behind; EndpointNotFound."""
        return await endpoints.endpoint(self.ctx, endpoint_id)

    async def endpoints(self, cursor: str | None, limit: int) -> EndpointPage:
        """A page of them, by name."""
        return await endpoints.endpoints(self.ctx, cursor, limit)

    async def replays(self, endpoint_id: uuid.UUID, cursor: str | None, limit: int) -> ReplayPage:
        """A page of what was sent once more."""
        return await endpoints.replays(self.ctx, endpoint_id, cursor, limit)

    async def dead_letters(
        self, endpoint_id: uuid.UUID, cursor: str | None, limit: int
    ) -> DeadLetterPage:
        """A page of what was given up."""
        return await endpoints.dead_letters(self.ctx, endpoint_id, cursor, limit)

    async def approvals(self, actor: Actor, query: ApprovalsPage) -> ApprovalPage:
        """A page of what waits, or has waited, for a second person."""
        return await approvals.page(self.ctx, actor, query)

    async def approval(self, actor: Actor, approval_id: uuid.UUID) -> ApprovalView:
        """One of them; ApprovalNotFound."""
        return await approvals.approval(self.ctx, actor, approval_id)

    async def operation(self, op_id: uuid.UUID) -> OperationView:
        """What was done by hand, by whom and why; OperationNotFound."""
        return await operations.operation(self.ctx, op_id)

    async def purchase(self, purchase_id: uuid.UUID) -> Receipt:
        """A purchase's receipt."""
        return await purchases.purchase(self.ctx, purchase_id)

    async def purchase_by_key(self, channel: str, external_id: str) -> Receipt:
        """A purchase's receipt by its natural key."""
        return await purchases.purchase_by_key(self.ctx, channel, external_id)

    async def find_purchases(self, body: FindPurchases) -> PurchasePage:
        """A page of the purchases that fit what a receipt says."""
        return await receipts.search(self.ctx, body)

    async def member_purchases(
        self, member_id: uuid.UUID, cursor: str | None, limit: int
    ) -> PurchasePage:
        """A page of a member's purchases, newest first."""
        return await followed(
            lambda one: receipts.of_member(self.ctx, one, cursor, limit), member_id
        )

    async def activities(
        self, member_id: uuid.UUID, cursor: str | None, limit: int
    ) -> ActivityPage:
        """A page of a member's activities, newest first."""
        return await followed(
            lambda one: activities.of_member(self.ctx, one, cursor, limit), member_id
        )

    async def segments(self, languages: Languages) -> SegmentList:
        """All segments of the program in force with their sizes."""
        return await segments.segments(self.ctx, languages)

    async def segment_members(
        self, segment_id: str, cursor: str | None, limit: int
    ) -> SegmentMemberPage:
        """A page of a segment's members; SegmentNotFound, CursorInvalid."""
        return await segments.members(self.ctx, segment_id, cursor, limit)

    async def overruns(
        self, since: dt.datetime, until: dt.datetime, store: str | None
    ) -> OverrunReport:
        """What tills gave beyond what there was."""
        return await reports.overruns_by_store(self.ctx, since, until, store)

    async def overrun_purchases(
        self, wanted: Wanted, cursor: str | None, limit: int
    ) -> OverrunPage:
        """A page of the purchases behind it."""
        return await reports.overrun_purchases(self.ctx, wanted, cursor, limit)

    async def explanation(self, purchase_id: uuid.UUID, *, full: bool) -> ExplanationView:
        """Why a purchase was decided so."""
        return await purchases.explanation(self.ctx, purchase_id, full=full)

    async def events(self, after: str | None, shard: int | None, limit: int) -> EventPage:
        """The event stream after a cursor."""
        return await events.events(self.ctx, after, shard, limit)

    async def stream(self, member_id: uuid.UUID, known: Place | None) -> Beginning:
        """Where the stream of a member begins; `streams.subscribed` tells what comes then."""
        return await followed(lambda one: streams.begin(self.ctx, one, known), member_id)

    async def program(self) -> VersionView:
        """The version that decides now."""
        return await programs.program(self.ctx)

    async def versions(self) -> list[VersionView]:
        """All versions."""
        return await programs.versions(self.ctx)

    async def version(self, number: int) -> VersionDetail:
        """A version with its text."""
        return await programs.version(self.ctx, number)

    async def check(self, body: ProgramSource) -> CheckView:
        """All problems of a program file."""
        return programs.check(self.ctx, body)

    async def plan(self, body: ProgramSource) -> PlanView:
        """What publishing a program file would change."""
        return await programs.planned(self.ctx, body.source)
