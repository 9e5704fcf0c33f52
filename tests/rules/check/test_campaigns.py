"""Campaigns."""

import datetime as dt

import pytest

from service.rules.document import Budget, BudgetUnit, Campaign, WhenOut
from tests.rules.check.files import HEAD, document, problems

WALLETS = "wallets: {status: {qualifying: true}, points: {}, cash: {scale: 2}}\n"
RULES = "rules: [{id: one, then: [{points: {fixed: 1}}]}]"


def read(more: str) -> Campaign:
    (found,) = document(f"{HEAD}{WALLETS}campaigns: [{{id: c, {RULES}{more}}}]").campaigns
    return found


def test_without_dates_and_budget_a_campaign_is_open() -> None:
    found = read("")
    assert (found.at, found.from_at, found.until_at, found.budget) == (
        *("$.campaigns[0]", None, None),
        None,
    )


def test_a_campaign_runs_from_the_start_of_a_local_day_to_the_end_of_one() -> None:
    found = read(", from: 2026-03-29, until: 2026-10-25")  # the days Warsaw changes its clocks
    assert found.from_at == dt.datetime(2026, 3, 28, 23, tzinfo=dt.UTC)  # midnight at +1
    assert found.until_at == dt.datetime(2026, 10, 25, 23, tzinfo=dt.UTC)  # the 26th, at +1 again


def test_a_campaign_of_one_day_lasts_that_day() -> None:
    found = read(", from: 2026-07-01, until: 2026-07-01")
    assert found.from_at is not None
    assert found.until_at is not None
    assert found.until_at - found.from_at == dt.timedelta(hours=24)


@pytest.mark.parametrize(
    ("written", "budget"),
    [
        (
            "{points: 1_000_000}",
            Budget(unit=BudgetUnit.POINTS, amount=1_000_000, wallet="points"),
        ),
        (
            "{points: 10.50, wallet: cash, when_out: reject}",
            Budget(unit=BudgetUnit.POINTS, amount=1050, wallet="cash", when_out=WhenOut.REJECT),
        ),
        (
            "{uses: 500, when_out: trim}",
            Budget(unit=BudgetUnit.USES, amount=500, when_out=WhenOut.TRIM),
        ),
        (
            "{money: 500.50 EUR, when_out: reject}",
            Budget(unit=BudgetUnit.MONEY, amount=50_050, when_out=WhenOut.REJECT),
        ),
    ],
)
def test_budgets_are_of_points_or_of_uses_or_of_money(written: str, budget: Budget) -> None:
    assert read(f", budget: {written}").budget == budget


@pytest.mark.parametrize(
    ("more", "told"),
    [
        (", from: 1.9.2026", ".from: expected a date YYYY-MM-DD between 1970 and 2199, got '1."),
        (
            ", from: 2026-09-02, until: 2026-09-01",
            ".until: 'until' is before 'from', 2026-09-02",
        ),
        (", budget: {}", ".budget: needs exactly one of points, uses, money"),
        (", budget: {points: 1, uses: 1}", ".budget: needs exactly one of points, uses, money"),
        (", budget: {money: 5}", ".budget.money: expected an amount such as '50 EUR', got 5"),
        (", budget: {money: 0 EUR}", ".budget.money: expected more than 0, got '0 EUR'"),
        (", budget: {money: 1 EUR, wallet: cash}", ".budget.wallet: a budget of money has no w"),
        (", budget: {points: 0}", ".budget.points: expected more than 0, got 0"),
        (", budget: {points: 1, wallet: x}", ".budget.wallet: unknown wallet 'x'; one of"),
        (", budget: {uses: 1, wallet: cash}", ".budget.wallet: a budget of uses has no wallet"),
        (", budget: {uses: 1, when_out: stop}", ".budget.when_out: unknown value 'stop'; one"),
        (", budgte: {}", ".budgte: unknown key 'budgte', did you mean 'budget'?"),
    ],
)
def test_wrong_campaigns_are_told(more: str, told: str) -> None:
    found = problems(f"{HEAD}{WALLETS}campaigns: [{{id: c, {RULES}{more}}}]")
    assert len(found) == 1
    assert found[0].partition(" ")[2].startswith(f"$.campaigns[0]{told}")


def test_a_budget_of_points_needs_a_wallet_to_spend_from() -> None:
    wallets = "wallets: {status: {qualifying: true}}\n"
    rules = "rules: [{id: one, then: [{points: {wallet: status, fixed: 1}}]}]"
    campaigns = f"campaigns: [{{id: c, {rules}, budget: {{points: 5}}}}]"
    (told,) = problems(HEAD + wallets + campaigns)
    assert told.endswith(".budget: no wallet to spend from is declared: name the 'wallet'")


def test_a_campaign_needs_an_id_of_its_own_and_rules() -> None:
    assert problems(f"{HEAD}campaigns: [{{}}, {{id: a, rules: []}}, {{id: a, rules: 5}}]") == [
        "4:13 $.campaigns[0]: needs 'id'",
        "4:13 $.campaigns[0]: needs 'rules'",
        "4:32 $.campaigns[1].rules: expected at least 1 in the list, got 0",
        "4:42 $.campaigns[2].id: campaign 'a' is already at $.campaigns[1]",
        "4:52 $.campaigns[2].rules: expected a list of rules, got 5",
    ]


def test_a_program_has_at_most_two_thousand_rules() -> None:
    def campaign(number: int, rules: int) -> str:
        then = "then: [{points: {fixed: 1}}]"
        ids = ", ".join(f"{{id: r{number}-{rule}, {then}}}" for rule in range(rules))
        return f"{{id: c{number}, rules: [{ids}]}}"

    text = f"{HEAD}{WALLETS}campaigns: [{campaign(1, 1000)}, {campaign(2, 1000)}]"
    assert len(document(text).campaigns[1].rules) == 1000
    text = f"{HEAD}{WALLETS}campaigns: [{campaign(1, 1000)}, {campaign(2, 1001)}]"
    assert problems(text) == ["5:12 $.campaigns: 2001 rules, at most 2000 are allowed in a program"]
