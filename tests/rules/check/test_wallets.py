"""Wallets."""

import pytest

from service.kernel.calendar import Duration, Unit
from service.rules.check import check_text
from service.rules.document import Shortfall, Wallet
from service.rules.expiry import Expiry, ExpiryKind, RoundTo
from tests.rules.check.files import HEAD, document, problems

YEAR = Duration(12, Unit.MONTH)


def test_a_wallet_of_nothing_is_points_that_never_expire() -> None:
    assert document(f"{HEAD}wallets: {{points: {{}}}}").wallets == (Wallet(id="points", number=1),)


def test_everything_may_be_said() -> None:
    written = """
wallets:
  points:
    title: {en: Beans}
    scale: 2
    pending: {for: 14d}
    expires: {after: 12 months, round_to: month_end}
    shortfall: clamp
  status: {qualifying: true, expires: never}
"""
    assert document(HEAD + written).wallets == (
        Wallet(
            id="points",
            number=1,
            title={"en": "Beans"},
            scale=2,
            pending=Duration(14, Unit.DAY),
            expires=Expiry(ExpiryKind.AFTER, YEAR, RoundTo.MONTH_END),
            shortfall=Shortfall.CLAMP,
        ),
        Wallet(id="status", number=2, qualifying=True),
    )


@pytest.mark.parametrize(
    ("wallet", "told"),
    [
        ("[]", "4:19 $.wallets.points: expected a mapping, got a list"),
        ("", "4:19 $.wallets.points: expected a mapping, got nothing"),
        ("{qualify: true}", "4:20 $.wallets.points.qualify: unknown key 'qualify', did you"),
        ("{redeem: {}}", "4:28 $.wallets.points.redeem: needs 'rate'"),
        ("{scale: 7}", "4:27 $.wallets.points.scale: expected a whole number from 0 to 6, got 7"),
        ("{pending: {}}", "4:29 $.wallets.points.pending: needs 'for'"),
        (
            "{pending: {until: delivered}}",
            "4:30 $.wallets.points.pending.until: 'until' is not supported yet",
        ),
        ("{shortfall: drop}", "4:31 $.wallets.points.shortfall: unknown value 'drop'; one of debt"),
        ("{qualifying: 1}", "4:32 $.wallets.points.qualifying: expected true or false, got 1"),
        (
            "{qualifying: true, pending: {for: 1d}}",
            (
                "4:38 $.wallets.points.pending: a qualifying wallet counts by the time of each "
                "purchase, so it cannot be pending"
            ),
        ),
        (
            "{qualifying: true, expires: {after: 1d}}",
            (
                "4:38 $.wallets.points.expires: a qualifying wallet counts by the time of each "
                "purchase, so it cannot expire"
            ),
        ),
    ],
)
def test_wrong_wallets_are_told(wallet: str, told: str) -> None:
    found = problems(f"{HEAD}wallets: {{points: {wallet}}}")
    assert len(found) == 1
    assert found[0].startswith(told)


def test_problems_are_told_under_the_wallets_name() -> None:
    (problem,) = check_text(f"{HEAD}wallets: {{points: {{scale: 7}}}}").problems
    assert problem.about == "wallet 'points'"


def test_a_program_has_at_most_a_hundred_wallets() -> None:
    names = ", ".join(f"w{number}: {{}}" for number in range(101))
    assert problems(f"{HEAD}wallets: {{{names}}}") == [
        "4:10 $.wallets: 101 wallets, at most 100 are allowed"
    ]
