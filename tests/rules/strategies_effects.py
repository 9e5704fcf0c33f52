"""Random effects, coupon templates, wallets and budgets of the same small world."""

from hypothesis import strategies as st

from service.kernel.calendar import Duration, Period, Unit
from service.rules.clubs import EarlyAccess
from service.rules.decision import Target
from service.rules.document import (
    Budget,
    BudgetUnit,
    ComesBack,
    CouponTemplate,
    DiscountCap,
    Limit,
    Redeem,
    RedeemAs,
    Validity,
    WhenOut,
)
from service.rules.effects import (
    Bundle,
    Discount,
    Effect,
    GiveBadge,
    GiveCoupon,
    InviteToClub,
    Multiply,
    Points,
    SetTier,
    TellEvent,
)
from service.rules.expiry import Expiry, ExpiryKind, RoundTo
from tests.rules.strategies_conditions import (
    CLUBS,
    CONDITIONS,
    INSTANTS,
    SOME_WHERES,
    TIERS,
    WALLETS,
    WHERES,
)

DURATIONS = st.builds(
    Duration,
    st.integers(1, 14),
    st.sampled_from([Unit.HOUR, Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.YEAR]),
)
EXPIRIES = st.one_of(
    st.just(Expiry()),
    st.builds(
        Expiry,
        st.just(ExpiryKind.AFTER),
        DURATIONS,
        st.none() | st.sampled_from(RoundTo),
    ),
    st.builds(Expiry, st.just(ExpiryKind.INACTIVITY), DURATIONS),
    st.just(Expiry(ExpiryKind.DATES, dates=((6, 30), (12, 31)))),
)
SOME_WALLETS = st.lists(st.sampled_from(WALLETS), min_size=1, unique=True).map(tuple)
POINTS_BASE = {
    "at": st.just("$"),
    "wallet": st.sampled_from(WALLETS),
    "where": WHERES,
    "expires": st.none() | EXPIRIES,
    "less": st.just(()) | st.just(()) | SOME_WALLETS,
}
MULTIPLIERS = st.builds(
    Multiply,
    at=st.just("$"),
    by=st.sampled_from([(1, 1), (3, 2), (2, 1), (11, 10), (5, 4), (10, 3)]),
    wallets=SOME_WALLETS,
    where=WHERES,
)
PER_AMOUNT: st.SearchStrategy[Points] = st.builds(
    Points,
    per_amount=st.tuples(st.integers(1, 5), st.sampled_from([1, 30, 50, 100, 700])),
    **POINTS_BASE,
)
POINTS: st.SearchStrategy[Points] = st.one_of(
    PER_AMOUNT,
    st.builds(Points, fixed=st.integers(1, 200), **POINTS_BASE),
)
FLOORS: st.SearchStrategy[Effect] = st.builds(
    SetTier,
    at=st.just("$"),
    ladder=st.just("main"),
    tier=st.sampled_from(TIERS),
    lasts=st.none() | DURATIONS,
)
MARKS: st.SearchStrategy[Effect] = st.one_of(
    st.builds(GiveBadge, at=st.just("$"), badge=st.just("first")),
    st.builds(InviteToClub, at=st.just("$"), club=st.sampled_from(CLUBS)),
    st.builds(TellEvent, at=st.just("$"), name=st.just("seen"), data=st.just({"times": 1})),
)
EARLY = st.none() | st.builds(EarlyAccess, st.sampled_from(CLUBS), st.just(Duration(1, Unit.MONTH)))
OCCASIONAL_EFFECTS: st.SearchStrategy[Effect] = st.one_of(
    MARKS,
    FLOORS,
    st.builds(
        Points,
        at=st.just("$"),
        wallet=st.sampled_from(WALLETS),
        fixed=st.integers(1, 200),
        expires=st.none() | EXPIRIES,
    ),
    st.builds(GiveCoupon, at=st.just("$"), template=st.sampled_from(["MINE", "GIFT"])),
)
EFFECTS: st.SearchStrategy[Effect] = st.one_of(
    PER_AMOUNT,
    MULTIPLIERS,
    PER_AMOUNT,
    st.builds(Points, fixed=st.integers(1, 200), **POINTS_BASE),
    st.builds(Points, per_unit=st.integers(1, 12), **POINTS_BASE),
    FLOORS,
    MULTIPLIERS,
)
LIMITS = st.builds(Limit, st.integers(1, 2), period=st.just(Period.MONTH))
BUDGETS = st.builds(
    Budget,
    unit=st.sampled_from(BudgetUnit),
    amount=st.just(1000),
    when_out=st.sampled_from(WhenOut),
    wallet=st.none() | st.sampled_from(WALLETS),
)

