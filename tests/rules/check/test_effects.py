"""`then`."""

import pytest

from service.kernel.calendar import Duration, Unit
from service.rules.conditions.lines import LineTest
from service.rules.decision import Target
from service.rules.effects import Discount, Effect, GiveCoupon, Multiply, Points, SetTier
from service.rules.effects.give_badge import GiveBadge
from service.rules.effects.invite_to_club import InviteToClub
from service.rules.effects.tell_event import TellEvent
from service.rules.expiry import Expiry, ExpiryKind
from service.rules.values import Test as Comparison
from tests.rules.check.files import HEAD, document, problems, rule

THEN = "$.campaigns[0].rules[0].then"
COFFEE = (LineTest("category", Comparison(eq="coffee")),)
AT = f"{THEN}[0].points"
TIMES = f"{THEN}[0].multiply"


def read(then: str) -> tuple[Effect, ...]:
    return document(rule(then=then)).campaigns[0].rules[0].then


@pytest.mark.parametrize(
    ("then", "effect"),
    [
        ("points: {fixed: 200}", Points(AT, "points", fixed=200)),
        ("points: {fixed: 200 points}", Points(AT, "points", fixed=200)),
        ("points: {per: 1 EUR, award: 1}", Points(AT, "points", per_amount=(1, 100))),
        ("points: {per: unit, award: 10}", Points(AT, "points", per_unit=10)),
        (
            "points: {wallet: cash, per: 10 EUR, award: 0.25}",
            Points(AT, "cash", per_amount=(25, 1000)),
        ),
        ("points: {wallet: cash, fixed: 1}", Points(AT, "cash", fixed=100)),
        (
            "points: {fixed: 1, where: {category: coffee}, expires: {after: 2 months}}",
            Points(
                AT,
                "points",
                fixed=1,
                where=COFFEE,
                expires=Expiry(ExpiryKind.AFTER, Duration(2, Unit.MONTH)),
            ),
        ),
        ("points: {fixed: 1, expires: never}", Points(AT, "points", fixed=1, expires=Expiry())),
        ("multiply: {by: 2}", Multiply(TIMES, (2, 1), ("points", "cash"))),
        ("multiply: {by: 1.50}", Multiply(TIMES, (3, 2), ("points", "cash"))),
        (
            "multiply: {by: 1.25, wallets: [status, points], where: {category: coffee}}",
            Multiply(TIMES, (5, 4), ("status", "points"), COFFEE),
        ),
        (
            "set_tier: {ladder: main, tier: gold, for: 3 months}",
            SetTier(f"{THEN}[0].set_tier", "main", "gold", Duration(3, Unit.MONTH)),
        ),
        (
            "set_tier: {ladder: main, tier: gold}",
            SetTier(f"{THEN}[0].set_tier", "main", "gold"),
        ),
        (
            "discount: {percent: 10}",
            Discount(at=f"{THEN}[0].discount", on=Target.ORDER, percent=(1, 10)),
        ),
    ],
)
def test_each_effect_has_its_canonical_form(then: str, effect: Effect) -> None:
    assert read(f"[{{{then}}}]") == (effect,)


def test_effects_keep_their_order_and_place() -> None:
    found = read("[{points: {fixed: 1}}, {multiply: {by: 2}}, {points: {fixed: 2}}]")
    assert [effect.at for effect in found] == [
        f"{THEN}[0].points",
        f"{THEN}[1].multiply",
        f"{THEN}[2].points",
    ]


