"""Holders of what is recorded of nobody who is known: one each, and none for what is refused."""

import uuid
from collections.abc import Sequence
from typing import Any

import pytest

from service.domain.holders import store as holders
from service.domain.holders.types import Kind
from service.domain.members import store as members
from service.domain.members.identifiers import BEGINNING, digest
from service.domain.purchases.basket import Basket
from service.domain.purchases.errors import CouponsRefused
from service.domain.purchases.types import PlaceHold, RecordPurchase
from service.flows.checkout import (
    place_holds,
    record_purchases,
)
from service.flows.steps import unclaimed
from service.flows.steps.checkout.gift_cards import named
from service.flows.steps.checkout.proving import Proof
from service.flows.steps.match import NEW, Match, MatchAgain, known_or_new
from service.flows.steps.match import Look as Looking
from service.flows.steps.match import Who as Named
from service.infra.batch import BUSY
from service.kernel.answer import Answer
from service.kernel.ids import new_id
from tests.flows import races
from tests.flows.checkout.test_exchange_items import do, exchange
from tests.flows.counter import basket, buy, hold, nothing_written, sale
from tests.flows.gift_card_shop import issue
from tests.flows.shop import SECRET, TILL, Shop, Who, another, card, day, goods
from tests.flows.steps.checkout.test_paying_by_card import by
from tests.flows.test_concurrency import patient

WRONG = ("7K4V-9QM2-X0H1",)


def proofs_of(body: Basket) -> list[Proof]:
    """Its gift cards have no PINs."""
    return [Proof(known=True)] * len(body.gift_cards)


async def record(shop: Shop, bodies: Sequence[RecordPurchase], *, wait: bool = False) -> list[Any]:
    """One batch: what came of each, or the type of its refusal."""
    commands = [record_purchases.command(TILL, b, proofs=proofs_of(b)) for b in bodies]
    return shown(await record_purchases.record_purchases(shop.built.ctx, commands, wait=wait))


async def place(shop: Shop, bodies: Sequence[PlaceHold]) -> list[Any]:
    """The same of holds."""
    commands = [place_holds.command(TILL, b, proofs=proofs_of(b)) for b in bodies]
    return shown(await place_holds.place_holds(shop.built.ctx, commands, wait=False))


def shown(results: Sequence[Any]) -> list[Any]:
    """Answers are enough by name."""
    return [one if one is BUSY else type(one) for one in results]


async def holders_of(shop: Shop, table: str) -> list[uuid.UUID]:
    """Whose the rows of a table are."""
    async with shop.db.reading() as tx:
        return [row[0] for row in await tx.connection.fetch(f"select holder_id from {table}")]


@pytest.mark.parametrize("nobody", ["9", None])
@pytest.mark.parametrize("verb", ["buy", "hold", "exchange"])
async def test_a_refusal_of_nobody_who_is_known_leaves_every_table_as_it_was(
    checkout: Shop, verb: str, nobody: Who
) -> None:
    await buy(checkout, "a", "1", goods(1_000), at=day(0))

    async def ask() -> None:
        if verb == "buy":
            await buy(checkout, "p1", nobody, goods(3_000), coupons=WRONG)
        elif verb == "hold":
            await hold(checkout, "c1", nobody, goods(3_000), coupons=WRONG)
        else:
            await do(checkout, exchange("x", nobody, "a", goods(3_000), coupons=WRONG))

    async with nothing_written(checkout, "code_guess"):  # of the shop: it may be tried by somebody
        with pytest.raises(CouponsRefused):
            await ask()


