"""Coupons."""

import datetime as dt

import pytest

from service.kernel.calendar import Duration, Period, Unit
from service.rules.check import check_text
from service.rules.conditions import Fact
from service.rules.decision import Target
from service.rules.document import ComesBack, CouponTemplate, Limit, Recover, Validity
from service.rules.effects import Bundle, Discount, Multiply, Points
from service.rules.values import Test as Comparison
from tests.rules.check.files import HEAD, document, problems

WALLETS = """\
line_fields: {category: text}
wallets: {points: {redeem: {rate: 100 points = 1 EUR}}, status: {qualifying: true}}
"""  # lines 4 and 5
OFF = "discount: {amount: 5 EUR}"
FIVE = Discount(at="$.coupons.A1.discount", on=Target.ORDER, amount=500)


def text(*coupons: str) -> str:
    return f"{HEAD}{WALLETS}coupons: {{{', '.join(coupons)}}}\n"


def read(written: str, name: str = "A1") -> CouponTemplate:
    (found,) = document(text(f"{name}: {written}")).coupons
    return found


def test_what_is_left_out_has_its_default() -> None:
    assert read(f"{{{OFF}}}") == CouponTemplate(at="$.coupons.A1", id="A1", uses=1, discount=FIVE)


def test_everything_may_be_said() -> None:
    found = read(
        "{title: {en: 5 off}, text: {en: For you}, terms: {en: Once}, priority: -3, "
        "personal: true, when: {cart.subtotal: {gte: 20 EUR}}, "
        "valid: {for: 30d, from: 2026-03-29, until: 2026-10-25}, "
        "limit: {uses: 2, per_member: 3, per: month}, comes_back: any, recover: points, "
        f"{OFF}}}"
    )
    assert found == CouponTemplate(
        at="$.coupons.A1",
        id="A1",
        title={"en": "5 off"},
        text={"en": "For you"},
        terms={"en": "Once"},
        priority=-3,
        personal=True,
        when=Fact("$.coupons.A1.when.cart.subtotal", "cart.subtotal", Comparison(gte=2000)),
        valid=Validity(
            lasts=Duration(30, Unit.DAY),
            from_at=dt.datetime(2026, 3, 28, 23, tzinfo=dt.UTC),  # midnight in Warsaw, +1
            until_at=dt.datetime(2026, 10, 25, 23, tzinfo=dt.UTC),  # the end of the 25th, +1 again
        ),
        uses=2,
        per_member=Limit(3, period=Period.MONTH),
        comes_back=ComesBack.ANY,
        recover=Recover.POINTS,
        discount=FIVE,
    )


@pytest.mark.parametrize(
    ("written", "gives"),
    [
        (
            "points: {fixed: 50}",
            (None, None, Points("$.coupons.A1.points", "points", fixed=50)),
        ),
        (
            "multiply: {by: 2}",
            (None, Multiply("$.coupons.A1.multiply", (2, 1), ("points",)), None),
        ),
        (
            "discount: {free: 1}",
            (Discount(at="$.coupons.A1.discount", bundle=Bundle(0, 1)), None, None),
        ),
    ],
)
def test_a_coupon_gives_one_thing(
    written: str, gives: tuple[Discount | None, Multiply | None, Points | None]
) -> None:
    found = read(f"{{{written}}}")
    assert (found.discount, found.multiply, found.points) == gives


@pytest.mark.parametrize(
    ("written", "code", "uses", "cap"),
    [
        ("code: WELCOME5", "WE1C0ME5", None, None),
        ("code: wel-come 5, limit: {uses: 10_000}", "WE1C0ME5", 10_000, "coupon:A1"),
        ("code: '123456', limit: {per_member: 1}", "123456", None, None),
        ("personal: true", None, 1, None),
        ("limit: {uses: 5}", None, 5, None),
        ("limit: {per_member: 5}", None, 1, None),
    ],
)
def test_a_shared_code_may_be_used_any_number_of_times_and_others_once_unless_said(
    written: str, code: str | None, uses: int | None, cap: str | None
) -> None:
    found = read(f"{{{written}, {OFF}}}")
    assert (found.code, found.uses, found.cap) == (code, uses, cap)


