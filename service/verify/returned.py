"""What is left of a purchase after returns, against what is stored of it."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from service.domain.purchases.content import by_category
from service.domain.purchases.store import net_of, quantity_of
from service.domain.purchases.stored import Flag
from service.domain.wallets.redeemed import redemption_id
from service.domain.wallets.types import Reason
from service.infra.sql import load
from service.kernel.ids import derived_id
from service.rules.cart import Cart
from service.rules.compile import Program
from service.rules.decision import Decision
from service.rules.document import Shortfall
from service.rules.kept import remainder, returned_value
from service.verify.look import Look
from service.verify.report import Check

SQL: Final = load("verify")

_categories: Final = msgspec.json.Decoder(dict[str, tuple[int, int]])
FloorSet = set[tuple[int, str, dt.datetime, dt.datetime | None, str]]


class Kept(NamedTuple):
    """A row of `purchase_wallet`, in units."""

    earned: int
    kept: int
    lapsed: int
    redeemed: int
    given_back: int


class Outcomes:
    """What a range's purchases left behind, by purchase; each is taken out when looked at."""

    def __init__(self) -> None:
        self.lines: defaultdict[uuid.UUID, list[list[int]]] = defaultdict(list)
        self.paid_back: defaultdict[uuid.UUID, int] = defaultdict(int)
        self.kept: defaultdict[uuid.UUID, dict[int, Kept]] = defaultdict(dict)
        self.redeemed: defaultdict[uuid.UUID, dict[int, int]] = defaultdict(dict)  # by operation
        self.familys: set[uuid.UUID] = set()  # of these the purchase may be with one of the kin
        self.given_back: dict[tuple[uuid.UUID, int], int] = {}
        self.taken: dict[tuple[uuid.UUID, int], int] = {}
        self.uses: defaultdict[uuid.UUID, set[tuple[str, dt.datetime]]] = defaultdict(set)
        self.floors: defaultdict[uuid.UUID, FloorSet] = defaultdict(set)

    async def load(self, look: Look) -> None:
        """Read the range."""
        for purchase_id, lines, total in await look.rows(SQL["list_returned"]):
            self.lines[purchase_id].append(lines)
            self.paid_back[purchase_id] += total
        for purchase_id, wallet, *units in await look.rows(SQL["list_kept"]):
            self.kept[purchase_id][wallet] = Kept(*units)
        kin = await look.kin()
        redeemed, given_back = int(Reason.REDEEMED), int(Reason.GIVEN_BACK)
        for op_id, wallet, units, is_familys in await look.rows(
            SQL["list_redeemed"], redeemed=redeemed, kin=kin
        ):
            self.redeemed[op_id][wallet] = units
            if is_familys:
                self.familys.add(op_id)
        for row in await look.rows(SQL["list_given_back"], given_back=given_back, kin=kin):
            self.given_back[row[0], row[1]] = row[2]
        reversed_ = int(Reason.REVERSED)
        for row in await look.rows(SQL["list_taken_back"], reversed=reversed_, kin=kin):
            self.taken[row[0], row[1]] = row[2]
        for purchase_id, rule, at in await look.rows(SQL["list_limit_uses"]):
            self.uses[purchase_id].add((rule, at))
        for purchase_id, *floor in await look.rows(SQL["list_tier_floors"]):
            self.floors[purchase_id].add(tuple(floor))

    def left_over(self, look: Look) -> None:
        """What belongs to no purchase of the range."""
        of_nothing: dict[str, Mapping[uuid.UUID, object]] = {
            "a return": self.lines,
            "what is kept": self.kept,
            "what was redeemed": self.redeemed,
            "the use of a limited rule": self.uses,
            "a tier that a rule set": self.floors,
        }
        for what, found in of_nothing.items():
            for purchase_id in found.keys() - self.familys:
                text = f"{what} is stored, but the purchase is not there"
                look.tally.differ(Check.RETURNS, f"purchase {purchase_id}", text)


