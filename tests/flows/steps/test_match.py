"""Whose a purchase is: by id, by the first identifier that matches, by who held it that day."""

import pytest

from service.domain.members.errors import MemberErased, MemberNotFound
from service.domain.members.identifiers import BEGINNING
from service.flows.steps.match import NEW, Look, Match, Who, match
from service.kernel.ids import new_id
from tests.flows.eraser import erased
from tests.flows.shop import Shop, card, day, goods, phone


async def test_an_identifier_matches_in_any_spelling(shop: Shop) -> None:
    ola = await shop.enrol("4012-001")

    for n, spelled in enumerate(("4012001", "4012 001", "(4012) 001")):
        receipt = await shop.buy(f"a{n}", spelled, goods(100))
        assert receipt.member_id == ola.id


async def test_the_first_identifier_that_matches_wins(shop: Shop) -> None:
    ola, jan = await shop.enrol("1"), await shop.enrol(phone("5"))

    first = await shop.buy("a", (phone("5"), card("1")), goods(100))
    second = await shop.buy("b", (card("9"), card("1")), goods(100))

    assert (first.member_id, first.identifier_conflict) == (jan.id, True)
    assert (second.member_id, second.identifier_conflict) == (ola.id, False)


async def test_identifiers_of_one_member_do_not_conflict(shop: Shop) -> None:
    ola = await shop.enrol("1", phone("5"))

    receipt = await shop.buy("a", (card("1"), phone("5")), goods(100))

    assert (receipt.member_id, receipt.identifier_conflict) == (ola.id, False)


async def test_a_members_identifier_wins_over_one_nobody_has_claimed(shop: Shop) -> None:
    ola = await shop.enrol(phone("5"))
    unmatched = await shop.buy("a", "1", goods(100))
    assert unmatched.member_id is None

    receipt = await shop.buy("b", (card("1"), phone("5")), goods(100))

    assert (receipt.member_id, receipt.identifier_conflict) == (ola.id, False)


async def test_an_id_is_a_members_or_refused(shop: Shop) -> None:
    await shop.buy("a", "1", goods(100))
    async with shop.db.reading() as tx:
        unclaimed = await tx.connection.fetchval("select holder_id from holder where kind = 2")
    before = await shop.tables()

    for nobody in (unclaimed, new_id()):
        with pytest.raises(MemberNotFound):
            await shop.buy("b", nobody, goods(100))

    assert await shop.tables() == before


async def test_purchases_of_one_unknown_identifier_belong_together(shop: Shop) -> None:
    first = await shop.buy("a", "1", goods(100))
    second = await shop.buy("b", "1", goods(100))
    await shop.buy("c", "2", goods(100))

    async with shop.db.reading() as tx:
        rows = await tx.connection.fetch("select purchase_id, holder_id from purchase")
    holder = {row["purchase_id"]: row["holder_id"] for row in rows}
    assert holder[first.id] == holder[second.id]
    assert len(set(holder.values())) == 2


async def test_a_purchase_of_nobody_at_all_is_kept_by_itself(shop: Shop) -> None:
    receipts = [await shop.buy(key, None, goods(100)) for key in ("a", "b")]

    assert [receipt.member_id for receipt in receipts] == [None, None]
    assert await shop.count("holder") == 2
    assert await shop.count("identifier") == 0


async def test_an_unmatched_purchase_earns_nothing_and_is_an_event(shop: Shop) -> None:
    receipt = await shop.buy("a", "1", goods(3000, category="beans"), at=day(0))

    assert (receipt.earned, receipt.effects, receipt.wallets, receipt.tier) == ((), (), {}, {})
    assert await shop.count("entry") == await shop.count("limit_use") == 0
    async with shop.db.reading() as tx:
        holder = await tx.connection.fetchval("select holder_id from purchase")
    ((kind, data),) = await shop.events(holder)
    assert kind == "purchase.recorded"
    assert (data["member_id"], data["total"]) == (None, 3000)


async def test_an_identifier_is_stored_as_a_keyed_hash_alone(shop: Shop) -> None:
    await shop.buy("a", (phone("48600100200"),), goods(100))

    async with shop.db.reading() as tx:
        for table in ("identifier", "purchase", "holder", "purchase_key", "outbox"):
            texts = await tx.connection.fetch(f"select t::text from {table} t")
            bodies = await tx.connection.fetch("select body from outbox")
            assert texts
            assert not any("48600100200" in row[0] for row in texts)
            assert not any(b"48600100200" in row[0] for row in bodies)


