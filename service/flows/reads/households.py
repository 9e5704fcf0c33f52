"""Households: the pool as of now, who belongs to it or did, what they gave and drew."""

import uuid
from collections.abc import Iterable
from typing import Final

from service.domain.holders import store as holders
from service.domain.households import store
from service.domain.households.errors import HouseholdNotFound
from service.domain.households.types import (
    HouseholdView,
    Membership,
    MembersHousehold,
    PersonView,
)
from service.domain.transfers import store as transfers
from service.domain.transfers.types import Kind
from service.flows.reads.balances import projected, views
from service.flows.reads.whose import member_of
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.sharing.belonging import invitation, role
from service.flows.steps.work import Work
from service.infra.db import Tx
from service.kernel.calendar import Period, period_start
from service.kernel.texts import Languages, told
from service.kernel.values import WalletView

_FIELDS: Final = {Kind.POOLED: "gave", Kind.DRAWN: "drew", Kind.DISSOLVED: "rest"}
Units = dict[str, int]  # wallet -> units


async def household(
    ctx: Context, household_id: uuid.UUID, languages: Languages = ()
) -> HouseholdView:
    """A household as it stands, dissolved ones too; HouseholdNotFound."""
    async with ctx.db.transaction(repeatable=True) as tx:
        return await _view(tx, ctx, household_id, languages)


async def of_member(
    ctx: Context, member_id: uuid.UUID, languages: Languages = ()
) -> MembersHousehold:
    """Where a member belongs and is invited to; MemberNotFound."""
    async with ctx.db.transaction(repeatable=True) as tx:
        member_of(await holders.states(tx, [member_id], ctx.db.clock_offset), member_id)
        belongs = (await store.open_of(tx, [member_id])).get(member_id)
        invited = await store.invitations_to(tx, member_id, tx.now or EARLIEST)
        return MembersHousehold(
            household=None
            if belongs is None
            else await _view(tx, ctx, belongs.household_id, languages),
            invitations=tuple(invitation(one) for one in invited),
        )


async def pool(
    tx: Tx, ctx: Context, household_id: uuid.UUID, languages: Languages
) -> tuple[Work, dict[str, WalletView]]:
    """The household as of now, and its wallets as shown."""
    states = await holders.states(tx, [household_id], ctx.db.clock_offset)
    now = tx.now or EARLIEST
    terms = ctx.programs.at(now).document.households
    ((work, _),) = await projected(tx, ctx, list(states.values()), now)
    return work, _pool(views(ctx, work, languages), () if terms is None else terms.wallets)


async def _view(
    tx: Tx, ctx: Context, household_id: uuid.UUID, languages: Languages
) -> HouseholdView:
    known = await store.find(tx, household_id)
    if known is None:
        raise HouseholdNotFound
    work, wallets = await pool(tx, ctx, household_id, languages)
    now = tx.now or EARLIEST
    terms = ctx.programs.at(now).document.households
    month = period_start(work.at, Period.MONTH, ctx.programs.tz)
    sums = await transfers.sums(tx, household_id, month)
    people = await store.people(tx, household_id)
    invited = await store.invitations(tx, household_id, now)
    view = HouseholdView(
        id=household_id,
        formed_at=known.formed_at,
        dissolved_at=known.dissolved_at,
        people=_people(ctx, people, sums, {} if terms is None else terms.draw_max),
        invitations=tuple(invitation(one) for one in invited),
        pool=wallets,
    )
    return told(view, terms, languages)


def _pool(wallets: dict[str, WalletView], shared: Iterable[str]) -> dict[str, WalletView]:
    """The wallets that are shared, and others of which something is there from before."""
    shown = set(shared)
    return {name: view for name, view in wallets.items() if name in shown or view.expiring}


def _people(
    ctx: Context,
    people: Iterable[Membership],
    sums: Iterable[transfers.Sum],
    draw_max: dict[str, int],
) -> tuple[PersonView, ...]:
    """What somebody gave or drew stands with their last time in the household."""
    last = {one.holder_id: one.membership_id for one in people}
    moved: dict[uuid.UUID, dict[str, Units]] = {}
    for one in sums:
        wallet, kind = ctx.programs.wallet_id(one.wallet), Kind(one.kind)
        of_person = moved.setdefault(one.other_id, {})
        of_person.setdefault(_FIELDS[kind], {})[wallet] = abs(one.amount)
        if kind is Kind.DRAWN and one.lately:
            of_person.setdefault("drawn", {})[wallet] = abs(one.lately)
    return tuple(
        PersonView(
            member_id=one.holder_id,
            role=role(one),
            since=one.from_at,
            until=one.until_at,
            draw_max=one.may_draw(draw_max) if one.until_at is None else {},
            **(moved.get(one.holder_id, {}) if last[one.holder_id] == one.membership_id else {}),
        )
        for one in people
    )
