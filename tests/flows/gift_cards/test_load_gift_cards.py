"""Gift cards are sold at a till, and topped up."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from service.domain.coupons.errors import TooManyCodes
from service.domain.gift_cards.errors import (
    GiftCardActive,
    GiftCardAmountRefused,
    GiftCardFull,
    GiftCardIsBlocked,
    GiftCardNotActive,
    GiftCardNotFound,
    UnknownGiftCardKind,
)
from service.domain.gift_cards.types import LoadGiftCard
from service.domain.idempotency.errors import IdempotencyKeyReused
from service.domain.purchases.errors import CurrencyMismatch
from service.kernel.errors import ExpectedError
from service.kernel.values import Client
from tests.flows.gift_card_shop import (
    activate,
    balance,
    block,
    cards_of,
    entries,
    issue,
    make,
    top_up,
    with_cards,
)
from tests.flows.shop import TILL, Shop, another, day

Put = Callable[..., Awaitable[Any]]


async def paper(shop: Shop) -> str:
    """The code of a card of a batch: nothing has happened to it."""
    batch = (await make(shop, 1)).body
    ((code, _),) = await cards_of(shop, batch.id)
    return code


async def test_a_card_of_a_batch_is_a_holder_from_its_sale_on(shop: Shop) -> None:
    await with_cards(shop)
    code = await paper(shop)
    assert await shop.count("holder") == 0

    receipt = (await activate(shop, code.lower(), 5_000, currency="EUR", note="till 3")).body

    assert (receipt.amount, receipt.balance, receipt.kind) == (5_000, 5_000, "plain")
    assert receipt.expires_at == receipt.recorded_at.replace(year=2027)
    assert await balance(shop, code) == (5_000, 0)
    assert await entries(shop, code) == [("sold", 5_000)]
    ((kind, told),) = await shop.events(receipt.id)
    assert (kind, told["amount"], told["currency"]) == ("gift-card.activated", 5_000, "EUR")
    async with shop.db.reading() as tx:
        stored = await tx.connection.fetchrow("select store_id, actor_id, contra from entry")
    assert tuple(stored) == ("waw-01", "till", 7)


async def test_each_load_keeps_its_own_end_and_the_first_to_lapse_goes_first(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 1_000)
    await shop.show(day(100))

    receipt = (await top_up(shop, card.code, 2_000)).body

    assert (receipt.amount, receipt.balance) == (2_000, 3_000)
    assert receipt.expires_at is not None
    assert card.expires_at is not None
    assert receipt.expires_at == receipt.recorded_at.replace(year=2027)
    assert [kind for kind, _ in await shop.events(card.id)][-1] == "gift-card.topped-up"
    await shop.show(card.expires_at)
    assert await balance(shop, card.code) == (2_000, 0)
    await shop.show(receipt.expires_at)
    receipt = (await top_up(shop, card.code, 500)).body  # what is due is posted before
    assert receipt.balance == 500
    assert await entries(shop, card.code) == [
        ("sold", 1_000),
        ("topped_up", 2_000),
        ("expired", -1_000),
        ("expired", -2_000),
        ("topped_up", 500),
    ]


async def test_a_card_is_sold_once(shop: Shop) -> None:
    await with_cards(shop)
    code = await paper(shop)
    await activate(shop, code, 1_000)
    before = await shop.tables()

    with pytest.raises(GiftCardActive):
        await activate(shop, code, 1_000)

    assert await shop.tables() == before


async def test_a_card_holds_no_more_than_its_kind_may(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 24_000)
    before = await shop.tables()

    with pytest.raises(GiftCardFull) as refused:
        await top_up(shop, card.code, 1_001)

    assert refused.value.room == 1_000
    assert await shop.tables() == before
    assert (await top_up(shop, card.code, 1_000)).body.balance == 25_000
    with pytest.raises(GiftCardFull) as refused:
        await top_up(shop, card.code, 500)
    assert refused.value.room == 0


@pytest.mark.parametrize("put", [activate, top_up])
@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"amount": 499}, GiftCardAmountRefused),
        ({"amount": 25_001}, GiftCardAmountRefused),
        ({"currency": "PLN"}, CurrencyMismatch),
        ({"code": "7K4V-9QM2-X0HD-T3W5-8"}, GiftCardNotFound),
        ({"code": "☕"}, GiftCardNotFound),
    ],
    ids=str,
)
async def test_bad_input_writes_nothing(
    shop: Shop, put: Put, changes: dict[str, Any], refusal: type[ExpectedError]
) -> None:
    await with_cards(shop)
    card = await issue(shop, None if put is activate else 1_000)
    but = ["code_guess"] if refusal is GiftCardNotFound else []  # it may be a guess
    before = await shop.tables(*but)

    with pytest.raises(refusal):
        await put(shop, **{"code": card.code, "amount": 500, "key": "key-00001", **changes})

    assert await shop.tables(*but) == before
    assert (await put(shop, card.code, 500, "key-00001")).replayed is False


async def test_what_state_a_card_is_in_decides_what_may_be_put_on_it(shop: Shop) -> None:
    await with_cards(shop)
    card, sold = await issue(shop), await issue(shop, 1_000)
    with pytest.raises(GiftCardNotActive):
        await top_up(shop, card.code, 1_000)
    for one in (card, sold):
        await block(shop, card_id=one.id)
    before = await shop.tables()

    for code, put in ((card.code, activate), (sold.code, top_up), (sold.code, activate)):
        with pytest.raises(GiftCardIsBlocked):
            await put(shop, code, 1_000)

    assert await shop.tables() == before


async def test_a_card_whose_kind_left_the_program_takes_no_more(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 1_000)
    await shop.publish(effective_from=day(3))
    await shop.show(day(3))

    with pytest.raises(UnknownGiftCardKind):
        await top_up(shop, card.code, 1_000)
    assert await balance(shop, card.code) == (1_000, 0)


@pytest.mark.parametrize("put", [activate, top_up])
async def test_the_same_key_puts_nothing_on_it_again(shop: Shop, put: Put) -> None:
    await with_cards(shop)
    card = await issue(shop, None if put is activate else 1_000)
    first = await put(shop, card.code, 2_000, "key-00001")
    before = await shop.tables()

    again = await put(shop, card.code, 2_000, "key-00001", client=Client(device="other"))

    assert (again.body, again.replayed) == (first.body, True)
    for other in ({"amount": 2_001}, {"code": "7K4V-9QM2-X0HD-T3W5-8"}, {"note": "x"}):
        with pytest.raises(IdempotencyKeyReused):
            await put(shop, **{"code": card.code, "amount": 2_000, "key": "key-00001", **other})
    with pytest.raises(IdempotencyKeyReused):
        await (top_up if put is activate else activate)(shop, card.code, 2_000, "key-00001")
    assert await shop.tables() == before


async def test_at_many_tills_at_once_a_card_is_sold_once(shop: Shop) -> None:
    await with_cards(shop)
    code = await paper(shop)
    tills = [another(shop.db) for _ in range(3)]
    for till in tills:
        await till.start()
    calls = [
        till.verbs.activate_gift_card(
            TILL, LoadGiftCard(code=code, amount=1_000 + n), f"till-{n:05}"
        )
        for n, till in enumerate([*tills, *tills, *tills, shop.built])
    ]

    done = await asyncio.gather(*calls, return_exceptions=True)

    sold = [one.body.amount for one in done if not isinstance(one, BaseException)]
    refused = [one for one in done if isinstance(one, BaseException)]
    assert len(sold) == 1
    assert {type(one) for one in refused} == {GiftCardActive}
    assert await balance(shop, code) == (sold[0], 0)
    assert await shop.count("holder") == 1


async def test_top_ups_at_once_all_count_and_never_make_it_too_full(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 21_000)
    tills = [another(shop.db) for _ in range(3)]
    for till in tills:
        await till.start()
    body = LoadGiftCard(code=card.code, amount=1_000)
    calls = [
        till.verbs.top_up_gift_card(TILL, body, f"till-{n:05}")
        for n, till in enumerate([*tills, *tills, *tills])
    ]

    done = await asyncio.gather(*calls, return_exceptions=True)

    refused = [one for one in done if isinstance(one, BaseException)]
    assert len(done) - len(refused) == 4
    assert {type(one) for one in refused} == {GiftCardFull}
    assert await balance(shop, card.code) == (25_000, 0)


async def test_codes_that_do_not_exist_are_counted_and_then_even_a_good_one_is_refused(
    shop: Shop,
) -> None:
    await with_cards(shop)
    card, client = await issue(shop), Client(device="till-3")
    for number in range(20):
        with pytest.raises(GiftCardNotFound):
            await activate(shop, f"guess-{number:03}", 1_000, client=client)

    with pytest.raises(TooManyCodes):
        await activate(shop, card.code, 1_000, client=client)
    assert (await activate(shop, card.code, 1_000, client=Client(device="till-4"))).body.balance
