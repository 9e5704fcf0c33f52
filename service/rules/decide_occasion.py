"""One occasion, one decision: what the rules that ask about it give. Pure and total, as `decide`.

There is no cart: points are fixed ones, and nothing multiplies them.
"""

from service.rules.awards import Share
from service.rules.cart import NOTHING
from service.rules.case import Case
from service.rules.compile import Program
from service.rules.compiled_rule import CompiledRule
from service.rules.decision import Decision
from service.rules.early import is_on
from service.rules.earned import earned
from service.rules.facts import Facts
from service.rules.triggers import Occasion


def decide_occasion(program: Program, occasion: Occasion, facts: Facts) -> Decision:
    """What the occasion gives by this version of the program.

    `facts.at` is when it is given: lots, coupons and floors start then, and conditions are asked of
    that instant. Campaigns are those on at `occasion.at`. Without a member, nothing.
    """
    member = facts.member
    rules = program.triggers.get(occasion.key(), ())
    if member is None or not rules:
        return Decision()
    case = Case(NOTHING, facts, member, program.terms)
    fired = [rule for rule in rules if _fires(program, rule, occasion, case)]
    shares = [Share(rule, part, part.fixed) for rule in fired for part in rule.parts if part.fixed]
    return earned(program, case, fired, shares)


def _fires(program: Program, rule: CompiledRule, occasion: Occasion, case: Case) -> bool:
    uses = case.facts.uses
    return (
        is_asked(rule, occasion)
        and is_on(program.campaigns[rule.campaign], occasion.at, case, program.world, program.tz)
        and (rule.times is None or uses.get(rule.id, 0) < rule.times)
        and (rule.rest is None or rule.rest(case))
    )


def is_asked(rule: CompiledRule, occasion: Occasion) -> bool:
    """Whether the rule's trigger wants this occasion among all of the same key."""
    trigger, attributes = rule.rule.trigger, occasion.attributes
    if trigger.to is not None and attributes.get("now") != trigger.to:
        return False
    wanted = trigger.direction
    return wanted is None or attributes.get("direction") == wanted