def test_a_code_is_kept_as_it_is_written_too() -> None:
    assert read(f"{{code: Wel-come 5, {OFF}}}").code_shown == "Wel-come 5"
    assert read(f"{{{OFF}}}").code_shown is None


@pytest.mark.parametrize(
    ("limit", "per_member"),
    [
        ("{per_member: 1}", Limit(1)),
        ("{per_member: 1, per: ever}", Limit(1)),
        ("{per_member: 2, per: day}", Limit(2, period=Period.DAY)),
        ("{per_member: 2, per: 2w}", Limit(2, rolling=Duration(2, Unit.WEEK))),
        ("{uses: 5}", None),
    ],
)
def test_a_member_may_use_it_so_often(limit: str, per_member: Limit | None) -> None:
    assert read(f"{{limit: {limit}, {OFF}}}").per_member == per_member


@pytest.mark.parametrize("name", ["THANKS10", "a", "0", "a_B-9", "x" * 64])
def test_an_id_may_have_capitals(name: str) -> None:
    assert read(f"{{{OFF}}}", name).id == name


@pytest.mark.parametrize("name", ["-a", "_a", "a b", "é", "x" * 65, "a.b", "''"])
def test_other_ids_are_told(name: str) -> None:
    (told,) = problems(text(f"{name}: {{{OFF}}}"))
    assert told.endswith(": expected a key of at most 64 of a-z, A-Z, 0-9, - and _")


ONE = "needs exactly one of discount, multiply, points"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("5", ": expected a mapping, got 5"),
        ("{}", f": {ONE}"),
        ("{title: {en: x}}", f": {ONE}"),
        (f"{{{OFF}, points: {{fixed: 1}}}}", f": {ONE}"),
        ("{discount: 5}", ".discount: expected a mapping, got 5"),
        ("{points: {fixed: 1, wallet: x}}", ".points.wallet: unknown wallet 'x'; one of points,"),
        (f"{{{OFF}, codes: A}}", ".codes: unknown key 'codes', did you mean 'code'?"),
        (f"{{{OFF}, stackable: false}}", ".stackable: unknown key 'stackable'"),
        (f"{{{OFF}, title: Five}}", ".title: expected texts by language such as {en: Beans}, go"),
        (f"{{{OFF}, terms: {{en: {'x' * 4001}}}}}", ".terms.en: expected 1 to 4000 characters,"),
        (f"{{{OFF}, priority: 1.5}}", ".priority: expected a whole number, got 1.5"),
        (f"{{{OFF}, code: 123456}}", ".code: expected a string, got 123456"),
        (f"{{{OFF}, code: {'A' * 65}}}", ".code: expected 1 to 64 characters, got 65"),
        (f"{{{OFF}, code: ABC}}", ".code: expected a code of 6 to 32 digits and letters A to Z"),
        (f"{{{OFF}, code: SAVE_20}}", ".code: expected a code of 6 to 32 digits and letters A "),
        (f"{{{OFF}, code: S\u0410VE20}}", ".code: expected a code of 6 to 32 digits and letters"),
        (f"{{{OFF}, code: SAVE20, personal: true}}", ".code: a personal coupon has a code of its"),
        (f"{{{OFF}, personal: 1}}", ".personal: expected true or false, got 1"),
        (f"{{{OFF}, when: {{}}}}", ".when: expected at least one condition"),
        (f"{{{OFF}, when: {{cart.total: 5 EUR}}}}", ".when.cart.total: 'cart.total' is what disc"),
        (
            "{points: {fixed: 1}, when: {cart.total: {gte: 5 EUR}}}",
            ".when.cart.total: 'cart.total' is what discounts leave, so none may ask for it: use",
        ),
        (f"{{{OFF}, valid: {{}}}}", ".valid: needs at least one of for, from, until"),
        (f"{{{OFF}, valid: 30d}}", ".valid: expected a mapping, got '30d'"),
        (f"{{{OFF}, valid: {{for: 12m}}}}", ".valid.for: write '12 minutes' or '12 months', got"),
        (
            f"{{{OFF}, valid: {{from: 2026-02-02, until: 2026-02-01}}}}",
            ".valid.until: 'until' is before 'from', 2026-02-02",
        ),
        (
            f"{{{OFF}, code: SAVE20, valid: {{for: 30d}}}}",
            ".valid.for: a shared code is not issued: say 'from' and 'until'",
        ),
        (f"{{{OFF}, limit: {{}}}}", ".limit: needs at least one of uses, per_member"),
        (f"{{{OFF}, limit: 5}}", ".limit: expected a mapping, got 5"),
        (f"{{{OFF}, limit: {{uses: 0}}}}", ".limit.uses: expected a whole number from 1 to 1000"),
        (f"{{{OFF}, limit: {{uses: 1000001}}}}", ".limit.uses: expected a whole number from 1 t"),
        (f"{{{OFF}, limit: {{per: day}}}}", ".limit.per: 'per' goes with 'per_member'"),
        (f"{{{OFF}, limit: {{per_member: 1, per: dy}}}}", ".limit.per: unknown period 'dy', did "),
        (f"{{{OFF}, comes_back: maybe}}", ".comes_back: unknown value 'maybe'; one of never, wh"),
        (f"{{{OFF}, recover: money}}", ".recover: unknown value 'money'; one of nothing, points"),
        (f"{{{OFF}, recover: points}}", ".recover: only what a personal coupon took off a price"),
        (f"{{{OFF}, personal: false, recover: points}}", ".recover: only what a personal coupon"),
        (
            "{points: {fixed: 1}, personal: true, recover: points}",
            ".recover: only what a personal coupon took off a price can be recovered",
        ),
    ],
)
def test_wrong_coupons_are_told(written: str, told: str) -> None:
    found = problems(text(f"A1: {written}"))
    assert len(found) == 1
    assert found[0].partition(" ")[2].startswith(f"$.coupons.A1{told}")


