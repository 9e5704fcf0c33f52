"""One purchase, one decision: pure and total, the same on every worker and for every channel."""

from collections.abc import Container, Iterator, Sequence

from service.rules import awards, grants
from service.rules.awards import Share
from service.rules.cart import Cart
from service.rules.case import Case
from service.rules.compile import Program
from service.rules.compiled_rule import CompiledRule, LotKind
from service.rules.decision import Decision, Floor
from service.rules.facts import Facts


def decide(program: Program, cart: Cart, facts: Facts) -> Decision:
    """What the purchase earns the member by this version of the program.

    Without a member, or without a line, nothing. It never raises for a checked document: what the
    facts do not know counts as missing, no history as none.
    """
    member = facts.member
    if member is None or not cart.lines:
        return Decision()
    case = Case(cart, facts, member, program.terms)
    fired = _fired(program, case)
    found = awards.shares(case, fired)
    demands, stopped = _budgets(program, fired, found, facts)
    giving = [rule for rule in fired if rule.id not in stopped]
    return Decision(
        awards=awards.lots(program, facts, _units(found)),
        credits=tuple([share.credit() for share in found]),
        floors=tuple(_floors(program, giving, facts)),
        uses=tuple(_uses(giving, found)),
        demands=demands,
    )


def _fired(program: Program, case: Case) -> list[CompiledRule]:
    """Rules whose condition and limit hold, in order; some that would do nothing are left out."""
    uses = case.facts.uses
    fired = []
    for n in bits(program.index.candidates(case)):
        rule = program.rules[n]
        if rule.times is not None and uses.get(rule.id, 0) >= rule.times:
            continue
        if rule.rest is None or rule.rest(case):
            fired.append(rule)
    return fired


def bits(mask: int) -> list[int]:
    """Positions of the bits that are set, the lowest first."""
    digits = f"{mask:b}"[::-1]
    found = []
    position = digits.find("1")
    while position >= 0:
        found.append(position)
        position = digits.find("1", position + 1)
    return found


def _budgets(
    program: Program, fired: Sequence[CompiledRule], found: Sequence[Share], facts: Facts
) -> tuple[dict[str, int], Container[str]]:
    if not program.budgets:
        return {}, ()
    return grants.cut(program, fired, found, facts.grants)


def _units(found: Sequence[Share]) -> dict[LotKind, int]:
    units: dict[LotKind, int] = {}
    for share in found:
        lot = share.part.lot
        units[lot] = units.get(lot, 0) + share.given
    return units


def _floors(program: Program, fired: Sequence[CompiledRule], facts: Facts) -> Iterator[Floor]:
    for rule in fired:
        for effect in rule.floors:
            yield Floor(
                campaign=rule.campaign,
                rule=rule.id,
                ladder=effect.ladder,
                tier=effect.tier,
                until_at=effect.until(facts.at, program.tz),
            )


def _uses(fired: Sequence[CompiledRule], found: Sequence[Share]) -> Iterator[str]:
    """Limited rules that gave something: a want the budget cut to nothing uses nothing up."""
    limited = [rule for rule in fired if rule.times is not None]
    if not limited:
        return
    giving = {share.rule.id for share in found if share.given}
    for rule in limited:
        if rule.floors or rule.id in giving:
            yield rule.id
