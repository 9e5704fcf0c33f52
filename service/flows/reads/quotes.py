"""Quotes: a cart decided as recording it now would, with nothing written. The hottest call.

Quotes that arrive together are loaded together, in one snapshot.
"""

import datetime as dt
import uuid
from collections.abc import Sequence
from types import MappingProxyType
from typing import Final

import msgspec

from service.domain.events.outbox import Outbox
from service.domain.holders import store as holders
from service.domain.holders.types import Holder, Kind
from service.domain.holds.types import Hold
from service.domain.purchases.content import basket_fingerprint, cart_of
from service.domain.purchases.stored import (
    applied,
    effects,
    lines_at,
    movements,
    not_applied,
    paid_by_cards,
    redeemed,
)
from service.domain.purchases.types import AskQuote, Quote, ReceiptLine, RewardUsable
from service.domain.tiers.types import FloorRow
from service.flows.reads import usable
from service.flows.reads.remembered import Memory, Moment, Past, Stored
from service.flows.reads.rewards import left_by
from service.flows.steps import (
    budgets,
    hiding,
    tiers,
)
from service.flows.steps.checkout import (
    asking,
    deciding,
    guarding,
    holding,
    paying_by_card,
    presenting_cards,
    quoted,
)
from service.flows.steps.checkout.checkout import Checkout
from service.flows.steps.checkout.proving import Proof, prove
from service.flows.steps.checkout.quoted import Quoted
from service.flows.steps.context import Context
from service.flows.steps.facts import Questions
from service.flows.steps.match import Look, Match, Who
from service.flows.steps.work import Work
from service.infra.coalesce import Coalescer
from service.infra.db import Tx
from service.kernel.actor import Actor
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id
from service.kernel.values import TierNow
from service.rules.cart import LineKind
from service.rules.facts import Facts
from service.rules.priced import off_lines

NOBODY: Final = uuid.UUID(int=0)
NO_HOLDS: Final[holding.Named] = MappingProxyType({})
NO_CARDS: Final[frozenset[uuid.UUID]] = frozenset()
_SHIPPING: Final = LineKind.SHIPPING  # a name of the module is read faster than one of an enum


class Asked:
    """One request; two equal ones are still two."""

    __slots__ = ("actor", "body", "proofs")

    def __init__(self, actor: Actor, body: AskQuote, proofs: Sequence[Proof]) -> None:
        self.actor = actor
        self.body = body
        self.proofs = proofs


