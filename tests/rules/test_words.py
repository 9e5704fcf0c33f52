"""Parts of a program in words."""

import pytest

from service.kernel.calendar import Duration, Period, Unit
from service.rules import words
from service.rules.document import (
    Budget,
    BudgetUnit,
    Downgrade,
    DowngradeWhen,
    Field,
    FieldKind,
    Limit,
    Qualify,
    QualifyBy,
    WhenOut,
    WithinKind,
)
from service.rules.expiry import Expiry, ExpiryKind, RoundTo
from tests.rules.check.files import RICH, document

YEAR = Duration(12, Unit.MONTH)


@pytest.mark.parametrize(
    ("expiry", "told"),
    [
        (Expiry(), "never"),
        (Expiry(ExpiryKind.AFTER, YEAR), "after 12 months"),
        (Expiry(ExpiryKind.AFTER, YEAR, RoundTo.YEAR_END), "after 12 months to year_end"),
        (Expiry(ExpiryKind.INACTIVITY, YEAR), "after 12 months without activity"),
        (Expiry(ExpiryKind.DATES, dates=((6, 30), (12, 31))), "on 06-30 and 12-31"),
    ],
)
def test_expiries(expiry: Expiry, told: str) -> None:
    assert words.expiry(expiry) == told


@pytest.mark.parametrize(
    ("limit", "told"),
    [
        (None, ""),
        (Limit(1), "1 ever"),
        (Limit(2, period=Period.MONTH), "2 per calendar month"),
        (Limit(1, rolling=Duration(30, Unit.DAY)), "1 per 30 days"),
    ],
)
def test_limits(limit: Limit | None, told: str) -> None:
    assert words.limit(limit) == told


def test_ladders() -> None:
    wallet = Qualify(by=QualifyBy.WALLET, wallet="status", within=WithinKind.ROLLING, window=YEAR)
    assert words.qualify(wallet) == "by wallet 'status', rolling 12 months"
    visits = Qualify(by=QualifyBy.VISITS, within=WithinKind.CALENDAR, period=Period.QUARTER)
    assert words.qualify(visits) == "by visits, calendar quarter"
    assert words.downgrade(Downgrade()) == "at the end of the period, to the tier reached"
    down = Downgrade(DowngradeWhen.AT_ONCE, one_step=True, grace=Duration(1, Unit.MONTH))
    assert words.downgrade(down) == "at once, one step at a time, 1 month of grace"


def test_fields() -> None:
    assert words.field(Field(FieldKind.NUMBER)) == "number"
    assert words.field(Field(FieldKind.CHOICE, ("a", "b"))) == "one of a, b"


def test_amounts_are_told_in_the_unit_of_the_file() -> None:
    whole = document(f"{RICH}  - {{id: one, then: [{{points: {{fixed: 1}}}}]}}\n")
    points = Budget(unit=BudgetUnit.POINTS, amount=1050, wallet="cash", when_out=WhenOut.REJECT)
    assert words.budget(points, whole) == "10.50 of wallet 'cash', then reject"
    assert words.budget(Budget(unit=BudgetUnit.USES, amount=5), whole) == "5 uses, then trim"
    assert words.budget(None, whole) == ""


def test_thresholds_are_told_in_the_unit_that_counts() -> None:
    ladders = (
        "ladders: {s: {qualify: {spend: true, within: lifetime}, tiers: [{id: a, from: 0}, "
        "{id: b, from: 12.50 EUR}]}, v: {qualify: {visits: true, within: lifetime}, "
        "tiers: [{id: a, from: 0}, {id: b, from: 7}]}}\n"
    )
    lines = [line for line in RICH.splitlines() if not line.startswith("ladders")]
    whole = document("\n".join(lines[:-3]) + "\n" + ladders)
    told = [
        words.threshold(tier, ladder, whole) for ladder in whole.ladders for tier in ladder.tiers
    ]
    assert told == ["0.00 EUR", "12.50 EUR", "0", "7"]


def test_everything_in_a_program_is_a_thing_once() -> None:
    whole = document(f"{RICH}  - {{id: one, then: [{{points: {{fixed: 1}}}}]}}\n")
    found = [(thing.kind, thing.name) for thing in words.things(whole)]
    assert len(found) == len(set(found))
    assert ("tier", "main gold") in found
    assert ("rule", "one") in found
    assert {kind for kind, _ in found} == {
        *("program", "channel", "store", "identifiers", "line field", "member field"),
        *("wallet", "ladder", "tier", "campaign", "rule"),
    }
