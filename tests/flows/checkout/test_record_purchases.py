"""Purchases: natural keys, modes, instants, what a till may get wrong."""

import datetime as dt

import msgspec
import pytest

from service.domain.members.errors import MemberNotFound, UnknownIdentifierKind
from service.domain.purchases.basket import LineIn
from service.domain.purchases.errors import (
    BackdateTooFar,
    CurrencyMismatch,
    DecisionDiffers,
    InTheFuture,
    LineInvalid,
    NaturalKeyReused,
    TotalInvalid,
    UnknownChannel,
    UnknownStore,
)
from service.domain.purchases.types import Mode, RecordPurchase
from service.kernel.errors import ExpectedError
from service.kernel.ids import new_id
from service.kernel.values import Balance, EffectShown, Identifier, Movement, TierNow
from service.rules.cart import LineKind
from tests.flows.shop import TILL, Shop, another, bought, card, day, goods

JUNE_ENDS = dt.datetime(2026, 6, 30, 22, tzinfo=dt.UTC)  # 1 July, 00:00 in Warsaw


async def test_the_receipt_tells_what_was_earned_and_the_balances_after(shop: Shop) -> None:
    ola = await shop.enrol("1")

    receipt = await shop.buy("a", ola.id, goods(2338), goods(662), at=day(0), store="waw-01")

    assert receipt.member_id == ola.id
    assert (receipt.channel, receipt.external_id, receipt.store) == ("web", "a", "waw-01")
    assert (receipt.occurred_at, receipt.program_version, receipt.currency) == (day(0), 1, "EUR")
    assert (receipt.subtotal, receipt.discount, receipt.total, receipt.due) == (3000, 0, 3000, 3000)
    assert receipt.earned == (  # 14 days pending; then three months end on 16 June, in June
        Movement(wallet="points", amount=30, available_at=day(14), expires_at=JUNE_ENDS),
        Movement(wallet="status", amount=30, available_at=day(0), expires_at=None),
    )
    assert receipt.effects == tuple(
        EffectShown(campaign="base", rule="base-earn", type="points", wallet=wallet, amount=30)
        for wallet in ("points", "status")
    )
    assert receipt.wallets["points"] == Balance(available=0, pending=30, held=0, debt=0)
    assert receipt.wallets["status"] == Balance(available=30, pending=0, held=0, debt=0)
    assert receipt.tier == {"main": TierNow(id="bronze", changed=False, next="silver", missing=70)}


async def test_the_same_purchase_again_is_a_replay_with_the_same_receipt(shop: Shop) -> None:
    ola = await shop.enrol("1")
    body = bought("a", ola.id, goods(3000, category="beans"), at=day(0))
    first = await shop.record(body)
    before = await shop.tables()

    again = await shop.record(body)

    assert not first.replayed
    assert again.replayed
    assert again.body == first.body
    assert await shop.tables() == before


async def test_a_till_may_replay_after_a_month_in_another_form(shop: Shop) -> None:
    ola = await shop.enrol("1")
    first = await shop.record(bought("a", ola.id, goods(3000, 2), at=day(0)))
    await shop.show(day(80))
    before = await shop.tables()

    later = day(0).astimezone(dt.timezone(dt.timedelta(hours=2)))
    line = LineIn(sku="thing", quantity="2.000", unit_price=1500)
    again = await shop.record(bought("a", "1", line, at=later, mode=Mode.RECORD))

    assert again.replayed
    assert again.body == first.body
    assert await shop.tables() == before


async def test_other_content_under_the_same_key_is_refused(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(3000), at=day(0))
    before = await shop.tables()

    with pytest.raises(NaturalKeyReused):
        await shop.buy("a", ola.id, goods(3001), at=day(0))

    assert await shop.tables() == before


async def test_a_key_is_of_its_channel(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(3000), at=day(0))

    other = await shop.record(bought("a", ola.id, goods(1000), at=day(0), channel="pos"))

    assert not other.replayed
    assert await shop.balance(ola.id, "status") == (40, 0, 0)


