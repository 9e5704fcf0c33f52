"""Intervals that the ladders would not have made are found."""

import asyncpg
import pytest

from service.verify.report import Check
from tests.verify.breaking import Broken


@pytest.mark.parametrize(
    ("statement", "text"),
    [
        ("delete from tier_step where until_at is null", "is none, what counts gives"),
        ("delete from tier_step where until_at is not null", "what counts gives silver"),
        ("update tier_step set tier = 'bronze' where ladder = 1", "is bronze from"),
        ("update tier_step set tier = 'gold' where ladder = 1", "is gold from"),
        ("update tier_step set valid_until = valid_until + interval '1 day'", "valid 2026"),
        ("update tier_step set due_at = null where due_at is not null", "due never"),
        ("update tier_step set from_at = from_at - interval '1 s'", "what counts gives"),
        (
            (
                "insert into tier_step"
                " select holder_id, 4, enrolled_at, null, 'friend', null, null, enrolled_at"
                " from member m where not exists (select from tier_step s"
                " where s.holder_id = m.holder_id and s.ladder = 4)"
            ),
            "what counts gives none",
        ),
        (
            (
                "insert into tier_step select holder_id, 1, recorded_at, null, 'gold', null, null,"
                " recorded_at from holder where kind = 2"
            ),
            "what counts gives none",
        ),
        ("update purchase set net = net * 10", "ladder 2"),
        ("update member set enrolled_at = enrolled_at - interval '100 days'", "ladder 4"),
        ("update holder set settled_at = settled_at + interval '10 years'", "what counts gives"),
    ],
)
async def test_a_wrong_tier_is_found(statement: str, text: str, broken: Broken) -> None:
    assert text in (await broken.said(statement))[Check.TIERS]


async def test_nobody_stands_twice_on_a_ladder(broken: Broken) -> None:
    with pytest.raises(asyncpg.UniqueViolationError, match="tier_step_open"):
        await broken.run("update tier_step set until_at = null")


async def test_the_history_has_steps_of_every_ladder(broken: Broken) -> None:
    rows = await broken.connection.fetch(
        "select ladder, array_agg(distinct tier order by tier) from tier_step group by ladder"
    )
    assert dict(tuple(row) for row in rows) == {
        1: ["bronze", "gold", "silver"],
        2: ["big", "small"],
        3: ["new", "regular"],
        4: ["friend"],
    }
