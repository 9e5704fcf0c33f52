"""A redemption that is not as it must be is found."""

from collections.abc import AsyncIterator

import pytest

from service.verify.report import Check
from service.verify.run import Options, verify
from tests.databases import Fresh, Server
from tests.verify import rewards
from tests.verify.breaking import Broken


@pytest.fixture(scope="module")
def redeemed(server: Server) -> Fresh:
    """The history; nothing is ever committed to it."""
    return server.filled(rewards.make)


@pytest.fixture
async def rewarded(redeemed: Fresh) -> AsyncIterator[Broken]:
    """The history in the hands of somebody who may do everything."""
    async with Broken.open(redeemed) as opened:
        yield opened


async def test_a_history_of_rewards_has_no_differences(redeemed: Fresh) -> None:
    report = await verify(redeemed.jobs_url, Options(every=True))
    assert [str(one) for one in report.tally.named] == []
    assert report.tally.counted[Check.REWARDS] == 11


CAPTURED = "held_until is not null and granted_at is not null and state = 1"


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (
            "update redemption set price = price + 1 where reward = 'tree'",
            "51 of wallet 1, the price is 50 of 1",
        ),
        (
            "update redemption set wallet = 2 where reward = 'buyers'",
            "10 of wallet 2, the price is 10 of 1",
        ),
        (
            "update redemption set wallet = 2 where reward = 'buyers'",
            "entries took 10 of wallets [1], the price is 10",
        ),
        ("update redemption set stocked = not stocked", "otherwise than the program"),
        (
            "update redemption set asked_at = asked_at + interval '1 second'",
            "decided for 2026-03-03",
        ),
        (
            (
                "update redemption r set facts = o.facts from redemption o"
                " where r.reward = 'buyers' and o.reward = 'mug' and o.state = 2"
            ),
            "it could not be had: not_eligible",
        ),
        (
            "update redemption set reward = 'no-such' where reward = 'tree'",
            "cannot be read: KeyError('no-such')",
        ),
        ("update redemption set facts = 'x'::bytea", "cannot be read: ValidationError"),
        ("update redemption set program_version = 9", "cannot be read: LookupError(9)"),
        (
            "update entry set op_id = gen_random_uuid() where reason = 7 and amount = -10",
            "entries took 0 of wallets None, the price is 10",
        ),
        (
            "update entry set op_id = gen_random_uuid() where reason = 8",
            "entries gave back 0 to wallets None, it should be 100",
        ),
        (
            f"update redemption set held_until = null where {CAPTURED}",
            "it was never held, but has a hold",
        ),
        (
            f"update redemption set held_until = held_until + interval '1 s' where {CAPTURED}",
            "its hold is due at",
        ),
        ("update hold set state = 2 where state = 1", "its hold is in state 2"),
        ("update hold set closed_by = gen_random_uuid() where state = 1", "was captured by"),
        ("update redemption set held_until = asked_at where reward = 'tree'", "its hold is due"),
        (
            "update redemption set coupon_id = null where coupon_id is not null",
            "coupon None is not the one it gave",
        ),
        (
            "update redemption set coupon_id = gen_random_uuid() where reward = 'tree'",
            "it gave a coupon, though it is none",
        ),
        ("update coupon set template = 'OTHER'", "is not the one it gave"),
        ("update coupon set origin_op = gen_random_uuid()", "is not the one it gave"),
        ("update coupon set holder_id = gen_random_uuid()", "is not the one it gave"),
        (
            "update operation set kind = 9 where kind = 8",
            "cancelled, it was ended by an operation of kind 9",
        ),
        (
            "update redemption set closed_op = gen_random_uuid() where state = 2",
            "handed over, it was ended by an operation of kind None",
        ),
    ],
)
async def test_a_wrong_redemption_is_found(statement: str, text: str, rewarded: Broken) -> None:
    assert text in (await rewarded.said(statement))[Check.REWARDS]


@pytest.mark.parametrize(
    ("statement", "check", "text"),
    [
        (
            (
                "update redemption set state = 1, closed_at = null, closed_op = null"
                " where reward = 'mug' and state = 3 and granted_at is not null"
            ),
            Check.BUDGETS,
            "budget reward:mug: 3 granted, 3 held and 5 left are not the cap of 10",
        ),
        (
            "update budget_slot set remaining = remaining + 1 where slot = 0",
            Check.BUDGETS,
            "budget reward:mug: 2 granted, 3 held and 6 left are not the cap of 10",
        ),
        (
            "delete from redemption where reward = 'buyers'",
            Check.RETURNS,
            "what was redeemed is stored, but the purchase is not there",
        ),
        (
            "delete from redemption where state = 0",
            Check.HOLDS,
            "no redemption has it",
        ),
        (
            "update redemption set closed_op = gen_random_uuid() where state = 2",
            Check.OPERATIONS,
            "no redemption belongs to it",
        ),
        (
            (
                "update redemption set state = 1, closed_at = null, closed_op = null"
                " where reward = 'voucher' and state = 3"
            ),
            Check.OPERATIONS,
            "no redemption belongs to it",
        ),
        (
            "update operation set kind = 1 where kind = 8",
            Check.OPERATIONS,
            "reason 8 belongs to no operation",
        ),
    ],
)
async def test_what_belongs_to_a_redemption_is_found_to_lack_it(
    statement: str, check: Check, text: str, rewarded: Broken
) -> None:
    assert text in (await rewarded.said(statement))[check]
