"""The hub of streams, on a real database."""

import asyncio
import contextlib
import uuid
from collections.abc import Callable, Sequence

import pytest

from service.domain.events.errors import StreamsFull, TooManyStreams
from service.domain.holders import store
from service.domain.members.errors import MemberErased, MemberNotFound
from service.flows.reads.streams import (
    PAGE_MAX,
    PER_MEMBER_MAX,
    Beginning,
    Limits,
    Streams,
    Subscription,
)
from service.kernel.ids import new_id
from tests.flows.eraser import erased
from tests.flows.membership_shop import Memberships
from tests.flows.merging import merge
from tests.flows.shop import Shop, goods

SECONDS_MAX = 10.0


async def heard(one: Subscription, count: int) -> list[tuple[int, str]]:
    """The next events, so many at least: versions and short names."""
    found: list[tuple[int, str]] = []
    async with asyncio.timeout(SECONDS_MAX):
        while len(found) < count:
            page = await one.take(SECONDS_MAX)
            assert page is not None, found
            found += [
                (row.version, row.type.split(".", 1)[1].rsplit(".", 1)[0]) for row in page.rows
            ]
    return found


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS_MAX):
        while not condition():
            await asyncio.sleep(0.005)


async def begun(shop: Shop, member: uuid.UUID, version: int | None = None) -> Beginning:
    known = None if version is None else (member, version)
    return await shop.built.reads.stream(member, known)


@pytest.fixture
def hub(shop: Shop) -> Streams:
    """The hub of the shop."""
    return shop.built.reads.streams


async def test_what_happens_is_told_in_order_and_what_was_before_is_not(
    shop: Shop, hub: Streams
) -> None:
    member = (await shop.enrol("C-1")).id
    await shop.adjust(member, 10)
    beginning = await begun(shop, member)

    with hub.subscribed(beginning) as one:
        await shop.buy("p-1", member, goods(1000))
        events = await heard(one, 2)

    assert [name for _, name in events] == ["purchase.recorded", "points.earned"]
    assert [version for version, _ in events] == [beginning.position + 1, beginning.position + 2]
    assert one.position == events[-1][0]
    assert hub.count == 0


async def test_who_is_behind_is_given_everything_page_by_page_each_once(
    shop: Shop, hub: Streams
) -> None:
    member = (await shop.enrol("C-1")).id
    for number in range(PAGE_MAX + 5):
        await shop.adjust(member, 1 + number)

    with hub.subscribed(await begun(shop, member, 0)) as one:
        first = await one.take(SECONDS_MAX)
        assert first is not None
        rest = await heard(one, 6)

    assert [row.version for row in first.rows] == list(range(1, PAGE_MAX + 1))
    assert first.position == PAGE_MAX
    assert [version for version, _ in rest] == list(range(PAGE_MAX + 1, PAGE_MAX + 7))


async def test_for_who_takes_nothing_a_page_waits_and_no_more(shop: Shop, hub: Streams) -> None:
    member = (await shop.enrol("C-1")).id
    with hub.subscribed(await begun(shop, member, 0)) as slow:
        await until(lambda: not slow.has_room)
        for number in range(3):
            await shop.adjust(member, 1 + number)
        with hub.subscribed(await begun(shop, member, 0)) as quick:
            assert len(await heard(quick, 4)) == 4

        page = await slow.take(0)
        assert page is not None
        assert [row.version for row in page.rows] == [1]
        assert [version for version, _ in await heard(slow, 3)] == [2, 3, 4]


async def test_listeners_of_many_members_hear_of_their_own_only(shop: Shop, hub: Streams) -> None:
    members = [(await shop.enrol(f"C-{n}")).id for n in range(4)]
    with contextlib.ExitStack() as stack:
        all_ = [stack.enter_context(hub.subscribed(await begun(shop, one))) for one in members]
        await asyncio.gather(*(shop.adjust(one, 5 + n) for n, one in enumerate(members)))
        found = [await heard(one, 1) for one in all_]
        nothing = await all_[0].take(0.7)

    assert found == [[(2, "points.adjusted")]] * 4
    assert nothing is not None
    assert nothing.rows == ()


async def test_a_merged_member_hears_of_it_and_the_survivor_goes_on(
    shop: Shop, hub: Streams
) -> None:
    old, survivor = (await shop.enrol("C-1")).id, (await shop.enrol("C-2")).id
    await shop.adjust(old, 10)
    of_old, of_survivor = await begun(shop, old), await begun(shop, survivor)

    with hub.subscribed(of_old) as gone, hub.subscribed(of_survivor) as stays:
        await merge(shop, survivor, old)
        told = [name for _, name in await heard(gone, 2)]
        assert await gone.take(SECONDS_MAX) is None
        assert "member.merged" in [name for _, name in await heard(stays, 2)]
        await shop.adjust(survivor, 1)
        assert (await heard(stays, 1))[-1][1] == "points.adjusted"

    assert told[-1] == "member.merged" or "member.merged" in told
    again = await shop.built.reads.stream(old, (old, of_old.position))
    assert (again.holder_id, again.is_reset) == (survivor, True)


