"""Tests of service/domain/exports/store.py: every section of one member, of nobody else."""

from service.domain.exports import store
from service.kernel.ids import new_id
from tests.flows.shop import Shop, card, day, goods, phone


async def test_rows_are_one_member_s_by_section_and_in_order_of_time(shop: Shop) -> None:
    ola = (await shop.enrol(card("1"), phone("500100200"))).id
    jan = (await shop.enrol("2")).id
    await shop.adjust(ola, 5)
    await shop.show(day(1))
    await shop.adjust(ola, 7)
    await shop.adjust(jan, 9)

    async with shop.db.reading() as tx:
        found = await store.rows(tx, ola)
        nobody = await store.rows(tx, new_id())

    assert tuple(found) == store.SECTIONS
    assert sorted(row["kind"] for row in found["identifiers"]) == ["card", "phone"]
    assert [row["recorded_at"] for row in found["operations"]] == sorted(
        row["recorded_at"] for row in found["operations"]
    )
    assert len(found["operations"]) == 2
    assert set(map(len, nobody.values())) == {0}


async def test_what_came_back_is_among_the_returns(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    bought = await shop.buy("a", ola, goods(1_000), at=day(1))
    await shop.bring_back("b", "a", at=day(2))

    async with shop.db.reading() as tx:
        (back,) = (await store.rows(tx, ola))["returns"]

    assert (back["purchase_id"], back["external_id"], back["total"]) == (
        str(bought.id),
        "b",
        1_000,
    )