async def test_a_replay_after_a_return_is_the_receipt_of_that_day(shop: Shop) -> None:
    ola = await shop.enrol("1")
    body = bought("a", ola.id, goods(3000), at=day(0))
    first = await shop.record(body)
    await shop.bring_back("r", "a")

    assert (await shop.record(body)).body == first.body


REFUSALS: list[tuple[RecordPurchase, type[ExpectedError]]] = [
    (bought("a", "1", goods(100), currency="PLN"), CurrencyMismatch),
    (bought("a", "1", goods(100), channel="kiosk"), UnknownChannel),
    (bought("a", "1", goods(100), store="nowhere"), UnknownStore),
    (bought("a", (Identifier("email", "a@b.c"),), goods(100)), UnknownIdentifierKind),
    (bought("a", (card("1"), Identifier("email", "a@b.c")), goods(100)), UnknownIdentifierKind),
    (bought("a", new_id(), goods(100)), MemberNotFound),
    (bought("a", "1", LineIn(sku="x")), LineInvalid),
    (bought("a", "1", goods(100), charged=101), TotalInvalid),
    (bought("a", "1", goods(100), charged=99), DecisionDiffers),
    (bought("a", "1", goods(100), at=day(-90.01)), BackdateTooFar),
    (bought("a", "1", goods(100), at=day(0) + dt.timedelta(minutes=6)), InTheFuture),
]


@pytest.mark.parametrize(
    ("body", "refusal"),
    REFUSALS,
    ids=[f"{refusal.slug()}-{n}" for n, (_, refusal) in enumerate(REFUSALS)],
)
async def test_a_refusal_writes_nothing_and_leaves_its_key_free(
    shop: Shop, body: RecordPurchase, refusal: type[ExpectedError]
) -> None:
    ola = await shop.enrol("1")
    await shop.show(day(0))
    before = await shop.tables()

    with pytest.raises(refusal):
        await shop.verbs.record_purchase(TILL, body)

    assert await shop.tables() == before
    taken = await shop.buy("a", ola.id, goods(200), at=day(0), channel=body.channel
                           if body.channel != "kiosk" else "web")  # fmt: skip
    assert taken.total == 200


async def test_refusals_say_what_to_do(shop: Shop) -> None:
    await shop.show(day(0))
    with pytest.raises(BackdateTooFar) as early:
        await shop.buy("a", "1", goods(100), at=day(-91))
    assert dt.timedelta() <= early.value.earliest - day(-90) < dt.timedelta(minutes=1)
    with pytest.raises(UnknownChannel) as channel:
        await shop.buy("a", "1", goods(100), channel="kiosk")
    assert channel.value.allowed == ("web", "app", "pos")
    with pytest.raises(CurrencyMismatch) as currency:
        await shop.buy("a", "1", goods(100), currency="PLN")
    assert currency.value.expected == "EUR"


async def test_a_purchase_as_old_as_the_program_takes_is_taken(shop: Shop) -> None:
    receipt = await shop.buy("a", "1", goods(100), at=day(-89.9))

    assert receipt.occurred_at == day(-89.9)


