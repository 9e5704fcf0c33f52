import datetime as dt
import zoneinfo

import pytest

from service.flows.steps.business_day import same_day

WARSAW = zoneinfo.ZoneInfo("Europe/Warsaw")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2026-03-02T00:00+01:00", "2026-03-02T23:59+01:00", True),
        ("2026-03-02T23:30+01:00", "2026-03-03T00:10+01:00", False),
        ("2026-03-02T23:30+00:00", "2026-03-03T10:00+00:00", True),
        ("2026-03-29T00:30+01:00", "2026-03-29T23:30+02:00", True),  # the clocks go forward
        ("2026-10-25T00:30+02:00", "2026-10-25T23:30+01:00", True),  # and back
    ],
)
def test_a_business_day_is_one_of_the_programs_zone(first: str, second: str, same: bool) -> None:
    instants = (dt.datetime.fromisoformat(first), dt.datetime.fromisoformat(second))
    assert same_day(WARSAW, *instants) is same