async def test_others_of_the_batch_have_their_holders(checkout: Shop) -> None:
    """Also one of the same unknown card, whose first purchase is refused."""
    lines = (goods(3_000),)
    bodies = [
        sale("p1", "9", *lines, coupons=WRONG),
        sale("p2", "9", *lines),
        sale("p3", None, *lines, coupons=WRONG),
        sale("p4", "8", *lines),
        sale("p5", None, *lines),
        sale("p6", "7", *lines, coupons=WRONG),
    ]

    came = await record(checkout, bodies)

    assert came == [CouponsRefused, Answer, CouponsRefused, Answer, Answer, CouponsRefused]
    of_purchases = await holders_of(checkout, "purchase")
    assert len(set(of_purchases)) == 3
    assert sorted(await holders_of(checkout, "holder")) == sorted(of_purchases)
    assert set(await holders_of(checkout, "identifier")) < set(of_purchases)
    assert await checkout.count("identifier") == 2


async def test_so_have_holds(checkout: Shop) -> None:
    lines = (goods(3_000),)
    bodies = [
        basket(PlaceHold, "9", *lines, checkout="c1", coupons=WRONG),
        basket(PlaceHold, "9", *lines, checkout="c2"),
        basket(PlaceHold, None, *lines, checkout="c3", coupons=WRONG),
        basket(PlaceHold, None, *lines, checkout="c4"),
    ]

    came = await place(checkout, bodies)

    assert came == [CouponsRefused, Answer, CouponsRefused, Answer]
    of_holds = await holders_of(checkout, "hold")
    assert len(of_holds) == 2
    assert sorted(await holders_of(checkout, "holder")) == sorted(of_holds)


@pytest.mark.parametrize("nobody", ["9", None])
async def test_who_waits_for_a_card_in_the_batch_and_is_refused_then_leaves_none(
    checkout: Shop, nobody: Who
) -> None:
    """Its turn comes in the second round, when the first has been committed."""
    gift = await issue(checkout, 9_000)
    cards = (by(gift.code, 100),)
    before = await checkout.count("holder")
    lines = (goods(3_000),)

    bought = await record(
        checkout,
        [
            sale("p1", "8", *lines, gift_cards=cards),
            sale("p2", nobody, *lines, gift_cards=cards, coupons=WRONG),
        ],
    )
    held = await place(
        checkout,
        [
            basket(PlaceHold, "8", *lines, checkout="c1", gift_cards=cards),
            basket(PlaceHold, nobody, *lines, checkout="c2", gift_cards=cards, coupons=WRONG),
        ],
    )

    assert (bought, held) == ([Answer, CouponsRefused],) * 2
    assert await checkout.count("holder") == before + 1
    assert await checkout.count("identifier") == 1


@pytest.mark.parametrize("nobody", ["9", None])
async def test_none_is_made_for_who_has_to_wait_for_a_lock(checkout: Shop, nobody: Who) -> None:
    gift = await issue(checkout, 9_000)
    cards = (by(gift.code, 100),)
    lines = (goods(3_000),)
    async with checkout.db.reading() as tx:
        row = await named(tx, checkout.built.ctx, gift.code, None)

    async with checkout.db.transaction() as other:
        await holders.lock(other, [row.holder_id], wait=True, clock_offset=checkout.db.clock_offset)
        async with nothing_written(checkout):
            busy = [
                *await record(checkout, [sale("p1", nobody, *lines, gift_cards=cards)]),
                *await place(
                    checkout,
                    [basket(PlaceHold, nobody, *lines, checkout="c1", gift_cards=cards)],
                ),
            ]

    assert busy == [BUSY, BUSY]


async def test_an_unknown_card_that_buys_everywhere_at_once_has_one_holder(checkout: Shop) -> None:
    """Two processes, purchases and holds; a part of them is refused."""
    other = Shop(checkout.db, another(checkout.db))
    await other.built.start()
    shops, lines = (checkout, other), (goods(3_000),)

    came = await races.at_once(
        [
            *(races.buying(shops[n % 2], f"p{n}", "9", *lines) for n in range(6)),
            *(races.buying(shops[n % 2], f"r{n}", "9", *lines, coupons=WRONG) for n in range(6)),
            *(races.holding(shops[n % 2], f"c{n}", "9", *lines) for n in range(4)),
        ]
    )
    await other.built.gate.drain()

    assert came == [races.DONE] * 6 + ["CouponsRefused"] * 6 + [races.DONE] * 4
    (holder,) = await holders_of(checkout, "holder")
    assert set(await holders_of(checkout, "purchase")) == {holder}
    assert set(await holders_of(checkout, "hold")) == {holder}
    assert await holders_of(checkout, "identifier") == [holder]


