"""Codes that are presented: which they are, and why one cannot be used."""

import datetime as dt
import unicodedata
import uuid
from typing import Any

import pytest

from service.domain.purchases.errors import CouponsRefused
from service.domain.purchases.types import Mode, NotAppliedShown
from service.flows.steps.checkout.presenting import SCARCE, Situation, read
from service.kernel.codes import normalise
from service.rules.facts import Unusable
from tests.flows.counter import (
    CHECKOUT,
    buy,
    hold,
    nothing_written,
    positions,
    quote,
    reasons,
    report,
    rich,
    unique,
)
from tests.flows.coupon_shop import bring, give, void
from tests.flows.shop import Shop, day, goods

BOOK = goods(5_000, category="book")


async def first_reason(
    shop: Shop, member: uuid.UUID | None, code: str, *, refuses: bool = True
) -> NotAppliedShown:
    """Why a code is not applied: in a quote; a purchase and a hold are refused with the same, and
    write nothing; when `refuses` is False they only tell it."""
    asked = await quote(shop, member, BOOK, coupons=(code,), channel="pos")
    (shown,) = asked.not_applied
    assert asked.coupons == ()
    if not refuses:
        receipt = await buy(shop, uuid.uuid1().hex, member, BOOK, coupons=(code,))
        assert receipt.not_applied == (shown,)
        return shown
    but = ("code_guess",) if shown.reason == "unknown" else ()
    async with nothing_written(shop, *but, *(() if member else ("holder",))):
        for asked_for in (
            hold(shop, "c9", member, BOOK, coupons=(code,)),
            buy(shop, "p9", member, BOOK, coupons=(code,), channel="pos"),
        ):
            with pytest.raises(CouponsRefused) as refused:
                await asked_for
            assert [one["reason"] for one in refused.value.reasons] == [shown.reason]
    return shown


# ------------------------------------------------------------------ each reason


async def test_unknown(checkout: Shop) -> None:
    """A code that does not exist, one that is none, a void one, and one of another's list; of four
    members, for each counts as a guess."""
    jan = await rich(checkout, "2", 0)
    (leaked,) = await unique(checkout)
    await void(checkout, code=leaked)
    foreign = (await give(checkout, jan, "NEXT5")).code

    for n, code in enumerate(("7K4V-9QM2-X0HD-T", leaked, foreign, "no")):
        shown = await first_reason(checkout, await rich(checkout, f"ola-{n}", 0), code)
        tail = "" if code == "no" else (normalise(code) or "")[-4:]
        assert (shown.reason, shown.coupon, shown.position) == ("unknown", f"…{tail}", 0)


async def test_not_started_and_expired(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)

    assert (await first_reason(checkout, ola, "SOON-COME")).reason == "not_started"
    assert (await first_reason(checkout, ola, "ALL-OVER")).reason == "expired"


async def test_a_date_ends_with_its_day_of_the_programs_zone(checkout: Shop) -> None:
    """SOON from 1 April, when Warsaw is two hours ahead: from 31 March, 22:00 UTC."""
    ola = await rich(checkout, "1", 0)
    begins = dt.datetime(2026, 3, 31, 22, tzinfo=dt.UTC)

    await checkout.show(begins - dt.timedelta(seconds=5))
    assert (await first_reason(checkout, ola, "SOON-COME")).reason == "not_started"
    await checkout.show(begins)
    assert (await buy(checkout, "p1", ola, BOOK, coupons=("SOON-COME",))).discount == 600


async def test_used_up(checkout: Shop) -> None:
    """Three uses of FEW, and the one of a unique code."""
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    (code,) = await unique(checkout)
    await buy(checkout, "p1", jan, BOOK, coupons=(code,))
    for n in range(3):
        await buy(checkout, f"few{n}", jan, BOOK, coupons=("FEW-LEFT",))

    assert (await first_reason(checkout, ola, code)).reason == "used_up"
    assert (await first_reason(checkout, ola, "few left")).reason == "used_up"
    assert await checkout.left("coupon:FEW") == 0


