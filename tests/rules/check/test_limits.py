"""Limits."""

import pytest

from service.kernel.calendar import Duration, Period, Unit
from service.rules.check.limits import limit, limited
from service.rules.document import Limit
from tests.rules.check.files import cursor, messages


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("{times: 3}", Limit(3)),
        ("{times: 3, per: ever}", Limit(3)),
        ("{times: 1, per: quarter}", Limit(1, period=Period.QUARTER)),
        ("{times: 1, per: 2w}", Limit(1, rolling=Duration(2, Unit.WEEK))),
    ],
)
def test_a_limit_is_for_ever_calendar_or_rolling(text: str, found: Limit) -> None:
    at, log = cursor(text)
    assert limit(at) == found
    assert messages(log) == []


def test_without_one_there_is_none() -> None:
    at, log = cursor("{}")
    assert limit(at.fields(("limit",))["limit"]) is None
    assert messages(log) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "needs 'times'"),
        ("{times: 0}", "expected a whole number from 1 to 1000000, got 0"),
        (
            "{times: 1, per: xyz}",
            "unknown period 'xyz'; one of day, week, month, quarter, year, ever",
        ),
        ("{times: 1, per: {}}", "expected a period, got a mapping"),
    ],
)
def test_a_wrong_limit_is_told(text: str, message: str) -> None:
    at, log = cursor(text)
    limit(at)
    assert messages(log) == [message]


def test_times_and_period_may_stand_under_other_keys() -> None:
    at, log = cursor("{per_member: 2, per: month}")
    fields = at.fields(("per_member", "per"))
    assert limited(fields["per_member"], fields["per"]) == Limit(2, period=Period.MONTH)
    assert messages(log) == []
