"""Answers in words, by hand: base-earn gives 1 point for each euro, pending for 14 days."""

from typing import Final

import pytest

from service.domain.programs.errors import VersionBehind
from service.domain.returns.types import PurchaseRef, RecordReturn
from service.flows.steps.returns.exchanging import ExchangeItems
from service.kernel.values import EffectShown
from tests.flows.counter import CHECKOUT, buy, hold, quote, rich
from tests.flows.shop import SOURCE, TILL, Shop, another, bought, day, goods

LINES: Final = """
receipts:
  purchase:
    en:
      - "+{earned.points} points, yours {available.points}"
      - "{missing.main} to {next.main}"
      - "You are {tier.main}"
    pl: ["+{earned.points} punktów, masz {available.points}"]
  return:
    en: ["Back to you {refund.total}", "Points taken {taken.points}", "You are {tier.main}"]
"""
PROGRAM: Final = (
    SOURCE.replace(
        "      - id: base-earn ",
        "      - title: {en: A point a euro, pl: Punkt za euro}\n        id: base-earn ",
    ).replace("  - id: acme-weeks ", "  - title: {en: Acme weeks}\n    id: acme-weeks ")
    + LINES
)
COUNTER: Final = (
    CHECKOUT.replace("NEXT5: {", "NEXT5: {title: {en: 5 euros off, pl: 5 euro mniej}, ").replace(
        "TENTH: {", "TENTH: {title: {en: A tenth off}, "
    )
    + """
receipts:
  purchase:
    en: ["For you: {coupons}", "Paid with {paid.points} points", "Saved {saved}, to pay {due}"]
  quote: {en: ["Would bring {earned.points}", "Saves {saved}, from {total}"]}
  hold: {en: ["Kept: {paid.points} points", "Left: {available.points}", "To pay {due}"]}
"""
)  # fmt: skip


async def words(shop: Shop, source: str = PROGRAM) -> Shop:
    """The shop with lines, at day 0."""
    await shop.show(day(-1))
    await shop.publish(source, None)
    await shop.show(day(0))
    return shop


async def test_a_receipt_tells_what_was_earned_and_what_is_missing(shop: Shop) -> None:
    """60 euros: 60 points, all pending; 60 of the 100 to silver."""
    await words(shop)
    ola = (await shop.enrol("1")).id
    receipt = await shop.buy("a", ola, goods(6_000), at=day(0))

    told = shop.reads.worded(receipt, ())

    assert receipt.texts == ()
    assert told.texts == ("+60 points, yours 0", "40 to Silver", "You are Bronze")
    assert shop.reads.worded(receipt, ("pl-PL",)).texts == ("+60 punktów, masz 0",)
    assert shop.reads.worded(receipt, ("fr", "pl")).texts == ("+60 punktów, masz 0",)


async def test_what_had_an_effect_has_the_title_of_its_rule_or_campaign(shop: Shop) -> None:
    """Two units of acme: 10 stars each, of a campaign whose rule has no title."""
    await words(shop)
    ola = (await shop.enrol("1")).id
    receipt = await shop.buy("a", ola, goods(6_000, 2, brand="acme"), at=day(0))

    def titles(effects: tuple[EffectShown, ...]) -> set[tuple[str, str]]:
        return {(one.rule, text) for one in effects for text in one.title.values()}

    assert titles(shop.reads.worded(receipt, ()).effects) == {
        ("base-earn", "A point a euro"),
        ("base-earn", "Punkt za euro"),
        ("acme-stars", "Acme weeks"),
    }
    assert titles(shop.reads.worded(receipt, ("pl",)).effects) == {
        ("base-earn", "Punkt za euro"),
        ("acme-stars", "Acme weeks"),
    }
    assert titles(receipt.effects) == set()


async def test_a_replay_has_the_same_texts_whatever_has_happened_since(shop: Shop) -> None:
    await words(shop)
    ola = (await shop.enrol("1")).id
    body = bought("a", ola, goods(6_000), at=day(0))
    first = shop.reads.worded((await shop.record(body)).body, ())
    await shop.buy("b", ola, goods(4_000), at=day(1))
    await shop.publish(PROGRAM.replace("You are {tier", "Hello {tier"), None)
    await shop.show(day(30))

    again = await shop.record(body)

    assert again.replayed
    assert shop.reads.worded(again.body, ()) == first
    assert shop.reads.worded(await shop.reads.purchase(first.id), ()) == first
    third = await shop.buy("c", ola, goods(100), at=day(30))
    assert shop.reads.worded(third, ()).texts[-1] == "Hello Silver"


async def test_a_purchase_of_nobody_has_nothing_to_tell(shop: Shop) -> None:
    await words(shop)
    receipt = await shop.buy("a", None, goods(6_000), at=day(0))

    assert shop.reads.worded(receipt, ()).texts == ()