async def test_a_till_whose_clock_runs_ahead_sells_now(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.show(day(0))

    ahead = bought("a", ola.id, goods(1000), at=day(0) + dt.timedelta(minutes=4))
    receipt = (await shop.verbs.record_purchase(TILL, ahead)).body

    assert day(0) <= receipt.occurred_at <= receipt.recorded_at < day(0) + dt.timedelta(minutes=1)
    assert not receipt.late


async def test_a_purchase_without_an_instant_is_of_now(shop: Shop) -> None:
    await shop.show(day(0))

    receipt = await shop.buy("a", "1", goods(1000))

    assert dt.timedelta() <= receipt.occurred_at - day(0) < dt.timedelta(minutes=1)


# ------------------------------------------------------------------ modes


async def test_authorise_refuses_what_was_charged_otherwise_with_both_figures(shop: Shop) -> None:
    ola = await shop.enrol("1")
    before = await shop.tables()

    with pytest.raises(DecisionDiffers) as refusal:
        await shop.buy("a", ola.id, goods(3000), goods(1000), charged=3600, at=day(0))

    assert refusal.value.members() == {"charged": 3600, "decided": 4000}
    assert await shop.tables() == before


async def test_record_books_what_was_charged_and_says_that_it_differs(shop: Shop) -> None:
    ola = await shop.enrol("1")

    receipt = await shop.buy(
        "a", ola.id, goods(3000), goods(1000), charged=3600, at=day(0), mode=Mode.RECORD
    )

    assert receipt.charged_differs
    assert [line.total for line in receipt.lines] == [2700, 900]  # 400 off by what they cost
    assert (receipt.subtotal, receipt.discount, receipt.total) == (4000, 400, 3600)
    assert await shop.balance(ola.id, "status") == (36, 0, 0)


async def test_what_was_charged_as_decided_is_taken_in_either_mode(shop: Shop) -> None:
    for key, mode in (("a", Mode.AUTHORISE), ("b", Mode.RECORD)):
        receipt = await shop.buy(key, "1", goods(3000), charged=3000, mode=mode)
        assert not receipt.charged_differs


# ------------------------------------------------------------------ what earns


async def test_tobacco_gift_cards_and_deposits_do_not_earn(shop: Shop) -> None:
    ola = await shop.enrol("1")

    receipt = await shop.buy(
        "a", ola.id,
        goods(1000),
        goods(2000, category="tobacco"),
        goods(4000, kind=LineKind.GIFT_CARD),
        goods(8000, kind=LineKind.DEPOSIT),
        goods(500, kind=LineKind.SERVICE),
        at=day(0),
    )  # fmt: skip

    assert receipt.total == 15_500
    assert await shop.balance(ola.id, "status") == (15, 0, 0)


async def test_the_shops_own_discount_does_not_earn(shop: Shop) -> None:
    ola = await shop.enrol("1")

    await shop.buy("a", ola.id, goods(3000, discount_given=1001), at=day(0))

    assert await shop.balance(ola.id, "status") == (19, 0, 0)  # 19.99 EUR, floored


async def test_a_line_of_nothing_is_bought_and_earns_nothing(shop: Shop) -> None:
    ola = await shop.enrol("1")

    receipt = await shop.buy("a", ola.id, goods(0), goods(0, category="beans"), at=day(0))

    assert (receipt.total, receipt.due) == (0, 0)
    assert [m.amount for m in receipt.earned] == [50]  # the fixed ones of beans
    assert [e[1] for e in await shop.entries(ola.id)] == [50]


async def test_a_purchase_of_500_lines_is_decided_as_one(shop: Shop) -> None:
    ola = await shop.enrol("1")
    lines = [goods(10, sku=f"s{n}", category=f"c{n % 7}") for n in range(500)]

    receipt = await shop.buy("a", ola.id, *lines, at=day(0))

    assert len(receipt.lines) == 500
    assert receipt.total == 5000
    assert receipt.wallets["points"].pending == 50


async def test_a_weight_and_a_unit_price_make_the_amount(shop: Shop) -> None:
    ola = await shop.enrol("1")

    receipt = await shop.buy(
        "a", ola.id, LineIn(sku="cheese", quantity="0.732", unit_price=2990), at=day(0)
    )

    assert receipt.total == 2189  # 21.8868 EUR
    assert receipt.wallets["status"].available == 21


# ------------------------------------------------------------------ late


async def test_a_late_purchase_is_decided_by_the_tier_of_its_day(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.show(day(20))
    await shop.buy("a", ola.id, goods(10_000), at=day(10))  # silver from here on
    assert await shop.tier(ola.id) == "silver"

    before = await shop.buy("b", ola.id, goods(1000), at=day(9))
    after = await shop.buy("c", ola.id, goods(1000), at=day(11))

    assert (before.late, before.earned[0].amount) == (True, 10)
    assert (after.late, after.earned[0].amount) == (True, 20)


async def test_a_late_purchase_moves_the_tier_from_its_own_day(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.show(day(20))
    await shop.buy("a", ola.id, goods(6000), at=day(10))

    late = await shop.buy("b", ola.id, goods(4000), at=day(5))

    # 40 on day 5, 100 on day 10: silver from day 10, and told now
    assert late.tier == {"main": TierNow(id="silver", changed=True, next="gold", missing=200)}
    (ladder,) = (await shop.reads.tier(ola.id)).ladders.values()
    assert [(step.from_at, step.tier) for step in ladder.history] == [(day(10), "silver")]
    later = await shop.buy("c", ola.id, goods(1000), at=day(12))
    assert later.earned[0].amount == 20


async def test_a_decision_is_never_changed_by_a_later_arrival(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.show(day(20))
    first = await shop.buy("a", ola.id, goods(1000), at=day(15))
    await shop.buy("b", ola.id, goods(10_000), at=day(10))  # it would have been silver's

    assert await shop.reads.purchase(first.id) == first
    assert (await shop.reads.explanation(first.id, full=True)).same


async def test_a_late_lot_whose_time_has_come_is_available_at_once(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.show(day(20))
    await shop.buy("a", ola.id, goods(1000), at=day(20))

    await shop.buy("b", ola.id, goods(3000), at=day(4))

    assert await shop.balance(ola.id) == (30, 10, 0)


async def test_a_lot_past_its_expiry_is_written_and_expired_in_one_transaction(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.show(day(60))

    receipt = await shop.buy("a", ola.id, goods(1000, 2, brand="acme"), at=day(10))

    # 20 stars lapsed after 30 days, when the clocks had changed
    assert receipt.wallets["stars"] == Balance(available=0, pending=0, held=0, debt=0)
    assert await shop.entries(ola.id, "stars") == [
        ("earned", 20, 0, day(10)),
        ("expired", -20, 0, day(40) - dt.timedelta(hours=1)),
    ]


async def test_purchases_in_any_order_give_the_same_totals_and_tier(shop: Shop) -> None:
    ola, jan = await shop.enrol("1"), await shop.enrol("2")
    await shop.show(day(30))
    amounts = {0: 4000, 3: 5000, 9: 3000}
    for n, on in enumerate((0, 3, 9)):
        await shop.buy(f"ola-{n}", ola.id, goods(amounts[on], category="tobacco"), at=day(on))
    for n, on in enumerate((9, 0, 3)):
        await shop.buy(f"jan-{n}", jan.id, goods(amounts[on], category="tobacco"), at=day(on))

    assert await shop.wallets(ola.id) == await shop.wallets(jan.id)
    first, second = await shop.reads.tier(ola.id), await shop.reads.tier(jan.id)
    assert first.ladders["main"].history == second.ladders["main"].history


# ------------------------------------------------------------------ together


async def test_items_of_a_batch_each_have_their_own_result_in_order(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.show(day(0))
    items = [
        bought("a", ola.id, goods(6000), at=day(0)),
        bought("b", ola.id, goods(6000), currency="PLN"),
        bought("c", ola.id, LineIn(sku="x")),
        bought("d", ola.id, goods(6000), at=day(0)),
        bought("a", ola.id, goods(6000), at=day(0)),
        bought("a", ola.id, goods(1), at=day(0)),
    ]

    first, second, third, fourth, again, reused = await shop.verbs.record_purchase_batch(
        TILL, items
    )

    assert [type(r) for r in (second, third, reused)] == [
        *(CurrencyMismatch, LineInvalid, NaturalKeyReused),
    ]
    assert not isinstance(first, ExpectedError)
    assert not isinstance(fourth, ExpectedError)
    assert not isinstance(again, ExpectedError)
    assert first.body.wallets["status"].available == 60
    assert fourth.body.wallets["status"].available == 120  # one after another
    assert (again.replayed, again.body) == (True, first.body)
    assert await shop.count("purchase") == 2


async def test_two_workers_see_each_others_purchases(shop: Shop) -> None:
    ola = await shop.enrol("1")
    other = another(shop.db)
    await other.start()
    body = bought("a", ola.id, goods(3000), at=day(0))
    first = await shop.record(body)

    again = await other.verbs.record_purchase(TILL, body)

    assert again == msgspec.structs.replace(first, replayed=True)
