"""Budgets in a purchase: what is wanted and given, in order of arrival, exact to the last unit."""

from service.domain.purchases.types import Mode
from service.kernel.answer import Answer
from service.kernel.values import EffectShown
from tests.flows.shop import SOURCE, TILL, Shop, bought, day, goods


def effect(campaign: str, rule: str, amount: int, wanted: int | None = None) -> EffectShown:
    return EffectShown(
        campaign=campaign, rule=rule, type="points", wallet="stars", amount=amount, wanted=wanted
    )


async def test_a_budget_of_points_is_trimmed_and_the_answer_shows_wanted_and_given(
    shop: Shop,
) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(100, 7, brand="acme"), at=day(0))

    receipt = await shop.buy("b", ola, goods(100, 5, brand="acme"), at=day(1))

    assert effect("acme-weeks", "acme-stars", 30, wanted=50) in receipt.effects
    assert await shop.balance(ola, "stars") == (100, 0, 0)
    assert await shop.left("acme-weeks") == 0


async def test_a_budget_that_is_out_gives_nothing_and_refuses_nobody(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(100, 10, brand="acme"), at=day(0))

    for key, mode in (("b", Mode.AUTHORISE), ("c", Mode.RECORD)):
        receipt = await shop.buy(key, ola, goods(100, brand="acme"), mode=mode)
        assert effect("acme-weeks", "acme-stars", 0, wanted=10) in receipt.effects

    assert await shop.balance(ola, "stars") == (100, 0, 0)


async def test_a_rejecting_budget_pays_all_or_nothing(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(100, 3, brand="zeta"), at=day(0))  # 30 of 50

    too_much = await shop.buy("b", ola, goods(100, 3, brand="zeta"), at=day(1))
    enough = await shop.buy("c", ola, goods(100, 2, brand="zeta"), at=day(2))

    assert effect("zeta-days", "zeta-stars", 0, wanted=30) in too_much.effects
    assert effect("zeta-days", "zeta-stars", 20) in enough.effects
    assert await shop.left("zeta-days") == 0


async def test_a_budget_of_uses_counts_rules_of_anybody(shop: Shop) -> None:
    given = []
    for number in range(5):
        member = (await shop.enrol(f"{number}")).id
        receipt = await shop.buy(f"a{number}", member, goods(100), at=day(number), channel="app")
        given.append(receipt.wallets["stars"].available)

    assert given == [5, 5, 5, 0, 0]
    assert await shop.left("first-in-app") == 0


async def test_one_batch_is_granted_in_order_of_arrival(shop: Shop) -> None:
    members = [(await shop.enrol(f"{n}")).id for n in range(4)]
    items = [
        bought(f"a{n}", member, goods(100, 4, brand="acme")) for n, member in enumerate(members)
    ]

    results = await shop.verbs.record_purchase_batch(TILL, items)

    stars = [r.body.wallets["stars"].available for r in results if isinstance(r, Answer)]
    assert stars == [40, 40, 20, 0]


async def test_a_purchase_that_fires_nothing_of_a_campaign_leaves_its_budget_alone(
    shop: Shop,
) -> None:
    ola = (await shop.enrol("1")).id

    await shop.buy("a", ola, goods(100, 3), at=day(0))

    assert [await shop.left(c) for c in ("acme-weeks", "zeta-days", "first-in-app")] == [100, 50, 3]


async def test_an_unmatched_purchase_takes_no_budget(shop: Shop) -> None:
    await shop.buy("a", "1", goods(100, 3, brand="acme"), at=day(0), channel="app")

    assert await shop.left("acme-weeks") == 100
    assert await shop.left("first-in-app") == 3


async def test_a_late_purchase_takes_from_what_is_left_now(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(100, 8, brand="acme"), at=day(5))

    late = await shop.buy("b", ola, goods(100, 8, brand="acme"), at=day(1))

    assert effect("acme-weeks", "acme-stars", 20, wanted=80) in late.effects


async def test_grants_are_facts_so_the_decision_comes_out_the_same(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(100, 8, brand="acme"), at=day(0))
    trimmed = await shop.buy("b", ola, goods(100, 8, brand="acme"), at=day(1))
    await shop.bring_back("r", "a")  # the budget is full again

    explained = await shop.reads.explanation(trimmed.id, full=True)

    assert explained.same
    assert await shop.left("acme-weeks") == 80


async def test_each_campaign_of_a_purchase_asks_its_own_budget(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id

    await shop.buy(
        "a", ola, goods(100, 3, brand="acme"), goods(100, 2, brand="zeta"), channel="app"
    )

    assert await shop.balance(ola, "stars") == (55, 0, 0)
    assert [await shop.left(c) for c in ("acme-weeks", "zeta-days", "first-in-app")] == [70, 30, 2]


async def test_a_return_gives_back_what_was_given_not_what_was_wanted(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(100, 8, brand="acme"), at=day(0))
    await shop.buy("b", ola, goods(100, 8, brand="acme"), at=day(1))  # 20 of 80

    await shop.bring_back("r", "b", {1: 7})

    # one unit would earn 10; 10 of the 20 come back
    assert await shop.balance(ola, "stars") == (90, 0, 0)
    assert await shop.left("acme-weeks") == 10


async def test_a_cap_raised_in_a_new_version_pays_again(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(100, 10, brand="acme"), at=day(0))
    await shop.publish(SOURCE.replace("{points: 100, wallet", "{points: 115, wallet"), None)
    await shop.show(day(1))

    receipt = await shop.buy("b", ola, goods(100, 3, brand="acme"))

    assert effect("acme-weeks", "acme-stars", 15, wanted=30) in receipt.effects
