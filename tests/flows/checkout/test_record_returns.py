"""Returns: natural keys, what may be asked, what nobody may get wrong.

Batches of service/flows/steps/returns/return_batch.py.
"""

import asyncio
import datetime as dt
import itertools

import pytest

from service.domain.purchases.errors import (
    InTheFuture,
    PurchaseNotFound,
    UnknownChannel,
    UnknownStore,
)
from service.domain.returns.errors import (
    NothingToReturn,
    PurchaseNotNamed,
    ReturnBeforePurchase,
    ReturnExceedsPurchase,
    ReturnKeyReused,
    UnknownLine,
)
from service.domain.returns.types import (
    PurchaseRef,
    RecordReturn,
    Refund,
    ReturnedLine,
)
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id
from service.kernel.values import Balance, Movement
from service.rules.cart import LineKind
from tests.flows.shop import TILL, Shop, brought, day, goods


async def test_the_receipt_tells_the_money_and_the_units_that_went_back(shop: Shop) -> None:
    ola = await shop.enrol("1")
    bought = await shop.buy("a", ola.id, goods(3000, 3, sku="cup"), goods(1000), at=day(0))
    await shop.show(day(3))

    receipt = await shop.bring_back("r", "a", {1: "1.5"}, at=day(2), store="waw-02")

    assert (receipt.status, receipt.purchase_id, receipt.member_id) == (
        "applied",
        bought.id,
        ola.id,
    )
    assert (receipt.channel, receipt.external_id, receipt.occurred_at) == ("pos", "r", day(2))
    assert receipt.refund == Refund(total=1500, points=0, gift_cards=0, other_tender=1500)
    assert receipt.lines == (ReturnedLine(line=1, sku="cup", quantity="1.5", total=1500),)
    assert receipt.reversed == (
        Movement(wallet="points", amount=15),
        Movement(wallet="status", amount=15),
    )
    assert receipt.wallets["points"] == Balance(available=0, pending=25, held=0, debt=0)
    assert receipt.wallets["status"] == Balance(available=25, pending=0, held=0, debt=0)
    assert not receipt.cut


async def test_a_purchase_is_named_by_its_id_as_well(shop: Shop) -> None:
    ola = await shop.enrol("1")
    bought = await shop.buy("a", ola.id, goods(3000), at=day(0))

    receipt = await shop.bring_back("r", bought.id)

    assert receipt.refund == Refund(total=3000, other_tender=3000)


async def test_the_first_k_of_n_units_carry_their_share_rounded_down(shop: Shop) -> None:
    await shop.buy("a", "1", goods(1000, 3), at=day(0))

    refunds = [(await shop.bring_back(f"r{n}", "a", {1: 1})).refund for n in range(3)]

    # 333, 666, 1000 in all
    assert [refund.total for refund in refunds if refund] == [333, 333, 334]


async def test_parts_in_any_order_come_to_the_same_end(shop: Shop) -> None:
    parts: list[dict[int, int | None]] = [{1: 1}, {1: 1}, {3: None}]
    orders = sorted(set(itertools.permutations((0, 1, 2))))
    for n, order in enumerate(orders):
        member = await shop.enrol(f"card-{n}")
        await shop.buy(
            f"a{n}",
            member.id,
            goods(1051, 3),
            goods(2500, category="beans"),
            goods(1999, category="cake"),
            at=day(0),
        )
        assert await shop.balance(member.id) == (0, 105, 0)  # 55 and 50 of beans
        assert await shop.balance(member.id, "stars") == (100, 0, 0)

        refunds = [
            (await shop.bring_back(f"r{n}-{part}", f"a{n}", parts[part])).refund for part in order
        ]

        # left: one of line 1 with 1051 - 700, and line 2; 28.51 EUR
        assert sum(refund.total for refund in refunds if refund) == 700 + 1999
        assert await shop.balance(member.id) == (0, 78, 0)
        assert await shop.balance(member.id, "status") == (28, 0, 0)
        assert await shop.balance(member.id, "stars") == (0, 0, 0)


