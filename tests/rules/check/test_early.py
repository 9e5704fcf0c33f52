"""`early_access`."""

from service.kernel.calendar import Duration, Unit
from service.rules.clubs import EarlyAccess
from service.rules.document import Campaign, CouponTemplate, Reward
from tests.rules.check.files import HEAD, document, problems

CLUB = "clubs: {roasters: {enter: [invitation]}}\n"
WEEK = EarlyAccess("roasters", Duration(7, Unit.DAY))
EARLY = "early_access: {club: roasters, by: 7d}"
WALLETS = "wallets: {points: {}}\n"
THEN = "rules: [{id: r, then: [{points: {fixed: 1}}]}]"


def test_campaigns_coupons_and_rewards_may_be_had_earlier() -> None:
    found = document(
        f"{HEAD}{CLUB}{WALLETS}campaigns: [{{id: a, from: 2026-12-01, {EARLY}, {THEN}}}]\n"
        f"coupons: {{A: {{discount: {{percent: 5}}, valid: {{from: 2026-12-01}}, {EARLY}}}}}\n"
        f"rewards: {{a: {{price: 5, gives: {{item: a}}, from: 2026-12-01, {EARLY}}}}}\n"
    )
    things: tuple[Campaign | CouponTemplate | Reward, ...] = (
        *found.campaigns,
        *found.coupons,
        *found.rewards,
    )
    assert [thing.early_access for thing in things] == [WEEK, WEEK, WEEK]


def test_without_a_first_day_nobody_can_have_it_earlier() -> None:
    assert problems(
        f"{HEAD}{CLUB}{WALLETS}campaigns:\n- {{id: a, {EARLY}, {THEN}}}\n"
        f"coupons:\n  A: {{discount: {{percent: 5}}, {EARLY}}}\n"
    ) == [
        "7:11 $.campaigns[0].early_access: without a 'from' everybody has it already",
        "9:31 $.coupons.A.early_access: without a 'from' everybody has it already",
    ]


def test_it_names_a_club_and_how_much_earlier() -> None:
    wrong = "early_access: {club: roaster}"
    text = f"{HEAD}{CLUB}{WALLETS}campaigns:\n- {{id: a, from: 2026-12-01, {wrong}, {THEN}}}\n"
    assert problems(text) == [
        "7:43 $.campaigns[0].early_access: needs 'by'",
        "7:50 $.campaigns[0].early_access.club: unknown club 'roaster', did you mean 'roasters'?",
    ]
