"""What budgets are asked for, and what their grants leave.

A budget of points pays units of its wallet, one of money the discounts of its campaign; one of uses
pays rules that have an effect, each whole or not at all. A cut takes from the campaign's own rules
only, the first in order served first; of a budget of uses, rules with a discount before all others,
because prices come before points.
"""

from collections.abc import Container, Mapping, Sequence

from service.rules.awards import Share
from service.rules.compile import Program
from service.rules.compiled_rule import CompiledRule
from service.rules.decision import Decision
from service.rules.discounts.offers import Taken
from service.rules.document import Budget, BudgetUnit, WhenOut


def cut(
    program: Program,
    fired: Sequence[CompiledRule],
    found: Sequence[Share],
    grants: Mapping[str, int] | None,
    discounted: Sequence[CompiledRule] = (),
    issuing: Container[str] = (),
) -> tuple[dict[str, int], frozenset[str]]:
    """Cut the shares to the grants, in place; returns the demands and the rules given nothing.

    demands: campaign id -> what its budget is asked for, whatever was granted. `grants` None: asked
    for nothing yet, nothing is cut; a campaign missing there was granted nothing. `discounted`: the
    rules whose discounts want something; `issuing`: ids of rules that give coupons. Budgets of
    money are `cut_discounts`' own.
    """
    demands: dict[str, int] = {}
    stopped: set[str] = set()
    for campaign, (budget, rules) in _asked(discounted, fired, found, issuing).items():
        grant = None if grants is None else max(0, grants.get(campaign, 0))
        if budget.unit is BudgetUnit.USES:
            demand = len(rules)
            stopped.update(list(rules)[demand if grant is None else grant :])
        else:
            own = [share for shares in rules.values() for share in shares]
            paid = [share for share in own if _pays(budget, program, share)]
            demand = sum([share.wanted for share in paid])
            _cut_points(paid, demand if grant is None else grant, budget.when_out)
        if demand:
            demands[campaign] = demand
    for share in found:
        if share.rule.id in stopped:
            share.given = 0
    return demands, frozenset(stopped)


def cut_discounts(
    program: Program, taken: Sequence[Taken], grants: Mapping[str, int] | None, *, given: bool
) -> dict[str, int]:
    """Cut discounts to the grants of budgets of money and of uses, in place; the former's demands.

    `given`: the discounts were given before, so that a budget which is not in the grants cuts
    nothing; else one that is not there has granted nothing.
    """
    demands: dict[str, int] = {}
    of_campaign: dict[str, list[Taken]] = {}
    for one in taken:
        if one.campaign in program.budgets:
            of_campaign.setdefault(one.campaign, []).append(one)
    for campaign, own in of_campaign.items():
        budget = program.budgets[campaign]
        asked = grants is not None and (campaign in grants or not given)
        grant = max(0, grants.get(campaign, 0)) if grants is not None and asked else None
        if budget.unit is BudgetUnit.MONEY:
            demands[campaign] = demand = sum([one.amount for one in own])
            _cut_money(own, demand if grant is None else grant, demand, budget.when_out)
        elif budget.unit is BudgetUnit.USES and grant is not None:
            rules = sorted({one.rule for one in own}, key=lambda rule: _key(program, rule))
            for one in own:
                if one.rule not in rules[:grant]:
                    one.cut(0)
    return demands


def used(program: Program, decision: Decision) -> dict[str, int]:
    """What a decision takes of each budget, in the budget's unit, by the budget's name."""
    found: dict[str, int] = {}
    for name, budget in program.budgets.items():
        if name in program.caps:
            units = 1 if name in decision.caps else 0
        elif budget.unit is BudgetUnit.MONEY:
            units = sum([one.amount for one in decision.discounts if one.campaign == name])
        elif budget.unit is BudgetUnit.POINTS:
            units = sum(
                [
                    credit.points
                    for credit in decision.credits
                    if credit.campaign == name and _counts(budget, program, credit.wallet)
                ]
            )
        else:
            units = len(_fired(decision, name))
        if units:
            found[name] = units
    return found


def _fired(decision: Decision, campaign: str) -> set[str]:
    """The campaign's rules that had an effect."""
    fired = {c.rule for c in decision.credits if c.campaign == campaign and c.points}
    fired |= {f.rule for f in decision.floors if f.campaign == campaign}
    fired |= {d.rule for d in decision.discounts if d.campaign == campaign and d.amount}
    fired |= {one.rule for one in decision.issued if one.campaign == campaign}
    fired |= {one.rule for one in decision.badges if one.campaign == campaign}
    fired |= {one.rule for one in decision.invites if one.campaign == campaign}
    return fired | {one.rule for one in decision.told if one.campaign == campaign}


def _asked(
    discounted: Sequence[CompiledRule],
    fired: Sequence[CompiledRule],
    found: Sequence[Share],
    issuing: Container[str],
) -> dict[str, tuple[Budget, dict[str, list[Share]]]]:
    """Campaigns with a budget: the budget, and the shares of each rule that has an effect."""
    asked: dict[str, tuple[Budget, dict[str, list[Share]]]] = {}
    saving = [rule for rule in discounted if rule.budget is not None]
    others = [rule for rule in fired if rule.budget is not None]
    if not saving and not others:
        return asked
    of_rule: dict[str, list[Share]] = {}
    for share in found:
        of_rule.setdefault(share.rule.id, []).append(share)
    effective = [
        rule
        for rule in others
        if rule.floors or rule.marks or rule.id in of_rule or rule.id in issuing
    ]
    for rule in (*saving, *effective):
        if rule.budget is not None and rule.budget.unit is not BudgetUnit.MONEY:
            _, rules = asked.setdefault(rule.campaign, (rule.budget, {}))
            rules[rule.id] = of_rule.get(rule.id, [])
    return asked


def _key(program: Program, rule_id: str) -> tuple[int, str]:
    rule = program.rules_by_id.get(rule_id)
    return (0, rule_id) if rule is None else rule.key


def _pays(budget: Budget, program: Program, share: Share) -> bool:
    return _counts(budget, program, share.part.wallet)


def _counts(budget: Budget, program: Program, wallet: str) -> bool:
    if budget.wallet is not None:
        return wallet == budget.wallet
    return not program.wallets[wallet].qualifying


def _cut_points(paid: Sequence[Share], grant: int, when_out: WhenOut) -> None:
    wanted = sum([share.wanted for share in paid])
    left = 0 if when_out is WhenOut.REJECT and grant < wanted else grant
    for share in paid:
        share.given = min(share.given, left)
        left -= share.given


def _cut_money(own: Sequence[Taken], grant: int, demand: int, when_out: WhenOut) -> None:
    left = 0 if when_out is WhenOut.REJECT and grant < demand else grant
    for one in own:
        one.cut(min(one.amount, left))
        left -= one.amount
