"""How many units of a wallet members may give to each other."""

import pytest

from service.rules.check.transfers import stays_with_its_member
from service.rules.document import Shortfall, Wallet
from service.rules.sharing import Transfer
from tests.rules.check.files import HEAD, document, problems


def read(written: str, more: str = "") -> Transfer | None:
    (found,) = document(f"{HEAD}wallets: {{points: {{{more}transfer: {written}}}}}").wallets
    return found.transfer


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("{}", Transfer(least=1)),
        ("{min: 5}", Transfer(least=5)),
        ("{max: 500 points}", Transfer(least=1, most=500)),
        ("{min: 50, max: 50, per_day_max: 50}", Transfer(least=50, most=50, per_day=50)),
        ("{max: 500, per_day_max: 100}", Transfer(least=1, most=500, per_day=100)),
    ],
)
def test_what_is_left_out_is_not_limited(written: str, found: Transfer) -> None:
    assert read(written) == found


def test_a_wallet_that_says_nothing_is_not_transferred() -> None:
    (found,) = document(f"{HEAD}wallets: {{points: {{}}}}").wallets
    assert found.transfer is None


def test_units_are_those_of_the_wallets_scale() -> None:
    assert read("{min: 0.50, max: 20 points}", "scale: 2, ") == Transfer(least=50, most=2000)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("yes", ": expected a mapping, got 'yes'"),
        ("{min: 0}", ".min: expected more than 0, got 0"),
        ("{min: 5 beans}", ".min: expected a number or an amount such as '500 points', got '5 b"),
        ("{max: 0.5}", ".max: expected a whole number, got 0.5"),
        ("{min: 5, max: 4}", ".max: expected at least 5, the fewest that may be given, got 4"),
        ("{min: 5, per_day_max: 4}", ".per_day_max: expected at least 5, the fewest that may be"),
        ("{per_month_max: 4}", ".per_month_max: unknown key 'per_month_max', did you mean 'per_d"),
    ],
)
def test_a_wrong_limit_is_told(written: str, told: str) -> None:
    (found,) = problems(f"{HEAD}wallets: {{points: {{transfer: {written}}}}}")
    assert found.partition(" ")[2].startswith(f"$.wallets.points.transfer{told}")


@pytest.mark.parametrize(
    ("wallet", "told"),
    [
        ("qualifying: true", "units that count towards tiers stay with the member who earned them"),
        (
            "shortfall: clamp",
            (
                "what is given away could not be taken back from who earned it: that needs "
                "'shortfall: debt'"
            ),
        ),
    ],
)
def test_units_that_must_stay_with_their_member_are_not_transferred(wallet: str, told: str) -> None:
    (found,) = problems(f"{HEAD}wallets: {{points: {{{wallet}, transfer: {{}}}}}}")
    assert found.endswith(f"$.wallets.points.transfer: {told}")


def test_a_wallet_to_spend_from_that_may_owe_can_pass() -> None:
    assert stays_with_its_member(Wallet(id="points")) is None
    assert stays_with_its_member(Wallet(id="points", shortfall=Shortfall.CLAMP)) is not None
