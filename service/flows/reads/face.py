"""The face of all reads: what an entrance calls."""

import datetime as dt
import uuid
from collections.abc import AsyncIterator, Sequence

from service.domain.coupons.types import BatchView, CouponPage
from service.domain.events.types import EventPage
from service.domain.gift_cards.types import GiftCardBatchView, ListGiftCardEntries
from service.domain.households.types import HouseholdView, MembersHousehold
from service.domain.members.errors import MemberNotFound
from service.domain.members.types import MemberView
from service.domain.programs.types import (
    CheckView,
    PlanView,
    ProgramSource,
    VersionDetail,
    VersionView,
)
from service.domain.purchases.types import AskQuote, ExplanationView, HoldView, Quote, Receipt
from service.domain.rewards.types import MemberRewards, RedemptionPage, RedemptionView
from service.domain.tiers.types import TierView
from service.domain.wallets.types import EntryPage, WalletsView
from service.flows.reads import (
    coupons,
    events,
    gift_cards,
    history,
    holds,
    households,
    members,
    programs,
    purchases,
    rewards,
)
from service.flows.reads.balances import Balances, Tagged
from service.flows.reads.home import home
from service.flows.reads.quotes import Quotes
from service.flows.steps.context import Context
from service.kernel.actor import Actor
from service.kernel.values import Identifier


class Reads:
    """Every method answers, or raises an ExpectedError."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self._balances = Balances(ctx)
        self._quotes = Quotes(ctx)

    async def quote(self, actor: Actor, body: AskQuote) -> Quote:
        """What recording a cart now would decide."""
        return await self._quotes.ask(actor, body)

    async def hold(self, hold_id: uuid.UUID) -> HoldView:
        """A hold as it stands; HoldNotFound."""
        return await holds.hold(self.ctx, hold_id)

    async def wallets(self, member_id: uuid.UUID) -> Tagged:
        """All wallets now, as JSON with an entity tag; MemberNotFound."""
        found = await self._balances.get(member_id)
        if found is None:
            raise MemberNotFound
        return found

    async def wallets_at(
        self, member_id: uuid.UUID, at: dt.datetime | None, known_at: dt.datetime | None
    ) -> WalletsView:
        """Wallets by effective time, as known at a time; a future instant projects."""
        return await history.wallets_at(self.ctx, member_id, at, known_at)

    async def entries(
        self, member_id: uuid.UUID, wallet: str, cursor: str | None, limit: int
    ) -> EntryPage:
        """A page of a wallet's entries, newest first."""
        return await history.entries(self.ctx, member_id, wallet, cursor, limit)

    async def member(self, member_id: uuid.UUID) -> MemberView:
        """The member."""
        return await members.member(self.ctx, member_id)

    async def lookup(self, identifiers: Sequence[Identifier]) -> MemberView:
        """The member who holds the first identifier that matches."""
        return await members.member(self.ctx, await members.lookup(self.ctx, identifiers))

    async def tier(self, member_id: uuid.UUID) -> TierView:
        """Tiers with progress and history."""
        return await members.tier(self.ctx, member_id)

    async def home(self, member_id: uuid.UUID, language: str | None) -> Tagged:
        """Everything an app shows first."""
        return await home(self.ctx, member_id, language)

    async def coupons(
        self, member_id: uuid.UUID, language: str | None, cursor: str | None, limit: int
    ) -> CouponPage:
        """A page of a member's coupons, newest first."""
        return await coupons.coupons(self.ctx, member_id, language, cursor, limit)

    async def coupon_batch(self, batch_id: uuid.UUID) -> BatchView:
        """How far a batch of codes is."""
        return await coupons.batch(self.ctx, batch_id)

    async def coupon_codes(self, batch_id: uuid.UUID) -> AsyncIterator[list[str]]:
        """All codes of a batch, in parts."""
        return await coupons.codes_of_batch(self.ctx, batch_id)

    async def rewards(self, language: str | None) -> Tagged:
        """All rewards as anybody sees them, as JSON with an entity tag."""
        return await rewards.catalogue(self.ctx, language)

    async def member_rewards(self, member_id: uuid.UUID, language: str | None) -> MemberRewards:
        """All rewards as a member sees them."""
        return await rewards.of_member(self.ctx, member_id, language)

    async def redemptions(
        self, member_id: uuid.UUID, cursor: str | None, limit: int
    ) -> RedemptionPage:
        """A page of what a member has had, newest first."""
        return await rewards.redemptions(self.ctx, member_id, cursor, limit)

    async def redemption(self, redemption_id: uuid.UUID) -> RedemptionView:
        """A redemption as it stands."""
        return await rewards.redemption(self.ctx, redemption_id)

    async def gift_card_entries(self, body: ListGiftCardEntries) -> EntryPage:
        """A page of a gift card's entries, newest first."""
        return await gift_cards.entries(self.ctx, body)

    async def gift_card_batch(self, batch_id: uuid.UUID) -> GiftCardBatchView:
        """How far a batch of gift cards is."""
        return await gift_cards.batch(self.ctx, batch_id)

    async def gift_card_codes(self, batch_id: uuid.UUID) -> AsyncIterator[list[str]]:
        """Codes and PINs of all cards of a batch, in parts."""
        return await gift_cards.cards_of_batch(self.ctx, batch_id)

    async def household(self, household_id: uuid.UUID) -> HouseholdView:
        """A household with its pool; HouseholdNotFound."""
        return await households.household(self.ctx, household_id)

    async def members_household(self, member_id: uuid.UUID) -> MembersHousehold:
        """Where a member belongs; MemberNotFound."""
        return await households.of_member(self.ctx, member_id)

    async def purchase(self, purchase_id: uuid.UUID) -> Receipt:
        """A purchase's receipt."""
        return await purchases.purchase(self.ctx, purchase_id)

    async def purchase_by_key(self, channel: str, external_id: str) -> Receipt:
        """A purchase's receipt by its natural key."""
        return await purchases.purchase_by_key(self.ctx, channel, external_id)

    async def explanation(self, purchase_id: uuid.UUID, *, full: bool) -> ExplanationView:
        """Why a purchase was decided so."""
        return await purchases.explanation(self.ctx, purchase_id, full=full)

    async def events(self, after: str | None, shard: int | None, limit: int) -> EventPage:
        """The event stream after a cursor."""
        return await events.events(self.ctx, after, shard, limit)

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