async def test_a_checkout_of_nobody_that_is_held_everywhere_at_once_is_held_once(
    checkout: Shop,
) -> None:
    other = Shop(checkout.db, another(checkout.db))
    await other.built.start()
    shops = (checkout, other)

    came = await races.at_once(
        [races.holding(shops[n % 2], "c1", None, goods(3_000)) for n in range(8)]
    )
    await other.built.gate.drain()

    assert sorted(came) == [races.DONE] + ["replayed"] * 7
    assert await checkout.count("hold") == await checkout.count("holder") == 1


async def test_a_card_that_is_enrolled_while_it_first_buys_is_the_members_with_all_it_bought(
    checkout: Shop,
) -> None:
    other = Shop(checkout.db, another(checkout.db))
    await other.built.start()

    async def enrolling() -> None:
        await other.enrol("9")

    came = await races.at_once(
        [
            *(races.buying(checkout, f"p{n}", "9", goods(3_000)) for n in range(4)),
            lambda: patient(enrolling),
        ]
    )
    await other.built.gate.drain()

    assert came == [races.DONE] * 5
    async with checkout.db.reading() as tx:
        (member,) = [
            row[0]
            for row in await tx.connection.fetch(
                "select holder_id from holder where kind = $1", Kind.MEMBER
            )
        ]
    assert await holders_of(checkout, "purchase") == [member] * 4
    assert await checkout.balance(member) == (120, 0, 0)


async def test_they_are_made_with_their_identifiers_and_are_locked(shop: Shop) -> None:
    asked = [Named((card("9"),), None, day(0)), Named((), None, None)]
    look = Looking(shop.built.ctx, asked)

    async with shop.db.transaction() as tx:
        await tx.ask_all(look.questions)
        new = [one for one in known_or_new(look, asked, day(0)) if isinstance(one, Match)]
        made = await unclaimed.make(tx, [Match(new_id(), 3), *new], day(0))
        assert list(made) == sorted(one.holder_id for one in new)
        async with shop.db.reading() as elsewhere:
            assert await holders.find(elsewhere, made) == {}
        locked, _ = await holders.lock(tx, made, wait=False, clock_offset=shop.db.clock_offset)

    for holder_id, holder in made.items():
        assert [getattr(holder, name) for name in holder.__slots__] == [
            getattr(locked[holder_id], name) for name in holder.__slots__
        ]
        assert holder.is_new
    assert await holders_of(shop, "identifier") == [new[0].holder_id]


async def test_what_somebody_else_made_this_moment_is_matched_again(shop: Shop) -> None:
    """Its identifier, or the holder of a checkout of nobody."""
    theirs, ours, checkout_id = new_id(), new_id(), new_id()
    value = digest(SECRET.encode(), card("9"))
    async with shop.db.transaction() as tx:
        await members.insert_identifiers(tx, [(value, BEGINNING, None, theirs, "card")], day(0))
        await holders.insert(tx, [checkout_id], Kind.UNCLAIMED, [BEGINNING], day(0))

    for match in (
        Match(ours, NEW, is_new=True, claim=(value, BEGINNING, None, ours, "card")),
        Match(checkout_id, NEW, is_new=True),
    ):
        async with nothing_written(shop):
            with pytest.raises(MatchAgain) as again:
                async with shop.db.transaction() as tx:
                    await unclaimed.make(tx, [match], day(0))
            assert again.value.lost == {match.holder_id}


async def test_for_those_that_are_known_nothing_is_made(shop: Shop) -> None:
    async with nothing_written(shop), shop.db.transaction() as tx:
        assert await unclaimed.make(tx, [Match(new_id(), 1), Match(new_id(), NEW)], day(0)) == {}