async def test_member_limit(checkout: Shop) -> None:
    """GIVE-FIVE twice a member, ONCE-EACH once; others still may."""
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    await buy(checkout, "p1", ola, BOOK, coupons=("GIVE-FIVE", "ONCE-EACH"))
    assert (await first_reason(checkout, ola, "ONCE-EACH")).reason == "member_limit"
    await buy(checkout, "p2", ola, BOOK, coupons=("GIVE-FIVE",))

    assert (await first_reason(checkout, ola, "GIVE-FIVE")).reason == "member_limit"
    both = await buy(checkout, "p3", jan, BOOK, coupons=("GIVE-FIVE", "ONCE-EACH"))
    assert positions(both) == [0, 1]


async def test_two_codes_of_one_template_in_one_basket_are_two_uses(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    codes = await unique(checkout, 2, "ONE")

    shown = await quote(checkout, ola, BOOK, coupons=tuple(codes))

    assert (positions(shown), reasons(shown)) == ([0], [(1, "member_limit")])


async def test_one_that_cannot_be_used_is_no_use_for_the_next_of_its_template(
    checkout: Shop,
) -> None:
    """Neither for what may be, nor for what a till has given: that is no overrun."""
    ola = await rich(checkout, "1", 0)
    bad, good = await unique(checkout, 2, "ONE")
    await void(checkout, code=bad)

    asked = await quote(checkout, ola, goods(1_000), coupons=(bad, good))
    done = await report(checkout, "p1", ola, goods(1_000), coupons=(bad, good))

    assert (reasons(asked), positions(asked)) == ([(0, "unknown")], [1])
    assert (reasons(done), positions(done), done.overrun) == ([(0, "unknown")], [1], False)


async def test_a_use_that_came_back_counts_no_more(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "p1", ola, BOOK, coupons=("ONCE-EACH", "FEW-LEFT"))
    await checkout.bring_back("r1", "p1")

    again = await buy(checkout, "p2", ola, BOOK, coupons=("ONCE-EACH", "FEW-LEFT"))

    assert positions(again) == [0, 1]
    assert await checkout.left("coupon:FEW") == 2


async def test_needs_member(checkout: Shop) -> None:
    """What is once a member, for silver, or gives points is nothing for nobody."""
    gift = await give(checkout, await rich(checkout, "1", 0), "NEXT5")

    for code in ("ONCE-EACH", "SILVER-20", "DOUBLE2", "BONUS-50", gift.code):
        assert (await first_reason(checkout, None, code)).reason == "needs_member", code


async def test_needs_hold(checkout: Shop) -> None:
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    (code,) = await unique(checkout)
    await hold(checkout, "c1", jan, BOOK, coupons=(code,))

    assert (await first_reason(checkout, ola, code)).reason == "needs_hold"
    assert (await first_reason(checkout, jan, code)).reason == "needs_hold"


async def test_condition_failed_is_told_and_refuses_nobody(checkout: Shop) -> None:
    """A coupon of 20.00 for a cart of less, and one of silver for bronze."""
    ola = await rich(checkout, "1", 0)

    shown = await first_reason(checkout, ola, "SILVER-20", refuses=False)
    low = await quote(checkout, ola, goods(1_999), coupons=("GIVE-FIVE",))

    assert (shown.reason, shown.coupon) == ("condition_failed", "SILVER-20")
    assert reasons(low) == [(0, "condition_failed")]
    assert (await quote(checkout, ola, goods(2_000), coupons=("GIVE-FIVE",))).discount == 500


async def test_excluded_by_is_told_and_refuses_nobody(checkout: Shop) -> None:
    """A tenth of 50.00 is better than 4.00; at 39.90 the coupon is."""
    ola = await rich(checkout, "1", 0)

    shown = await first_reason(checkout, ola, "BOOK-FOUR", refuses=False)
    cheaper = await quote(checkout, ola, goods(3_990, category="book"), coupons=("BOOK-FOUR",))

    assert (shown.reason, shown.by) == ("excluded_by", "books-tenth")
    assert (cheaper.discount, positions(cheaper)) == (400, [0])


async def test_a_tie_of_its_group_uses_no_coupon_up(checkout: Shop) -> None:
    """40.00: a tenth and the coupon are as good; the one that costs no coupon is taken."""
    ola = await rich(checkout, "1", 0)

    shown = await quote(checkout, ola, goods(4_000, category="book"), coupons=("BOOK-FOUR",))

    assert (shown.discount, reasons(shown)) == (400, [(0, "excluded_by")])


async def test_no_effect_is_told_and_uses_nothing_up(checkout: Shop) -> None:
    """No book in the cart; and points for a cart that earns none."""
    ola = await rich(checkout, "1", 0)
    tobacco = goods(3_000, category="tobacco")

    receipt = await buy(checkout, "p1", ola, tobacco, coupons=("BOOK-FOUR", "DOUBLE2", "BONUS-50"))

    assert reasons(receipt) == [(0, "no_effect"), (1, "no_effect"), (2, "no_effect")]
    assert await checkout.count("coupon_use") == 0


async def test_a_budget_that_is_out_is_told_in_the_explanation(checkout: Shop) -> None:
    """budget_exhausted is a rule's reason: nobody asked for it, so no receipt names it."""
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "p1", ola, goods(25_000, category="lamp"))

    receipt = await buy(checkout, "p2", ola, goods(20_000, category="lamp"))

    assert (receipt.discount, receipt.not_applied) == (0, ())
    async with checkout.db.reading() as tx:
        found = await tx.connection.fetchval(
            "select decision from purchase where purchase_id = $1", receipt.id
        )
    assert b"budget_exhausted" in found


