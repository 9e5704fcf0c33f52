"""Answers in words: titles in the language asked for, and lines for printer, till and app.

Nothing of it is stored: it comes of the stored answer, the program version that decided it (of a
return: the one in force when it was recorded) and the language, so a replay has the same texts.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, TypeVar

import msgspec

from service.domain.programs.errors import VersionBehind
from service.domain.purchases.types import HoldView, PaidByCard, Quote, Receipt, Usable
from service.domain.returns.types import Refund, ReturnReceipt
from service.flows.steps.context import Context
from service.flows.steps.returns.exchanging import ExchangeReceipt
from service.kernel.texts import Languages, in_languages
from service.kernel.values import (
    AlsoGiven,
    Balance,
    CouponGiven,
    EffectShown,
    Movement,
    Redeemed,
    TierNow,
)
from service.rules.compile import Program
from service.rules.printing import Rank, Said
from service.rules.receipts import Occasion

A = TypeVar("A", Receipt, Quote, HoldView, ReturnReceipt, ExchangeReceipt)
Amounts = dict[tuple[str, str], int]


def worded(ctx: Context, answer: A, wanted: Languages) -> A:
    """The answer with its texts; VersionBehind: this process does not know its program yet."""
    done: A = _WORDED[type(answer)](ctx, answer, wanted)
    return done


def _receipt(ctx: Context, of: Receipt, wanted: Languages) -> Receipt:
    program = _version(ctx, of.program_version)
    found: dict[str, Any] = {}
    if program.titles:
        found["effects"] = _effects(program, of.effects, wanted)
        if of.issued:
            found["issued"] = tuple(_given(program, one, wanted) for one in of.issued)
        if of.also:
            found["also"] = tuple(_also(program, one, wanted) for one in of.also)
    if program.printed.has(Occasion.PURCHASE):
        units = _earned(of.earned) | _paid(of.redeemed) | _balances(of.wallets)
        said = Said(
            units=units,
            money=_prices(of) | _cards(of.gift_cards),
            ends=_ends(of.earned),
            ranks=_ranks(of.tier),
            coupons=[one.template for one in of.issued],
        )
        found["texts"] = program.printed.lines(Occasion.PURCHASE, wanted, said)
    return msgspec.structs.replace(of, **found) if found else of


def _usable(of: Usable, wanted: Languages) -> Usable:
    coupons = tuple(
        msgspec.structs.replace(one, title=in_languages(one.title, wanted)) for one in of.coupons
    )
    if of.rewards is msgspec.UNSET:
        return msgspec.structs.replace(of, coupons=coupons)
    rewards = tuple(
        msgspec.structs.replace(one, title=in_languages(one.title, wanted)) for one in of.rewards
    )
    return msgspec.structs.replace(of, coupons=coupons, rewards=rewards)


def _quote(ctx: Context, of: Quote, wanted: Languages) -> Quote:
    program = _version(ctx, of.program_version)
    found: dict[str, Any] = {}
    if program.titles:
        found["effects"] = _effects(program, of.effects, wanted)
    if wanted and (of.usable.coupons or of.usable.rewards is not msgspec.UNSET):
        found["usable"] = _usable(of.usable, wanted)
    if program.printed.has(Occasion.QUOTE):
        said = Said(
            units=_earned(of.earned) | _paid(of.redeemed),
            money=_prices(of) | _cards(of.gift_cards),
            ends=_ends(of.earned),
            ranks=_ranks(of.tier),
        )
        found["texts"] = program.printed.lines(Occasion.QUOTE, wanted, said)
    return msgspec.structs.replace(of, **found) if found else of


def _hold(ctx: Context, of: HoldView, wanted: Languages) -> HoldView:
    program = _version(ctx, of.program_version)
    found: dict[str, Any] = {}
    if program.titles:
        found["effects"] = _effects(program, of.effects, wanted)
    if program.printed.has(Occasion.HOLD):
        said = Said(
            units=_paid(of.redeemed) | _balances(of.wallets),
            money=_prices(of) | _cards(of.gift_cards),
        )
        found["texts"] = program.printed.lines(Occasion.HOLD, wanted, said)
    return msgspec.structs.replace(of, **found) if found else of


def _return(ctx: Context, of: ReturnReceipt, wanted: Languages) -> ReturnReceipt:
    """One that is parked has done nothing yet, so there is nothing to tell."""
    if of.recorded_at is None:
        return of
    printed = ctx.programs.at(of.recorded_at).printed
    if not printed.has(Occasion.RETURN):
        return of
    taken = {("taken", one.wallet): max(0, one.amount) for one in of.reversed}
    back = {("given_back", one.wallet): one.amount for one in of.given_back}
    said = Said(
        units=taken | back | _balances(of.wallets),
        money=_handed_back(of.refund) if of.refund is not None else {},
        ranks=_ranks(of.tier),
    )
    return msgspec.structs.replace(of, texts=printed.lines(Occasion.RETURN, wanted, said))


def _exchange(ctx: Context, of: ExchangeReceipt, wanted: Languages) -> ExchangeReceipt:
    return msgspec.structs.replace(
        of,
        returned=_return(ctx, of.returned, wanted),
        purchase=_receipt(ctx, of.purchase, wanted),
    )


_WORDED: Final[dict[type[Any], Callable[[Context, Any, Languages], Any]]] = {
    Receipt: _receipt,
    Quote: _quote,
    HoldView: _hold,
    ReturnReceipt: _return,
    ExchangeReceipt: _exchange,
}


def _version(ctx: Context, number: int) -> Program:
    if number > ctx.programs.newest:
        raise VersionBehind
    return ctx.programs.version(number)


def _effects(
    program: Program, effects: Iterable[EffectShown], wanted: Languages
) -> tuple[EffectShown, ...]:
    titles = program.titles
    return tuple(
        [
            msgspec.structs.replace(one, title=in_languages(titles[one.campaign, one.rule], wanted))
            if (one.campaign, one.rule) in titles
            else one
            for one in effects
        ]
    )


def _also(program: Program, one: AlsoGiven, wanted: Languages) -> AlsoGiven:
    """What was decided by another version may name what this one has not."""
    issued = tuple(
        _given(program, given, wanted) if given.template in program.coupons else given
        for given in one.issued
    )
    return msgspec.structs.replace(
        one, effects=_effects(program, one.effects, wanted), issued=issued
    )


def _given(program: Program, one: CouponGiven, wanted: Languages) -> CouponGiven:
    title = program.coupons[one.template].template.title
    return msgspec.structs.replace(one, title=in_languages(title, wanted))


def _earned(lots: Iterable[Movement]) -> Amounts:
    """A wallet may earn in several lots."""
    found: Amounts = {}
    for lot in lots:
        key = ("earned", lot.wallet)
        found[key] = found.get(key, 0) + lot.amount
    return found


def _ends(lots: Iterable[Movement]) -> dict[tuple[str, str], Any]:
    """From when all of what was earned can be used, and until when: the first that lapses."""
    found: dict[tuple[str, str], Any] = {}
    for lot in lots:
        start, end = ("earned_from", lot.wallet), ("earned_until", lot.wallet)
        if lot.available_at is not None:
            found[start] = max(found.get(start, lot.available_at), lot.available_at)
        if lot.expires_at is not None:
            found[end] = min(found.get(end, lot.expires_at), lot.expires_at)
    return found


def _paid(redeemed: Iterable[Redeemed]) -> Amounts:
    return {("paid", one.wallet): one.amount for one in redeemed}


def _balances(wallets: Mapping[str, Balance]) -> Amounts:
    return {
        (name, wallet): getattr(balance, name)
        for wallet, balance in wallets.items()
        for name in ("available", "pending", "debt")
    }


def _prices(of: Receipt | Quote | HoldView) -> Amounts:
    return {("saved", ""): of.discount, ("total", ""): of.total, ("due", ""): of.due}


def _cards(cards: Iterable[PaidByCard]) -> Amounts:
    """Absent where no card pays: what is left on none is nothing to tell."""
    paid = [(one.amount, one.balance) for one in cards]
    if not paid:
        return {}
    amounts, left = zip(*paid, strict=True)
    return {("gift_cards", ""): sum(amounts), ("gift_cards_left", ""): sum(left)}


def _handed_back(of: Refund) -> Amounts:
    return {
        ("refund", "total"): of.total,
        ("refund", "points"): of.points,
        ("refund", "gift_cards"): of.gift_cards,
        ("refund", "other"): of.other_tender,
    }


def _ranks(tiers: Mapping[str, TierNow]) -> dict[str, Rank]:
    return {
        ladder: Rank(
            one.id,
            one.next if isinstance(one.next, str) else None,
            one.missing if isinstance(one.missing, int) else None,
        )
        for ladder, one in tiers.items()
    }
