"""Each way in which what staff did can be wrong is found."""

import asyncpg
import pytest

from service.verify.report import Check
from tests.verify.breaking import Broken


async def test_the_history_is_right(broken_staff: Broken) -> None:
    assert await broken_staff.said() == {}


APPROVED = "state = 1"
DONE = "approved_by is not null"


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (
            f"update operation set approved_by = null where {DONE}",
            "it was approved, but there is none that names a second person",
        ),
        (f"update operation set approved_by = null where {DONE}", "600 adjusted by staff alone"),
        (
            f"update operation set approved_by = null where {DONE}",
            "5 adjusted by staff alone, at most 0 may be",
        ),
        (f"delete from approval where {APPROVED}", "a second person, but none approved it"),
        (f"update approval set decided_by = 'tom' where {APPROVED}", "tom approved it, it names j"),
        (f"update approval set actor_id = 'tom' where {APPROVED}", "tom asked for it, it is of e"),
        (
            f"update approval set decided_at = asked_at where {APPROVED}",
            "done at",
        ),
        (
            f"update operation set note = 'because' where {DONE}",
            "another reason was asked for",
        ),
        (f"update operation set code = 'goodwill' where {DONE}", "another reason was asked for"),
        (
            (
                "update approval set body = convert_to(replace(convert_from(body, 'utf8'), '-600',"
                f" '-599'), 'utf8') where {APPROVED}"
            ),
            "-599 was asked for, its entries say -600",
        ),
        (
            "update operation set actor_kind = 2 where actor_kind = 1",
            "5000 adjusted by staff alone, at most 500 may be",
        ),
        (
            "update adjusted_day set amount = amount - 1 where staff = 'jan'",
            "staff jan, 2026-03-02, wallet 1: 499 counted, 500 adjusted alone",
        ),
        (
            "delete from adjusted_day where wallet = 2",
            "staff eva, 2026-03-02, wallet 2: 0 counted, 20 adjusted alone",
        ),
        (
            "insert into adjusted_day values ('tom', '2026-03-02', 1, 5)",
            "staff tom, 2026-03-02, wallet 1: 5 counted, 0 adjusted alone",
        ),
        (
            (
                "update operation set recorded_at = recorded_at + interval '13 hours'"
                " where actor_id = 'jan'"
            ),
            "staff jan, 2026-03-03, wallet 1: 0 counted, 500 adjusted alone",
        ),
    ],
)
async def test_what_is_wrong_is_found(statement: str, text: str, broken_staff: Broken) -> None:
    assert text in (await broken_staff.said(statement))[Check.APPROVALS]


@pytest.mark.parametrize(
    ("statement", "refused"),
    [
        ("update operation set approved_by = actor_id", "operation_second_person"),
        ("update adjusted_day set amount = 0", "adjusted_day_amount"),
        (
            (
                "update approval set state = 3, decided_at = asked_at, decided_by = 'tom'"
                " where state = 0"
            ),
            "approval_state",
        ),
        ("update approval set due_at = asked_at where state = 0", "approval_span"),
        (f"update approval set decided_at = null where {APPROVED}", "approval_decided"),
        (f"update approval set decided_by = null where {APPROVED}", "approval_decided"),
        ("update approval set decided_by = 'tom' where state = 0", "approval_decided"),
        (f"update approval set decided_at = due_at where {APPROVED}", "approval_in_time"),
        (
            f"update approval set decided_at = asked_at - interval '1 s' where {APPROVED}",
            "approval_in_time",
        ),
        (f"update approval set decided_by = actor_id where {APPROVED}", "approval_second_person"),
        ("update approval set note = null where state = 2", "approval_refused"),
        (f"update approval set op_id = null where {APPROVED}", "approval_done"),
    ],
)
async def test_the_database_refuses(statement: str, refused: str, broken_staff: Broken) -> None:
    with pytest.raises(asyncpg.CheckViolationError, match=refused):
        await broken_staff.run(statement)