@pytest.mark.parametrize(
    ("then", "told"),
    [
        ("[]", ": expected at least 1 in the list, got 0"),
        ("{points: {fixed: 1}}", ": expected a list of effects, got a mapping"),
        ("[points]", "[0]: expected an effect such as {points: {fixed: 100}}, got 'points'"),
        ("[{}]", "[0]: expected one effect: each has its own '-' in the list"),
        ("[{poins: {}}]", "[0].poins: unknown effect 'poins', did you mean 'points'?"),
        ("[{stamp: {}}]", "[0].stamp: effect 'stamp' is not supported yet"),
        ("[{points: {}}]", "[0].points: needs exactly one of fixed, per"),
        ("[{points: {fixed: 1, per: unit, award: 1}}]", "[0].points: needs exactly one of fixed"),
        ("[{points: {per: 1 EUR}}]", "[0].points: needs 'award'"),
        ("[{points: {fixed: 1, award: 1}}]", "[0].points.award: 'award' goes with 'per', not"),
        ("[{points: {fixed: 0}}]", "[0].points.fixed: expected more than 0, got 0"),
        ("[{points: {fixed: 1.5}}]", "[0].points.fixed: expected a whole number, got 1.5"),
        ("[{points: {fixed: 1 cash}}]", "[0].points.fixed: expected a number or an amount such"),
        ("[{points: {per: 0 EUR, award: 1}}]", "[0].points.per: expected more than 0, got '0 E"),
        ("[{points: {per: line, award: 1}}]", "[0].points.per: expected an amount such as '50 "),
        ("[{points: {fixed: 1, wallet: point}}]", "[0].points.wallet: unknown wallet 'point', d"),
        ("[{points: {fixed: 1, max: 5}}]", "[0].points.max: 'max' is not supported yet"),
        (
            "[{points: {fixed: 1, expires: {inactivity: 1d}}}]",
            "[0].points.expires.inactivity: only a wallet as a whole can expire by inactivity",
        ),
        ("[{multiply: {}}]", "[0].multiply: needs 'by'"),
        ("[{multiply: {by: 0.5}}]", "[0].multiply.by: expected a number from 1 to 1000, got 0.5"),
        ("[{multiply: {by: 1001}}]", "[0].multiply.by: expected a number from 1 to 1000, got 1"),
        ("[{multiply: {by: '2'}}]", "[0].multiply.by: expected a number such as 2 or 1.5 withou"),
        ("[{multiply: {by: 2, wallets: []}}]", "[0].multiply.wallets: expected at least 1 in th"),
        ("[{multiply: {by: 2, wallets: [x]}}]", "[0].multiply.wallets[0]: unknown wallet 'x'; o"),
        ("[{set_tier: {ladder: main, tier: x}}]", "[0].set_tier.tier: unknown tier 'x'; one of "),
        ("[{set_tier: {ladder: x, tier: x}}]", "[0].set_tier.ladder: unknown ladder 'x'; one of"),
        ("[{set_tier: {ladder: main}}]", "[0].set_tier: needs 'tier'"),
    ],
)
def test_wrong_effects_are_told(then: str, told: str) -> None:
    found = problems(rule(then=then))
    assert len(found) == 1
    assert found[0].partition(" ")[2].startswith(f"{THEN}{told}")


def paying(effect: str) -> str:
    wallets = (
        "wallets: {points: {redeem: {rate: 1 points = 1 EUR}}, saved: {redeem: {rate: 1 saved = "
        "1 EUR}}, cash: {redeem: {rate: 1 cash = 1 EUR, as: discount}}, other: {}}"
    )
    return f"{HEAD}{wallets}\ncampaigns: [{{id: c, rules: [{{id: r, then: [{{{effect}}}]}}]}}]"


def test_what_was_paid_with_tenders_may_be_left_out_of_what_earns() -> None:
    found = document(paying("points: {per: 1 EUR, award: 1, less: [saved, points, saved]}"))
    (effect,) = found.campaigns[0].rules[0].then
    assert effect == Points(AT, "points", per_amount=(1, 100), less=("saved", "points"))


@pytest.mark.parametrize(
    ("points", "told"),
    [
        ("per: 1 EUR, award: 1, less: points", ": expected a list of wallets, got 'points'"),
        ("per: 1 EUR, award: 1, less: []", ": expected at least 1 in the list, got 0"),
        ("per: 1 EUR, award: 1, less: [x]", "[0]: unknown wallet 'x'; one of points, saved, cash"),
        (
            "per: 1 EUR, award: 1, less: [points, other]",
            "[1]: wallet 'other' does not pay as a tender, so it leaves nothing out",
        ),
        ("per: 1 EUR, award: 1, less: [cash]", "[0]: wallet 'cash' does not pay as a tender, so"),
        ("fixed: 1, less: [points]", ": 'less' goes with 'per' an amount: only money paid is les"),
        ("per: unit, award: 1, less: [points]", ": 'less' goes with 'per' an amount: only money"),
    ],
)
def test_only_a_tender_can_be_left_out_and_only_of_money(points: str, told: str) -> None:
    (found,) = problems(paying(f"points: {{{points}}}"))
    assert found.partition(" ")[2].startswith(f"{AT}.less{told}")


COUPONS = "coupons: {MINE: {personal: true, discount: {amount: 1 EUR}}, ALL: {points: {fixed: 1}}}"


