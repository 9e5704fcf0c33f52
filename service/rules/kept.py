"""After returns: what is left of a purchase, and what the member keeps of what it earned.

kept(R) is a function of what remains, never of the path: whoever returns two units in two returns
keeps what he would keep had he returned them in one.
"""

from collections.abc import Mapping, Sequence

import msgspec

from service.rules import awards
from service.rules.cart import Cart
from service.rules.compile import Program
from service.rules.compiled_rule import LotKind
from service.rules.decision import Award, Credit, Decision
from service.rules.facts import Facts
from service.rules.remainder import remainder, returned_value
from service.rules.remaining import Remaining

__all__ = ["kept", "remainder", "returned_value"]


def kept(
    program: Program, cart: Cart, returned: Sequence[int], facts: Facts, decision: Decision
) -> Decision:
    """What of the original `decision` the member keeps, with the facts it was made with.

    `cart`: as it was asked, without our discounts; lines of the answer have its positions.
    Discounts and units that paid keep the parts of what is left and are not decided again. Per
    wallet the lesser of what was earned and what the remainder earns at its prices; where that
    cuts, the last credits in order are cut first. Floors, uses, demands, coupons issued, badges,
    invitations and events are those the original had and the remainder still has; coupons those
    that stay used by the policy of their template.
    """
    if not any(returned):
        return decision
    stays = Remaining(program, cart, returned, facts, decision)
    now = stays.earned()
    capped = _capped(now.credits, decision.earned())
    caps = stays.caps()
    demands = {**now.demands, **stays.money(), **dict.fromkeys(caps, 1)}
    return Decision(
        awards=_lots(program, facts, now, capped),
        credits=capped,
        floors=tuple(floor for floor in now.floors if floor in decision.floors),
        uses=tuple(rule for rule in now.uses if rule in decision.uses),
        demands={
            name: min(demand, decision.demands[name])
            for name, demand in demands.items()
            if name in decision.demands
        },
        discounts=stays.discounts,
        paid=stays.paid,
        cards=stays.cards,
        coupons=stays.coupons,
        caps=caps,
        issued=tuple(one for one in now.issued if one in decision.issued),
        badges=tuple(one for one in now.badges if one in decision.badges),
        invites=tuple(one for one in now.invites if one in decision.invites),
        told=tuple(one for one in now.told if one in decision.told),
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