async def test_a_purchase_belongs_to_whoever_held_the_identifier_that_day(shop: Shop) -> None:
    ola = await shop.enrol("1", phone("5"))
    await shop.show(day(10))
    await shop.change(ola.id, remove=(phone("5"),))
    await shop.show(day(20))
    jan = await shop.enrol(phone("5"))
    await shop.show(day(30))

    owners = [
        (await shop.buy(f"a{on}", (phone("5"),), goods(100), at=day(on))).member_id
        for on in (5, 15, 25)
    ]

    assert owners == [ola.id, jan.id, jan.id]  # verified: Jan's from when Ola gave it up


async def test_between_two_owners_it_is_nobodys_until_proven(shop: Shop) -> None:
    ola = await shop.enrol("1", phone("5"))
    await shop.show(day(10))
    await shop.change(ola.id, remove=(phone("5"),))
    await shop.show(day(20))
    jan = await shop.enrol("2", phone("5", verified=False))
    await shop.show(day(30))

    owners = [
        (await shop.buy(f"a{on}", (phone("5"),), goods(100), at=day(on))).member_id
        for on in (5, 15, 25)
    ]

    assert owners == [ola.id, None, jan.id]


async def test_looking_makes_nobody(shop: Shop) -> None:
    await shop.enrol("1")
    before = await shop.tables()
    who = [Who((card("9"),), None, day(0)), Who((), None, None), Who((), new_id(), None)]

    look = Look(shop.built.ctx, who)
    async with shop.db.transaction() as tx:
        await tx.ask_all(look.questions)
    found = [look.of(one, day(0)) for one in who]

    assert found[:2] == [None, None]
    assert isinstance(found[2], MemberNotFound)
    assert await shop.tables() == before


async def test_unknown_identifiers_of_a_batch_get_one_new_holder_each(shop: Shop) -> None:
    """They are not made here: a purchase may be refused yet."""
    who = [Who((card(value),), None, day(0)) for value in ("1", "2", "1")] + [Who((), None, None)]

    async with shop.db.transaction() as tx:
        found = [
            one for one in await match(tx, shop.built.ctx, who, day(0)) if isinstance(one, Match)
        ]

    ids = [one.holder_id for one in found]
    assert ids[0] == ids[2]
    assert (len(ids), len(set(ids))) == (4, 3)
    assert all(one.is_new for one in found)
    assert [one.claim and one.claim[1:] for one in found] == [
        (BEGINNING, None, ids[0], "card"),
        (BEGINNING, None, ids[1], "card"),
        (BEGINNING, None, ids[0], "card"),
        None,
    ]
    assert await shop.count("holder") == await shop.count("identifier") == 0


async def test_a_new_holder_of_a_checkout_has_the_id_it_is_known_by(shop: Shop) -> None:
    checkout_id = new_id()

    async with shop.db.transaction() as tx:
        found = await match(tx, shop.built.ctx, [Who((), None, None, checkout_id)], day(0))

    assert found == [Match(checkout_id, NEW, is_new=True)]


async def test_whoever_was_erased_is_refused_by_id_and_nobody_where_it_has_happened(
    verified: Shop,
) -> None:
    ola = (await verified.enrol("1")).id
    await erased(verified, ola)
    async with verified.db.reading() as tx:
        asked = [Who((), ola, None), Who((), ola, None, has_happened=True)]
        refused, nobody = await match(tx, verified.built.ctx, asked, day(0))
    assert isinstance(refused, MemberErased)
    assert isinstance(nobody, Match)
    assert nobody.is_new
    assert nobody.holder_id != ola


async def test_what_stands_on_a_hold_of_who_was_erased_is_a_new_holders(verified: Shop) -> None:
    ola = (await verified.enrol("1")).id
    await erased(verified, ola)
    async with verified.db.reading() as tx:
        (found,) = await match(tx, verified.built.ctx, [Who((), None, None, ola)], day(0))
    assert isinstance(found, Match)
    assert found.is_new
    assert found.holder_id != ola
