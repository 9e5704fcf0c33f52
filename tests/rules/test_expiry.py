"""When units lapse, in the program's zone."""

import datetime as dt

import pytest

from service.kernel.calendar import Duration, Unit, zone
from service.rules.expiry import Expiry, ExpiryKind, RoundTo, expires_at

WARSAW = zone("Europe/Warsaw")
TICK = dt.timedelta(microseconds=1)


def utc(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text).astimezone(dt.UTC)


def after(count: int, unit: Unit, round_to: RoundTo | None = None) -> Expiry:
    return Expiry(ExpiryKind.AFTER, Duration(count, unit), round_to)


def test_units_of_a_wallet_that_never_expires_have_no_end() -> None:
    assert expires_at(Expiry(), utc("2026-01-01T00:00Z"), WARSAW) is None


@pytest.mark.parametrize(
    ("expiry", "available", "lapses"),
    [
        (after(12, Unit.MONTH), "2026-01-31T10:00+01:00", "2027-01-31T10:00+01:00"),
        (after(1, Unit.MONTH), "2026-01-31T10:00+01:00", "2026-02-28T10:00+01:00"),
        (after(1, Unit.YEAR), "2028-02-29T10:00+01:00", "2029-02-28T10:00+01:00"),
        (after(30, Unit.DAY), "2026-10-10T10:00+02:00", "2026-11-09T10:00+01:00"),
        (after(72, Unit.HOUR), "2026-10-24T10:00+02:00", "2026-10-27T09:00+01:00"),
    ],
)
def test_a_duration_runs_by_the_local_clock(expiry: Expiry, available: str, lapses: str) -> None:
    assert expires_at(expiry, utc(available), WARSAW) == utc(lapses)


@pytest.mark.parametrize(
    ("round_to", "lapses"),
    [
        (RoundTo.MONTH_END, "2026-09-01T00:00+02:00"),
        (RoundTo.QUARTER_END, "2026-10-01T00:00+02:00"),
        (RoundTo.YEAR_END, "2027-01-01T00:00+01:00"),
    ],
)
def test_rounding_moves_on_to_the_end_of_the_period(round_to: RoundTo, lapses: str) -> None:
    expiry = after(1, Unit.MONTH, round_to)
    assert expires_at(expiry, utc("2026-07-15T10:00+02:00"), WARSAW) == utc(lapses)


def test_an_expiry_on_the_start_of_a_period_belongs_to_that_period() -> None:
    expiry = after(1, Unit.MONTH, RoundTo.MONTH_END)
    start = utc("2026-09-01T00:00+02:00")  # one month on is 1 October, 00:00
    assert expires_at(expiry, start, WARSAW) == utc("2026-11-01T00:00+01:00")
    assert expires_at(expiry, start - TICK, WARSAW) == utc("2026-10-01T00:00+02:00")


def test_inactivity_counts_from_when_the_units_are_available() -> None:
    expiry = Expiry(ExpiryKind.INACTIVITY, Duration(6, Unit.MONTH))
    assert expires_at(expiry, utc("2026-08-31T10:00+02:00"), WARSAW) == utc(
        "2027-02-28T10:00+01:00"
    )


@pytest.mark.parametrize(
    ("available", "lapses"),
    [
        ("2026-03-01T10:00+01:00", "2026-07-01T00:00+02:00"),
        ("2026-06-30T23:59:59+02:00", "2026-07-01T00:00+02:00"),
        ("2026-07-01T00:00+02:00", "2027-01-01T00:00+01:00"),  # strictly after
        ("2026-12-31T23:59:59+01:00", "2027-01-01T00:00+01:00"),
        ("2027-01-01T00:00+01:00", "2027-07-01T00:00+02:00"),
    ],
)
def test_units_lapse_at_the_end_of_the_next_such_day(available: str, lapses: str) -> None:
    expiry = Expiry(ExpiryKind.DATES, dates=((12, 31), (6, 30)))
    assert expires_at(expiry, utc(available), WARSAW) == utc(lapses)


def test_the_next_such_day_may_be_next_year() -> None:
    expiry = Expiry(ExpiryKind.DATES, dates=((3, 31),))
    assert expires_at(expiry, utc("2026-04-01T00:00+02:00"), WARSAW) == utc(
        "2027-04-01T00:00+02:00"
    )
