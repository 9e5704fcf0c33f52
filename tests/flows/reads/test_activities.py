"""The activities of a member, in pages."""

import pytest

from service.domain.members.errors import MemberNotFound
from service.infra.cursors import CursorInvalid
from service.kernel.ids import new_id
from tests.flows.shop import Shop, day
from tests.flows.telling import holder_of, tell


async def test_pages_come_newest_first_and_end(shop: Shop) -> None:
    ola, jan = (await shop.enrol("1")).id, (await shop.enrol("2")).id
    await shop.show(day(10))
    for n in (3, 1, 4, 2, 5):
        await tell(shop, f"{n}", ola, at=day(n))
    await tell(shop, "his", jan)

    pages: list[list[str]] = []
    cursor: str | None = None
    while not pages or cursor is not None:
        page = await shop.reads.activities(ola, cursor, 2)
        pages.append([one.external_id for one in page.items])
        cursor = page.next

    assert pages == [["5", "4"], ["3", "2"], ["1"]]


async def test_whoever_did_nothing_has_an_empty_page(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id

    page = await shop.reads.activities(ola, None, 50)

    assert (page.items, page.next) == ((), None)


async def test_only_members_have_pages(shop: Shop) -> None:
    told = await tell(shop, "a", "7")

    for nobody in (new_id(), await holder_of(shop, told.id)):
        with pytest.raises(MemberNotFound):
            await shop.reads.activities(nobody, None, 50)


async def test_a_cursor_of_another_member_or_list_is_none(shop: Shop) -> None:
    ola, jan = (await shop.enrol("1")).id, (await shop.enrol("2")).id
    for n in range(3):
        await tell(shop, f"{n}", ola)
        await shop.adjust(ola, 5)
    entries = (await shop.reads.entries(ola, "points", None, 1)).next
    activities = (await shop.reads.activities(ola, None, 1)).next
    assert entries is not None
    assert activities is not None

    for member, cursor in ((jan, activities), (ola, entries), (ola, "nothing")):
        with pytest.raises(CursorInvalid):
            await shop.reads.activities(member, cursor, 1)
