"""Payments with gift cards that are not what they must be are found, or refused."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from service.verify.report import Check
from service.verify.run import Options, verify
from tests.databases import Fresh, Server
from tests.verify.breaking import Broken
from tests.verify.card_payments import make_history

PAID = "purchase_id = (select purchase_id from purchase where external_id = 'p1')"
OPEN_PART = "state = 0 and channel = ''"
CAPTURED_PART = "state = 1 and channel = ''"


@pytest.fixture(scope="module")
def paid(server: Server) -> Fresh:
    """The history; nothing is ever committed to it."""
    return server.filled(make_history)


@pytest.fixture
async def broken_payments(paid: Fresh) -> AsyncIterator[Broken]:
    """The history in the hands of somebody who may do everything."""
    async with Broken.open(paid) as opened:
        yield opened


async def test_the_history_is_found_to_be_right(paid: Fresh) -> None:
    report = await verify(paid.jobs_url, Options(every=True))

    assert report.tally.named == []
    assert report.tally.houses[0].posted == 5_000 - 1_200 + 600 - 500


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (
            f"update gift_card_payment set taken = taken - 1 where {PAID}",
            "1199 were taken, entries say 1200",
        ),
        (
            f"update gift_card_payment set given_back = given_back + 1 where {PAID}",
            "601 came back in all, entries say 600",
        ),
        (
            f"update gift_card_payment set given_back = given_back + 1 where {PAID}",
            "gift cards paid",
        ),
        (
            f"update gift_card_payment set value = value + 1 where {PAID}",
            "gift cards paid",
        ),
        (f"delete from gift_card_payment where {PAID}", "1200 were taken for no purchase"),
        (
            f"update gift_card_payment set purchase_id = gen_random_uuid() where {PAID}",
            "its purchase is not there",
        ),
        (
            "update hold set hold_id = gen_random_uuid() where state = 0 and channel <> ''",
            "no hold of a checkout has it",
        ),
        (
            f"update hold set due_at = due_at + interval '1 s' where {OPEN_PART}",
            "its hold at",
        ),
        (
            f"update hold set state = 2, closed_at = due_at where {OPEN_PART}",
            "its state is 2, that of its hold 0",
        ),
        (
            f"update hold set closed_by = gen_random_uuid() where {CAPTURED_PART}",
            "another purchase captured its hold",
        ),
    ],
)
async def test_what_is_wrong_is_found(broken_payments: Broken, statement: str, text: str) -> None:
    assert text in (await broken_payments.said(statement))[Check.GIFT_CARDS]


@pytest.mark.parametrize(
    "statement",
    [
        "update gift_card_payment set given_back = taken + 1",
        "update gift_card_payment set taken = value + 1",
        "update gift_card_payment set value = 0, taken = 0, given_back = 0",
        "update gift_card_payment set given_back = -1",
    ],
)
async def test_what_cannot_be_is_refused(broken_payments: Broken, statement: str) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match="gift_card_payment_sums"):
        await broken_payments.run(statement)
