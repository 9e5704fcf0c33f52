"""Expiry models."""

import pytest

from service.kernel.calendar import Duration, Unit
from service.rules.expiry import Expiry, ExpiryKind, RoundTo
from tests.rules.check.files import HEAD, document, problems

LADDER = (
    "ladders: {main: {qualify: {visits: true, within: lifetime}, "
    "tiers: [{id: base, from: 0}, {id: gold, from: 9}]}}\n"
)
YEAR = Duration(1, Unit.YEAR)


@pytest.mark.parametrize(
    ("written", "expiry"),
    [
        ("never", Expiry()),
        ("{after: 1 year}", Expiry(ExpiryKind.AFTER, YEAR)),
        (
            "{after: 1 year, round_to: quarter_end}",
            Expiry(ExpiryKind.AFTER, YEAR, RoundTo.QUARTER_END),
        ),
        ("{inactivity: 1 year}", Expiry(ExpiryKind.INACTIVITY, YEAR)),
        (
            "{dates: ['12-31', 06-30, '12-31']}",
            Expiry(ExpiryKind.DATES, dates=((6, 30), (12, 31))),
        ),
    ],
)
def test_each_model_is_read(written: str, expiry: Expiry) -> None:
    (wallet,) = document(f"{HEAD}wallets: {{points: {{expires: {written}}}}}").wallets
    assert wallet.expires == expiry
    assert wallet.expires_by_tier == ()


def test_tiers_may_have_models_of_their_own_beside_the_wallets() -> None:
    by_tier = "per_tier: {main: {gold: never, base: {after: 1 year}}}"
    for base in ("inactivity: 1 year, ", ""):
        text = f"{HEAD}{LADDER}wallets: {{points: {{expires: {{{base}{by_tier}}}}}}}"
        (wallet,) = document(text).wallets
        assert wallet.expires.kind == ("inactivity" if base else "never")
        assert wallet.expires_by_tier == (
            ("main", "gold", Expiry()),
            ("main", "base", Expiry(ExpiryKind.AFTER, YEAR)),
        )


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("always", "5:29 E: expected 'never' or a mapping such as {after: 12 months}, got 'alway"),
        ("{}", "5:29 E: needs exactly one of after, dates, inactivity"),
        ("{after: 1d, inactivity: 1d}", "5:29 E: needs exactly one of after, dates, inactivity"),
        ("{aftr: 1d}", "5:30 E.aftr: unknown key 'aftr', did you mean 'after'?"),
        ("{after: 1d, round_to: month}", "5:51 E.round_to: unknown value 'month', did you mean"),
        (
            "{inactivity: 1d, round_to: month_end}",
            "5:46 E.round_to: only 'after' can be rounded",
        ),
        ("{dates: []}", "5:37 E.dates: expected at least 1 in the list, got 0"),
        ("{dates: [02-29]}", "5:38 E.dates[0]: expected a day that every year has, got '02-29'"),
        ("{per_tier: {mian: {}}}", "5:41 E.per_tier.mian: unknown ladder 'mian', did you mean"),
        (
            "{per_tier: {main: {golden: never}}}",
            "5:48 E.per_tier.main.golden: unknown tier 'golden', did you mean 'gold'?",
        ),
        (
            "{per_tier: {main: {gold: {per_tier: {}}}}}",
            "5:55 E.per_tier.main.gold.per_tier: unknown key 'per_tier'; one of after, dates,",
        ),
    ],
)
def test_wrong_models_are_told(written: str, told: str) -> None:
    found = problems(f"{HEAD}{LADDER}wallets: {{points: {{expires: {written}}}}}")
    assert len(found) == 1
    assert found[0].startswith(told.replace("E", "$.wallets.points.expires", 1))
