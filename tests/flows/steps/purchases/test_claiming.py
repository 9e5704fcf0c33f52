"""Identifiers taken: what was bought under them before comes along, by the rules of its own day."""

import asyncio
import uuid

import pytest

from service.domain.members.errors import IdentifierTaken
from service.flows.steps.purchases.claiming import differ, plan
from service.kernel.ids import new_id
from service.kernel.values import Balance, Identifier, TierNow
from tests.flows.shop import Shop, another, card, day, goods, phone
from tests.waiting import blocked


async def test_what_was_bought_before_is_credited_when_the_identifier_is_claimed(
    shop: Shop,
) -> None:
    unmatched = await shop.buy("a", "1", goods(3000), at=day(0))
    await shop.show(day(5))

    ola = await shop.enrol("1")

    assert ola.claimed == 1
    assert ola.wallets["points"] == Balance(available=0, pending=30, held=0, debt=0)
    receipt = await shop.reads.purchase(unmatched.id)
    assert receipt.member_id == ola.id
    assert receipt.earned[0].available_at == day(14)  # of its own day, not of the claim's
    assert receipt.recorded_at == unmatched.recorded_at


async def test_claimed_purchases_are_decided_oldest_first_each_by_its_day(shop: Shop) -> None:
    await shop.show(day(20))
    for key, on, amount in (("c", 9, 1000), ("a", 3, 1000), ("b", 5, 10_000)):
        await shop.buy(key, "1", goods(amount), at=day(on))

    ola = await shop.enrol("1")

    # silver from day 5 on: the one of day 9 earns double
    assert ola.claimed == 3
    assert ola.tier == {"main": TierNow(id="silver", next="gold", missing=180)}
    earned = {key: (await shop.reads.purchase_by_key("web", key)).earned[0].amount for key in "abc"}
    assert earned == {"a": 10, "b": 100, "c": 20}


