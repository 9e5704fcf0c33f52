"""What went wrong once, in flows that several files make together; each ends in a whole verify."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest

from service.domain.programs import store
from service.domain.programs.errors import ProgramInvalid
from service.flows.checkout import record_purchases
from service.verify.run import Options, verify
from tests.databases import Fresh
from tests.flows.shop import SOURCE, Shop, another, card, day, goods, phone

ROLLING: Final = "{wallet: status, within: {rolling: 12 months}}"
ODD: Final = "{any: [{cart.subtotal: {lt: 20 EUR}}, {cart.subtotal: {gte: 50 EUR}}]}"


@pytest.fixture
async def shop(empty_shop: Shop, database: Fresh) -> AsyncIterator[Shop]:
    """A shop whose program the test publishes; afterwards the ledger is right in every respect."""
    yield empty_shop
    await empty_shop.built.gate.drain()
    report = await verify(database.jobs_url, Options())
    assert report.tally.named == []
    assert report.tally.counted


def campaign(when: str, *then: str, budget: str = "", limit: str = "") -> str:
    """The program of the tests with one more campaign, `odd-days`, of one rule."""
    return f"""{SOURCE}
  - id: odd-days
    {budget and f"budget: {budget}"}
    rules:
      - id: odd
        when: {when}
        {limit and f"limit: {limit}"}
        then: [{", ".join(then)}]
"""


STARS: Final = "{points: {wallet: stars, fixed: 10}}"


async def test_a_parked_return_counts_units_that_lapsed_on_arrival_as_taken(shop: Shop) -> None:
    """10 stars arrive 60 days late, lapsed, and came back before: another purchase's 10 stay."""
    await shop.publish()
    ola = await shop.enrol("1")
    await shop.show(day(60))
    await shop.buy("other", ola.id, goods(1000, brand="acme"))
    await shop.bring_back("r", "late")
    await shop.buy("late", ola.id, goods(1000, brand="acme"), at=day(1))
    assert await shop.balance(ola.id, "stars") == (10, 0, 0)


async def test_a_tier_set_by_a_purchase_whose_return_came_first_goes(shop: Shop) -> None:
    await shop.publish()
    ola = await shop.enrol("1")
    await shop.bring_back("r", "p")
    await shop.buy("p", ola.id, goods(1000, category="piano"))
    assert await shop.tier(ola.id) == "bronze"


async def test_what_a_rule_set_and_used_up_comes_back_when_it_is_kept_again(shop: Shop) -> None:
    """60 EUR bought: the rule fires; 30 are left: it does not; 10 are left: it does again."""
    await shop.publish(
        campaign(
            ODD, STARS, "{set_tier: {ladder: main, tier: gold}}", limit="{times: 1, per: ever}"
        )
    )
    ola = await shop.enrol("1")
    await shop.buy("p", ola.id, goods(6000, 6))
    stood = [(await shop.tier(ola.id), (await shop.balance(ola.id, "stars"))[0])]
    for number, units in enumerate((3, 2)):
        await shop.bring_back(f"r{number}", "p", {1: units})
        stood.append((await shop.tier(ola.id), (await shop.balance(ola.id, "stars"))[0]))
    assert stood == [("gold", 10), ("bronze", 0), ("gold", 10)]


async def test_a_return_is_granted_nothing_by_a_budget_that_was_not_asked(shop: Shop) -> None:
    """60 EUR of cake gave 100 stars. The 10 EUR that stay would give 60, and 20 of a budget that
    the purchase had not asked."""
    await shop.publish(
        campaign(
            "{cart.subtotal: {lt: 20 EUR}}",
            "{points: {wallet: stars, fixed: 20}}",
            budget="{points: 20, wallet: stars, when_out: trim}",
        )
    )
    ola, jan = await shop.enrol("1"), await shop.enrol("2")
    await shop.buy("p", ola.id, goods(6000, 6, category="cake"))
    await shop.buy("q", jan.id, goods(1000))
    await shop.bring_back("r", "p", {1: 5})
    assert await shop.balance(ola.id, "stars") == (60, 0, 0)
    assert await shop.balance(jan.id, "stars") == (20, 0, 0)


async def test_what_is_kept_again_beyond_a_budget_is_counted_apart(shop: Shop) -> None:
    """10 stars in all: ola's come back, jan gets them, ola keeps them again; then both return."""
    await shop.publish(campaign(ODD, STARS, budget="{points: 10, wallet: stars}"))
    ola, jan = await shop.enrol("1"), await shop.enrol("2")
    await shop.buy("p", ola.id, goods(6000, 6))
    await shop.bring_back("r1", "p", {1: 3})
    await shop.buy("q", jan.id, goods(1000))
    await shop.bring_back("r2", "p", {1: 2})
    assert await shop.left("odd-days") == 0
    await shop.bring_back("r3", "q")
    assert await shop.left("odd-days") == 0
    await shop.bring_back("r4", "p")
    assert await shop.left("odd-days") == 10


async def test_a_qualifying_clawback_counts_where_it_was_earned(shop: Shop) -> None:
    """a's 100 are taken by hand, so its return takes of b's, but counts on a's day: the silver of
    day 0 never was, and b's 90 are less than 100."""
    await shop.publish()
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(10000))
    await shop.show(day(5))
    await shop.buy("b", ola.id, goods(9000))
    await shop.show(day(6))
    await shop.adjust(ola.id, -100, "status")
    await shop.bring_back("r", "a")
    assert await shop.tier(ola.id) == "bronze"


