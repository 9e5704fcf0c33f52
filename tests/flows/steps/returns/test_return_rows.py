"""What returns write besides wallets: budgets and limits have back what nobody keeps."""

from tests.flows import races
from tests.flows.counter import beyond, buy, rich
from tests.flows.shop import TILL, Shop, brought, goods

HAT = goods(2_000, category="hat")  # 4.00 off, once in 30 days
LAMP = goods(2_000, category="lamp")  # a fifth off, of a budget of 50.00


async def test_a_use_of_a_limited_rule_comes_back_with_its_purchase(checkout: Shop) -> None:
    ola = await rich(checkout, "1", 0)
    first = await buy(checkout, "p1", ola, HAT)
    second = await buy(checkout, "p2", ola, HAT)

    await checkout.bring_back("r1", "p1")

    third = await buy(checkout, "p3", ola, HAT)
    assert [one.discount for one in (first, second, third)] == [400, 0, 400]


async def test_a_budget_gets_back_what_many_returns_at_once_give(checkout: Shop) -> None:
    for n in range(5):
        await buy(checkout, f"p{n}", await rich(checkout, str(n), 0), LAMP)
    assert await beyond(checkout, "lamps") == (3_000, 0)

    came = await races.at_once(
        [
            lambda n=n: checkout.verbs.record_return(TILL, brought(f"r{n}", f"p{n}"))  # type: ignore[misc]
            for n in range(5)
        ]
    )

    assert came == ["done"] * 5
    assert await beyond(checkout, "lamps") == (5_000, 0)