async def test_at_the_top_no_next_tier_is_told(shop: Shop) -> None:
    """300 euros are gold at once; 300 points are pending."""
    await words(shop)
    ola = (await shop.enrol("1")).id
    receipt = await shop.buy("a", ola, goods(30_000), at=day(0))

    assert shop.reads.worded(receipt, ()).texts == ("+300 points, yours 0", "You are Gold")


async def test_a_return_tells_what_is_handed_back_and_taken_back(shop: Shop) -> None:
    """100 euros were silver; without them 100 points and the tier are gone."""
    await words(shop)
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(10_000), at=day(0))
    back = await shop.bring_back("r", "a", at=day(1))
    await shop.publish(PROGRAM.replace("Back to you", "Yours again"), None)
    await shop.show(day(2))

    told = shop.reads.worded(back, ())

    assert told.texts == ("Back to you €100.00", "Points taken 100", "You are Bronze")


async def test_a_parked_return_has_nothing_to_tell_yet(shop: Shop) -> None:
    await words(shop)
    parked = await shop.bring_back("r", "not-yet", at=day(0))

    assert shop.reads.worded(parked, ()) is parked


async def test_both_receipts_of_an_exchange_are_told(shop: Shop) -> None:
    """60 euros come back, 20 are bought: 60 points are taken, 20 given."""
    await words(shop)
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(6_000), at=day(0))
    items = ExchangeItems(
        bring=RecordReturn(
            channel="web", external_id="r", purchase=PurchaseRef(channel="web", external_id="a")
        ),
        buy=bought("b", ola, goods(2_000)),
    )
    done = (await shop.verbs.exchange_items(TILL, items)).body

    told = shop.reads.worded(done, ())

    assert told.returned.texts == ("Back to you €60.00", "Points taken 60", "You are Bronze")
    assert told.purchase.texts == ("+20 points, yours 0", "80 to Silver", "You are Bronze")
    assert told.net_due == done.net_due == -4_000


async def test_a_quote_tells_what_the_purchase_would_bring(checkout: Shop) -> None:
    """A tenth off 30 euros is 3; 27 points."""
    await words(checkout, COUNTER)
    ola = await rich(checkout, "1", 0)
    await buy(checkout, "a", ola, goods(1_000, category="mug"))
    asked = await quote(checkout, ola, goods(3_000), coupons=("TENTH10",))

    told = checkout.reads.worded(asked, ("pl",))

    assert told.texts == ("Would bring 27", "Saves €3.00, from €27.00")
    assert [(one.rule, one.title) for one in told.effects if one.title] == [
        ("TENTH", {"en": "A tenth off"})
    ]
    assert [one.title for one in told.usable.coupons] == [{"pl": "5 euro mniej"}]
    assert [one.title for one in checkout.reads.worded(asked, ()).usable.coupons] == [
        {"en": "5 euros off", "pl": "5 euro mniej"}
    ]


async def test_a_hold_tells_what_is_kept_and_what_is_left(checkout: Shop) -> None:
    """500 of 1,000 points are 5 euros of 30."""
    await words(checkout, COUNTER)
    ola = await rich(checkout, "1", 1_000)
    kept = await hold(checkout, "k", ola, goods(3_000), points=500)

    told = checkout.reads.worded(kept, ())

    assert told.texts == ("Kept: 500 points", "Left: 500", "To pay €25.00")
    read = checkout.reads.worded(await checkout.reads.hold(kept.id), ())
    assert read.texts[0] == told.texts[0]


async def test_a_receipt_names_the_coupons_it_gives(checkout: Shop) -> None:
    """A mug for 10 euros brings a coupon; 100 points are 1 euro."""
    await words(checkout, COUNTER)
    ola = await rich(checkout, "1", 1_000)
    receipt = await buy(checkout, "a", ola, goods(1_000, category="mug"), points=100)

    told = checkout.reads.worded(receipt, ("en",))

    assert told.texts == ("For you: 5 euros off", "Paid with 100 points")
    assert [one.title for one in told.issued] == [{"en": "5 euros off"}]


async def test_without_lines_and_titles_an_answer_is_as_it_was(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 1_000)
    receipt = await buy(checkout, "a", ola, goods(1_000))
    asked = await quote(checkout, ola, goods(1_000))
    kept = await hold(checkout, "k", ola, goods(1_000))

    assert checkout.reads.worded(receipt, ("en",)) is receipt
    assert checkout.reads.worded(asked, ("en",)) is asked
    assert checkout.reads.worded(kept, ("en",)) is kept


async def test_a_process_that_does_not_know_the_version_says_so(shop: Shop) -> None:
    receipt = await shop.buy("a", (await shop.enrol("1")).id, goods(6_000), at=day(0))

    with pytest.raises(VersionBehind):
        another(shop.db).reads.worded(receipt, ())
