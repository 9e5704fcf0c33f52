"""The export: all that is held on a member, and nothing of anybody else."""

import uuid
from typing import Any

import msgspec
import pytest

from service.domain.badges import store as badges
from service.domain.badges.store import BadgeRow
from service.domain.exports.store import SECTIONS
from service.domain.members.errors import MemberNotFound
from service.domain.members.types import Profile
from service.flows.reads import exports
from service.kernel.ids import new_id
from tests.flows.club_shop import Clubs
from tests.flows.merging import merge
from tests.flows.moments_shop import Moments
from tests.flows.segment_shop import Segments
from tests.flows.shop import Shop, card, day, goods, phone


async def exported(shop: Shop, member: uuid.UUID) -> dict[str, Any]:
    """The document, put together."""
    parts = [part async for part in await shop.reads.export(member)]
    document: dict[str, Any] = msgspec.json.decode(b"".join(parts))
    return document


async def test_the_person_and_every_list_are_in_it(shop: Shop) -> None:
    ola = await shop.enrol(card("1"), phone("500100200"), profile=Profile(name="Ola"))
    await shop.buy("a", ola.id, goods(1_000), at=day(1))
    await shop.bring_back("b", "a", {0: None}, at=day(2))
    await shop.adjust(ola.id, 25)

    document = await exported(shop, ola.id)

    assert document["member"]["profile"] == {"name": "Ola"}
    assert {one["value"] for one in document["member"]["identifiers"]} == {"1", "500100200"}
    assert set(SECTIONS) <= document.keys()
    (bought,) = document["purchases"]
    assert (bought["receipt"]["external_id"], bought["receipt"]["total"]) == ("a", 1_000)
    assert bought["why"]
    assert [one["external_id"] for one in document["returns"]] == ["b"]
    (operation,) = document["operations"]
    assert (operation["kind"], operation["reason"]) == ("adjustment", "by hand")
    assert 25 in [one["amount"] for one in document["entries.points"]]
    assert document["household"] == {"household": None, "invitations": []}


async def test_lists_longer_than_a_page_are_whole(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With pages of two, five purchases and as many entries come whole and in order."""
    monkeypatch.setattr(exports, "PAGE", 2)
    ola = (await shop.enrol("1")).id
    for n in range(1, 6):
        await shop.buy(f"{n}", ola, goods(1_000), at=day(n))

    document = await exported(shop, ola)

    sold = [one["receipt"]["external_id"] for one in document["purchases"]]
    assert sold == ["5", "4", "3", "2", "1"]
    seqs = [one["seq"] for one in document["entries.points"]]
    assert seqs == sorted(seqs, reverse=True)
    assert seqs[-1] == 1


async def test_nothing_of_another_member_is_in_it(shop: Shop) -> None:
    ola, jan = await shop.enrol("1"), await shop.enrol(card("4711"), profile=Profile(name="Jan"))
    bought = await shop.buy("his", jan.id, goods(1_000), at=day(1))

    text = msgspec.json.encode(await exported(shop, ola.id)).decode()

    for secret in ("Jan", "4711", str(jan.id), str(bought.id)):
        assert secret not in text


async def test_only_members_have_one_and_it_is_told_before_the_first_part(shop: Shop) -> None:
    with pytest.raises(MemberNotFound):
        await shop.reads.export(new_id())


async def test_clubs_are_named_as_in_the_program(clubs: Clubs) -> None:
    (ola,) = await clubs.members(1)
    await clubs.let_in(ola, "founder")

    document = await exported(clubs.shop, ola)

    (step,) = document["club_history"]
    assert (step["club"], step["kind"], step["note"]) == ("roasters", "joined", "founder")
    assert [one["club"] for one in document["clubs"]["clubs"]] == ["roasters"]


async def test_segments_and_badges_are_named_as_in_the_program(
    segments: Segments, moments: Moments
) -> None:
    ewa = await segments.member("1")
    await segments.spends(ewa, 120, day(1))
    await segments.look(day(1.1))
    assert "spenders" in await segments.belongs(ewa)
    ola = await moments.member()
    async with moments.shop.db.transaction() as tx:
        await badges.give(tx, [BadgeRow(ola, 1, new_id(), "r", day(0))], day(0))

    named = {one["segment"] for one in (await exported(segments.shop, ewa))["segments"]}
    (badge,) = (await exported(moments.shop, ola))["badges"]

    assert "spenders" in named
    assert badge["badge"] == moments.shop.built.programs.badge_id(1)


async def test_who_was_merged_into_them_is_in_it_as_they_were(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    jan = (await shop.enrol("2", profile=Profile(name="Jan"))).id
    await shop.buy("a", jan, goods(1000), at=day(0))
    await shop.adjust(jan, 7)
    await merge(shop, ola, jan)

    found = await exported(shop, jan)

    assert found["member"]["id"] == str(ola)
    assert [one["receipt"]["external_id"] for one in found["purchases"]] == ["a"]
    (was,) = found["merged"]
    assert (was["member"]["id"], was["member"]["profile"]) == (str(jan), {"name": "Jan"})
    assert [one["reason"] for one in was["entries.points"]][:2] == ["merged_out", "adjusted"]
    assert [one["kind"] for one in was["operations"]] == ["adjustment", "merged"]
