"""Tests of service/domain/tiers/changes.py: a change of tier as an occasion."""

import datetime as dt

import pytest

from service.domain.tiers.changes import occasion_of
from service.rules.check import check_text
from tests.flows.shop import SOURCE

AT = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("was", "now", "direction"),
    [
        ("bronze", "gold", "up"),
        ("gold", "silver", "down"),
        ("forgotten", "bronze", "up"),
        ("gold", "forgotten", "down"),
    ],
)
def test_it_says_which_way_the_tier_went(was: str, now: str, direction: str) -> None:
    document = check_text(SOURCE).document
    assert document is not None
    told = occasion_of(document.ladders[0], was, now, AT)

    assert told.key() == "tier_change:main"
    assert told.ref == f"2026-03-02T10:00:00+00:00/{now}"
    assert told.attributes == {"was": was, "now": now, "direction": direction}
