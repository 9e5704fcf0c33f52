"""What budgets are asked for, and what their grants leave of the shares.

A budget of points pays units of its wallet; one of uses pays rules that have an effect, each whole
or not at all. A cut takes from the campaign's own rules only, the first in order served first.
"""

from collections.abc import Mapping, Sequence

from service.rules.awards import Share
from service.rules.compile import Program
from service.rules.compiled_rule import CompiledRule
from service.rules.document import Budget, BudgetUnit, WhenOut


def cut(
    program: Program,
    fired: Sequence[CompiledRule],
    found: Sequence[Share],
    grants: Mapping[str, int] | None,
) -> tuple[dict[str, int], frozenset[str]]:
    """Cut the shares to the grants, in place; returns the demands and the rules given nothing.

    demands: campaign id -> what its budget is asked for, whatever was granted. `grants` None: asked
    for nothing yet, nothing is cut; a campaign missing there was granted nothing.
    """
    demands: dict[str, int] = {}
    stopped: set[str] = set()
    for campaign, (budget, rules) in _asked(fired, found).items():
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


def _asked(
    fired: Sequence[CompiledRule], found: Sequence[Share]
) -> dict[str, tuple[Budget, dict[str, list[Share]]]]:
    """Campaigns with a budget: the budget, and the shares of each rule that has an effect."""
    of_rule: dict[str, list[Share]] = {}
    for share in found:
        of_rule.setdefault(share.rule.id, []).append(share)
    asked: dict[str, tuple[Budget, dict[str, list[Share]]]] = {}
    for rule in fired:
        if rule.budget is not None and (rule.floors or rule.id in of_rule):
            _, rules = asked.setdefault(rule.campaign, (rule.budget, {}))
            rules[rule.id] = of_rule.get(rule.id, [])
    return asked


def _pays(budget: Budget, program: Program, share: Share) -> bool:
    if budget.wallet is not None:
        return share.part.wallet == budget.wallet
    return not program.wallets[share.part.wallet].qualifying


def _cut_points(paid: Sequence[Share], grant: int, when_out: WhenOut) -> None:
    wanted = sum([share.wanted for share in paid])
    left = 0 if when_out is WhenOut.REJECT and grant < wanted else grant
    for share in paid:
        share.given = min(share.given, left)
        left -= share.given