def test_points_are_recovered_at_the_rate_of_a_wallet() -> None:
    (told,) = problems(f"{HEAD}coupons: {{A1: {{{OFF}, personal: true, recover: points}}}}")
    assert told.endswith(
        ".recover: no wallet has 'redeem', so there is no rate to recover points at"
    )


def test_two_shared_codes_that_people_would_type_alike_are_one_too_many() -> None:
    found = problems(text(f"A1: {{code: HELLO5, {OFF}}}", f"B1: {{code: hell0-5, {OFF}}}"))
    assert found == [
        "6:69 $.coupons.B1.code: $.coupons.A1.code has the same code, as people type codes"
    ]


def test_problems_are_told_under_the_coupons_name() -> None:
    (problem,) = check_text(text(f"A1: {{{OFF}, priority: x}}")).problems
    assert problem.about == "coupon 'A1'"


def test_a_program_has_at_most_a_thousand_coupons() -> None:
    found = problems(text(*(f"A{number}: {{{OFF}}}" for number in range(1001))))
    assert found == ["6:10 $.coupons: 1001 coupons, at most 1000 are allowed"]


@pytest.mark.parametrize(
    ("before", "after", "stays"),
    [
        ("personal: true, ", "", "a place in members' lists ('personal: true')"),
        ("code: SAVE20, ", "", "one shared 'code'"),
        ("", "code: SAVE20, ", "unique codes (no 'code')"),
        ("", "personal: true, ", "unique codes (no 'code')"),
    ],
)
def test_whose_a_coupon_in_use_is_cannot_change(before: str, after: str, stays: str) -> None:
    old = document(text(f"A1: {{{before}{OFF}}}"))
    found = check_text(text(f"A1: {{{after}{OFF}}}"), previous=old).problems
    assert [(p.line, p.col, p.message) for p in found] == [
        (6, 11, f"a coupon in use stays one with {stays}: declare a new one")
    ]


def test_what_a_coupon_in_use_gives_may_change() -> None:
    old = document(text(f"A1: {{code: SAVE20, {OFF}}}"))
    new = text("A1: {code: SAVE30, discount: {percent: 30}, limit: {uses: 5}}", f"B1: {{{OFF}}}")
    assert check_text(new, previous=old).problems == ()
