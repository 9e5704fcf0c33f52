"""What an operator sees of long work: a bar, and a summary in words."""

import pathlib
import re
import time

import pytest

from service.commands.progress import bar, words
from service.domain.imports.types import Kind
from service.imports.importer import Summary


def test_a_bar_that_is_no_terminals_shows_where_it_ended(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with bar("purchases") as report:
        report(0, 4_000)
        report(1_000, 4_000)
        report(2_500, 4_000)

    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.startswith("purchases ")
    assert "2500/4000" in shown.err
    assert "1000/4000" not in shown.err


def test_a_bar_that_was_told_nothing_is_full(capsys: pytest.CaptureFixture[str]) -> None:
    with bar("members"):
        pass

    assert "1/1" in capsys.readouterr().err


def test_what_an_earlier_run_did_counts_as_done_but_not_for_the_speed(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Three of this run in 60 ms: 50 a second at most, not millions."""
    with bar("purchases") as report:
        for number in range(4):
            report(4_000_000 + number, 4_000_003)
            time.sleep(0.02)

    shown = capsys.readouterr().err
    assert "4000003/4000003" in shown
    (rate,) = re.findall(r"([\d,]+)/s", shown)
    assert 0 < int(rate.replace(",", "")) <= 50


def test_a_first_import_of_purchases_in_words() -> None:
    summary = Summary(
        kind=Kind.PURCHASES,
        rows=12_000,
        added=11_900,
        known=70,
        rejected=30,
        lines=60_000,
        quantity_zero=12,
        nothing_paid=1_345,
        sorted=True,
        seconds=8.04,
        rejects=pathlib.Path("year.csv.rejects.ndjson"),
    )

    assert words(summary) == [
        "12,000 purchases in 8.0 s, 1,493 a second",  # 12,000 / 8.04 = 1,492.5
        "11,900 added, 70 were there already",
        "60,000 lines in the file: 12 of quantity 0 count as 1, for 1,345 nothing was paid",
        "the file was not in time order and was sorted first",
        "30 rejected: see year.csv.rejects.ndjson",
    ]


def test_an_import_of_members_that_went_on_in_words() -> None:
    summary = Summary(
        kind=Kind.MEMBERS, rows=1_500, before=1_000, added=500, claimed=2_000, seconds=0.5
    )

    assert words(summary) == [
        "500 members in 0.5 s, 1,000 a second",
        "1,000 were done by an earlier run",
        "500 added, 0 were there already",
        "2,000 purchases recorded before were credited",
    ]


def test_a_file_that_was_taken_in_before_is_said_to_be_so() -> None:
    summary = Summary(kind=Kind.MEMBERS, rows=1_500, before=1_500, seconds=0.1)

    assert words(summary) == ["all 1,500 members of this file were taken in before: nothing to do"]


def test_an_import_too_quick_to_measure_has_a_speed() -> None:
    assert words(Summary(kind=Kind.MEMBERS, rows=1, added=1))[0] == (
        "1 members in 0.0 s, 1,000 a second"
    )
