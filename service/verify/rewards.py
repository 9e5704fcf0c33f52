"""Rewards: each redemption could be had at its price, paid it once, and gave what it says."""

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from service.domain.holds.types import State as HoldState
from service.domain.operations.store import Kind
from service.domain.rewards.types import State
from service.domain.wallets.types import Reason
from service.infra.sql import load
from service.rules.compile import Program
from service.rules.document import stock_name
from service.rules.facts import Facts
from service.rules.rewards import CompiledReward
from service.verify.look import Look
from service.verify.report import Check

SQL: Final = load("verify")
_facts: Final = msgspec.msgpack.Decoder(Facts)
_ENDED_BY: Final = {State.HANDED_OVER: Kind.HAND_OVER, State.CANCELLED: Kind.CANCELLATION}


async def look_at_range(look: Look) -> None:
    """All redemptions of the range; pieces of stocks that are gone are added to what is used."""
    given = {"redeemed": int(Reason.REDEEMED), "given_back": int(Reason.GIVEN_BACK)}
    for row in await look.rows(SQL["list_redemptions"], **given):
        look.tally.count(Check.REWARDS, 1)
        place = f"holder {row['holder_id']}, redemption {row['redemption_id']}"
        try:
            found = list(_wrong(look, row))
        except (LookupError, ValueError, msgspec.MsgspecError) as failure:
            found = [f"cannot be read: {failure!r}"]
        for text in found:
            look.tally.differ(Check.REWARDS, place, text)
        if row["stocked"] and row["state"] in (State.GRANTED, State.HANDED_OVER):
            name = stock_name(row["reward"])
            look.tally.used[name] = look.tally.used.get(name, 0) + 1


def _wrong(look: Look, row: Any) -> Iterator[str]:
    program = look.programs.version(row["program_version"])
    compiled = program.rewards[row["reward"]]
    yield from _decided(program, compiled, row)
    yield from _paid(row)
    yield from _held(row)
    yield from _coupon(compiled, row)
    state = State(row["state"])
    wanted = _ENDED_BY.get(state)
    if row["op_kind"] != wanted:
        yield f"{_name(state)}, it was ended by an operation of kind {row['op_kind']}"


def _decided(program: Program, compiled: CompiledReward, row: Any) -> Iterator[str]:
    """By its own facts it could be had, for the price it says."""
    facts, reward = _facts.decode(row["facts"]), compiled.reward
    if facts.at != row["asked_at"]:
        yield f"decided for {facts.at}, asked at {row['asked_at']}"
    number = program.wallets[reward.wallet].number
    price = compiled.price(facts)
    if (row["wallet"], row["price"]) != (number, price):
        yield f"{row['price']} of wallet {row['wallet']}, the price is {price} of {number}"
    if row["stocked"] != (reward.cap is not None):
        yield "it says otherwise than the program whether there is a stock"
    for why in compiled.why_not(facts, program.terms):
        yield f"it could not be had: {why.reason}"


def _paid(row: Any) -> Iterator[str]:
    """Entries took the price when it was granted, and gave it back when it was cancelled then."""
    price = 0 if row["granted_at"] is None else row["price"]
    if row["taken"] != price or (price and row["taken_from"] != [row["wallet"]]):
        yield f"entries took {row['taken']} of wallets {row['taken_from']}, the price is {price}"
    back = price if row["state"] == State.CANCELLED else 0
    if row["given_back"] != back or (back and row["given_to"] != [row["wallet"]]):
        given = f"{row['given_back']} to wallets {row['given_to']}"
        yield f"entries gave back {given}, it should be {back}"


def _held(row: Any) -> Iterator[str]:
    """What was held at first has its hold, which ended as the redemption says."""
    if row["held_until"] is None:
        if row["hold_state"] is not None:
            yield "it was never held, but has a hold"
        return
    if row["hold_due"] != row["held_until"]:
        yield f"held until {row['held_until']}, its hold is due at {row['hold_due']}"
    if row["state"] == State.HELD:
        allowed = {HoldState.OPEN, HoldState.TIMED_OUT}
    elif row["granted_at"] is None:
        allowed = {HoldState.RELEASED}
    else:
        allowed = {HoldState.CAPTURED}
    if row["hold_state"] not in allowed:
        yield f"{_name(State(row['state']))}, its hold is in state {row['hold_state']}"
    elif row["hold_state"] == HoldState.CAPTURED and row["captured_by"] != row["redemption_id"]:
        yield f"its hold was captured by {row['captured_by']}"


def _coupon(compiled: CompiledReward, row: Any) -> Iterator[str]:
    """A granted one gave a coupon of its template to its member, if that is what the reward is."""
    template = compiled.reward.coupon
    if template is None or row["granted_at"] is None:
        if row["coupon_id"] is not None:
            yield "it gave a coupon, though it is none"
        return
    have = (row["coupon_of"], row["coupon_by"], row["coupon"])
    if have != (row["holder_id"], row["redemption_id"], template):
        yield f"coupon {row['coupon_id']} is not the one it gave: {have}"


def _name(state: State) -> str:
    return state.name.lower().replace("_", " ")
