"""Where a page begins: at the newest, or where a cursor of the same things and member says."""

import uuid

import pytest

from service.flows.reads import paging
from service.infra import cursors
from tests.flows.shop import Shop, day

OLA, JAN = uuid.UUID(int=1), uuid.UUID(int=2)


async def test_the_first_page_begins_with_the_newest(shop: Shop) -> None:
    assert paging.before(shop.built.ctx, "coupons", OLA, None) == paging.NEWEST


async def test_the_next_one_begins_where_the_last_ended(shop: Shop) -> None:
    ctx = shop.built.ctx
    cursor = cursors.seal(ctx.secret, ("coupons", OLA, day(3), JAN))

    assert paging.before(ctx, "coupons", OLA, cursor) == (day(3), JAN)
    for kind, member in (("activities", OLA), ("coupons", JAN)):
        with pytest.raises(cursors.CursorInvalid):
            paging.before(ctx, kind, member, cursor)
