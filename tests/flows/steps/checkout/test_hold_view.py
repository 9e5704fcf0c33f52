"""A hold as it is shown: what is due for it, line by line, and who took it over."""

import datetime as dt
import uuid

import msgspec

from service.domain.holds.types import Hold, State
from service.domain.purchases.types import HoldState, ReceiptLine
from service.flows.steps.checkout.hold_view import view
from service.kernel.values import Balance, CouponApplied, Redeemed
from service.rules.cart import Cart, CartLine
from service.rules.decision import Decision, Discounted, NotApplied, Paid, Refused, Target
from service.rules.facts import Facts, Presented

NOW = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
OLA = uuid.UUID(int=1)
HOLD = Hold(
    holder_id=OLA,
    hold_id=uuid.UUID(int=2),
    channel="web",
    checkout="c1",
    fp=bytes(32),
    program_version=3,
    cart=Cart(
        channel="web",
        currency="EUR",
        lines=(
            CartLine(sku="a", quantity=1_000, amount=3_000),
            CartLine(sku="b", quantity=1_000, amount=1_000),
        ),
    ),
    facts=Facts(
        at=NOW,
        coupons=(Presented(shown="FIVE", template="FIVE"), Presented(shown="…AB12")),
    ),
    decision=Decision(
        discounts=(
            Discounted(
                rule="FIVE", coupon=0, on=Target.ORDER, amount=500, wanted=500,
                lines=((0, 375), (1, 125)),
            ),
        ),
        paid=(
            Paid(wallet="cash", off=True, units=100, value=100, lines=((0, 100, 100),)),
            Paid(wallet="points", units=600, value=600, lines=((0, 450, 450), (1, 150, 150))),
        ),
        coupons=(0,),
        not_applied=(
            NotApplied(reason=Refused.UNKNOWN, coupon=1),
            NotApplied(reason=Refused.EXCLUDED_BY, rule="books-tenth", by="books-best"),
        ),
    ),
    created_at=NOW,
    due_at=NOW + dt.timedelta(minutes=15),
    actor_kind=1,
    actor_id="till",
)  # fmt: skip


def test_prices_have_discounts_in_them_and_due_has_tenders() -> None:
    """40.00 less 5.00 and 1.00 in cash off the price: 34.00; 6.00 are paid with points."""
    shown = view(HOLD, is_member=True)

    assert (shown.subtotal, shown.discount, shown.total, shown.due) == (4_000, 600, 3_400, 2_800)
    assert shown.lines == (
        ReceiptLine(sku="a", subtotal=3_000, discount=475, total=2_525),
        ReceiptLine(sku="b", subtotal=1_000, discount=125, total=875),
    )
    assert shown.redeemed == (
        Redeemed(wallet="cash", amount=100, value=100),
        Redeemed(wallet="points", amount=600, value=600),
    )


def test_coupons_are_told_and_rules_that_lost_are_not() -> None:
    shown = view(HOLD, is_member=True)

    assert shown.coupons == (CouponApplied(position=0, coupon="FIVE", template="FIVE"),)
    assert [(n.position, n.coupon, n.reason) for n in shown.not_applied] == [
        (1, "…AB12", "unknown"),
    ]


def test_nobodys_holder_is_nobody() -> None:
    assert view(HOLD, is_member=True).member_id == OLA
    assert view(HOLD, is_member=False).member_id is None


def test_balances_are_shown_where_they_are_known() -> None:
    balance = Balance(available=400, pending=0, held=600, debt=0)

    assert view(HOLD, is_member=True).wallets == {}
    assert view(HOLD, is_member=True, wallets={"points": balance}).wallets == {"points": balance}


def test_each_state_has_its_name() -> None:
    shown = {view(msgspec.structs.replace(HOLD, state=one), is_member=True).state for one in State}

    assert shown == set(HoldState)