class Quotes:
    """Answers quotes."""

    def __init__(self, ctx: Context) -> None:
        self._ctx = ctx
        self._memory = Memory()
        self._coalescer: Coalescer[Asked, Quote | ExpectedError] = Coalescer(self._fetch)

    async def ask(self, actor: Actor, body: AskQuote) -> Quote:
        """The quote, or an ExpectedError for what is wrong whatever the member has."""
        proofs = await prove(self._ctx, actor, body) if body.gift_cards else ()
        found = await self._coalescer.get(Asked(actor, body, proofs))
        if isinstance(found, Quote):
            return await _with_rewards(self._ctx, found) if body.rewards else found
        raise found if found is not None else LookupError("a quote was not answered")

    async def _fetch(self, asked: Sequence[Asked]) -> dict[Asked, Quote | ExpectedError]:
        """Those whose members are known by one statement, the others after loading them."""
        results: dict[Asked, Quote | ExpectedError] = {}
        async with self._ctx.db.reading() as tx:
            items, moment = await _look(tx, self._ctx, asked, results)
            known = [item for item in items if self._recall(item, moment)]
            await budgets.foresee(tx, [item.decided for item in known if item.is_decided])
        nothing = usable.Lists.empty()
        for item in known:
            results[item.asked] = item.refused or _quote(self._ctx, item, nothing, moment.at)
        if len(known) < len(items):
            unknown = [item.asked for item in items if not item.is_known]
            results |= await self._load(unknown)
        return results

    def _recall(self, item: "Quoting", moment: Moment) -> bool:
        """Decide a basket by what is remembered of its member; False: that has to be loaded."""
        matched = item.matched
        asks = item.body.coupons or item.body.gift_cards or item.body.hold_id is not None
        if asks or item.occurred_at != moment.at:
            return False
        if matched is None:
            item.work = _nobody(moment.at)
            facts = Facts(at=moment.at)
        else:
            if matched.merged:
                return False
            known = self._memory.recall(matched.holder_id, matched.version, item.program, moment)
            if known is None:
                return False
            item.work = known.work
            item.standings = {name: one.again(moment.at) for name, one in known.standings.items()}
            facts = msgspec.structs.replace(known.facts, at=moment.at)
        item.is_known = True
        deciding.decide_one(item, facts, ())
        return True

    async def _load(self, asked: Sequence[Asked]) -> dict[Asked, Quote | ExpectedError]:
        """All of one snapshot; it is not that of the look before, so whose it is is asked again."""
        results: dict[Asked, Quote | ExpectedError] = {}
        ctx, decided = self._ctx, list[Quoting]()
        async with ctx.db.transaction(repeatable=True) as tx:
            todo, moment = await _look(tx, ctx, asked, results)
            await presenting_cards.look(tx, ctx, todo)
            while todo:  # one of each member at a time: they share their wallets
                items = _first_of_each(todo)
                await _meet(tx, ctx, items, moment.at)
                holding.foresee(ctx, items, {i: i.named for i in items if i.named is not None})
                todo = [item for item in todo if item not in items]
                decided += items
                questions = await deciding.decide_all(tx, ctx, items, writing=False)
                known = await usable.lists(tx, items)
                self._remember(items, moment, questions, known)
                for item in items:
                    results[item.asked] = item.refused or _quote(ctx, item, known, moment.at)
        await guarding.count(ctx, decided)
        return results

    def _remember(
        self,
        items: Sequence["Quoting"],
        moment: Moment,
        questions: Questions | None,
        known: usable.Lists,
    ) -> None:
        """Before their quotes move where members stand. Coupons of lists are always asked for.

        Not what was worked out with a hold of their own given up.
        """
        if questions is None:
            return
        for item, firsts in zip(items, questions.firsts(), strict=True):
            holder_id = item.work.holder.holder_id
            if item.stored is not None and item.named is None and not known.of(holder_id):
                past = Past(firsts, questions.club_spans(holder_id))
                self._memory.keep(item, moment, past, item.stored)


async def _with_rewards(ctx: Context, quote: Quote) -> Quote:
    """What else the member could have for what the cart leaves; a quote keeps nothing for it."""
    offered: tuple[RewardUsable, ...] = ()
    if quote.member_id is not None:
        spent = {one.wallet: one.amount for one in quote.redeemed}
        found = await left_by(ctx, quote.member_id, spent)
        offered = tuple(
            RewardUsable(
                id=one.id,
                title=one.title,
                wallet=one.wallet,
                price=one.price,
                reason=one.why[0].reason if one.why else None,
            )
            for one in found.items
        )
    usable_ = msgspec.structs.replace(quote.usable, rewards=offered)
    return msgspec.structs.replace(quote, usable=usable_)


class Quoting(Checkout):
    """A quote on its way. `matched` None: nobody is named, or known; `named`: the hold it names."""

    __slots__ = ("asked", "is_known", "matched", "named", "stored")

    body: AskQuote
    asked: Asked
    matched: Match | None
    named: Hold | None
    is_known: bool
    stored: Stored | None


async def _look(
    tx: Tx,
    ctx: Context,
    asked: Sequence[Asked],
    results: dict[Asked, Quote | ExpectedError],
) -> tuple[list[Quoting], Moment]:
    """What can be decided, and when; results of what is wrong whatever the member has."""
    clock = holders.ask_clock()
    naming = [one.body.hold_id for one in asked if one.body.hold_id is not None]
    holds = await holding.named(tx, naming) if naming else NO_HOLDS
    whom = [asking.who(one.body, None, holding.holder_of(holds, one.body.hold_id)) for one in asked]
    look = Look(ctx, whom)
    await tx.ask_all([clock, *look.questions])
    read_at, newest = clock.answer
    now = tx.now = read_at + ctx.db.clock_offset
    if newest > ctx.programs.newest:
        await ctx.programs.refresh(ctx.db)
    items = []
    for one, who in zip(asked, whom, strict=True):
        try:
            items.append(_item(ctx, one, look, who, now, holds))
        except ExpectedError as refusal:
            results[one] = refusal
    return items, Moment(now, ctx.programs.newest)


