"""Each way in which a merge can be wrong is found."""

import pytest

from service.verify.report import Check
from tests.verify.breaking import Broken


async def test_the_history_is_right(broken_merges: Broken) -> None:
    assert await broken_merges.said() == {}


MERGED = "merged_into is not null"
CAME = "reason = 20"


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        (f"update holder set merged_into = null where {MERGED}", "the old one is itself"),
        ("update member_merge set ended_by = null, ended_at = null", "the old one is itself"),
        (
            "update member_merge set ended_by = op_id, ended_at = merged_at",
            "it was merged by nothing",
        ),
        ("delete from operation where kind = 15", "it is no operation of both"),
        (
            "update lot set earned_at = earned_at - interval '1 day' where came_at is not null",
            "what arrived is not what was sent",
        ),
        (
            "update lot set origin_op_id = gen_random_uuid() where came_at is not null",
            "what arrived is not what was sent",
        ),
        (
            f"update entry set debt_change = debt_change + 1 where {CAME} and debt_change <> 0",
            "units and debt at both ends",
        ),
        (
            (
                "update holder set merged_into = (select holder_id from holder"
                f" where {MERGED} limit 1) where {MERGED}"
            ),
            "who it is was merged on",
        ),
        ("update holder set merged_into = gen_random_uuid() where " + MERGED, "is not there"),
        (f"update holder set next_due = now() where {MERGED}", "something is due with it"),
        (f"update holder set kin = null where {MERGED}", "not the other way round"),
        (f"update holder set kin = '{{}}' where {MERGED}", "who it is is no kin"),
        (
            (
                "update wallet set debt = 5 where posted = 0 and holder_id in"
                f" (select holder_id from holder where {MERGED})"
            ),
            "it holds units, or owes some",
        ),
        (
            (
                "update purchase p set holder_id = h.holder_id from holder h"
                f" where h.{MERGED} and p.home_id = h.holder_id"
            ),
            "it has purchases",
        ),
    ],
)
async def test_what_is_wrong_is_found(statement: str, text: str, broken_merges: Broken) -> None:
    assert text in (await broken_merges.said(statement))[Check.MERGES]