async def test_an_erased_member_hears_of_it_and_can_be_listened_to_no_more(
    shop: Shop, hub: Streams
) -> None:
    member = (await shop.enrol("C-1")).id
    with hub.subscribed(await begun(shop, member)) as one:
        await erased(shop, member)
        assert (await heard(one, 1))[-1][1] == "member.erased"
        assert await one.take(SECONDS_MAX) is None

    with pytest.raises(MemberErased):
        await begun(shop, member)


async def test_what_is_known_of_somebody_else_or_of_the_future_is_no_place(shop: Shop) -> None:
    member, other = (await shop.enrol("C-1")).id, (await shop.enrol("C-2")).id
    reads = shop.built.reads

    assert await reads.stream(member, None) == Beginning(member, 1, 1)
    assert await reads.stream(member, (member, 0)) == Beginning(member, 0, 1)
    assert await reads.stream(member, (other, 1)) == Beginning(member, 1, 1, is_reset=True)
    assert await reads.stream(member, (member, 2)) == Beginning(member, 1, 1, is_reset=True)
    with pytest.raises(MemberNotFound):
        await reads.stream(new_id(), None)


async def test_of_a_club_that_bans_them_a_member_is_told_nothing_any_more(
    table: Memberships,
) -> None:
    reads = table.shop.built.reads
    member = await table.member("1")
    await table.let_in(member)
    with reads.streams.subscribed(await reads.stream(member, (member, 0))) as one:
        before = {name for _, name in await heard(one, 2)}
    assert "club.joined" in before

    await table.ban(member)
    await table.shop.adjust(member, 1)
    with reads.streams.subscribed(await reads.stream(member, (member, 0))) as one:
        after = {name for _, name in await heard(one, 2)}

    assert {name for name in after if name.startswith("club.")} == set()
    assert "points.adjusted" in after


async def test_a_member_and_a_process_have_so_many_streams_and_no_more(shop: Shop) -> None:
    hub = Streams(shop.built.ctx, Limits(streams_max=PER_MEMBER_MAX + 1))
    one, other = Beginning(new_id(), 0, 0), Beginning(new_id(), 0, 0)
    with contextlib.ExitStack() as stack:
        for _ in range(PER_MEMBER_MAX):
            stack.enter_context(hub.subscribed(one))
        with pytest.raises(TooManyStreams), hub.subscribed(one):
            pass
        last = stack.enter_context(hub.subscribed(other))
        with pytest.raises(StreamsFull), hub.subscribed(Beginning(new_id(), 0, 0)):
            pass
        assert hub.count == PER_MEMBER_MAX + 1
        assert last.has_room
    assert hub.count == 0
    with hub.subscribed(one):
        assert hub.count == 1


async def test_at_the_end_all_streams_end_and_none_begins(shop: Shop, hub: Streams) -> None:
    member = (await shop.enrol("C-1")).id
    beginning = await begun(shop, member)
    with hub.subscribed(beginning) as one, hub.subscribed(beginning) as other:
        hub.end()
        assert await one.take(SECONDS_MAX) is None
        assert await other.take(SECONDS_MAX) is None
    with pytest.raises(StreamsFull), hub.subscribed(beginning):
        pass
    await hub.stop()


async def test_without_listeners_the_hub_asks_nothing(shop: Shop, hub: Streams) -> None:
    member = (await shop.enrol("C-1")).id
    before = asyncio.all_tasks()
    with hub.subscribed(await begun(shop, member)), hub.subscribed(await begun(shop, member)):
        (task,) = asyncio.all_tasks() - before
    await until(task.done)


async def test_an_outage_delays_what_is_told_and_ends_nothing(
    shop: Shop, hub: Streams, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = (await shop.enrol("C-1")).id
    real, failed = store.find, asyncio.Event()

    async def broken(*given: object) -> Sequence[object]:
        failed.set()
        raise ConnectionResetError

    beginning = await begun(shop, member)
    monkeypatch.setattr(store, "find", broken)
    with hub.subscribed(beginning) as one:
        await shop.built.gate.drain()
        await failed.wait()
        monkeypatch.setattr(store, "find", real)
        await shop.adjust(member, 1)
        assert await heard(one, 1) == [(2, "points.adjusted")]
