"""Every purchase again: its decision from the stored facts, its lots, its budgets, its returns."""

import datetime as dt
import uuid
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

from service.domain.purchases.stored import Flag, pack
from service.domain.wallets.types import Reason
from service.flows.steps.budgets import used
from service.infra.sql import load
from service.rules.cart import Cart
from service.rules.compile import Program
from service.rules.decide import decide
from service.rules.decision import ENGINE, Decision
from service.rules.expiry import ExpiryKind
from service.rules.facts import Facts
from service.rules.kept import kept
from service.rules.priced import priced
from service.verify import gift_cards, returned
from service.verify.gift_cards import Payments
from service.verify.look import Look, of_purchase
from service.verify.report import Check
from service.verify.returned import Outcomes

SQL: Final = load("verify")
_PREFETCH: Final = 500

_cart: Final = msgspec.msgpack.Decoder(Cart)
_facts: Final = msgspec.msgpack.Decoder(Facts)
_decision: Final = msgspec.msgpack.Decoder(Decision)

# wallet, units, available, expires; none of them is there when the entry made no lot
Lot = tuple[int, int, dt.datetime | None, dt.datetime | None]


async def look_at_range(look: Look) -> None:
    """All purchases of the range, as many decided again as the sample asks for."""
    outcomes = Outcomes()
    await outcomes.load(look)
    payments = await gift_cards.payments(look)
    lots: defaultdict[uuid.UUID, list[Lot]] = defaultdict(list)
    earned, kin = int(Reason.EARNED), await look.kin()
    for purchase_id, *lot in await look.rows(SQL["list_earned"], earned=earned, kin=kin):
        lots[purchase_id].append((lot[0], lot[1], lot[2], lot[3]))
    sample, statement = look.sample, SQL["list_decisions"]
    given = statement.arguments(
        {
            "low": look.low, "high": look.high, "every": sample.every, "since": sample.since,
            "seed": str(sample.seed), "below": sample.below,
        }
    )  # fmt: skip
    async for row in look.tx.connection.cursor(statement.text, *given, prefetch=_PREFETCH):
        _look_at(look, row, lots.pop(row["moved_by"] or row["purchase_id"], []), outcomes, payments)
    outcomes.left_over(look)


def _look_at(look: Look, row: Any, lots: list[Lot], outcomes: Outcomes, payments: Payments) -> None:
    look.tally.count(Check.RETURNS, 1)
    try:
        for check, text in _wrong(look, row, lots, outcomes, payments):
            look.tally.differ(check, of_purchase(row), text)
    except (LookupError, ValueError, msgspec.MsgspecError) as failure:
        look.tally.differ(Check.DECISIONS, of_purchase(row), f"cannot be read: {failure!r}")


def _wrong(
    look: Look, row: Any, lots: list[Lot], outcomes: Outcomes, payments: Payments
) -> Iterator[tuple[Check, str]]:
    program = look.programs.version(row["program_version"])
    decision = _decision.decode(row["decision"])
    rest = decision
    if row["cart"] is not None and row["facts"] is not None:
        cart, facts = _cart.decode(row["cart"]), _facts.decode(row["facts"])
        if row["chosen"]:
            for text in _decided_again(look, row, program, decision, cart, facts):
                yield Check.DECISIONS, text
        for text in returned.wrong_sums(row, priced(cart, decision), outcomes):
            yield Check.RETURNS, text
        if Flag.VOID in Flag(row["flags"]):
            rest = Decision()
        elif any(row["returned"] or ()):
            rest = kept(program, cart, row["returned"], facts, decision)
        for text in gift_cards.wrong_payments(row["purchase_id"], facts, decision, rest, payments):
            yield Check.GIFT_CARDS, text
    for text in _wrong_lots(look, program, decision, lots):
        yield Check.DECISIONS, text
    for text in returned.wrong(row, program, decision, rest, outcomes):
        yield Check.RETURNS, text
    for campaign, units in used(program, rest).items():
        look.tally.used[campaign] = look.tally.used.get(campaign, 0) + units


def _decided_again(
    look: Look,
    row: Mapping[str, Any],
    program: Program,
    decision: Decision,
    cart: Cart,
    facts: Facts,
) -> Iterator[str]:
    if row["engine"] != ENGINE:
        look.tally.note("decisions of older engines", 1)
        return
    look.tally.count(Check.DECISIONS, 1)
    again = decide(program, cart, facts)
    if pack(again) != row["decision"] and again != decision:
        yield f"comes out as {again}, recorded is {decision}"
    # a hold decides with its own facts the basket that it was placed for
    pinned = () if row["pinned"] is None else (_facts.decode(row["pinned"]).at,)
    if facts.at not in (row["occurred_at"], *pinned):
        yield f"decided for {facts.at}, it happened at {row['occurred_at']}"


def _wrong_lots(look: Look, program: Program, decision: Decision, lots: list[Lot]) -> Iterator[str]:
    """The lots it made are its awards; in an inactivity wallet they may live longer by now."""
    awards: list[Lot] = [
        (program.wallets[award.wallet].number, award.points, award.available_at, award.expires_at)
        for award in decision.awards
    ]
    if lots != awards and _comparable(look, lots) != _comparable(look, awards):
        yield f"made lots {_shown(lots)}, decided was {_shown(awards)}"


def _comparable(look: Look, lots: list[Lot]) -> Counter[Lot]:
    known = look.programs.wallets
    moving = {n for n, wallet in known.items() if wallet.expires.kind is ExpiryKind.INACTIVITY}
    return Counter(
        (wallet, units, available_at, None if wallet in moving else expires_at)
        for wallet, units, available_at, expires_at in lots
    )


def _shown(lots: list[Lot]) -> list[str]:
    return [
        f"wallet {wallet}: {units} from {available_at} to {expires_at}"
        for wallet, units, available_at, expires_at in lots
    ]
