"""Coupons given by hand and taken back."""

import uuid

from service.domain.coupons.types import CouponState
from tests.flows.counter import hold, release
from tests.flows.coupon_shop import give, listed, reinstate, void
from tests.flows.races import at_once, buying
from tests.flows.shop import Shop, day, goods
from tests.flows.undoing import MANAGER, in_the_way, undo, undone


async def given(shop: Shop, member: uuid.UUID) -> tuple[str, uuid.UUID]:
    """(code, operation) of five euros off, given by hand."""
    coupon = await give(shop, member, "FREE")
    assert coupon.operation_id is not None
    return (coupon.code, coupon.operation_id)


async def test_a_coupon_that_was_not_used_is_void(desk: Shop) -> None:
    ola = (await desk.enrol("1")).id
    _, wrong = await given(desk, ola)

    done = await undo(desk, wrong)

    ((coupon, state),) = [(c.id, c.state) for c in await listed(desk, ola)]
    assert (done.kind, done.coupon_void, done.moved) == ("coupon", coupon, ())
    assert state is CouponState.VOID
    (voided, told), (undone_, more) = (await desk.events(ola))[-2:]
    assert (voided, told["reason"]) == ("coupon.voided", "a mistake")
    assert (undone_, more["coupon_id"], more["changes"]) == ("operation.undone", str(coupon), [])


async def test_a_coupon_that_was_used_is_not_taken_back_before_its_purchase(desk: Shop) -> None:
    ola = (await desk.enrol("1")).id
    code, wrong = await given(desk, ola)
    await desk.buy("a", ola, goods(2_000), coupons=(code,))
    assert await in_the_way(desk, wrong) == ("coupon_used", None)
    await desk.bring_back("r", "a")  # and with it the use of the coupon
    await undo(desk, wrong)
    assert [c.state for c in await listed(desk, ola)] == [CouponState.VOID]


async def test_a_coupon_in_an_open_checkout_is_not_taken_back(desk: Shop) -> None:
    ola = (await desk.enrol("1")).id
    code, wrong = await given(desk, ola)
    kept = await hold(desk, "c-1", ola, goods(2_000), coupons=(code,))
    assert await in_the_way(desk, wrong) == ("coupon_held", None)
    await release(desk, kept.id)
    await undo(desk, wrong)


async def test_one_that_is_void_or_over_already_can_be_undone_too(desk: Shop) -> None:
    ola = (await desk.enrol("1")).id
    code, first = await given(desk, ola)
    _, second = await given(desk, ola)
    await void(desk, code=code)
    await undo(desk, first)
    assert [kind for kind, _ in await desk.events(ola)].count("coupon.voided") == 1
    await desk.show(day(11))  # it was good for 10 days
    await undo(desk, second, MANAGER)
    assert {c.state for c in await listed(desk, ola)} == {CouponState.VOID}


async def test_it_is_reinstated_by_who_manages_coupons(desk: Shop) -> None:
    """The undo stays what it was; asked again it says so."""
    ola = (await desk.enrol("1")).id
    code, wrong = await given(desk, ola)
    first = await undo(desk, wrong)
    await reinstate(desk, code=code)
    again = await undone(desk, wrong)
    assert (again.replayed, again.body) == (True, first)
    assert [c.state for c in await listed(desk, ola)] == [CouponState.USABLE]


async def test_it_is_used_or_taken_back_not_both(desk: Shop) -> None:
    ola = (await desk.enrol("1")).id
    code, wrong = await given(desk, ola)
    came = await at_once([
        *([lambda: undone(desk, wrong)] * 3),
        *(buying(desk, f"b{n}", ola, goods(2_000), coupons=(code,)) for n in range(3)),
    ])  # fmt: skip
    assert came.count("done") == 1
    (coupon,) = await listed(desk, ola)
    assert (coupon.uses, coupon.state) in [
        (1, CouponState.USED_UP),
        (0, CouponState.VOID),
    ]
