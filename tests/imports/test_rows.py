"""Texts and instants that no row may hold."""

import datetime as dt

import pytest

from service.imports.rows import EARLIEST, LATEST, check_instant, flaw

CONTROL, NO_TEXT = "control characters are not allowed", "is not valid UTF-8"
SECOND = dt.timedelta(seconds=1)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", None),
        ("Zażółć gęślą jaźń ☕", None),
        ("soft\u00adhyphen, no\u00a0break, zero\u200bwidth", None),  # not printable, yet text
        ("a\tb", CONTROL),
        ("line\nbreak", CONTROL),
        ("nul\x00", CONTROL),
        ("delete\x7f", CONTROL),
        ("\x85", CONTROL),
        ("half a pair \ud83d", CONTROL),
        ("other half \ude00", CONTROL),
        (b"\xb3\xf3d\xbc".decode("utf-8", "surrogateescape"), NO_TEXT),  # Łódź in ISO 8859-2
        ("\x01" + b"\xff".decode("utf-8", "surrogateescape"), CONTROL),  # the first is told
    ],
)
def test_a_text_without_control_characters_is_taken(text: str, found: str | None) -> None:
    assert flaw(text) == found


@pytest.mark.parametrize("at", [None, EARLIEST, LATEST - SECOND])
def test_an_instant_of_this_century_is_taken(at: dt.datetime | None) -> None:
    check_instant(at, "occurred_at")


@pytest.mark.parametrize(
    "at",
    [EARLIEST - SECOND, LATEST, dt.datetime(1, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=9)))],
)
def test_an_instant_of_another_century_is_refused_by_the_name_of_its_field(
    at: dt.datetime,
) -> None:
    with pytest.raises(ValueError, match=r"^enrolled_at is not between the years 2000 and 2100$"):
        check_instant(at, "enrolled_at")
