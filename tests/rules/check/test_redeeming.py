"""How a wallet pays."""

import pytest

from service.kernel.calendar import Duration, Unit
from service.rules.conditions.lines import LineTest
from service.rules.document import Redeem, RedeemAs
from service.rules.values import Test as Comparison
from tests.rules.check.files import HEAD, document, problems

MONTH = Duration(30, Unit.DAY)


def read(written: str, wallet: str = "points", scale: int = 0) -> Redeem:
    text = f"wallets: {{{wallet}: {{scale: {scale}, redeem: {written}}}}}"
    (found,) = document(HEAD + text).wallets
    assert found.redeem is not None
    return found.redeem


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("{rate: 100 points = 1 EUR}", Redeem(units=100, minor=100, grace=MONTH)),
        ("{rate: 1_000 points = 2.50 EUR}", Redeem(units=1000, minor=250, least=4, grace=MONTH)),
        ("{rate: 3 points = 1 EUR}", Redeem(units=3, minor=100, grace=MONTH)),
        (
            (
                "{rate: 100 points = 1 EUR, min: 100, step: 50, max: 5000, share_max: 50 %, "
                "as: discount, where: {kind: goods}, grace: 14d}"
            ),
            Redeem(
                units=100,
                minor=100,
                least=100,
                most=5000,
                step=50,
                share_max=(1, 2),
                paid_as=RedeemAs.DISCOUNT,
                where=(LineTest("kind", Comparison(eq="goods")),),
                grace=Duration(14, Unit.DAY),
            ),
        ),
        (
            "{rate: 100 points = 1 EUR, as: tender, share_max: 12.5%}",
            Redeem(units=100, minor=100, share_max=(1, 8), grace=MONTH),
        ),
    ],
)
def test_what_is_left_out_has_its_default(written: str, found: Redeem) -> None:
    assert read(written) == found


@pytest.mark.parametrize(
    ("rate", "step", "least"),
    [
        ("1 points = 0.05 EUR", "", 1),  # a point is worth 5 cents
        ("100 points = 0.05 EUR", "", 20),  # 20 points are worth a cent, 19 nothing
        ("100 points = 0.07 EUR", "", 15),  # 15 are worth 1.05 cents, 14 less than one
        ("100 points = 0.07 EUR", ", step: 4", 16),
        ("100 points = 1 EUR", ", step: 50", 50),
    ],
)
def test_without_min_it_is_the_fewest_in_steps_that_are_worth_money(
    rate: str, step: str, least: int
) -> None:
    found = read(f"{{rate: {rate}{step}}}")
    assert found.least == least
    assert found.worth(found.least) >= 1
    assert found.worth(found.least - found.step) == 0


def test_units_are_those_of_the_wallets_scale() -> None:
    found = read("{rate: 1 cash = 1 EUR, min: 0.50, step: 0.05 cash, max: 20}", "cash", 2)
    assert found == Redeem(
        units=100, minor=100, least=50, step=5, most=2000, share_max=None, grace=MONTH
    )


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("yes", ": expected a mapping, got 'yes'"),
        ("", ": expected a mapping, got nothing"),
        ("{min: 5}", ": needs 'rate'"),
        ("{rate: 100}", ".rate: expected a rate such as '100 points = 1 EUR', got 100"),
        ("{rate: 100 points}", ".rate: expected a rate such as '100 points = 1 EUR', got '100 po"),
        ("{rate: 100 beans = 1 EUR}", ".rate: expected a number or an amount such as '500 points"),
        ("{rate: 100 = 1 EUR}", ".rate: expected a number or an amount such as '500 points', got"),
        ("{rate: 100 points = 1 PLN}", ".rate: expected an amount in EUR, the program's currency"),
        ("{rate: 1.5 points = 1 EUR}", ".rate: expected a whole number, got '1.5 points = 1 EUR'"),
        ("{rate: 1 points = 0.005 EUR}", ".rate: expected at most 2 decimal places, got '1 poin"),
        ("{rate: 0 points = 1 EUR}", ".rate: expected more than 0 on both sides of the rate, go"),
        ("{rate: 9 points = 0 EUR}", ".rate: expected more than 0 on both sides of the rate, go"),
        ("{rate: 1 points = 1 EUR, min: 0}", ".min: expected more than 0, got 0"),
        ("{rate: 1 points = 1 EUR, step: 50, min: 75}", ".min: expected a multiple of 'step', 50"),
        (
            "{rate: 100 points = 0.07 EUR, min: 14}",
            ".min: expected as many as are worth the least amount of money at this rate, got 14",
        ),
        ("{rate: 1 points = 1 EUR, min: 5, max: 4}", ".max: expected at least 5, the fewest that"),
        ("{rate: 1 points = 1 EUR, step: 5, max: 4}", ".max: expected at least 5, the fewest tha"),
        ("{rate: 1 points = 1 EUR, share_max: 50}", ".share_max: expected a percentage such as '"),
        ("{rate: 1 points = 1 EUR, share_max: 101 %}", ".share_max: expected more than 0 and at"),
        ("{rate: 1 points = 1 EUR, as: money}", ".as: unknown value 'money'; one of tender, disc"),
        ("{rate: 1 points = 1 EUR, where: {x: 1}}", ".where.x: unknown line field 'x'; one of "),
        ("{rate: 1 points = 1 EUR, grace: 0d}", ".grace: expected a duration such as '30d', '72h"),
        ("{rate: 1 points = 1 EUR, shares: 1}", ".shares: unknown key 'shares', did you mean"),
    ],
)
def test_wrong_redeeming_is_told(written: str, told: str) -> None:
    found = problems(f"{HEAD}wallets: {{points: {{redeem: {written}}}}}")
    assert len(found) == 1
    assert found[0].partition(" ")[2].startswith(f"$.wallets.points.redeem{told}")


def test_units_that_count_towards_tiers_cannot_pay() -> None:
    (told,) = problems(
        f"{HEAD}wallets: {{status: {{qualifying: true, redeem: {{rate: 1 status = 1 EUR}}}}}}"
    )
    assert told == (
        "4:38 $.wallets.status.redeem: a qualifying wallet counts towards tiers, so it cannot pay"
    )


def test_the_lines_it_may_pay_can_be_named_by_declared_fields() -> None:
    text = "line_fields: {category: [coffee]}\nwallets: {points: {redeem: {rate: 1 points = 1 EUR, "
    assert document(f"{HEAD}{text}where: {{category: coffee}}}}}}}}").wallets[0].redeem is not None
    (told,) = problems(f"{HEAD}{text}where: {{category: cofee}}}}}}}}")
    assert "unknown value 'cofee', did you mean 'coffee'?" in told
