"""Rewards: the catalogue for everybody, what a member can have, and what he has had."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final, NamedTuple

import msgspec

from service.domain.budgets import store as budgets
from service.domain.holders import store as holders
from service.domain.members.store import MemberRow
from service.domain.programs.errors import VersionBehind
from service.domain.rewards import store
from service.domain.rewards.errors import RedemptionNotFound
from service.domain.rewards.types import (
    Catalogue,
    MemberRewards,
    MemberRewardView,
    Redemption,
    RedemptionPage,
    RedemptionView,
    RewardView,
)
from service.flows.reads.balances import Tagged
from service.flows.reads.members import whole
from service.flows.reads.whose import member_of
from service.flows.steps import hiding
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.rewards import rewarding
from service.flows.steps.rewards.redemption_view import gives, view
from service.flows.steps.standing import Standing
from service.flows.steps.work import Work
from service.infra import cursors
from service.infra.db import Tx
from service.kernel.texts import Languages, in_languages, told
from service.rules.compile import Program
from service.rules.document import Reward
from service.rules.facts import Facts
from service.rules.rewards import CompiledReward, scarce

FETCHED_MAX: Final = 20
LAST: Final = uuid.UUID(int=2**128 - 1)
_encode: Final = msgspec.json.Encoder().encode


async def catalogue(ctx: Context, languages: Languages) -> Tagged:
    """All rewards that are not over, as anybody sees them; the tag is a hash of the body.

    Those for members of hidden clubs are in their own lists.
    """
    async with ctx.db.reading() as tx:
        await holders.clock(tx, ctx.db.clock_offset)
        program = ctx.programs.at(tx.now or EARLIEST)
        known = hiding.rewards(program, hiding.closed(program))
        shown = [one for one in known if not _is_over(one.reward, tx)]
        left = await _left(tx, shown)
    items = tuple(_public(one.reward, left, languages) for one in shown)
    body = _encode(Catalogue(items=items))
    return Tagged(f'"{hashlib.blake2s(body, digest_size=12).hexdigest()}"', body)


def _is_over(reward: Reward, tx: Tx) -> bool:
    return reward.until_at is not None and reward.until_at <= (tx.now or EARLIEST)


async def _left(tx: Tx, rewards: Iterable[CompiledReward]) -> dict[str, int]:
    """Name of each stock -> pieces that could be had now."""
    names = [one.reward.cap for one in rewards if one.reward.cap is not None]
    return await budgets.left(tx, names, tx.now or EARLIEST) if names else {}


def _public(reward: Reward, left: dict[str, int], languages: Languages) -> RewardView:
    prices: dict[str, dict[str, int]] = {}
    for ladder, tier, price in reward.prices:
        prices.setdefault(ladder, {})[tier] = price
    view = RewardView(
        id=reward.id,
        gives=gives(reward),
        wallet=reward.wallet,
        price=reward.price,
        prices=prices,
        left=_of(reward, left),
        valid_from=reward.from_at,
        valid_until=reward.until_at,
    )
    return told(view, reward, languages)


def _of(reward: Reward, left: dict[str, int]) -> int | None:
    return None if reward.cap is None else left.get(reward.cap, 0)


async def of_member(ctx: Context, member_id: uuid.UUID, languages: Languages) -> MemberRewards:
    """Each with this member's price, and all that stands against it; MemberNotFound."""
    async with ctx.db.transaction(repeatable=True) as tx:
        person, work, standings = await whole(tx, ctx, member_id)
        found = await offered(tx, ctx, person, work, standings, languages)
    return MemberRewards(member_id=member_id, items=found.items)


async def left_by(ctx: Context, member_id: uuid.UUID, spent: Mapping[str, int]) -> MemberRewards:
    """The same once so many units of the wallets are spent."""
    async with ctx.db.transaction(repeatable=True) as tx:
        person, work, standings = await whole(tx, ctx, member_id)
        found = await offered(tx, ctx, person, work, standings, (), spent)
    return MemberRewards(member_id=member_id, items=found.items)


class Offered(NamedTuple):
    """What a member is offered, by which facts; `left`: pieces of the stocks, by their names."""

    items: tuple[MemberRewardView, ...]
    facts: Facts
    left: dict[str, int]


