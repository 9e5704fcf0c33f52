import datetime as dt
import xml.etree.ElementTree as ET

import pytest

from service.demo.plot import Frame, money, number, short, ticks

SINCE = dt.datetime(2025, 11, 16, tzinfo=dt.UTC)
UNTIL = dt.datetime(2026, 11, 16, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("top", "expected"),
    [
        (1, [0, 1]),
        (4, [0, 1, 2, 3, 4]),
        (5, [0, 2, 4, 6]),
        (2_469, [0, 1_000, 2_000, 3_000]),
        (8_108_163, [0, 5_000_000, 10_000_000]),
        (195_000, [0, 50_000, 100_000, 150_000, 200_000]),
    ],
)
def test_ticks_are_round_and_reach_the_top(top: int, expected: list[int]) -> None:
    assert ticks(top) == expected


@pytest.mark.parametrize(
    ("value", "text"),
    [(0, "0"), (999, "999"), (1_000, "1k"), (1_500, "1.5k"), (10_000_000, "10M")],
)
def test_axis_numbers_are_short(value: int, text: str) -> None:
    assert short(value) == text


def test_numbers_have_their_thousands_apart() -> None:
    assert number(8_108_163) == "8,108,163"


def test_the_frame_places_instants_and_values() -> None:
    frame = Frame(SINCE, UNTIL, 100, 240)
    assert (frame.x(SINCE), frame.x(UNTIL)) == (64, 984)
    assert (frame.y(0), frame.y(100)) == (214, 12)
    assert frame.x(SINCE + (UNTIL - SINCE) / 2) == 524


def test_a_picture_is_well_formed_and_names_the_months() -> None:
    frame = Frame(SINCE, UNTIL, 10, 200)
    ends = [UNTIL]
    svg = frame.svg("a < b", frame.columns(ends, [3], "c"), frame.hints(ends, lambda _: "x & y"))
    root = ET.fromstring(svg)  # noqa: S314 made by ourselves
    texts = [text.text for text in root.iter("text")]
    months = ["Dec", "Jan 2026", "Feb", "Mar", "Apr", "May"]
    months += ["Jun", "Jul", "Aug", "Sep", "Oct", "Nov"]
    assert texts[-12:] == months
    assert [title.text for title in root.iter("title")] == ["x & y"]


def test_a_curve_begins_at_nothing() -> None:
    frame = Frame(SINCE, UNTIL, 10, 200)
    assert frame.line([UNTIL], [10], "c") == '<path class="c" d="M64.0,174.0L984.0,12.0"/>'


def test_money_has_its_cents() -> None:
    assert money(459_603_905) == "4,596,039.05"
    assert money(7) == "0.07"