def _item(
    ctx: Context, asked: Asked, look: Look, who: Who, now: dt.datetime, holds: holding.Named
) -> Quoting:
    body = asked.body
    said, at = asking.instant(body, None, now)
    program = ctx.programs.at(at)
    asking.check(program, body, said, now)
    matched = look.of(who, at)
    if isinstance(matched, ExpectedError):
        raise matched
    cart = cart_of(body, program.document.program.prices)
    item = Quoting(0, asked.actor, body, None, at, program, cart)
    item.asked = asked
    item.proofs = asked.proofs
    item.named = None if body.hold_id is None else holds.get(body.hold_id)
    item.kept_cards = NO_CARDS if item.named is None else paying_by_card.cards_of(item.named)
    item.matched = matched
    item.is_known = False
    return item


def _first_of_each(todo: Sequence[Quoting]) -> list[Quoting]:
    """Of each member and each gift card."""
    chosen: list[Quoting] = []
    concerned: set[uuid.UUID] = set()
    for item in todo:
        wanted = {item.matched.holder_id if item.matched else new_id(), *item.card_ids}
        if concerned.isdisjoint(wanted):
            chosen.append(item)
        concerned |= wanted
    return chosen


async def _meet(tx: Tx, ctx: Context, items: Sequence[Quoting], now: dt.datetime) -> None:
    """Give each its holder as it stands; nobody is somebody without anything."""
    wanted = [item.matched.holder_id for item in items if item.matched is not None]
    wanted += [card for item in items for card in item.card_ids]
    states = await holders.states(tx, wanted, ctx.db.clock_offset) if wanted else {}
    for item in items:
        holder = states.get(item.matched.holder_id) if item.matched is not None else None
        item.card_works = {one: Work(states[one], now, now, Outbox()) for one in item.card_ids}
        item.stored = None
        if holder is None:
            item.work = _nobody(now)
            continue
        item.stored = Stored(holder.version, holder.next_due, holder.settled_at, holder.recorded_at)
        item.work = Work(holder, now, now, Outbox())


def _nobody(now: dt.datetime) -> Work:
    return Work(Holder(new_id(), Kind.UNCLAIMED, None, 0, None, now, now), now, now, Outbox())


def _quote(ctx: Context, item: Quoting, known: usable.Lists, now: dt.datetime) -> Quote:
    decision, facts = item.decided.decision, item.decided.facts
    member_id = item.member_id
    cart, off = item.cart, off_lines(item.cart, decision)
    lines = lines_at(cart, off)
    subtotal, discount = cart.subtotal(), sum(off)
    total = subtotal - discount
    valid_until = now + quoted.VALID_FOR
    fp = basket_fingerprint(item.body, cart)
    promise = Quoted(member_id, fp, valid_until, decision.discounts)
    made = Quote(
        quote_id=quoted.seal(ctx, promise),
        valid_until=valid_until,
        member_id=member_id,
        program_version=item.program.version,
        currency=cart.currency,
        subtotal=subtotal,
        discount=discount,
        total=total,
        due=total - decision.tendered(),
        lines=lines,
        earned=movements(decision),
        effects=effects(decision),
        redeemed=redeemed(decision) if decision.paid else (),
        gift_cards=paid_by_cards(decision, facts) if decision.cards else (),
        coupons=applied(decision, facts) if decision.coupons else (),
        not_applied=not_applied(decision.not_applied, facts) if decision.not_applied else (),
        usable=usable.usable(item, known),
        tier=_tier_after(item, lines),
        identifier_conflict=item.matched.conflict if item.matched is not None else False,
    )
    return hiding.cut(made, hiding.of_facts(item.program, facts))


def _tier_after(item: Quoting, lines: Sequence[ReceiptLine]) -> dict[str, TierNow]:
    """Where the member stands once this is bought at these prices."""
    if not item.standings:
        return {}
    decision = item.decided.decision
    sold = zip(item.cart.lines, lines, strict=True)
    net = sum([line.total for asked, line in sold if asked.kind is not _SHIPPING])
    until = max(item.occurred_at, item.work.at)  # work that is remembered was settled before
    earned = decision.earned()
    for ladder_id, standing in item.standings.items():
        for floor in decision.floors:
            if floor.ladder == ladder_id:
                standing.add_floor(
                    FloorRow(NOBODY, floor.rule, item.occurred_at, floor.until_at, floor.tier)
                )
        amount = tiers.contribution(standing, earned, net)
        standing.contribute(item.occurred_at, amount, until)
    return tiers.shown(item.standings, until)