async def test_a_claim_leaves_out_what_had_come_back(shop: Shop) -> None:
    """Two units of acme, one came back before the card was claimed: 10 stars, 10 of the budget."""
    await shop.publish()
    await shop.buy("p", "77", goods(1000, 2, brand="acme"))
    await shop.bring_back("r", "p", {1: 1})
    ola = await shop.enrol("77")
    assert await shop.balance(ola.id, "stars") == (10, 0, 0)
    assert await shop.left("acme-weeks") == 90


async def test_a_claim_of_several_identifiers_takes_purchases_in_their_order(shop: Shop) -> None:
    """Beans count once in 30 days: the phone's on day 0 do, those that came back do not."""
    await shop.publish()
    await shop.buy("a", "77", goods(2000))
    await shop.buy("b", (phone("555"),), goods(3000, category="beans"))
    await shop.show(day(2))
    await shop.buy("c", (phone("555"), card("78")), goods(4000, category="beans"))
    await shop.bring_back("rc", "c")
    await shop.show(day(10))
    ola = await shop.enrol("77", phone("555"), card("78"))
    assert await shop.balance(ola.id) == (0, 20 + 30 + 50, 0)


async def test_a_purchase_under_way_while_its_card_is_claimed_is_the_members(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Matched to nobody; then the card is claimed, before the purchase locks its holder."""
    await shop.publish()
    other = Shop(shop.db, another(shop.db))
    await other.built.start()
    record = record_purchases._record
    joined: list[Any] = []

    async def later(*given: Any, **named: Any) -> None:
        if not joined:
            joined.append(None)
            joined.append(await other.enrol("88"))
        await record(*given, **named)

    monkeypatch.setattr(record_purchases, "_record", later)
    receipt = await shop.buy("p", "88", goods(1000))
    assert receipt.member_id == joined[1].id


async def test_a_tier_change_is_told_once_however_much_is_claimed(shop: Shop) -> None:
    await shop.publish()
    ola = await shop.enrol("1")
    await shop.show(day(1))
    await shop.buy("a", "77", goods(12000))
    await shop.buy("b", "77", goods(1000))
    await shop.show(day(3))
    await shop.change(ola.id, add=(card("77"),))
    told = [data["now"] for kind, data in await shop.events(ola.id) if kind == "tier.changed"]
    assert told == ["silver"]


async def test_a_tier_that_ended_before_its_purchase_arrived_has_ended(shop: Shop) -> None:
    """Silver from day 5 for a month; the till reports it on day 50."""
    await shop.publish(SOURCE.replace(ROLLING, "{wallet: status, within: {rolling: 1 month}}"))
    ola = await shop.enrol("1")
    await shop.show(day(50))
    await shop.buy("a", ola.id, goods(15000), at=day(5))
    assert await shop.tier(ola.id) == "bronze"
    await shop.show(day(60))
    await shop.settle()
    assert await shop.tier(ola.id) == "bronze"


async def test_a_ladder_that_was_by_anniversary_keeps_what_it_gave(shop: Shop) -> None:
    """A late purchase replays it, by the date of enrolment still."""
    await shop.publish(SOURCE.replace(ROLLING, "{wallet: status, within: anniversary}"))
    ola = await shop.enrol("1")
    await shop.show(day(5))
    await shop.buy("a", ola.id, goods(15000))
    await shop.publish(effective_from=day(10))
    await shop.show(day(20))
    await shop.buy("late", ola.id, goods(100), at=day(1))
    assert await shop.tier(ola.id) == "silver"


async def test_settling_comes_to_an_end_without_wallets(shop: Shop) -> None:
    await shop.publish("""
program: {id: plain, timezone: Europe/Warsaw, currency: EUR}
channels: [web]
identifiers: [card]
ladders:
  main:
    qualify: {spend: true, within: {calendar: month}}
    tiers: [{id: low, from: 0}, {id: high, from: 10 EUR}]
""")
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(1200))
    await shop.show(day(100))
    assert [await shop.settle(), await shop.settle()] == [1, 0]


async def test_a_new_expiry_waits_for_its_version(shop: Shop) -> None:
    await shop.publish()
    ola = await shop.enrol("1")
    later = SOURCE.replace("expires: {after: 30d}", "expires: {after: 60d}")
    assert later != SOURCE
    await shop.publish(later, effective_from=day(10))
    await shop.adjust(ola.id, 10, "stars")
    (lot,) = (await shop.wallets(ola.id))["stars"].expiring
    assert lot.expires_at is not None
    assert lot.expires_at < day(40)


async def test_many_who_come_at_once_look_for_a_new_version_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has looked for a minute; if each did, no connection would be left to decide on."""
    await shop.publish()
    versions, asked = store.versions, []

    async def counted(*given: Any) -> Any:
        asked.append(given)
        return await versions(*given)

    monkeypatch.setattr(store, "versions", counted)
    shop.built.programs._fresh_at -= 60
    await asyncio.gather(*(shop.buy(f"k{n}", None, goods(100)) for n in range(100)))
    assert len(asked) <= 2


@pytest.mark.parametrize(
    ("old", "new", "refused"),
    [
        (ROLLING, "{visits: true, within: {rolling: 12 months}}", "what counts on a ladder in use"),
        ("Europe/Warsaw", "America/New_York", "the time zone of a program in use stays"),
        (
            "{points: 100, wallet: stars, when_out: trim}",
            "{uses: 5}",
            "what a budget in use counts",
        ),
        (
            "status: {qualifying: true, expires: never}",
            "status: {qualifying: true, expires: never, shortfall: clamp}",
            "cannot be clamped",
        ),
    ],
)
async def test_what_would_rewrite_the_past_is_refused(
    old: str, new: str, refused: str, shop: Shop
) -> None:
    await shop.publish()
    with pytest.raises(ProgramInvalid, match=refused):
        await shop.publish(SOURCE.replace(old, new), effective_from=day(10))
