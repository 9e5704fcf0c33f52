"""What a purchase writes: its events, and the returns that were parked for it."""

import pytest

from service.domain.purchases.errors import PurchaseNotFound
from service.domain.returns.types import Refund
from service.kernel.values import Balance, TierNow
from tests.flows.shop import TILL, Shop, brought, day, goods

# ------------------------------------------------------------------ events


async def test_one_event_carries_all_that_a_thank_you_needs(shop: Shop) -> None:
    ola = await shop.enrol("1")

    receipt = await shop.buy("a", ola.id, goods(12_000), at=day(0), store="waw-01")

    enrolled, recorded, earned, climbed = await shop.events(ola.id)
    assert enrolled[0] == "member.enrolled"
    assert recorded == (
        "purchase.recorded",
        {
            "purchase_id": str(receipt.id),
            "member_id": str(ola.id),
            "channel": "web",
            "external_id": "a",
            "store": "waw-01",
            "occurred_at": "2026-03-02T10:00:00Z",
            "currency": "EUR",
            "subtotal": 12_000,
            "total": 12_000,
            "program_version": 1,
            "earned": [
                {
                    "wallet": "points",
                    "amount": 120,
                    "available_at": "2026-03-16T10:00:00Z",
                    "expires_at": "2026-06-30T22:00:00Z",
                },
                {"wallet": "status", "amount": 120, "available_at": "2026-03-02T10:00:00Z"},
            ],
            "effects": [
                {
                    "campaign": "base",
                    "rule": "base-earn",
                    "type": "points",
                    "wallet": wallet,
                    "amount": 120,
                }
                for wallet in ("points", "status")
            ],
            "wallets": {
                "points": {"available": 0, "pending": 120, "held": 0, "debt": 0},
                "stars": {"available": 0, "pending": 0, "held": 0, "debt": 0},
                "gifts": {"available": 0, "pending": 0, "held": 0, "debt": 0},
                "status": {"available": 120, "pending": 0, "held": 0, "debt": 0},
            },
            "progress": {
                "main": {
                    "tier": "silver",
                    "total": 120,
                    "next": "gold",
                    "missing": 180,
                    "valid_until": "2027-03-02T10:00:00Z",
                }
            },
        },
    )
    assert (earned[0], climbed[0]) == ("points.earned", "tier.changed")


async def test_wallets_and_the_tier_have_events_of_their_own(shop: Shop) -> None:
    ola = await shop.enrol("1")

    await shop.buy("a", ola.id, goods(12_000), at=day(0), store="waw-01")

    _, _, earned, climbed = await shop.events(ola.id)
    assert earned[0] == "points.earned"
    assert earned[1]["changes"] == [
        {"wallet": "points", "amount": 120, "pending": 120, "debt": 0},
        {"wallet": "status", "amount": 120, "pending": 0, "debt": 0},
    ]
    assert climbed == (
        "tier.changed",
        {
            "ladder": "main",
            "was": "bronze",
            "now": "silver",
            "at": "2026-03-02T10:00:00Z",
            "valid_until": "2027-03-02T10:00:00Z",
        },
    )


async def test_a_purchase_that_earns_nothing_is_one_event(shop: Shop) -> None:
    ola = await shop.enrol("1")

    await shop.buy("a", ola.id, goods(3000, category="tobacco"), at=day(0))

    assert [kind for kind, _ in await shop.events(ola.id)] == [
        *("member.enrolled", "purchase.recorded"),
    ]


async def test_an_entry_says_who_where_and_by_what(shop: Shop) -> None:
    ola = await shop.enrol("1")
    receipt = await shop.buy("a", ola.id, goods(3000), at=day(0), store="waw-02")

    (entry,) = (await shop.reads.entries(ola.id, "points", None, 10)).items

    assert (entry.seq, entry.amount, entry.balance) == (1, 30, 30)
    assert (entry.reason, entry.operation_id) == ("earned", receipt.id)
    assert (entry.actor, entry.store) == ("partner:till", "waw-02")
    assert (entry.occurred_at, entry.recorded_at) == (day(0), receipt.recorded_at)


# ------------------------------------------------------------------ parked returns


async def test_a_return_of_a_purchase_not_known_yet_waits_for_it(shop: Shop) -> None:
    ola = await shop.enrol("1")
    answer = await shop.verbs.record_return(TILL, brought("r", "a", {1: 1}))
    assert answer.parked
    assert not answer.replayed
    assert (answer.body.status, answer.body.id, answer.body.refund) == ("parked", None, None)

    receipt = await shop.buy("a", ola.id, goods(3000, 3), at=day(0))

    assert len(receipt.returns_applied) == 1
    assert receipt.earned[0].amount == 30  # what was decided; 10 of it went at once
    assert receipt.wallets["points"] == Balance(available=0, pending=20, held=0, debt=0)
    assert await shop.balance(ola.id) == (0, 20, 0)
    assert await shop.count("parked_return") == 0


