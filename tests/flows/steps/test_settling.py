"""Tests of service/flows/steps/settling.py: what has fallen due is told before all else."""

import pytest

from tests.flows.shop import Shop, day, goods, phone
from tests.flows.telling import tell


async def open_steps(shop: Shop) -> list[str]:
    """The tiers of all open steps as they are stored."""
    async with shop.db.reading() as tx:
        rows = await tx.connection.fetch("select tier from tier_step where until_at is null")
    return [row[0] for row in rows]


async def test_an_end_of_a_tier_is_told_at_its_instant_before_an_activity(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("p", ola, goods(15_000), at=day(0))
    await shop.show(day(400))

    await tell(shop, "a", ola)

    told = (await shop.events(ola))[-2:]
    assert [kind for kind, _ in told] == ["tier.changed", "activity.recorded"]
    assert (told[0][1]["was"], told[0][1]["now"]) == ("silver", "bronze")
    before = await shop.tables()
    await shop.settle()
    assert await shop.tables() == before  # nothing of it was left
    assert await open_steps(shop) == ["bronze"]


async def test_a_claim_of_activities_alone_tells_it_once_too(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("p", ola, goods(15_000), at=day(0))
    await shop.show(day(400))
    await tell(shop, "a", (phone("5"),))

    await shop.change(ola, add=(phone("5"),))

    kinds = [kind for kind, _ in await shop.events(ola)]
    assert kinds.count("tier.changed") == 2  # to silver, and back
    assert kinds[-1] == "activity.recorded"
    assert await open_steps(shop) == ["bronze"]


async def test_nothing_due_asks_for_no_tiers(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    ola = (await shop.enrol("1")).id

    async def asked(*_: object, **__: object) -> object:
        raise AssertionError

    monkeypatch.setattr("service.flows.steps.settling.tiers.load", asked)
    told = await tell(shop, "a", ola)

    assert told.member_id == ola
