"""Expiries and paid debts stand under the id of their lot."""

import asyncpg
import pytest

from service.verify.report import Check
from tests.verify.breaking import Broken

KEY = "holder_id, wallet, seq"
ONE = f"({KEY}) = (select {KEY} from entry where reason = {{}} limit 1)"
EXPIRY = ONE.format(3)
PAYMENT = ONE.format(5)


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (f"update entry set op_id = holder_id where {EXPIRY}", "of its lot would be"),
        (f"update entry set op_id = holder_id where {PAYMENT}", "of its lot would be"),
        ("update entry set occurred_at = recorded_at where reason = 3", "due was"),
        (
            "update lot set expires_at = expires_at - interval '1 day' where remaining = 0",
            "due was",
        ),
        (f"delete from entry_lot where {EXPIRY}", "it took from 0 lots, not from one"),
        (
            (
                "insert into entry_lot select holder_id, wallet, seq, lot_no + 1, amount"
                f" from entry_lot where {EXPIRY}"
            ),
            "it took from 2 lots, not from one",
        ),
        (
            f"update entry_lot set lot_no = lot_no + 1 where {EXPIRY}",
            "of its lot would be",
        ),
        ("update entry set debt_change = 1 where reason = 3", "and debt change 1"),
        (f"update entry set debt_change = 1 where {PAYMENT}", "and debt change 1"),
    ],
)
async def test_an_entry_that_does_not_follow_from_its_lot_is_found(
    statement: str, text: str, broken: Broken
) -> None:
    assert text in (await broken.said(statement))[Check.OPERATIONS]


async def test_the_history_has_all_ways_to_pay_debt(broken: Broken) -> None:
    """At once, by the operation that gave the units, and by the release of a lot."""
    found = await broken.connection.fetch(
        "select exists (select from operation o where o.op_id = e.op_id) as at_once, -e.amount"
        " from entry e where reason = 5 order by occurred_at"
    )
    assert [tuple(row) for row in found] == [(True, 20), (False, 60)]


async def test_a_lot_cannot_expire_twice(broken: Broken) -> None:
    again = (
        "insert into entry (select e.holder_id, e.wallet, w.entry_seq + 1, w.entry_seq, w.posted,"
        " w.posted - 1, -1, 0, e.reason, e.contra, e.op_id, e.op_line, e.actor_kind, e.actor_id,"
        " e.store_id, e.occurred_at, e.recorded_at"
        " from entry e join wallet w using (holder_id, wallet)"
        " where e.reason = 3 and w.posted > 0 limit 1)"
    )
    with pytest.raises(asyncpg.UniqueViolationError, match="entry_once"):
        await broken.run(again)