# ------------------------------------------------------------------ how a code is typed


F31 = [
    ("good-c0de-77", True),
    ("GOOD C0DE 77", True),
    ("  goodcode77\u00a0", True),  # a space that does not break, O for 0
    ("\uff27\uff2f\uff2f\uff24\uff0d\uff23\uff2f\uff24\uff25\uff0d\uff17\uff17", True),
    ("GOODCOD\u0415" + "77", False),  # a Cyrillic E
    ("GOOD\u200bCODE77", False),  # zero width
    ("GOODCODE77\u0130", False),
    ("GOODCODE77\u00df", False),
    ("GOODCODE7", False),
]


@pytest.mark.parametrize(("typed", "good"), F31, ids=[ascii(typed) for typed, _ in F31])
async def test_f31_a_code_is_known_however_it_is_typed(
    checkout: Shop, typed: str, good: bool
) -> None:
    await bring(checkout, "GOODCODE77", template="UNIQUE")
    ola = await rich(checkout, "1", 0)

    if good:
        bought = await buy(checkout, "p1", ola, goods(3_000), coupons=(typed,))
        assert bought.discount == 700, unicodedata.normalize("NFKC", typed)
        assert (await first_reason(checkout, ola, "GOODCODE77")).reason == "used_up"
    else:
        assert (await first_reason(checkout, ola, typed)).reason == "unknown"


@pytest.mark.parametrize("typed", ["GIVE-FIVE", "give five", "G1VE F1VE", "giv-EFIV-e"])
async def test_f31_so_is_a_shared_one(checkout: Shop, typed: str) -> None:
    ola = await rich(checkout, "1", 0)

    shown = await quote(checkout, ola, goods(3_000), coupons=(typed,))

    assert [one.coupon for one in shown.coupons] == ["GIVE-FIVE"]