def wrong(
    row: Mapping[str, Any], program: Program, decision: Decision, rest: Decision, found: Outcomes
) -> Iterator[str]:
    """What of the rows of a purchase does not follow from `rest`, which it keeps."""
    purchase_id: uuid.UUID = row["purchase_id"]
    returned = row["returned"]
    lines = found.lines.pop(purchase_id, [])
    if (returned or []) != [sum(units) for units in zip(*lines, strict=True)]:
        yield f"{returned} came back, its returns say {lines}"
    redeemed = found.redeemed.pop(redemption_id(purchase_id), {})
    if redeemed != _paid(program, decision):
        yield f"redeemed {redeemed}, decided was {_paid(program, decision)}"
    yield from _kept(row, program, decision, rest, found)
    uses = found.uses.pop(purchase_id, set())
    if uses != {(rule, row["occurred_at"]) for rule in rest.uses}:
        yield f"used up {sorted(rule for rule, _ in uses)}, decided was {sorted(rest.uses)}"
    floors = found.floors.pop(purchase_id, set())
    if floors != _floors(program, rest, row["occurred_at"]):
        yield f"set tiers {_shown(floors)}, decided was {[f.tier for f in rest.floors]}"


def wrong_sums(row: Mapping[str, Any], cart: Cart, found: Outcomes) -> Iterator[str]:
    """Net, quantity, categories and money handed back, from the cart."""
    returned: Sequence[int] = row["returned"] or ()
    rest = remainder(cart, returned) if returned else cart
    if (row["net"], row["quantity"]) != (net_of(rest), quantity_of(rest)):
        have, should = (row["net"], row["quantity"]), (net_of(rest), quantity_of(rest))
        yield f"net and quantity {have}, left of the cart are {should}"
    stored = _categories.decode(row["by_category"]) if row["by_category"] else {}
    if stored != by_category(rest):
        yield f"categories {stored}, left of the cart is {by_category(rest)}"
    paid_back = found.paid_back.pop(row["purchase_id"], 0)
    worth = sum(returned_value(cart, returned)) if returned else 0
    if paid_back != worth:
        yield f"{paid_back} was paid back, what came back is worth {worth}"


def _kept(
    row: Mapping[str, Any], program: Program, decision: Decision, rest: Decision, found: Outcomes
) -> Iterator[str]:
    purchase_id = row["purchase_id"]
    rows = found.kept.pop(purchase_id, {})
    if not rows and not any(row["returned"] or ()):
        return
    expected = _expected(program, decision, rest)
    have = {n: (k.earned, k.kept, k.redeemed, k.given_back) for n, k in rows.items()}
    if have != expected:
        yield f"earned and kept, redeemed and given back {have}, decided was {expected}"
        return
    for number, units in rows.items():
        taken = _taken(row, number, found)
        missing = units.earned - units.kept - units.lapsed - taken
        clamped = program.wallets_by_number[number].shortfall is Shortfall.CLAMP
        if missing < 0 or (missing and not clamped):
            less = f"{units.earned - units.kept} less are kept"
            yield f"wallet {number}: {less}, {taken} were taken and {units.lapsed} had lapsed"
        given_back = found.given_back.get((purchase_id, number), 0)
        if given_back != units.given_back:
            yield f"wallet {number}: {units.given_back} given back, entries say {given_back}"


def _paid(program: Program, decision: Decision) -> dict[int, int]:
    """Wallet number -> units it was paid with."""
    return {program.wallets[paid.wallet].number: paid.units for paid in decision.paid}


def _expected(
    program: Program, decision: Decision, rest: Decision
) -> dict[int, tuple[int, int, int, int]]:
    """Wallet number -> earned, kept, redeemed, given back."""
    earned = {program.wallets[name].number: units for name, units in decision.earned().items()}
    keeps = {program.wallets[name].number: units for name, units in rest.earned().items()}
    paid, left = _paid(program, decision), _paid(program, rest)
    return {
        n: (earned.get(n, 0), keeps.get(n, 0), paid.get(n, 0), paid.get(n, 0) - left.get(n, 0))
        for n in earned.keys() | paid.keys()
    }


def _taken(row: Mapping[str, Any], wallet: int, found: Outcomes) -> int:
    earned_by = row["moved_by"] or row["purchase_id"]
    taken = found.taken.get((earned_by, wallet), 0)
    if row["moved_by"] or Flag(row["flags"]) & Flag.CLAIMED:
        claim = derived_id(earned_by, "returned before it was claimed")
        taken += found.taken.get((claim, wallet), 0)
    return taken


def _floors(program: Program, rest: Decision, at: dt.datetime) -> FloorSet:
    return {
        (program.ladders[floor.ladder].number, floor.rule, at, floor.until_at, floor.tier)
        for floor in rest.floors
    }


def _shown(floors: FloorSet) -> list[str]:
    return sorted(tier for *_, tier in floors)