async def test_shipping_and_fees_go_back_only_when_named(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy(
        "a", ola.id,
        goods(3000), goods(500, kind=LineKind.SHIPPING), goods(200, kind=LineKind.FEE), at=day(0),
    )  # fmt: skip

    whole = await shop.bring_back("r", "a")
    with pytest.raises(NothingToReturn):
        await shop.bring_back("q", "a")
    named = await shop.bring_back("s", "a", {2: None, 3: 1})

    assert (whole.refund, named.refund) == (
        Refund(total=3000, other_tender=3000),
        Refund(total=700, other_tender=700),
    )
    assert await shop.balance(ola.id, "status") == (0, 0, 0)


# ------------------------------------------------------------------ natural keys


async def test_the_same_return_again_is_a_replay(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(3000, 3), at=day(0))
    first = await shop.verbs.record_return(TILL, brought("r", "a", {1: 1}))
    before = await shop.tables()

    again = await shop.verbs.record_return(TILL, brought("r", "a", {1: "1.000"}))

    assert (first.replayed, again.replayed, again.parked) == (False, True, False)
    assert again.body == first.body
    assert await shop.tables() == before


async def test_other_content_under_the_same_key_is_refused(shop: Shop) -> None:
    await shop.buy("a", "1", goods(3000, 3), at=day(0))
    await shop.bring_back("r", "a", {1: 1})
    before = await shop.tables()

    with pytest.raises(ReturnKeyReused):
        await shop.bring_back("r", "a", {1: 2})

    assert await shop.tables() == before


async def test_a_return_and_a_purchase_may_have_the_same_key(shop: Shop) -> None:
    await shop.buy("a", "1", goods(3000), at=day(0))

    assert (await shop.bring_back("a", "a", channel="web")).status == "applied"


REFUSALS: list[tuple[RecordReturn, type[ExpectedError]]] = [
    (brought("r", "a", {1: 4}), ReturnExceedsPurchase),
    (brought("r", "a", {1: 1, 2: "0.6"}), ReturnExceedsPurchase),
    (brought("r", "a", {3: 1}), UnknownLine),
    (brought("r", "a", {1: "0"}), NothingToReturn),
    (brought("r", "a", at=day(-3)), ReturnBeforePurchase),
    (brought("r", "a", at=day(0) + dt.timedelta(minutes=6)), InTheFuture),
    (brought("r", "a", channel="kiosk"), UnknownChannel),
    (brought("r", "b", channel="kiosk"), UnknownChannel),  # a parked one as well
    (brought("r", "a", store="nowhere"), UnknownStore),
    (brought("r", new_id()), PurchaseNotFound),
    (
        RecordReturn(channel="pos", external_id="r", purchase=PurchaseRef(channel="web")),
        PurchaseNotNamed,
    ),
]


@pytest.mark.parametrize(
    ("body", "refusal"),
    REFUSALS,
    ids=[f"{error.slug()}-{n}" for n, (_, error) in enumerate(REFUSALS)],
)
async def test_a_refusal_writes_nothing_and_leaves_its_key_free(
    shop: Shop, body: RecordReturn, refusal: type[ExpectedError]
) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(3000, 3), goods(500, "0.5"), at=day(-2))
    before = await shop.tables()

    with pytest.raises(refusal):
        await shop.verbs.record_return(TILL, body)

    assert await shop.tables() == before
    assert (await shop.bring_back("r", "a", {1: 3})).status == "applied"


async def test_no_more_comes_back_than_was_bought_over_all_returns(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(3000, 3), at=day(0))
    await shop.bring_back("r", "a", {1: 2})
    before = await shop.tables()

    with pytest.raises(ReturnExceedsPurchase) as refusal:
        await shop.bring_back("q", "a", {1: "1.001"})

    assert refusal.value.members() == {"line": 1, "left": "1", "pointer": "/lines/0/quantity"}
    assert await shop.tables() == before


async def test_a_refused_return_leaves_its_neighbours_in_the_batch_and_its_member_whole(
    shop: Shop,
) -> None:
    ola, jan = await shop.enrol("1"), await shop.enrol("2")
    await shop.buy("a", ola.id, goods(4000), at=day(0))
    await shop.buy("b", jan.id, goods(4000), at=day(0))
    await shop.show(day(20))  # both have something due

    refused, taken = await asyncio.gather(
        shop.bring_back("ra", "a", {1: 5}), shop.bring_back("rb", "b"), return_exceptions=True
    )

    assert isinstance(refused, ReturnExceedsPurchase)
    assert not isinstance(taken, BaseException)
    assert [kind for kind, _ in await shop.events(ola.id)] == [
        *("member.enrolled", "purchase.recorded", "points.earned"),
    ]
    await shop.buy("c", ola.id, goods(1000))  # and Ola goes on
    assert await shop.balance(ola.id) == (40, 10, 0)


async def test_two_returns_of_one_member_in_a_batch_go_one_after_another(shop: Shop) -> None:
    ola = await shop.enrol("1")
    for key in "ab":
        await shop.buy(key, ola.id, goods(3000), at=day(0))

    await asyncio.gather(shop.bring_back("ra", "a"), shop.bring_back("rb", "b"))

    assert await shop.balance(ola.id) == (0, 0, 0)
    assert await shop.count("purchase_return") == 2


# ------------------------------------------------------------------ nobody's purchase


async def test_an_unmatched_purchase_is_returned_without_units(shop: Shop) -> None:
    await shop.buy("a", "1", goods(3000, 3), at=day(0))

    receipt = await shop.bring_back("r", "a", {1: 1})

    assert receipt.refund == Refund(total=1000, other_tender=1000)
    assert (receipt.member_id, receipt.reversed, receipt.wallets, receipt.tier) == (
        None,
        (),
        {},
        {},
    )
    assert await shop.count("entry") == 0


async def test_a_return_at_a_till_whose_clock_runs_ahead_is_of_now(shop: Shop) -> None:
    await shop.buy("a", "1", goods(3000), at=day(0))

    ahead = brought("r", "a", at=day(0) + dt.timedelta(minutes=4))
    receipt = (await shop.verbs.record_return(TILL, ahead)).body

    assert receipt.occurred_at is not None
    assert receipt.occurred_at < day(0) + dt.timedelta(minutes=1)