SHARES = st.sampled_from([(1, 10), (1, 3), (1, 2), (155, 1000), (1, 1)])
DISCOUNT_BASE = {
    "at": st.just("$"),
    "most": st.none() | st.none() | st.integers(1, 800),
    "exclusive_group": st.none() | st.sampled_from(["one", "two"]),
    "stackable": st.sampled_from([True, True, True, False]),
}
ANYTHING = DISCOUNT_BASE | {
    "on": st.sampled_from([Target.ITEMS, *Target]),
    "where": WHERES,
}
ITEMS = DISCOUNT_BASE | {"where": WHERES}
BUNDLES = st.one_of(
    st.sampled_from([Bundle(3, 1), Bundle(2, 1), Bundle(5, 2), Bundle(0, 1), Bundle(0, 3)]),
    st.builds(Bundle, st.integers(1, 3), st.integers(1, 2), WHERES),
)
DISCOUNTS: st.SearchStrategy[Discount] = st.one_of(
    st.builds(Discount, percent=SHARES, **ANYTHING),
    st.builds(Discount, amount=st.integers(1, 1500), **ANYTHING),
    st.builds(Discount, unit_price=st.integers(0, 900), **ITEMS),
    st.builds(Discount, bundle=BUNDLES, **ITEMS),
)
CAPS = st.builds(DiscountCap, SOME_WHERES | st.just(()), SHARES)
TEMPLATES = ("FIVE", "SHARED", "MINE", "GIFT", "TIMES", "PLUS")
CHECKOUT_EFFECTS: st.SearchStrategy[Effect] = st.one_of(
    DISCOUNTS,
    EFFECTS,
    DISCOUNTS,
    EFFECTS,
    MARKS,
    st.builds(GiveCoupon, at=st.just("$"), template=st.sampled_from(["MINE", "GIFT"])),
)


@st.composite
def templates(draw: st.DrawFn, name: str) -> CouponTemplate:
    """A template: personal ones, shared codes with a cap or without, unique codes."""
    shared = name in {"FIVE", "SHARED", "TIMES"}
    return CouponTemplate(
        at="$",
        id=name,
        priority=draw(st.integers(-1, 1)),
        code=name if shared else None,
        personal=name in {"MINE", "GIFT"},
        when=draw(st.one_of(st.none(), st.none(), CONDITIONS)),
        valid=draw(VALIDITIES),
        early_access=draw(EARLY),
        uses=draw(st.none() | st.just(5)) if shared else 1,
        per_member=draw(st.none() | LIMITS) if name == "FIVE" else None,
        comes_back=draw(st.sampled_from(ComesBack)),
        multiply=draw(MULTIPLIERS) if name == "TIMES" else None,
        points=draw(POINTS) if name == "PLUS" else None,
        discount=None if name in {"TIMES", "PLUS"} else draw(DISCOUNTS),
    )


VALIDITIES = st.builds(
    Validity,
    lasts=st.none() | DURATIONS,
    from_at=st.none() | st.sampled_from(INSTANTS[:4]),
    until_at=st.none() | st.sampled_from(INSTANTS[4:]),
)
REDEEMS = st.builds(
    Redeem,
    units=st.sampled_from([1, 1, 3, 100]),
    minor=st.sampled_from([1, 2, 100]),
    least=st.sampled_from([1, 1, 50]),
    most=st.none() | st.sampled_from([60, 500]),
    step=st.sampled_from([1, 1, 10]),
    share_max=st.none() | SHARES,
    paid_as=st.sampled_from(RedeemAs),
    where=WHERES,
    grace=st.just(Duration(30, Unit.DAY)),
)
