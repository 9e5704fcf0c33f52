"""The face of all reads: what an entrance calls."""

import datetime as dt
import uuid
from collections.abc import Sequence

from service.domain.events.types import EventPage
from service.domain.members.errors import MemberNotFound
from service.domain.members.types import MemberView
from service.domain.programs.types import (
    CheckView,
    PlanView,
    ProgramSource,
    VersionDetail,
    VersionView,
)
from service.domain.purchases.types import ExplanationView, Receipt
from service.domain.tiers.types import TierView
from service.domain.wallets.types import EntryPage, WalletsView
from service.flows.reads import events, history, members, programs, purchases
from service.flows.reads.balances import Balances, Tagged
from service.flows.steps.context import Context
from service.kernel.values import Identifier


class Reads:
    """Every method answers, or raises an ExpectedError."""

    def __init__(self, ctx: Context) -> None:
        self.ctx = ctx
        self._balances = Balances(ctx)

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
        return await members.home(self.ctx, member_id, language)

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
