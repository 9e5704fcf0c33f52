"""A gift card by itself."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from service.domain.gift_cards.errors import (
    ActivationNeedsAmount,
    GiftCardAmountRefused,
    GiftCardNotFound,
    GiftCardWithoutPin,
    UnknownGiftCardKind,
)
from service.domain.gift_cards.types import IssueGiftCard
from service.domain.idempotency.errors import IdempotencyKeyReused
from service.domain.purchases.errors import CurrencyMismatch
from service.kernel.codes import normalise
from service.kernel.errors import ExpectedError
from tests.flows.gift_card_shop import balance, check, entries, issue, issued, with_cards
from tests.flows.shop import TILL, Shop, another, day


async def test_a_card_issued_active_has_its_money_until_its_end(shop: Shop) -> None:
    await with_cards(shop)

    card = await issue(shop, 2_500, currency="EUR", note="by e-mail")

    assert (card.state, card.amount, card.currency, card.pin) == ("active", 2_500, "EUR", None)
    assert card.card == "…" + (normalise(card.code) or "")[-4:]
    assert card.expires_at == card.issued_at.replace(year=2027)  # 11:00 in Warsaw both
    found = await check(shop, card.code)
    assert (found.id, found.balance, found.held, found.state) == (card.id, 2_500, 0, "active")
    assert [(e.expires_at, e.amount) for e in found.expiring] == [(card.expires_at, 2_500)]
    assert await entries(shop, card.code) == [("sold", 2_500)]
    kinds = [kind for kind, _ in await shop.events(card.id)]
    assert kinds == ["gift-card.issued", "gift-card.activated"]
    (_, activated) = (await shop.events(card.id))[1]
    assert activated["changes"] == [
        {"wallet": "gift_card", "amount": 2_500, "pending": 0, "debt": 0}
    ]
    async with shop.db.reading() as tx:
        notes = await tx.connection.fetch("select kind, note from operation")
        source = await tx.connection.fetchval(
            "select convert_from(body, 'utf8')::json ->> 'source' from outbox where version = 1"
        )
    assert [tuple(row) for row in notes] == [(6, "by e-mail")]
    assert source == f"/gift-cards/{card.id}"


async def test_a_card_issued_inactive_has_none(shop: Shop) -> None:
    await with_cards(shop)

    card = await issue(shop)

    assert (card.state, card.amount, card.operation_id) == ("issued", 0, None)
    assert await balance(shop, card.code) == (0, 0)
    assert [kind for kind, _ in await shop.events(card.id)] == ["gift-card.issued"]
    assert await entries(shop, card.code) == []


async def test_a_pin_is_made_or_chosen_and_a_chosen_one_is_not_told(shop: Shop) -> None:
    await with_cards(shop)

    made = await issue(shop, 1_000, "secret")
    chosen = await issue(shop, 1_000, "secret", pin="4711")

    assert made.pin is not None
    assert (len(made.pin), made.pin.isdigit(), chosen.pin) == (6, True, None)
    assert (await check(shop, made.code, made.pin)).balance == 1_000
    assert (await check(shop, chosen.code, "4711")).balance == 1_000
    for code, pin in ((made.code, "4711"), (chosen.code, made.pin), (made.code, None)):
        with pytest.raises(GiftCardNotFound):
            await check(shop, code, pin)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"kind": "none"}, UnknownGiftCardKind),
        ({"amount": 499}, GiftCardAmountRefused),
        ({"amount": 25_001}, GiftCardAmountRefused),
        ({"currency": "PLN"}, CurrencyMismatch),
        ({"amount": None}, ActivationNeedsAmount),
        ({"activate": False}, ActivationNeedsAmount),
        ({"pin": "4711"}, GiftCardWithoutPin),
    ],
    ids=str,
)
async def test_a_refused_one_writes_nothing_and_leaves_the_key_free(
    shop: Shop, changes: dict[str, Any], refusal: type[ExpectedError]
) -> None:
    await with_cards(shop)
    before = await shop.tables()
    good: dict[str, Any] = {"kind": "plain", "amount": 500, "activate": True}

    with pytest.raises(refusal):
        await shop.verbs.issue_gift_card(TILL, IssueGiftCard(**{**good, **changes}), "key-00001")

    assert await shop.tables() == before
    assert (await issued(shop, 500, key="key-00001")).replayed is False


async def test_the_bounds_of_an_amount_belong_to_it(shop: Shop) -> None:
    await with_cards(shop)

    assert (await issue(shop, 500)).amount == 500
    assert (await issue(shop, 25_000)).amount == 25_000
    assert (await issue(shop, 1, "secret")).amount == 1


async def test_the_same_key_answers_the_same_code_and_pin(shop: Shop) -> None:
    await with_cards(shop)
    first = await issued(shop, 1_000, "secret", key="key-00001")
    before = await shop.tables()

    again = await issued(shop, 1_000, "secret", key="key-00001")

    assert (again.body, again.replayed) == (first.body, True)
    assert await shop.tables() == before


@pytest.mark.parametrize("other", [{"amount": 999}, {"pin": "4711"}, {"note": "x"}], ids=str)
async def test_another_request_under_the_key_is_refused(shop: Shop, other: dict[str, Any]) -> None:
    await with_cards(shop)
    await issued(shop, 1_000, "secret", key="key-00001", pin="4712")
    before = await shop.tables()

    with pytest.raises(IdempotencyKeyReused):
        await issued(
            shop, **{"amount": 1_000, "kind": "secret", "pin": "4712", "key": "key-00001", **other}
        )

    assert await shop.tables() == before


async def test_at_once_under_one_key_there_is_one_card(shop: Shop) -> None:
    await with_cards(shop)
    others = [another(shop.db) for _ in range(3)]
    for built in others:
        await built.start()
    body = IssueGiftCard(kind="plain", activate=True, amount=500)
    calls = [
        built.verbs.issue_gift_card(TILL, body, "key-00001")
        for built in [*others, *others, shop.built]
    ]

    done = await asyncio.gather(*calls, return_exceptions=True)

    cards = {one.body.id for one in done if not isinstance(one, BaseException)}
    assert len(cards) == 1
    assert all(isinstance(one, ExpectedError) for one in done if isinstance(one, BaseException))
    assert await shop.count("gift_card") == await shop.count("holder") == 1


async def test_no_table_holds_a_code_or_a_pin(shop: Shop) -> None:
    """Six characters in a row of a code, or a chosen PIN; the last four are kept on purpose."""
    await with_cards(shop)
    cards = [await issue(shop, 1_000, "secret", pin="80241753") for _ in range(5)]
    cards += [await issue(shop, 1_000, "secret") for _ in range(5)]
    async with shop.db.reading() as tx:
        names = [row[0] for row in await tx.connection.fetch(
            "select tablename from pg_tables where schemaname = 'public'"
        )]  # fmt: skip
        rows = [
            row[0]
            for name in names
            for row in await tx.connection.fetch(f"select upper(t::text) from {name} t")
        ]
    text = "\n".join(rows)

    codes = [normalise(card.code) or "" for card in cards]
    assert all(code[-4:] in text for code in codes)
    parts = {code[n : n + 6] for code in codes for n in range(12)}
    assert not [part for part in parts if part in text]
    assert "80241753" not in text
    assert b"80241753".hex().upper() not in text


async def test_what_lapsed_is_not_there_though_nobody_has_settled_it(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 2_500)
    assert card.expires_at is not None

    await shop.show(card.expires_at - dt.timedelta(seconds=5))
    assert await balance(shop, card.code) == (2_500, 0)
    await shop.show(card.expires_at)
    assert await balance(shop, card.code) == (0, 0)
    assert await shop.settle() == 1
    assert await entries(shop, card.code) == [("sold", 2_500), ("expired", -2_500)]
    assert [kind for kind, _ in await shop.events(card.id)][-1] == "points.expired"


async def test_a_card_of_a_kind_without_an_end_keeps_its_money(shop: Shop) -> None:
    await with_cards(shop)
    card = await issue(shop, 2_500, "secret")
    await shop.show(day(3_650))

    assert card.expires_at is None
    assert await balance(shop, card.code) == (2_500, 0)


async def test_a_card_is_no_member(shop: Shop) -> None:
    """Its id is a holder's, and opens nothing that a member's id opens."""
    await with_cards(shop)
    card = await issue(shop, 2_500)
    calls = [
        shop.wallets(card.id),
        shop.adjust(card.id, 5),
        shop.reads.member(card.id),
        shop.reads.home(card.id, ()),
        shop.reads.entries(card.id, "points", None, 5),
        shop.reads.tier(card.id),
        shop.reads.coupons(card.id, (), None, 5),
        shop.change(card.id, profile=None),
        shop.buy("order-1", card.id),
    ]
    before = await shop.tables()

    done = await asyncio.gather(*calls, return_exceptions=True)

    told = {one.slug() if isinstance(one, ExpectedError) else repr(one) for one in done}
    assert told == {"member-not-found"}
    assert await shop.tables() == before