async def test_a_parked_return_may_be_sent_again_before_and_after(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.bring_back("r", "a", {1: 1})
    waiting = await shop.verbs.record_return(TILL, brought("r", "a", {1: 1}))
    assert (waiting.replayed, waiting.parked) == (True, True)
    assert await shop.count("parked_return") == 1

    bought = await shop.buy("a", ola.id, goods(3000, 3), at=day(0))
    before = await shop.tables()
    applied = await shop.verbs.record_return(TILL, brought("r", "a", {1: 1}))

    assert (applied.replayed, applied.parked) == (True, False)
    assert applied.body.id == bought.returns_applied[0]
    assert applied.body.refund == Refund(total=1000, other_tender=1000)
    assert not applied.body.cut
    assert await shop.tables() == before


async def test_nothing_is_bought_while_only_its_return_is_known(shop: Shop) -> None:
    await shop.bring_back("r", "a")

    with pytest.raises(PurchaseNotFound):
        await shop.reads.purchase_by_key("web", "a")


async def test_what_a_parked_return_asks_beyond_what_was_bought_is_cut(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.bring_back("r", "a", {1: 5, 4: 1})

    await shop.buy("a", ola.id, goods(3000, 3), at=day(0))

    receipt = await shop.bring_back("r", "a", {1: 5, 4: 1})
    assert receipt.cut
    assert receipt.refund == Refund(total=3000, other_tender=3000)
    assert await shop.balance(ola.id) == (0, 0, 0)


async def test_several_parked_returns_share_what_was_bought(shop: Shop) -> None:
    ola = await shop.enrol("1")
    for key in ("r", "q"):
        await shop.bring_back(key, "a", {1: 2})

    receipt = await shop.buy("a", ola.id, goods(3000, 3), at=day(0))

    first, second = [await shop.bring_back(key, "a", {1: 2}) for key in ("r", "q")]
    assert (first.refund, first.cut) == (Refund(total=2000, other_tender=2000), False)
    assert (second.refund, second.cut) == (Refund(total=1000, other_tender=1000), True)
    assert receipt.returns_applied == (first.id, second.id)
    assert await shop.balance(ola.id) == (0, 0, 0)


async def test_a_later_return_goes_on_from_the_parked_one(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.bring_back("r", "a", {1: 1})
    await shop.buy("a", ola.id, goods(3000, 3), at=day(0))

    await shop.bring_back("q", "a", {1: 1})

    assert await shop.balance(ola.id) == (0, 10, 0)


async def test_a_purchase_wholly_returned_on_arrival_counts_for_nothing(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.bring_back("r", "a")

    receipt = await shop.buy("a", ola.id, goods(20_000, category="beans"), at=day(0))

    assert receipt.tier == {"main": TierNow(id="bronze", changed=False, next="silver", missing=100)}
    assert await shop.tier(ola.id) == "bronze"
    assert await shop.balance(ola.id) == (0, 0, 0)
    assert await shop.count("limit_use") == 0
    next_one = await shop.buy("b", ola.id, goods(1000))
    assert [m.wallet for m in next_one.earned] == ["points", "status"]  # no 100 EUR before it


async def test_a_parked_return_gives_the_budget_back_at_once(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.bring_back("r", "a", {1: 1})

    await shop.buy("a", ola.id, goods(100, 3, brand="acme"), at=day(0))

    assert await shop.left("acme-weeks") == 80


async def test_what_lapsed_on_arrival_counts_as_taken_by_a_parked_return(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.show(day(60))
    await shop.bring_back("r", "a")

    await shop.buy("a", ola.id, goods(100, 3, brand="acme"), at=day(10))

    assert await shop.balance(ola.id, "stars") == (0, 0, 0)
    assert [e[:3] for e in await shop.entries(ola.id, "stars")] == [
        *(("earned", 30, 0), ("expired", -30, 0)),
    ]


async def test_a_parked_return_takes_no_effect_before_its_purchase(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.show(day(60))
    await shop.bring_back("r", "a", at=day(30))

    await shop.buy("a", ola.id, goods(100, 3, brand="acme"), at=day(50))

    assert (await shop.entries(ola.id, "stars"))[-1] == ("reversed", -30, 0, day(50))
    between = await shop.reads.wallets_at(ola.id, day(40), None)
    assert between.wallets["stars"].balance == Balance(available=0, pending=0, held=0, debt=0)


async def test_a_parked_return_of_an_unmatched_purchase_is_left_out_of_the_claim(
    shop: Shop,
) -> None:
    await shop.bring_back("r", "a", {1: 1})

    receipt = await shop.buy("a", "1", goods(3000, 3), at=day(0))

    assert receipt.member_id is None
    applied = await shop.bring_back("r", "a", {1: 1})
    assert (applied.member_id, applied.refund) == (None, Refund(total=1000, other_tender=1000))