async def test_answers_name_a_unique_code_by_its_end(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    (code,) = await unique(checkout)

    shown = await quote(checkout, ola, goods(3_000), coupons=("GIVE-FIVE", code))

    assert [(one.position, one.coupon, one.template) for one in shown.coupons] == [
        (0, "GIVE-FIVE", "FIVE"),
        (1, f"…{(normalise(code) or '')[-4:]}", "UNIQUE"),
    ]


async def test_codes_that_end_alike_are_not_mixed_up(checkout: Shop) -> None:
    """Both are shown as …077; the first is held elsewhere."""
    ola, jan = await rich(checkout, "1", 0), await rich(checkout, "2", 0)
    await bring(checkout, "AAAAAA0077", "BBBBBB0077", template="UNIQUE")
    await hold(checkout, "c1", jan, goods(3_000), coupons=("AAAAAA0077",))

    shown = await quote(checkout, ola, goods(3_000), coupons=("AAAAAA0077", "BBBBBB0077"))

    assert (reasons(shown), positions(shown)) == ([(0, "needs_hold")], [1])


# ------------------------------------------------------------------ personal ones


async def test_a_coupon_that_a_rule_gave_is_used_once_by_its_owner(checkout: Shop) -> None:
    """A mug today, 5.00 off next time, within 30 days."""
    ola = await rich(checkout, "1", 0)
    first = await buy(checkout, "p1", ola, goods(1_200, category="mug"))
    (given,) = first.issued
    (shown,) = (await checkout.reads.coupons(ola, (), None, 10)).items
    assert (given.template, given.id, shown.valid_until) == ("NEXT5", shown.id, given.until_at)

    second = await buy(checkout, "p2", ola, goods(1_200), coupons=(shown.code,))

    assert (second.discount, second.due) == (500, 700)
    assert (await first_reason(checkout, ola, shown.code)).reason == "used_up"
    assert (await checkout.reads.coupons(ola, (), None, 10)).items[0].state == "used_up"


async def test_one_is_not_for_the_purchase_that_gives_it(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)

    receipt = await buy(checkout, "p1", ola, goods(1_200, category="mug"))

    assert (receipt.discount, len(receipt.issued)) == (0, 1)


async def test_after_its_days_it_has_expired(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    gift = await give(checkout, ola, "NEXT5")
    await checkout.show(day(30))

    assert (await first_reason(checkout, ola, gift.code)).reason == "expired"


# ------------------------------------------------------------------ versions and instants


async def test_a_template_that_is_gone_makes_its_codes_unknown(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    (code,) = await unique(checkout)
    source = CHECKOUT.replace("  UNIQUE: {discount: {amount: 7 EUR}}\n", "")
    await checkout.publish(source, None)
    await checkout.show(day(1))

    assert (await first_reason(checkout, ola, code)).reason == "unknown"


async def test_a_late_purchase_is_decided_by_its_own_day(checkout: Shop) -> None:
    """Bought on 4 March, when MARCH-ONE was good; told on the 7th, by another version."""
    ola = await rich(checkout, "1", 0)
    await checkout.publish(
        CHECKOUT.replace("MARCH: {discount: {amount: 1", "MARCH: {discount: {amount: 2"), day(4)
    )
    await checkout.show(day(5))
    await buy(checkout, "p0", ola, goods(100))

    late = await buy(checkout, "p1", ola, goods(3_000), coupons=("MARCH-ONE",), at=day(2))
    now = await quote(checkout, ola, goods(3_000), coupons=("MARCH-ONE",))

    assert (late.discount, late.late, late.program_version) == (100, True, 1)
    assert reasons(now) == [(0, "expired")]


# ------------------------------------------------------------------ facts


@pytest.mark.parametrize("mode", list(Mode))
async def test_what_has_happened_is_forced_and_what_was_never_there_is_not(
    checkout: Shop, mode: Mode
) -> None:
    """In `record` a code that is used up stays given; one that is unknown or over never was."""
    ola = await rich(checkout, "1", 0)
    codes = ("FEW-LEFT", "ALL-OVER", "7K4V-9QM2-X0HD-T")
    for n in range(3):
        await buy(checkout, f"few{n}", None, BOOK, coupons=("FEW-LEFT",))

    if mode is Mode.AUTHORISE:
        with pytest.raises(CouponsRefused) as refused:
            await buy(checkout, "p1", ola, goods(3_000), coupons=codes)
        told: list[Any] = [one["reason"] for one in refused.value.reasons]
        assert told == ["used_up", "expired", "unknown"]
    else:
        receipt = await report(checkout, "p1", ola, goods(3_000), coupons=codes)
        assert reasons(receipt) == [(1, "expired"), (2, "unknown")]
        assert (receipt.discount, receipt.overrun) == (100, True)


def test_only_what_is_scarce_can_have_been_given_away() -> None:
    assert {Unusable.USED_UP, Unusable.MEMBER_LIMIT, Unusable.NEEDS_HOLD} == SCARCE


async def test_a_text_is_read_by_the_program_alone(checkout: Shop) -> None:
    program = checkout.built.programs.at(day(0))

    shared, none, other = read(checkout.built.ctx, program, ("tenth10", "Ж", "ABCDEF-1"))

    assert (shared.shown, shared.template) == ("TENTH10", "TENTH")
    assert (none.digest, none.template, none.shown) == (None, None, "…")
    assert (other.template, other.shown) == (None, "…EF1"[:1] + "F1"[-2:])
    assert shared.digest is not None
    assert Situation(program=program, member_id=None, at=day(0)).codes == ()
