"""Everything about a member at a glance: what an app shows first."""

import uuid
from collections.abc import Mapping
from typing import Final, NamedTuple

import msgspec

from service.domain.clubs.views import ClubAtAGlance, OfferToMember
from service.domain.coupons.types import CouponView
from service.domain.households import store as households
from service.domain.households.types import InvitationView
from service.domain.members.store import MemberRow
from service.domain.rewards.types import MemberRewardView, RedemptionView
from service.flows.reads import clubs
from service.flows.reads.balances import views
from service.flows.reads.clubs import Around
from service.flows.reads.coupons import open_list
from service.flows.reads.households import pool
from service.flows.reads.members import ladders, whole
from service.flows.reads.rewards import Offered, offered, to_be_fetched
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.sharing.belonging import invitation, role
from service.flows.steps.standing import Standing
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.texts import Languages, told
from service.kernel.values import LadderView, WalletView

COUPONS_MAX: Final = 50  # those that end first; the list has all
REWARDS_MAX: Final = 20  # those that can be had, then those for which least is missing


class HomeHousehold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The household the member belongs to, and its pool."""

    id: uuid.UUID
    title: dict[str, str] = {}
    text: dict[str, str] = {}
    terms: dict[str, str] = {}
    image: dict[str, str] = {}
    role: str
    pool: dict[str, WalletView] = {}


class HomeView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an app shows first: wallets with what lapses next, tiers with the way to the next.

    `coupons`: those of the list that are not used up, void or over, the ones that end first.
    `rewards`: those that can be had now first, then those for which the fewest units are missing.
    `redemptions`: what is kept for the member, and items to be fetched. `language`: the member's
    own, as far as it is known. `clubs`: those the member is in; `offers`: places they can take.
    """

    member_id: uuid.UUID
    language: str | None = None
    name: str | None = None
    wallets: dict[str, WalletView] = {}
    tiers: dict[str, LadderView] = {}
    coupons: tuple[CouponView, ...] = ()
    rewards: tuple[MemberRewardView, ...] = ()
    redemptions: tuple[RedemptionView, ...] = ()
    household: HomeHousehold | None = None
    invitations: tuple[InvitationView, ...] = ()
    clubs: tuple[ClubAtAGlance, ...] = ()
    offers: tuple[OfferToMember, ...] = ()


class Home(NamedTuple):
    """The view, and all it was made of."""

    view: HomeView
    work: Work
    standings: dict[str, Standing]
    offered: Offered
    pool: Work | None
    around: Around


async def look(tx: Tx, ctx: Context, member_id: uuid.UUID, languages: Languages) -> Home:
    """All of it as of the transaction's now; MemberNotFound."""
    row, work, standings = await whole(tx, ctx, member_id)
    rewards = await offered(tx, ctx, row, work, standings, languages)
    household, pooled = await _household(tx, ctx, member_id, languages)
    invited = await households.invitations_to(tx, member_id, tx.now or EARLIEST)
    around = await clubs.around(tx, ctx, member_id)
    program = ctx.programs.at(work.at)
    view = HomeView(
        member_id=member_id,
        language=row.profile.language,
        name=_name(row),
        wallets=views(ctx, work, languages),
        tiers=_without_history(ladders(work, standings, languages)),
        coupons=await open_list(tx, ctx, member_id, languages, COUPONS_MAX),
        rewards=_nearest(rewards.items),
        redemptions=await to_be_fetched(tx, ctx, member_id, languages),
        household=household,
        invitations=tuple(invitation(one) for one in invited),
        clubs=clubs.at_a_glance(program, around, languages),
        offers=clubs.offers(program, around, languages),
    )
    return Home(view, work, standings, rewards, pooled, around)


async def _household(
    tx: Tx, ctx: Context, member_id: uuid.UUID, languages: Languages
) -> tuple[HomeHousehold | None, Work | None]:
    belongs = (await households.open_of(tx, [member_id])).get(member_id)
    if belongs is None:
        return None, None
    work, wallets = await pool(tx, ctx, belongs.household_id, languages)
    view = HomeHousehold(id=belongs.household_id, role=role(belongs), pool=wallets)
    return told(view, ctx.programs.at(work.at).document.households, languages), work


def _name(row: MemberRow) -> str | None:
    return row.profile.first_name or row.profile.name


def _without_history(tiers: Mapping[str, LadderView]) -> dict[str, LadderView]:
    return {name: msgspec.structs.replace(one, history=()) for name, one in tiers.items()}


def _nearest(rewards: tuple[MemberRewardView, ...]) -> tuple[MemberRewardView, ...]:
    def distance(one: MemberRewardView) -> tuple[bool, int]:
        return not one.available, max((why.missing or 0 for why in one.why), default=0)

    return tuple(sorted(rewards, key=distance)[:REWARDS_MAX])
