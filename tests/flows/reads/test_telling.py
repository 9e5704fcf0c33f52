"""What a member is told of events; hidden clubs as a whole: tests/laws/test_invisible.py."""

import json
import uuid
from typing import Any

from service.domain.events import told
from service.domain.events.told import Row
from service.flows.reads import telling
from service.rules.hidden import Hidden
from tests.flows.membership_shop import Memberships
from tests.flows.shop import Shop, goods


async def told_to(shop: Shop, member: uuid.UUID) -> list[Row]:
    """Everything that the member is told, from the beginning."""
    place = (member, 0)
    async with shop.db.reading() as tx:
        pages = await told.after(tx, [place], 100)
        return (await telling.shown(tx, shop.built.ctx, pages))[place]


def names(rows: list[Row]) -> list[str]:
    return [row.type.split(".", 1)[1].rsplit(".", 1)[0] for row in rows]


async def test_events_are_told_as_they_were_written(shop: Shop) -> None:
    member = (await shop.enrol("C-1")).id
    await shop.buy("p-1", member, goods(1000))

    rows = await told_to(shop, member)

    assert names(rows) == ["member.enrolled", "purchase.recorded", "points.earned"]
    written = await shop.events(member)
    assert [json.loads(row.body)["data"] for row in rows] == [data for _, data in written]


async def test_who_is_banned_is_told_nothing_of_the_club_and_who_left_what_they_knew(
    table: Memberships,
) -> None:
    banned, left = await table.members(2)
    for one in (banned, left):
        await table.let_in(one)
    await table.leave(left)
    assert "club.joined" in names(await told_to(table.shop, banned))

    await table.ban(banned)

    assert [one for one in names(await told_to(table.shop, banned)) if "club" in one] == []
    of_club = [one for one in names(await told_to(table.shop, left)) if "club" in one]
    assert of_club == ["club.joined", "club.left"]


def test_what_mentions_a_hidden_club_is_cut_out_and_figures_stay() -> None:
    hidden = Hidden(
        clubs=frozenset({"inner"}),
        rules=frozenset({"inner-double"}),
        coupons=frozenset({"INNER-OWN"}),
        rewards=frozenset({"inner-cup"}),
    )
    data: Any = {
        "total": 4500,
        "effects": [{"rule": "inner-double", "amount": 45}, {"rule": "base", "amount": 45}],
        "also": [{"issued": [{"template": "INNER-OWN"}, {"template": "THANKS10"}]}],
        "coupons": [{"coupon": "INNER-OWN", "template": "INNER-OWN", "position": 1}],
        "coupons_back": ["INNER-OWN", "THANKS10"],
        "clubs": {"inner": {"joined": True}, "readers": {"joined": True}},
        "wallets": {"inner": {"available": 1}},
    }

    assert telling.cut(data, hidden) == {
        "total": 4500,
        "effects": [{"rule": "base", "amount": 45}],
        "also": [{"issued": [{"template": "THANKS10"}]}],
        "coupons": [],
        "coupons_back": ["THANKS10"],
        "clubs": {"readers": {"joined": True}},
        "wallets": {"inner": {"available": 1}},
    }
    for one in ({"template": "INNER-OWN"}, {"reward": "inner-cup"}, {"rule": "inner-double"}):
        assert telling.mentions(one, hidden)
    assert not telling.mentions({"template": "THANKS10", "rule": None}, hidden)


async def test_of_nothing_nothing_is_told(shop: Shop) -> None:
    member = (await shop.enrol("C-1")).id
    async with shop.db.reading() as tx:
        assert await telling.shown(tx, shop.built.ctx, {(member, 7): []}) == {(member, 7): []}
