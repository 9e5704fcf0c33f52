"""`campaigns`: dated sets of rules, with a budget over all members."""

from collections.abc import Mapping
from typing import Final

from service.rules.check import combinations, leaves
from service.rules.check.cursor import Cursor, Fields
from service.rules.check.dates import dates
from service.rules.check.early import early_access
from service.rules.check.rules import RULES_MAX, rule
from service.rules.check.scope import Scope
from service.rules.document import Budget, BudgetUnit, Campaign, WhenOut

KEYS: Final = ("id", "title", "from", "until", "early_access", "budget", "rules")
BUDGET_UNITS: Final = ("points", "uses", "money")
BUDGET_KEYS: Final = (*BUDGET_UNITS, "when_out", "wallet")
CAMPAIGNS_MAX: Final = 500
BUDGET_MAX: Final = 9_007_199_254_740_991  # 2^53 - 1, exact in every JSON reader


def campaigns(at: Cursor, scope: Scope, before: Mapping[str, Budget]) -> tuple[Campaign, ...]:
    """All campaigns in the order of the file; `before`: budgets of the version before, by id."""
    seen: dict[str, Cursor] = {}
    rules: dict[str, Cursor] = {}
    items = at.items("a list of campaigns", most=CAMPAIGNS_MAX)
    found = tuple(_campaign(item, scope, seen, rules, before) for item in items)
    count = sum(len(campaign.rules) for campaign in found)
    if count > RULES_MAX:
        at.fail(f"{count} rules, at most {RULES_MAX} are allowed in a program")
    combinations.bounded(at, found, scope.zone)
    return found


def _campaign(
    at: Cursor,
    scope: Scope,
    seen: dict[str, Cursor],
    rules: dict[str, Cursor],
    before: Mapping[str, Budget],
) -> Campaign:
    fields = at.identified("campaign").fields(KEYS)
    name = leaves.ident(fields.need("id"))
    if name is not None and name in seen:
        fields["id"].fail(f"campaign '{name}' is already at {seen[name].path}")
    elif name is not None:
        seen[name] = at
    from_at, until_at = dates(fields, scope)
    items = fields.need("rules").items("a list of rules", least=1, most=RULES_MAX + 1)
    budget, old = _budget(fields["budget"], scope), before.get(name or "")
    if budget and old and (budget.unit, budget.wallet) != (old.unit, old.wallet):
        fields["budget"].fail("what a budget in use counts cannot change: name a new campaign")
    return Campaign(
        at=at.path,
        id=name or "",
        title=leaves.texts(fields["title"]),
        from_at=from_at,
        until_at=until_at,
        budget=budget,
        early_access=early_access(fields["early_access"], scope, starts="from" in fields),
        rules=tuple(rule(item, scope, rules) for item in items),
    )


def _budget(at: Cursor, scope: Scope) -> Budget | None:
    if at.node is None:
        return None
    fields = at.fields(BUDGET_KEYS)
    unit = fields.only(BUDGET_UNITS)
    if unit in ("uses", "money"):
        fields["wallet"].fail_key(f"a budget of {unit} has no wallet")
    when_out = leaves.choice(fields["when_out"], tuple(WhenOut))
    policy = WhenOut(when_out) if when_out else WhenOut.TRIM
    if unit == "uses":
        amount = leaves.whole(fields["uses"], 1, BUDGET_MAX)
        return Budget(unit=BudgetUnit.USES, amount=amount or 1, when_out=policy)
    if unit == "money":
        amount = leaves.above_zero(fields["money"], scope.currency)
        return Budget(unit=BudgetUnit.MONEY, amount=amount or 1, when_out=policy)
    wallet = _wallet(fields, scope)
    known = scope.wallets.get(wallet or "")
    given = fields["points"]
    amount = leaves.wallet_units(given, known.id, known.scale, BUDGET_MAX) if known else None
    return Budget(unit=BudgetUnit.POINTS, amount=amount or 1, when_out=policy, wallet=wallet)


def _wallet(fields: Fields, scope: Scope) -> str | None:
    if "wallet" in fields:
        return leaves.choice(fields["wallet"], scope.wallets, "wallet")
    spendable = scope.spendable()
    if not spendable:
        fields.cursor.fail("no wallet to spend from is declared: name the 'wallet'")
        return None
    return spendable[0]
