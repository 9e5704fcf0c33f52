"""Local days as instants."""

import datetime as dt
import zoneinfo

import pytest

from service.rules.check.dates import dates
from service.rules.check.scope import Scope
from service.rules.registry import Registry
from tests.rules.check.files import cursor, messages

SCOPE = Scope("EUR", zoneinfo.ZoneInfo("Europe/Warsaw"), Registry({}, {}), {}, {})
Span = tuple[dt.datetime | None, dt.datetime | None]


def read(text: str) -> tuple[Span, list[str]]:
    at, log = cursor(text)
    return dates(at.fields(("from", "until")), SCOPE), messages(log)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("{}", (None, None)),
        ("{from: 2026-03-29}", (dt.datetime(2026, 3, 28, 23, tzinfo=dt.UTC), None)),
        # the end of the day on which clocks go forward: +2 by then
        ("{until: 2026-03-29}", (None, dt.datetime(2026, 3, 29, 22, tzinfo=dt.UTC))),
        (
            "{from: 2026-10-25, until: 2026-10-25}",  # 25 hours
            (
                dt.datetime(2026, 10, 24, 22, tzinfo=dt.UTC),
                dt.datetime(2026, 10, 25, 23, tzinfo=dt.UTC),
            ),
        ),
    ],
)
def test_days_are_local_and_both_are_included(text: str, span: Span) -> None:
    assert read(text) == (span, [])


def test_the_last_day_is_not_before_the_first() -> None:
    assert read("{from: 2026-03-02, until: 2026-03-01}")[1] == [
        "'until' is before 'from', 2026-03-02"
    ]
