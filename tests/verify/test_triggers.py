"""Each way in which what was given beyond purchases can be wrong is found."""

import asyncpg
import pytest

from service.verify.report import Check
from tests.verify.breaking import Broken

UP = "trigger = 'tier_change:main' and undone_by is null and cause is not null"
OF_UP = f"(select op_id from trigger_run where {UP} order by occurred_at limit 1)"
OATH = "(select op_id from trigger_run where trigger = 'activity:oath')"


async def test_the_history_is_right(broken_moments: Broken) -> None:
    assert await broken_moments.said() == {}


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (
            (
                "update trigger_run set decision = (select decision from trigger_run"
                " where trigger = 'activity:review') where trigger = 'birthday'"
            ),
            "birthday 2026-03-04: comes out as",
        ),
        (
            (
                "update trigger_run set facts = (select facts from trigger_run"
                " where trigger = 'activity:review') where trigger = 'birthday'"
            ),
            "birthday 2026-03-04: decided for Occasion(",
        ),
        (
            "update trigger_run set decision = '\\xc1' where trigger = 'birthday'",
            "birthday 2026-03-04: cannot be read",
        ),
        (
            "update trigger_run set op_id = gen_random_uuid() where trigger = 'birthday'",
            "birthday 2026-03-04: its operation is another one's",
        ),
        (
            (
                "insert into occasion_due select holder_id, trigger, ref, occurred_at,"
                " recorded_at, facts from trigger_run where trigger = 'birthday'"
            ),
            "birthday 2026-03-04: it is still left to the job",
        ),
        (
            (
                "update lot set expires_at = expires_at + interval '1 day'"
                " where origin_op_id = (select op_id from trigger_run where trigger = 'birthday')"
            ),
            "birthday 2026-03-04: made lots",
        ),
        (f"update coupon set rule = 'other' where origin_op = {OF_UP}", "issued ['other GIFT']"),
        (f"update badge_given set badge = 2 where op_id = {OF_UP} and badge = 1", "gave badges"),
        (f"delete from limit_use where purchase_id = {OATH}", "used up [], decided was ['faithf"),
        (f"delete from tier_floor where purchase_id = {OATH}", "set tiers [], decided was"),
    ],
)
async def test_what_is_wrong_is_found(statement: str, text: str, broken_moments: Broken) -> None:
    if "badge = 2" in statement:
        await broken_moments.run("delete from badge_given where badge = 2")
    assert text in (await broken_moments.said(statement))[Check.OCCASIONS]


async def test_an_entry_without_its_run_is_found(broken_moments: Broken) -> None:
    said = await broken_moments.said("delete from trigger_run where trigger = 'birthday'")
    assert "no operation of record has its id" in said[Check.OPERATIONS]


async def test_what_took_of_a_budget_is_counted(broken_moments: Broken) -> None:
    said = await broken_moments.said(
        "update budget_slot set remaining = remaining + 1 where name = 'scarce' and slot = 0"
    )
    assert Check.BUDGETS in said


async def test_the_database_refuses_a_second_decision(broken_moments: Broken) -> None:
    with pytest.raises(asyncpg.UniqueViolationError, match="trigger_run_pkey"):
        await broken_moments.run("insert into trigger_run select * from trigger_run")


async def test_the_database_refuses_a_badge_twice(broken_moments: Broken) -> None:
    with pytest.raises(asyncpg.UniqueViolationError, match="badge_given_open"):
        await broken_moments.run(
            "insert into badge_given select holder_id, badge, gen_random_uuid(), rule, given_at,"
            " recorded_at from badge_given where taken_at is null"
        )
