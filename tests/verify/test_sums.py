"""House accounts that do not balance and budgets that do not add up are found."""

import asyncpg
import pytest

from service.verify.report import Check
from tests.verify.breaking import Broken


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("update wallet set posted = posted + 1 where wallet = 4", "wallets hold"),
        ("update wallet set debt = debt + 5 where debt > 0", "wallets owe 15"),
        ("delete from wallet where wallet = 4", "wallets hold 0"),
        ("update entry set contra = 99 where reason = 1", "nobody knows: [99]"),
        ("update entry set reason = 99 where reason = 1", "nobody knows: [99]"),
        ("update entry set wallet = 9 where wallet = 4", "wallet 9: house accounts gave 1032"),
    ],
)
async def test_a_house_account_that_does_not_balance_is_found(
    statement: str, text: str, broken: Broken
) -> None:
    assert text in (await broken.said(statement))[Check.HOUSE]


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (
            (
                "update budget_slot set remaining = remaining + 1"
                " where name = 'acme-weeks' and slot = 3"
            ),
            "20 granted, 0 held and 81 left are not the cap of 100",
        ),
        ("update budget set cap = 4 where name = 'app-days'", "3 granted, 0 held and 0 left"),
        ("delete from budget_slot where name = 'acme-weeks'", "20 granted, 0 held and 0 left"),
    ],
)
async def test_a_budget_that_does_not_add_up_is_found(
    statement: str, text: str, broken: Broken
) -> None:
    assert text in (await broken.said(statement))[Check.BUDGETS]


async def test_a_budget_that_is_gone_is_found(broken: Broken) -> None:
    said = await broken.said("delete from budget_slot", "delete from budget")
    assert "budget acme-weeks: it is not there" in said[Check.BUDGETS]


async def test_no_slot_is_overdrawn(broken: Broken) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="budget_left"):
        await broken.run("update budget_slot set remaining = -1")
