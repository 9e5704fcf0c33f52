"""What a card pays, and to whom that is told."""

import asyncio
import datetime as dt

import msgspec
import pytest

from service.domain.coupons.errors import TooManyCodes
from service.domain.gift_cards import codes
from service.domain.gift_cards.errors import GiftCardNotFound, TooManyPins
from service.domain.gift_cards.types import CheckGiftCard
from service.kernel.codes import normalise
from service.kernel.values import Client
from tests.flows.coupons.test_check_coupon import queries
from tests.flows.gift_card_shop import APP, block, cards_of, check, issue, make, with_cards
from tests.flows.shop import SECRET, TILL, Shop, another, day

UNKNOWN = "7K4V-9QM2-X0HD-T3W5-8"


async def test_a_card_tells_what_it_is_in_the_language_asked_for(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 2_500)

    found = await check(shop, card.code.replace("-", " ").lower(), languages=("pl",))

    assert (found.id, found.card, found.kind) == (card.id, card.card, "plain")
    assert (found.title, found.text) == ({"pl": "Karta"}, {"en": "For you"})
    assert found.terms == {"en": "No cash"}
    assert (found.state, found.currency, found.balance) == ("active", "EUR", 2_500)
    assert found.activated_at == found.issued_at == card.issued_at


async def test_a_card_of_a_batch_is_told_though_it_is_no_holder_yet(shop: Shop) -> None:
    await with_cards(shop)
    batch = (await make(shop, 1, "secret")).body
    ((code, pin),) = await cards_of(shop, batch.id)
    before = await shop.tables("gift_card")

    found = await check(shop, code, pin)

    assert (found.state, found.balance, found.expiring) == ("issued", 0, ())
    assert await shop.tables("gift_card") == before


async def test_unknown_malformed_and_wrong_pins_are_answered_alike(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 1_000, "secret")
    blocked = await issue(shop, 1_000, "secret")
    await block(shop, card_id=blocked.id)

    told = set()
    for code, pin in (
        (UNKNOWN, "4711"),
        (UNKNOWN, None),
        ("☕", "4711"),
        ("' or 1=1 --", None),
        (card.code, "4711"),
        (card.code, None),
        (blocked.code, "4711"),
    ):
        with pytest.raises(GiftCardNotFound) as refused:
            await check(shop, code, pin)
        told.add(str(refused.value))

    assert len(told) == 1


@pytest.mark.parametrize("pin", ["4711", None])
async def test_they_ask_the_database_as_often(shop: Shop, pin: str | None) -> None:
    """Or who measures could tell a code that exists from one that does not."""
    await with_cards(shop)
    made = await issue(shop, 1_000, "secret")
    chosen = await issue(shop, 1_000, "secret", pin="471100")
    client = Client(device="kiosk")
    counts = set()

    for code in (UNKNOWN, made.code, chosen.code, "no"):
        async with queries(shop) as seen:
            with pytest.raises(GiftCardNotFound):
                await check(shop, code, pin, client)
        counts.add(len(seen))

    assert len(counts) == 1


async def test_a_key_that_reads_gift_cards_needs_no_pin_but_a_wrong_one_is_wrong(
    shop: Shop,
) -> None:
    await with_cards(shop)
    card = await issue(shop, 1_000, "secret")
    reader = msgspec.structs.replace(APP, scopes=frozenset({"giftcards:read"}))

    assert (await check(shop, card.code, actor=reader)).balance == 1_000
    assert (await check(shop, card.code, actor=TILL)).balance == 1_000
    with pytest.raises(GiftCardNotFound):
        await check(shop, card.code, "4711", actor=TILL)


async def test_a_card_without_a_pin_takes_any(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 1_000)

    for _ in range(10):
        assert (await check(shop, card.code, "4711")).balance == 1_000