async def test_one_change_of_tier_is_told_once_however_many_are_claimed(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.show(day(20))
    for key, on, amount in (("a", 5, 15_000), ("b", 10, 1500), ("c", 12, 1500)):
        await shop.buy(key, (phone("5"),), goods(amount), at=day(on))

    await shop.change(ola.id, add=(phone("5"),))

    told = [data for kind, data in await shop.events(ola.id) if kind == "tier.changed"]
    assert [(data["was"], data["now"]) for data in told] == [("bronze", "silver")]


async def test_the_events_say_who_was_credited_with_what(shop: Shop) -> None:
    unmatched = await shop.buy("a", "1", goods(3000), at=day(0))
    async with shop.db.reading() as tx:
        nobody = await tx.connection.fetchval("select holder_id from purchase")

    ola = await shop.enrol("1")

    assert [kind for kind, _ in await shop.events(ola.id)] == [
        *("member.enrolled", "purchase.recorded", "points.earned"),
    ]
    recorded = (await shop.events(ola.id))[1][1]
    assert (recorded["purchase_id"], recorded["claimed"]) == (str(unmatched.id), True)
    assert (await shop.events(nobody))[1:] == [
        ("purchase.reassigned", {"purchase_id": str(unmatched.id), "member_id": str(ola.id)})
    ]


async def test_a_replay_after_the_claim_is_the_members_receipt(shop: Shop) -> None:
    await shop.buy("a", "1", goods(3000), at=day(0))
    ola = await shop.enrol("1")
    before = await shop.tables()

    again = await shop.buy("a", "1", goods(3000), at=day(0))

    assert again == await shop.reads.purchase(again.id)
    assert again.member_id == ola.id
    assert await shop.tables() == before


async def test_an_unverified_identifier_brings_nothing_along(shop: Shop) -> None:
    await shop.buy("a", (phone("5"),), goods(3000), at=day(0))

    ola = await shop.enrol("1", phone("5", verified=False))
    later = await shop.buy("b", (phone("5"),), goods(1000))

    assert ola.claimed == 0
    assert later.member_id == ola.id
    assert await shop.balance(ola.id, "status") == (10, 0, 0)


async def test_what_is_older_than_claim_max_stays_nobodys(shop: Shop) -> None:
    await shop.show(day(70))
    old = await shop.buy("a", "1", goods(1000), at=day(9))
    await shop.buy("b", "1", goods(2000), at=day(11))

    ola = await shop.enrol("1")  # 60 days back: from day 10

    assert ola.claimed == 1
    assert await shop.balance(ola.id, "status") == (20, 0, 0)
    assert (await shop.reads.purchase(old.id)).member_id is None


async def test_an_identifier_of_another_member_is_not_taken(shop: Shop) -> None:
    await shop.enrol("1")
    jan = await shop.enrol("2")
    before = await shop.tables()

    with pytest.raises(IdentifierTaken) as refusal:
        await shop.change(jan.id, add=(card("3"), card("1")))
    with pytest.raises(IdentifierTaken):
        await shop.enrol("3", "1")

    assert refusal.value.kind == "card"
    assert await shop.tables() == before


async def test_what_one_member_claimed_the_next_owner_does_not_get(shop: Shop) -> None:
    await shop.buy("a", (phone("5"),), goods(3000), at=day(0))
    ola = await shop.enrol("1", phone("5"))
    await shop.show(day(5))
    await shop.change(ola.id, remove=(phone("5"),))
    await shop.buy("b", (phone("5"),), goods(1000))

    jan = await shop.enrol(phone("5"))

    assert (ola.claimed, jan.claimed) == (1, 1)
    assert await shop.balance(ola.id, "status") == (30, 0, 0)
    assert await shop.balance(jan.id, "status") == (10, 0, 0)


async def test_what_came_back_before_the_claim_is_left_out(shop: Shop) -> None:
    await shop.buy("a", "1", goods(3000, 3, category="beans"), at=day(0))
    await shop.bring_back("r", "a", {1: 1})

    ola = await shop.enrol("1")

    # 30 + 50 were earned; 20 + 50 are kept of the two thirds that are left
    assert await shop.balance(ola.id) == (0, 70, 0)
    assert await shop.balance(ola.id, "status") == (20, 0, 0)
    assert await shop.count("operation") == 1


async def test_what_came_back_whole_before_the_claim_gives_its_limit_back(shop: Shop) -> None:
    await shop.buy("a", "1", goods(3000, category="beans"), at=day(0))
    await shop.bring_back("r", "a")

    ola = await shop.enrol("1")
    again = await shop.buy("b", ola.id, goods(1000, category="beans"))

    assert ola.claimed == 1
    assert await shop.balance(ola.id, "status") == (10, 0, 0)
    assert again.earned[0].amount == 60  # 10 and the 50 of beans
    assert await shop.count("limit_use") == 1


async def test_a_return_after_the_claim_takes_back_from_the_member(shop: Shop) -> None:
    await shop.buy("a", "1", goods(3000, 3), at=day(0))
    await shop.bring_back("r", "a", {1: 1})
    ola = await shop.enrol("1")

    receipt = await shop.bring_back("q", "a", {1: 1})

    assert receipt.member_id == ola.id
    assert await shop.balance(ola.id, "status") == (10, 0, 0)
    assert await shop.balance(ola.id) == (0, 10, 0)


async def test_what_lapsed_before_the_claim_is_earned_and_lapses_at_once(shop: Shop) -> None:
    await shop.show(day(50))
    await shop.buy("a", "1", goods(100, 3, brand="acme"), at=day(10))

    ola = await shop.enrol("1")

    assert [e[:2] for e in await shop.entries(ola.id, "stars")] == [
        ("earned", 30),
        ("expired", -30),
    ]


async def test_the_budget_pays_when_it_is_claimed(shop: Shop) -> None:
    await shop.buy("a", "1", goods(100, 3, brand="acme"), at=day(0))
    assert await shop.left("acme-weeks") == 100

    await shop.enrol("1")

    assert await shop.left("acme-weeks") == 70


async def claim_while_buying(
    shop: Shop, identifier: Identifier
) -> tuple[uuid.UUID, uuid.UUID | None]:
    """The member, and whose a purchase is that waits while the identifier is claimed."""
    ola = (await shop.enrol("1")).id
    loop, other = asyncio.get_running_loop(), Shop(shop.db, another(shop.db))
    await other.built.start()  # of one process neither would be under way while the other is
    async with shop.db.transaction() as tx:
        await tx.connection.execute("select 1 from member_profile for update")
        claim = loop.create_task(shop.change(ola, add=(identifier,)))
        await blocked(shop.db)  # the identifier is taken, the claim waits for the profile
        buying = loop.create_task(other.buy("b", (identifier,), goods(1000)))
        await blocked(shop.db, 2)  # matched to nobody, it waits for nobody's lock
    await claim
    return ola, (await buying).member_id


async def test_a_purchase_that_waits_for_a_claim_is_the_members_although_nothing_is_credited(
    shop: Shop,
) -> None:
    await shop.buy("a", (phone("5"),), goods(1000))
    await shop.show(day(1))

    ola, owner = await claim_while_buying(shop, phone("5", verified=False))

    assert owner == ola


async def test_a_purchase_that_waits_for_a_claim_is_the_members_although_all_else_is_too_old(
    shop: Shop,
) -> None:
    await shop.buy("a", (phone("5"),), goods(1000))
    await shop.show(day(80))

    ola, owner = await claim_while_buying(shop, phone("5"))

    assert owner == ola


async def test_whoever_buys_under_an_identifier_does_not_hold_up_its_claim(shop: Shop) -> None:
    """However often its holder was written meanwhile, the first run of the claim goes through."""
    await shop.buy("a", (card("2"),), goods(1000))
    ctx, now = shop.built.ctx, day(9)
    async with shop.db.reading() as tx:
        planned = await plan(tx, ctx, new_id(), [card("2")], now, day(0))
    await shop.buy("b", (card("2"),), goods(1000))
    async with shop.db.reading() as tx:
        after_a_purchase = await plan(tx, ctx, new_id(), [card("2")], now, day(0))
    async with shop.db.reading() as tx:
        unheard_of = await plan(tx, ctx, new_id(), [card("5")], now, day(0))

    assert planned != after_a_purchase
    assert not differ(planned, after_a_purchase)
    assert differ(planned, unheard_of)
    assert differ(planned, [])
