"""Answers of the service against those of the oracle."""

import datetime as dt
import zoneinfo
from collections.abc import Mapping

from service.domain.purchases.types import Receipt
from service.domain.returns.types import ReturnReceipt
from service.domain.tiers.types import LadderView
from service.domain.wallets.types import WalletsView
from service.kernel.answer import Answer
from service.kernel.values import Balance, TierNow
from tests.model.driver import Answers
from tests.oracle import days, tiers
from tests.oracle.purchases import Purchase
from tests.oracle.world import World

AHEAD = dt.timedelta(days=40)
BACK = dt.timedelta(days=25)


def same(served: object, expected: object, *about: object) -> None:
    """The service's answer is the oracle's; the message tells both, however the test is run."""
    assert served == expected, f"{about}: served {served}, expected {expected}"


def member(world: World, name: str, answers: Answers, now: dt.datetime) -> None:
    """All wallets and ladders of a member: now, some time ahead, and what stood a while ago."""
    wallets(world, name, answers.now, now)
    wallets(world, name, answers.ahead, now + AHEAD)
    posted(world, name, answers.back, now - BACK)
    assert set(answers.tier.ladders) == {ladder.id for ladder in world.program.ladders}
    for ladder, answer in answers.tier.ladders.items():
        standing(world, name, ladder, answer, answers.tier.at)


def wallets(world: World, name: str, view: WalletsView, at: dt.datetime) -> None:
    """Every wallet with the groups in which it lapses."""
    balances(world, name, {w: answer.balance for w, answer in view.wallets.items()}, at)
    for wallet, answer in view.wallets.items():
        groups = {group.expires_at: group.amount for group in answer.expiring}
        same(groups, world.balance(name, wallet, at).expiring, name, wallet, at)
        assert len(groups) == len(answer.expiring)


def balances(world: World, name: str, found: Mapping[str, Balance], at: dt.datetime) -> None:
    """Available, pending, held and debt of every wallet."""
    expected = {}
    for wallet in world.program.wallets:
        balance = world.balance(name, wallet.id, at)
        expected[wallet.id] = Balance(
            available=balance.available,
            pending=balance.pending,
            held=balance.held,
            debt=balance.debt,
        )
    same(dict(found), expected, name, at)


def posted(world: World, name: str, view: WalletsView, at: dt.datetime) -> None:
    """Units by effective time: the past as it is known now."""
    for wallet, answer in view.wallets.items():
        expected = world.posted_at(name, wallet, at)
        if expected is not None:
            balance = answer.balance
            served = balance.available + balance.pending + balance.held
            same(served, expected, name, wallet, at)


def standing(world: World, name: str, ladder: str, view: LadderView, at: dt.datetime) -> None:
    """The tier now, what counts towards it, and the ladder's own history."""
    replay = world.ladder(name, ladder, at)
    same(view.progress.tier, world.tier(name, ladder, at), name, ladder, at)
    same(view.progress.total, replay.total(at), name, ladder, at)
    found: list[tuple[dt.datetime, str]] = []
    lowest = replay.ladder.tiers[0][0]
    for step in sorted(view.history, key=lambda step: step.from_at):
        if step.tier != (found[-1][1] if found else lowest):
            found.append((step.from_at, step.tier))
    expected = [(since, replay.ladder.tiers[n][0]) for since, n in tiers.intervals(replay)]
    same(found, expected, name, ladder, at)
    last = [step for step in view.history if step.until_at is None]
    valid_until = last[0].valid_until if last else None
    same(valid_until, replay.valid_until, name, ladder, at)


def ladders(world: World, name: str, found: Mapping[str, TierNow], at: dt.datetime) -> None:
    """The tier now on every ladder."""
    expected = {ladder.id: world.tier(name, ladder.id, at) for ladder in world.program.ladders}
    same({ladder: tier.id for ladder, tier in found.items()}, expected, name, at)


def receipt(
    world: World, name: str, purchase: Purchase, body: Receipt, *, now: dt.datetime, alone: bool
) -> None:
    """What was earned and when it is usable; `alone`: the balances and tiers after it, too."""
    earned = {(m.wallet, m.amount, m.available_at, m.expires_at) for m in body.earned}
    expected = {
        (wallet, units, *purchase.lots[wallet]) for wallet, units in purchase.earned.items()
    }
    same(earned, expected, name, purchase.key)
    assert len(earned) == len(body.earned)
    assert body.total == sum(line.paid() for line in purchase.lines)
    if alone:
        balances(world, name, body.wallets, now)
        ladders(world, name, body.tier, now)


def return_receipt(
    world: World, purchase: str, answer: Answer[ReturnReceipt], refund: int | None
) -> None:
    """Parked or applied as the oracle says, with the same money to hand back."""
    assert answer.parked == (refund is None)
    if refund is None:
        return
    body = answer.body
    assert body.refund is not None
    assert body.refund.total == refund == sum(line.total for line in body.lines)
    owner = world.owners.get(purchase)
    if owner is not None and body.recorded_at is not None:
        balances(world, owner, body.wallets, body.recorded_at)
        ladders(world, owner, body.tier, body.recorded_at)


def is_refused(world: World, name: str, wallet: str, amount: int, now: dt.datetime) -> bool:
    """Whether the oracle has too little available for the correction, too."""
    return world.balance(name, wallet, now).available + amount < 0


def due_instants(world: World, after: dt.datetime) -> set[dt.datetime]:
    """Instants after this one that matter to somebody: releases, expiries, ends of tiers, edges of
    windows."""
    found: set[dt.datetime] = set()
    for name, someone in world.members.items():
        for book in someone.books.values():
            for lot in book.lots:
                found |= {lot.available_at, lot.expires_at or lot.available_at}
        for ladder in world.program.ladders:
            replay = world.ladder(name, ladder.id, after)
            found |= {step.from_at for step in replay.steps}
            found |= {at for at in (replay.valid_until, replay.due()) if at is not None}
        for purchase in someone.purchases:
            found |= edges(purchase.at, world.program.zone)
    return {at for at in found if at > after}


def edges(at: dt.datetime, zone: zoneinfo.ZoneInfo) -> set[dt.datetime]:
    """Where the windows and limits of the programs begin or end for a purchase of that instant."""
    spans = [days.Span(count, "day") for count in (7, 20, 30, 60)]
    return {days.plus(at, span, zone, sign) for span in spans for sign in (1, -1)}
