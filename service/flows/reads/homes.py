"""Homes with one entity tag, and those asked for again answered from memory while they stand.

The tag is a hash of the body, so it changes whenever any part does. A home is made again when

- the member or the household was written to: each write to their tables moves a holder's version;
- another program version is known or in force;
- the coupons of the list, or what is left of a stock, are not as they were: others can change that,
  so both are asked for every time;
- the instant is reached at which time alone changes it: units become usable or lapse, a hold, a
  step, a floor, a coupon, a reward, an invitation, an offer or a time in a club begins or ends, a
  local day ends.

One of which a window would let something go before that is not kept at all, nor is that of somebody
who is in a club as long as a rule is true of them.
"""

import collections
import datetime as dt
import hashlib
import uuid
from collections.abc import Iterator
from typing import Final

import msgspec

from service.domain.budgets import store as budgets
from service.domain.coupons.types import CouponView
from service.domain.holders import store as holders
from service.flows.reads.balances import Tagged, states_version
from service.flows.reads.coupons import open_list
from service.flows.reads.home import COUPONS_MAX, Home, look
from service.flows.steps import tiers
from service.flows.steps.context import EARLIEST, Context
from service.flows.steps.reconsidering.moments import moments
from service.flows.steps.standing import Standing
from service.infra.db import Tx
from service.kernel.calendar import end_of_day
from service.kernel.texts import Languages
from service.rules.compile import Program
from service.rules.conditions.logic import leaves
from service.rules.conditions.time_of_day import TimeOfDay
from service.rules.facts import Past

KEPT_MAX: Final = 5_000  # some 10 KB each
_encode: Final = msgspec.json.Encoder().encode


class _Kept(msgspec.Struct, frozen=True):
    """`seen`: holder -> version. `left`: of the stocks of rewards. It stands in [since, until)."""

    seen: dict[uuid.UUID, int]
    program: int
    newest: int
    coupons: tuple[CouponView, ...]
    left: dict[str, int]
    since: dt.datetime
    until: dt.datetime
    answer: Tagged


class Homes:
    """The homes of members, as of now."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._kept: collections.OrderedDict[tuple[uuid.UUID, Languages], _Kept] = (
            collections.OrderedDict()
        )

    async def get(self, member_id: uuid.UUID, languages: Languages) -> Tagged:
        """All of it in one answer with one entity tag; MemberNotFound."""
        key = member_id, languages
        kept = self._kept.get(key)
        if kept is not None:
            async with self._ctx.db.reading() as tx:
                if await self._stands(tx, kept, *key):
                    self._kept.move_to_end(key)
                    return kept.answer
            del self._kept[key]
        return await self._make(*key)

    async def _stands(
        self, tx: Tx, kept: _Kept, member_id: uuid.UUID, languages: Languages
    ) -> bool:
        ctx = self._ctx
        if await holders.changed(tx, kept.seen, ctx.db.clock_offset):
            return False
        now = tx.now or EARLIEST
        if not kept.since <= now < kept.until or kept.newest != ctx.programs.newest:
            return False
        if kept.program != ctx.programs.at(now).version:
            return False
        if kept.left and await budgets.left(tx, kept.left, now) != kept.left:
            return False
        return await open_list(tx, ctx, member_id, languages, COUPONS_MAX) == kept.coupons

    async def _make(self, member_id: uuid.UUID, languages: Languages) -> Tagged:
        ctx = self._ctx
        async with ctx.db.transaction(repeatable=True) as tx:
            home = await look(tx, ctx, member_id, languages)
        body = _encode(home.view)
        answer = Tagged(f'"{hashlib.blake2s(body, digest_size=12).hexdigest()}"', body)
        program = ctx.programs.at(home.work.at)
        until = min(_changes(home, program))
        if not _lets_go(home, program, until):
            works = [home.work, *([home.pool] if home.pool is not None else [])]
            self._keep(
                (member_id, languages),
                _Kept(
                    seen={work.holder.holder_id: states_version(work) for work in works},
                    program=program.version,
                    newest=ctx.programs.newest,
                    coupons=home.view.coupons,
                    left=home.offered.left,
                    since=home.work.at,
                    until=until,
                    answer=answer,
                ),
            )
        return answer

    def _keep(self, key: tuple[uuid.UUID, Languages], kept: _Kept) -> None:
        self._kept[key] = kept
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT_MAX:
            self._kept.popitem(last=False)


def _changes(home: Home, program: Program) -> Iterator[dt.datetime]:
    """Instants to come at which something shown begins or ends; the end of the day among them."""
    view, now = home.view, home.work.at
    yield end_of_day(now.astimezone(program.tz).date(), program.tz)
    works = (home.work, home.pool)
    dated = [
        *(work.holder.next_due for work in works if work is not None),
        *(moment for one in home.standings.values() for moment in moments(one)),
        *(moment for one in view.coupons for moment in (one.valid_from, one.valid_until)),
        *(moment for one in home.offered.items for moment in (one.valid_from, one.valid_until)),
        *(one.held_until for one in view.redemptions),
        *(one.until for one in view.invitations),
        *(one.until for one in view.offers),
        *(moment for one in home.around.spans for moment in (one.from_at, one.until_at)),
    ]
    yield from (moment for moment in dated if moment is not None and moment > now)


def _lets_go(home: Home, program: Program, until: dt.datetime) -> bool:
    """Something that counts now, or the time of day, may count no more before the instant."""
    now, facts = home.work.at, home.offered.facts
    if any(one.conditional and one.covers(now) for one in home.around.spans):
        return True
    if any(_leaves_window(one, now, until) for one in home.standings.values()):
        return True
    if any(past != Past() for past in facts.history.values()):
        return True
    for compiled in program.rewards.values():
        reward = compiled.reward
        rolling = reward.limit is not None and reward.limit.rolling is not None
        if rolling and facts.uses.get(reward.id, 0):
            return True
        if reward.when is not None and any(
            isinstance(one, TimeOfDay) for one in leaves(reward.when)
        ):
            return True
    return False


def _leaves_window(standing: Standing, now: dt.datetime, until: dt.datetime) -> bool:
    since, then = (tiers.counted_since(standing.book, at) for at in (now, until))
    if then is None or since == then:
        return False
    counted = standing.contributions or ()
    return any((since is None or at > since) and at <= then for at, _ in counted)
