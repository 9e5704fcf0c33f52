"""What is stored of returns, limits and set tiers follows from what the purchases keep."""

import asyncpg
import pytest

from service.verify.report import Check
from tests.verify.breaking import Broken


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("update purchase_wallet set kept = kept - 1 where kept > 0 and lapsed = 0", "decided was"),
        ("update purchase_wallet set earned = earned + 1", "decided was"),
        ("update purchase_wallet set lapsed = lapsed - 1 where lapsed > 0", "had lapsed"),
        ("delete from purchase_wallet where wallet = 1", "decided was"),
        ("update purchase_wallet set purchase_id = gen_random_uuid()", "the purchase is not there"),
        ("update purchase set net = net + 1 where external_id = 'a2'", "net and quantity"),
        (
            "update purchase set quantity = quantity + 1 where external_id = 'a2'",
            "net and quantity",
        ),
        ("update purchase set by_category = null where external_id = 'a1'", "categories"),
        ("update purchase set returned = null where external_id = 'a2'", "came back"),
        ("update purchase set returned = '{2000,1000}' where external_id = 'a2'", "came back"),
        ("update purchase_return set lines[1] = 2000 where external_id = 'r1'", "came back"),
        ("update purchase_return set total = total + 1 where external_id = 'r1'", "was paid back"),
        ("update purchase_return set purchase_id = return_id", "the purchase is not there"),
        ("delete from limit_use", "used up"),
        ("update limit_use set occurred_at = occurred_at + interval '1 s'", "used up"),
        ("update limit_use set purchase_id = holder_id", "the purchase is not there"),
        (
            (
                "insert into limit_use select holder_id, 'beans', occurred_at, purchase_id"
                " from purchase where external_id = 'late2'"
            ),
            "used up",
        ),
        ("delete from tier_floor", "set tiers"),
        ("update tier_floor set tier = 'silver'", "set tiers"),
        ("update tier_floor set until_at = null", "set tiers"),
        ("update tier_floor set purchase_id = holder_id", "the purchase is not there"),
    ],
)
async def test_a_wrong_return_is_found(statement: str, text: str, broken: Broken) -> None:
    assert text in (await broken.said(statement))[Check.RETURNS]


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        ("update purchase_wallet set kept = earned + 1", "purchase_wallet_bounds"),
        ("update purchase_wallet set kept = -1", "purchase_wallet_bounds"),
        ("update purchase_wallet set lapsed = earned - kept + 1", "purchase_wallet_bounds"),
        ("update purchase set net = -1", "purchase_net"),
        ("update purchase_return set total = -1", "purchase_return_total"),
    ],
)
async def test_the_database_refuses(statement: str, refused: str, broken: Broken) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match=refused):
        await broken.run(statement)