@pytest.mark.parametrize("chosen", [None, "80241753"])
async def test_five_wrong_pins_lock_it_for_a_quarter_of_an_hour_then_twice_as_long(
    shop: Shop, chosen: str | None
) -> None:
    await with_cards(shop)
    card = await issue(shop, 1_000, "secret", pin=chosen)
    pin = chosen or card.pin
    for n in range(5):
        with pytest.raises(GiftCardNotFound):
            await check(shop, card.code, f"471{n}")

    for wrong_or_right in ("4711", "4719", pin):
        with pytest.raises(TooManyPins) as locked:
            await check(shop, card.code, wrong_or_right)
        assert 890 <= locked.value.retry_after_seconds <= 900
    assert (await check(shop, card.code, actor=TILL)).balance == 1_000  # who needs no PIN

    await shop.show(day(0) + dt.timedelta(minutes=16))
    with pytest.raises(GiftCardNotFound):
        await check(shop, card.code, "4719")
    with pytest.raises(TooManyPins) as locked:
        await check(shop, card.code, pin)
    assert 1_790 <= locked.value.retry_after_seconds <= 1_800

    await shop.show(day(0) + dt.timedelta(minutes=47))
    assert (await check(shop, card.code, pin)).balance == 1_000
    for n in range(4):  # the right one began anew
        with pytest.raises(GiftCardNotFound):
            await check(shop, card.code, f"471{n}")
    assert (await check(shop, card.code, pin)).balance == 1_000


async def test_the_same_wrong_pin_again_is_no_new_guess(shop: Shop) -> None:
    """Neither at the card nor of the device; a locked one is told nothing by it."""
    await with_cards(shop)
    client = Client(device="kiosk")
    card = await issue(shop, 1_000, "secret")
    for _ in range(25):
        with pytest.raises(GiftCardNotFound):
            await check(shop, card.code, "4711", client)
    for _ in range(25):
        with pytest.raises(GiftCardNotFound):
            await check(shop, UNKNOWN, "4711", client)

    assert (await check(shop, card.code, card.pin, client)).balance == 1_000


async def test_the_right_pin_is_right_however_often_it_is_sent_at_once(shop: Shop) -> None:
    """One that is not judged yet is remembered as tried."""
    await with_cards(shop)
    card = await issue(shop, 1_000, "secret")

    found = await asyncio.gather(*(check(shop, card.code, card.pin) for _ in range(12)))

    assert [one.balance for one in found] == [1_000] * 12


async def test_of_many_wrong_pins_at_once_five_are_judged(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 1_000, "secret")
    others = [another(shop.db) for _ in range(3)]
    for built in others:
        await built.start()
    calls = [
        built.verbs.check_gift_card(APP, CheckGiftCard(code=card.code, pin=f"{n:04}"), ())
        for n, built in enumerate([*others] * 5)
    ]

    done = await asyncio.gather(*calls, return_exceptions=True)

    kinds = [type(one) for one in done]
    assert kinds.count(GiftCardNotFound) == 5
    assert kinds.count(TooManyPins) == 10


async def test_whoever_fails_too_often_is_refused_whatever_the_card(shop: Shop) -> None:
    await with_cards(shop)
    client = Client(device="kiosk", address="198.51.100.7")
    cards = [await issue(shop, 1_000, "secret") for _ in range(4)]
    tried: list[tuple[str, str | None]] = []
    tried += [(card.code, f"471{n}") for card in cards for n in range(4)]
    tried += [(UNKNOWN, None), *((UNKNOWN, f"471{n}") for n in range(3))]
    for code, pin in tried:
        with pytest.raises(GiftCardNotFound):
            await check(shop, code, pin, client)

    with pytest.raises(TooManyCodes):
        await check(shop, (await issue(shop, 500)).code, client=Client(device="kiosk"))
    assert (await check(shop, cards[0].code, cards[0].pin)).balance == 1_000


async def test_a_card_whose_kind_left_the_program_is_still_told(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 1_000)
    await shop.publish(effective_from=day(3))
    await shop.show(day(3))

    found = await check(shop, card.code)

    assert (found.balance, found.title) == (1_000, {})


async def test_a_code_of_a_card_is_none_of_a_coupon(shop: Shop) -> None:
    """Their digests have keys of their own: a column that was mixed up would find nothing."""
    await with_cards(shop)
    card = await issue(shop, 1_000)
    digest = codes.digest(SECRET.encode(), normalise(card.code) or "")

    async with shop.db.reading() as tx:
        kept = await tx.connection.fetchval("select digest from gift_card")
    assert kept == digest