async def offered(
    tx: Tx,
    ctx: Context,
    person: MemberRow,
    work: Work,
    standings: Mapping[str, Standing],
    languages: Languages,
    spent: Mapping[str, int] = MappingProxyType({}),
) -> Offered:
    """All rewards that are not over, for a member as `whole` answers one who has `spent` units."""
    program = ctx.programs.at(work.at)
    hidden = await hiding.of_member(tx, program, person.holder_id, work.at)
    known = hiding.rewards(program, hidden)
    shown = [one for one in known if not _is_over(one.reward, tx)]
    facts = await rewarding.facts(tx, program, shown, person, standings, work.at)
    left = await _left(tx, shown)
    wallets = {one.reward.wallet for one in shown}
    available = {
        name: work.books[program.wallets[name].number].available - spent.get(name, 0)
        for name in wallets
    }
    items = tuple(_personal(program, one, facts, available, left, languages) for one in shown)
    return Offered(items, facts, left)


async def to_be_fetched(
    tx: Tx, ctx: Context, member_id: uuid.UUID, languages: Languages
) -> tuple[RedemptionView, ...]:
    """What a member has kept, and items paid for that nobody has handed over yet; newest first.

    The newest FETCHED_MAX; the list of redemptions has all.
    """
    rewards = (one for program in ctx.programs.compiled for one in program.document.rewards)
    items = {one.id for one in rewards if one.item is not None}
    rows = await store.list_open(tx, member_id, items, tx.now or EARLIEST, FETCHED_MAX)
    return tuple(_titled(_shown(ctx, row, tx), languages) for row in rows)


def _titled(view: RedemptionView, languages: Languages) -> RedemptionView:
    return msgspec.structs.replace(view, title=in_languages(view.title, languages))


def _personal(
    program: Program,
    one: CompiledReward,
    facts: Facts,
    available: dict[str, int],
    left: dict[str, int],
    languages: Languages,
) -> MemberRewardView:
    reward, units = one.reward, available[one.reward.wallet]
    price, of_stock = one.price(facts), _of(reward, left)
    why = (*one.why_not(facts, program.terms), *scarce(price, units, of_stock))
    view = MemberRewardView(
        id=reward.id,
        gives=gives(reward),
        wallet=reward.wallet,
        price=price,
        affordable=units >= price,
        available=not why,
        why=why,
        left=of_stock,
        valid_from=reward.from_at,
        valid_until=reward.until_at,
    )
    return told(view, reward, languages)


async def redemption(
    ctx: Context, redemption_id: uuid.UUID, languages: Languages = ()
) -> RedemptionView:
    """One by its id, as it stands; RedemptionNotFound."""
    async with ctx.db.reading() as tx:
        row = await store.find(tx, redemption_id)
        if row is None:
            raise RedemptionNotFound
        await holders.clock(tx, ctx.db.clock_offset)
        return _titled(_shown(ctx, row, tx), languages)


def _shown(ctx: Context, row: Redemption, tx: Tx) -> RedemptionView:
    if row.program_version > ctx.programs.newest:
        raise VersionBehind
    return view(ctx, row, tx.now or EARLIEST)


async def redemptions(
    ctx: Context,
    member_id: uuid.UUID,
    cursor: str | None,
    limit: int,
    languages: Languages = (),
) -> RedemptionPage:
    """A page of what a member has had, newest first; MemberNotFound, CursorInvalid."""
    async with ctx.db.transaction(repeatable=True) as tx:
        member_of(await holders.states(tx, [member_id], ctx.db.clock_offset), member_id)
        before = LAST
        if cursor is not None:
            position = cursors.unseal(ctx.secret, cursor, tuple[str, uuid.UUID, uuid.UUID])
            if position[:2] != ("redemptions", member_id):
                raise cursors.CursorInvalid
            before = position[2]
        rows = await store.page(tx, member_id, before, limit + 1)
        items = tuple(_titled(_shown(ctx, row, tx), languages) for row in rows[:limit])
    following = None
    if len(rows) > limit:
        place = ("redemptions", member_id, items[-1].id)
        following = cursors.seal(ctx.secret, place)
    return RedemptionPage(items=items, next=following)
