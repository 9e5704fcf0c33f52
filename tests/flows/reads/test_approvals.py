"""Approvals as they are listed."""

import datetime as dt

import pytest

from service.domain.access.errors import StoreForbidden
from service.domain.approvals.errors import ApprovalNotFound
from service.domain.approvals.types import Standing
from service.infra.cursors import CursorInvalid
from service.kernel.ids import new_id
from tests.flows.caps import JAN, Caps, staff

BOSS = staff("boss", None)


async def test_what_is_open_is_listed_and_what_ends_last_comes_first(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    asked = [(await caps.asked(ola.id, 600 + n)).id for n in range(5)]

    first = await caps.page(limit=2)
    second = await caps.page(limit=2, cursor=first.next)
    third = await caps.page(limit=2, cursor=second.next)

    found = [one.id for page in (first, second, third) for one in page.items]
    assert found == asked[::-1]
    assert third.next is None


async def test_each_state_has_its_list(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    late, approved, refused = [(await caps.asked(ola.id, 600 + n)) for n in range(3)]
    await caps.approve(approved.id)
    await caps.refuse(refused.id)
    assert [one.id for one in (await caps.page()).items] == [late.id]
    await caps.shop.show(late.due_at + dt.timedelta(hours=1))
    fresh = await caps.asked(ola.id, 700)

    for state, wanted in (
        (Standing.OPEN, fresh),
        (Standing.TIMED_OUT, late),
        (Standing.APPROVED, approved),
        (Standing.REFUSED, refused),
    ):
        (found,) = (await caps.page(state=state)).items
        assert (found.id, found.state) == (wanted.id, state)


async def test_a_store_sees_its_own_and_nobody_sees_another_ones(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    warsaw = await caps.asked(ola.id, 600)
    krakow = await caps.asked(ola.id, 601, by=staff("eva", "krk-01"))
    call_centre = await caps.asked(ola.id, 602, by=staff("eva", None))

    assert [one.id for one in (await caps.page(BOSS)).items] == [
        *(call_centre.id, krakow.id, warsaw.id),
    ]
    assert [one.id for one in (await caps.page(BOSS, store="krk-01")).items] == [krakow.id]
    for shop in (None, "waw-01"):
        assert [one.id for one in (await caps.page(store=shop)).items] == [warsaw.id]
    with pytest.raises(StoreForbidden):
        await caps.page(store="krk-01")
    with pytest.raises(ApprovalNotFound):
        await caps.reads.approval(JAN, krakow.id)
    assert (await caps.reads.approval(BOSS, krakow.id)).adjustment == krakow.adjustment


async def test_a_cursor_is_good_for_its_own_list(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    for n in range(2):
        await caps.asked(ola.id, 600 + n)
    page = await caps.page(BOSS, limit=1)
    assert page.next is not None

    for query in ({"state": Standing.REFUSED}, {"store": "waw-01"}, {"cursor": "made-up"}):
        with pytest.raises(CursorInvalid):
            await caps.page(BOSS, **{"cursor": page.next, **query})


async def test_one_that_is_not_there_is_not_found(caps: Caps) -> None:
    with pytest.raises(ApprovalNotFound):
        await caps.reads.approval(BOSS, new_id())
