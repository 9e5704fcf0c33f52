"""Ladders."""

import pytest

from service.kernel.calendar import Duration, Period, Unit
from service.rules.document import (
    Downgrade,
    DowngradeWhen,
    Qualify,
    QualifyBy,
    Tier,
    WithinKind,
)
from tests.rules.check.files import HEAD, document, problems

WALLETS = "wallets: {points: {}, status: {qualifying: true, scale: 1}}\n"
TIERS = "tiers: [{id: base, from: 0}]"


@pytest.mark.parametrize(
    ("written", "qualify"),
    [
        (
            "{wallet: status, within: {rolling: 12 months}}",
            Qualify(
                by=QualifyBy.WALLET,
                wallet="status",
                within=WithinKind.ROLLING,
                window=Duration(12, Unit.MONTH),
            ),
        ),
        (
            "{spend: true, within: {calendar: quarter}}",
            Qualify(by=QualifyBy.SPEND, within=WithinKind.CALENDAR, period=Period.QUARTER),
        ),
        (
            "{visits: true, within: anniversary}",
            Qualify(by=QualifyBy.VISITS, within=WithinKind.ANNIVERSARY),
        ),
        (
            "{visits: true, within: lifetime}",
            Qualify(by=QualifyBy.VISITS, within=WithinKind.LIFETIME),
        ),
    ],
)
def test_what_counts_and_over_which_time(written: str, qualify: Qualify) -> None:
    text = f"{HEAD}{WALLETS}ladders: {{main: {{qualify: {written}, {TIERS}}}}}"
    (ladder,) = document(text).ladders
    assert ladder.qualify == qualify
    assert ladder.downgrade == Downgrade()


@pytest.mark.parametrize(
    ("qualify", "written", "threshold"),
    [
        ("{wallet: status, within: lifetime}", "500", 5000),
        ("{wallet: status, within: lifetime}", "0.5 status", 5),
        ("{spend: true, within: lifetime}", "12.50 EUR", 1250),
        ("{visits: true, within: lifetime}", "1_000", 1000),
    ],
)
def test_thresholds_are_in_the_unit_that_counts(qualify: str, written: str, threshold: int) -> None:
    tiers = f"tiers: [{{id: base, from: 0}}, {{id: gold, from: {written}, title: {{en: Gold}}}}]"
    text = f"{HEAD}{WALLETS}ladders: {{main: {{qualify: {qualify}, {tiers}}}}}"
    (ladder,) = document(text).ladders
    assert ladder.tiers == (
        Tier(id="base", threshold=0),
        Tier(id="gold", threshold=threshold, title={"en": "Gold"}),
    )


def test_downgrades_have_a_time_steps_and_grace() -> None:
    written = "downgrade: {when: at_once, steps: one, grace: 1 month}"
    qualify = "qualify: {visits: true, within: lifetime}"
    text = f"{HEAD}ladders: {{main: {{{qualify}, {written}, {TIERS}}}}}"
    (ladder,) = document(text).ladders
    assert ladder.downgrade == Downgrade(
        DowngradeWhen.AT_ONCE, one_step=True, grace=Duration(1, Unit.MONTH)
    )


VISITS = "qualify: {visits: true, within: lifetime}"


@pytest.mark.parametrize(
    ("ladder", "told"),
    [
        ("{}", ["5:17 L: needs 'qualify'", "5:17 L: needs 'tiers'"]),
        (f"{{qualify: {{within: lifetime}}, {TIERS}}}", ["5:27 L.qualify: needs exactly one of"]),
        (f"{{qualify: {{visits: true}}, {TIERS}}}", ["5:27 L.qualify: needs 'within'"]),
        (
            f"{{qualify: {{visits: false, within: lifetime}}, {TIERS}}}",
            ["5:36 L.qualify.visits: expected true, got false"],
        ),
        (
            f"{{qualify: {{wallet: points, within: lifetime}}, {TIERS}}}",
            ["5:36 L.qualify.wallet: wallet 'points' is not qualifying: declare it with"],
        ),
        (
            f"{{qualify: {{wallet: stat, within: lifetime}}, {TIERS}}}",
            ["5:36 L.qualify.wallet: unknown wallet 'stat', did you mean 'status'?"],
        ),
        (
            f"{{qualify: {{visits: true, within: forever}}, {TIERS}}}",
            ["5:50 L.qualify.within: expected anniversary, lifetime, {rolling: 12 months} or"],
        ),
        (
            f"{{qualify: {{visits: true, within: {{}}}}, {TIERS}}}",
            ["5:50 L.qualify.within: needs exactly one of rolling, calendar"],
        ),
        (
            f"{{qualify: {{visits: true, within: {{calendar: week}}}}, {TIERS}}}",
            ["5:61 L.qualify.within.calendar: unknown value 'week'; one of month, quarter, year"],
        ),
        (f"{{{VISITS}, tiers: []}}", ["5:68 L.tiers: expected at least 1 in the list, got 0"]),
        (
            f"{{{VISITS}, tiers: [{{id: a, from: 1}}]}}",
            ["5:83 L.tiers[0].from: the first tier is everybody's: expected 0"],
        ),
        (
            f"{{{VISITS}, tiers: [{{id: a, from: 0}}, {{id: b, from: 5}}, {{id: c, from: 5}}]}}",
            ["5:119 L.tiers[2].from: expected more than the tier before, 5, got 5"],
        ),
        (
            f"{{{VISITS}, tiers: [{{id: a, from: 0}}, {{id: a, from: 5}}]}}",
            ["5:92 L.tiers[1].id: tier 'a' stands on the ladder twice"],
        ),
        (
            f"{{{VISITS}, tiers: [{{id: a, from: 0}}, {{id: b, from: 5 EUR}}]}}",
            ["5:101 L.tiers[1].from: expected a whole number, got '5 EUR'"],
        ),
        (
            f"{{{VISITS}, downgrade: {{steps: two, when: later}}, {TIERS}}}",
            [
                "5:80 L.downgrade.steps: unknown value 'two'; one of one, all",
                "5:91 L.downgrade.when: unknown value 'later'; one of at_once, period_end",
            ],
        ),
    ],
)
def test_wrong_ladders_are_told(ladder: str, told: list[str]) -> None:
    found = problems(f"{HEAD}{WALLETS}ladders: {{main: {ladder}}}")
    assert len(found) == len(told)
    for line, start in zip(found, told, strict=True):
        assert line.startswith(start.replace("L", "$.ladders.main", 1))


def test_an_unknown_wallet_does_not_hide_tiers_out_of_order() -> None:
    qualify = "{wallet: stat, within: lifetime}"
    tiers = "[{id: a, from: 0}, {id: b, from: 9}, {id: c, from: 8}]"
    text = f"{HEAD}{WALLETS}ladders: {{main: {{qualify: {qualify}, tiers: {tiers}}}}}"
    assert len(problems(text)) == 2


def test_a_program_has_at_most_twenty_ladders() -> None:
    ladder = f"{{{VISITS}, {TIERS}}}"
    names = ", ".join(f"l{number}: {ladder}" for number in range(21))
    assert problems(f"{HEAD}ladders: {{{names}}}") == [
        "4:10 $.ladders: 21 ladders, at most 20 are allowed"
    ]