def test_a_rule_gives_a_personal_coupon_of_the_program() -> None:
    found = document(rule(then="[{coupon: {template: MINE}}]") + COUPONS)
    assert found.campaigns[0].rules[0].then == (
        GiveCoupon(at=f"{THEN}[0].coupon", template="MINE"),
    )


@pytest.mark.parametrize(
    ("coupon", "told"),
    [
        ("MINE", ": expected a mapping, got 'MINE'"),
        ("{}", ": needs 'template'"),
        ("{template: MINE, for: 30d}", ".for: unknown key 'for'; one of template"),
        ("{template: MIEN}", ".template: unknown coupon 'MIEN', did you mean 'MINE'?"),
        ("{template: ALL}", ".template: coupon 'ALL' is for members' lists only with 'personal: "),
    ],
)
def test_other_coupons_cannot_be_given(coupon: str, told: str) -> None:
    found = problems(rule(then=f"[{{coupon: {coupon}}}]") + COUPONS)
    assert found[0].partition(" ")[2].startswith(f"{THEN}[0].coupon{told}")


def test_a_program_without_coupons_gives_none() -> None:
    (told,) = problems(rule(then="[{coupon: {template: MINE}}]"))
    assert told.endswith("[0].coupon.template: unknown coupon 'MINE'")


def test_two_effects_in_one_mapping_are_told_because_a_dash_is_missing() -> None:
    (told,) = problems(rule(then="[{points: {fixed: 1}, multiply: {by: 2}}]"))
    assert told.endswith("expected one effect: each has its own '-' in the list")


@pytest.mark.parametrize("effect", ["points: {fixed: 1}", "multiply: {by: 2}"])
def test_without_a_wallet_to_spend_from_an_effect_must_name_its_wallet(effect: str) -> None:
    text = f"{HEAD}campaigns: [{{id: c, rules: [{{id: r, then: [{{{effect}}}]}}]}}]"
    (told,) = problems(text)
    assert "no wallet to spend from is declared: name the 'wallet" in told


GROUPS = "clubs: {roasters: {enter: [invitation]}}\nbadges: {first: {}}\n"


def test_a_rule_gives_badges_invites_into_clubs_and_tells_events() -> None:
    then = (
        "[{badge: {badge: first}}, {invite: {club: roasters}}, "
        "{event: {name: winback, data: {reason: drifting, times: 3, call: true}}}]"
    )
    found = document(rule(then=then) + GROUPS)
    data: dict[str, str | int | bool] = {"reason": "drifting", "times": 3, "call": True}
    assert found.campaigns[0].rules[0].then == (
        GiveBadge(at=f"{THEN}[0].badge", badge="first"),
        InviteToClub(at=f"{THEN}[1].invite", club="roasters"),
        TellEvent(at=f"{THEN}[2].event", name="winback", data=data),
    )


@pytest.mark.parametrize(
    ("effect", "told"),
    [
        ("badge: {badge: frist}", ".badge.badge: unknown badge 'frist', did you mean 'first'?"),
        ("badge: first", ".badge: expected a mapping, got 'first'"),
        ("invite: {club: roaster}", ".invite.club: unknown club 'roaster', did you mean 'roast"),
        ("invite: {}", ".invite: needs 'club'"),
        ("event: {}", ".event: needs 'name'"),
        ("event: {name: Win Back}", ".event.name: expected a name that starts with a-z, then at"),
        ("event: {name: a, data: {b: 1.5}}", ".event.data.b: expected text, a whole number, true"),
        ("event: {name: a, data: {b: [1]}}", ".event.data.b: expected text, a whole number, true"),
        ("event: {name: a, data: {1: b}}", ".event.data.1: expected a key that is a name that st"),
        ("event: {name: a, data: b}", ".event.data: expected a mapping of values, got 'b'"),
    ],
)
def test_badges_clubs_and_events_are_named_as_they_are(effect: str, told: str) -> None:
    (found,) = problems(rule(then=f"[{{{effect}}}]") + GROUPS)
    assert found.partition(" ")[2].startswith(f"{THEN}[0]{told}")


def test_an_event_says_20_things_at_most() -> None:
    data = ", ".join(f"a{n}: 1" for n in range(21))
    (found,) = problems(rule(then=f"[{{event: {{name: a, data: {{{data}}}}}}}]"))
    assert found.endswith("event.data: 21 values, at most 20 are allowed")
