"""After returns: what is left of a purchase, and what the member keeps of what it earned.

kept(R) is a function of what remains, never of the path: whoever returns two units in two returns
keeps what he would keep had he returned them in one.
"""

from collections.abc import Mapping, Sequence

import msgspec

from service.rules import awards
from service.rules.cart import Cart, CartLine
from service.rules.compile import Program
from service.rules.compiled_rule import LotKind
from service.rules.decide import decide
from service.rules.decision import Award, Credit, Decision
from service.rules.facts import Facts


def returned_value(cart: Cart, returned: Sequence[int]) -> list[int]:
    """What was paid for the returned units of each line, minor units; `returned` as `remainder`."""
    return [_carried(line.paid(), units, line) for line, units in _lines_with(cart, returned)]


def remainder(cart: Cart, returned: Sequence[int]) -> Cart:
    """The cart without what came back; lines that came back whole are left out.

    `returned`: thousandths in all, for each line of the cart, at most what was bought; anything
    else is a ValueError. k returned units of n carry floor(k x amount / n), and the same share of
    what was left after the shop's discount, of what was paid, and of the tax; what remains carries
    the rest. Discounts are the differences, so no part of a line ever costs less than nothing.
    """
    pairs = _lines_with(cart, returned)
    lines = [_left(line, units) for line, units in pairs if units < line.quantity]
    return msgspec.structs.replace(cart, lines=tuple(lines))


def kept(
    program: Program, cart: Cart, returned: Sequence[int], facts: Facts, decision: Decision
) -> Decision:
    """What of the original `decision` the member keeps, with the facts it was made with.

    Per wallet the lesser of what was earned and what the remainder earns; where that cuts, the last
    credits in order are cut first. Floors, uses and demands are those the original had and the
    remainder still has.
    """
    now = decide(program, remainder(cart, returned), facts)
    capped = _capped(now.credits, decision.earned())
    return Decision(
        awards=_lots(program, facts, now, capped),
        credits=capped,
        floors=tuple(floor for floor in now.floors if floor in decision.floors),
        uses=tuple(rule for rule in now.uses if rule in decision.uses),
        demands={
            campaign: min(demand, decision.demands[campaign])
            for campaign, demand in now.demands.items()
            if campaign in decision.demands
        },
    )


def _lines_with(cart: Cart, returned: Sequence[int]) -> list[tuple[CartLine, int]]:
    pairs = list(zip(cart.lines, returned, strict=True))
    if any(not 0 <= units <= line.quantity for line, units in pairs):
        raise ValueError("more returned than was bought, or less than nothing")
    return pairs


def _carried(amount: int, units: int, line: CartLine) -> int:
    return units * amount // line.quantity


def _left(line: CartLine, units: int) -> CartLine:
    if not units:
        return line
    amount, paid = line.amount, line.paid()
    offered = amount - line.discount_given
    amount_left = amount - _carried(amount, units, line)
    offered_left = offered - _carried(offered, units, line)
    paid_left = paid - _carried(paid, units, line)
    return msgspec.structs.replace(
        line,
        quantity=line.quantity - units,
        amount=amount_left,
        tax_amount=line.tax_amount - _carried(line.tax_amount, units, line),
        discount_given=amount_left - offered_left,
        charged_off=offered_left - paid_left,
    )


def _capped(wanted: Sequence[Credit], earned: Mapping[str, int]) -> tuple[Credit, ...]:
    """The credits with no wallet above what was earned, cut from the last."""
    excess: dict[str, int] = {}
    for credit in wanted:
        excess.setdefault(credit.wallet, -earned.get(credit.wallet, 0))
        excess[credit.wallet] += credit.points
    capped: list[Credit] = []
    for credit in reversed(wanted):
        cut = min(credit.points, max(0, excess[credit.wallet]))
        excess[credit.wallet] -= cut
        left = msgspec.structs.replace(credit, points=credit.points - cut) if cut else credit
        capped.append(left)
    return tuple(reversed(capped))


def _lots(
    program: Program, facts: Facts, now: Decision, capped: Sequence[Credit]
) -> tuple[Award, ...]:
    if capped == now.credits:
        return now.awards
    units: dict[LotKind, int] = {}
    for credit in capped:
        lot = program.lot_of(credit.rule, credit.wallet)
        units[lot] = units.get(lot, 0) + credit.points
    return awards.lots(program, facts, units)
