"""Receipts as recorded, and why: recomputed and equal."""

import msgspec
import pytest

from service.domain.purchases.errors import PurchaseNotFound
from service.domain.purchases.types import Voided
from service.domain.returns.types import VoidPurchase
from service.kernel.actor import ActorKind
from service.kernel.ids import new_id
from tests.flows.shop import SOURCE, TILL, Shop, day, goods


async def test_a_receipt_is_found_by_id_and_by_natural_key(shop: Shop) -> None:
    receipt = await shop.buy("a", "1", goods(100), at=day(0))

    assert await shop.reads.purchase(receipt.id) == receipt
    assert await shop.reads.purchase_by_key("web", "a") == receipt


async def test_a_void_purchase_says_who_voided_it_where_and_why(shop: Shop) -> None:
    bought = await shop.buy("a", "1", goods(100), at=day(0), store="waw-01")
    ann = msgspec.structs.replace(TILL, kind=ActorKind.STAFF, id="ann", device="till-3")
    body = VoidPurchase(reason="wrong card scanned", store="waw-01")

    void = (await shop.verbs.void_purchase(ann, bought.id, body)).body

    found = await shop.reads.purchase(bought.id)
    assert void.id is not None
    assert void.recorded_at is not None
    assert found.voided == Voided(
        id=void.id,
        reason="wrong card scanned",
        actor="staff:ann",
        store="waw-01",
        device="till-3",
        recorded_at=void.recorded_at,
    )
    assert found == msgspec.structs.replace(bought, void=True, voided=found.voided)
    assert await shop.reads.purchase_by_key("web", "a") == found


async def test_what_was_never_bought_is_not_found(shop: Shop) -> None:
    await shop.buy("a", "1", goods(100), at=day(0))

    with pytest.raises(PurchaseNotFound):
        await shop.reads.purchase(new_id())
    with pytest.raises(PurchaseNotFound):
        await shop.reads.explanation(new_id(), full=True)
    for channel, key in (("app", "a"), ("web", "A"), ("web", "b")):
        with pytest.raises(PurchaseNotFound):
            await shop.reads.purchase_by_key(channel, key)


async def test_a_decision_recomputed_from_its_facts_comes_out_the_same(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    receipts = [
        await shop.buy("a", ola, goods(12_000, 8, brand="acme", category="beans"), at=day(0)),
        await shop.buy("b", ola, goods(1000, 8, brand="acme", category="beans"), at=day(1)),
        await shop.buy("c", ola, goods(1000, 6, brand="zeta"), at=day(2), channel="app"),
        await shop.buy("d", "9", goods(1000), at=day(2)),
    ]
    await shop.bring_back("r", "a")
    await shop.publish(SOURCE.replace("award: 1}", "award: 9}"), None)
    await shop.show(day(50))

    for receipt in receipts:  # whatever happened since
        explained = await shop.reads.explanation(receipt.id, full=True)
        assert explained.same
        assert (explained.purchase_id, explained.program_version) == (receipt.id, 1)
        assert explained.decided_at == receipt.occurred_at


async def test_the_full_explanation_names_every_rule_and_what_failed(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    receipt = await shop.buy("a", ola, goods(1000, 12, brand="acme"), at=day(0))

    explained = await shop.reads.explanation(receipt.id, full=True)

    rules = {rule["rule"]: rule for rule in explained.rules}
    assert set(rules) == {
        *("base-earn", "silver-double", "beans", "loyal", "small-cake", "large-cake", "piano"),
        *("plant", "acme-stars", "zeta-stars", "app-stars"),
    }
    assert [name for name, rule in rules.items() if "credits" in rule] == [
        *("acme-stars", "base-earn"),
    ]
    assert not any(rules[name]["fired"] for name in ("silver-double", "beans", "piano"))
    (credit,) = rules["acme-stars"]["credits"]
    assert (credit["points"], credit["wanted"]) == (100, 120)
    assert "silver" in str(rules["silver-double"])
    assert "bronze" in str(rules["silver-double"])


async def test_the_cut_one_tells_of_rules_that_fired_what_they_gave(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    receipt = await shop.buy("a", ola, goods(1000, 2, brand="acme"), at=day(0))

    explained = await shop.reads.explanation(receipt.id, full=False)

    gave = {
        rule["rule"]: [credit["points"] for credit in rule["credits"]]
        for rule in explained.rules
        if "credits" in rule
    }
    assert gave == {"acme-stars": [20], "base-earn": [10, 10]}
    assert all(rule["fired"] for rule in explained.rules)
    assert all(set(rule) <= {"rule", "campaign", "fired", "credits"} for rule in explained.rules)
    assert explained.same
