"""Balances: an entity tag that moves with what is shown, a cache that never shows the past."""

import asyncio
import datetime as dt
import json
import uuid

import pytest

from service.domain.members.errors import MemberNotFound
from service.domain.wallets.book import Book
from service.domain.wallets.entries import Op
from service.domain.wallets.types import Reason
from service.flows.reads.balances import expiring
from service.kernel.ids import new_id
from service.kernel.values import Balance, Expiring
from tests.flows.counter import hold, rich
from tests.flows.shop import Shop, another, day, goods

HOUR = dt.timedelta(hours=1)
TICK = dt.timedelta(microseconds=1)


async def test_the_body_is_the_wallets_in_the_programs_order(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(3000), at=day(0))

    body = json.loads((await shop.reads.wallets(ola)).body)

    assert body["member_id"] == str(ola)
    assert list(body["wallets"]) == ["points", "stars", "gifts", "status"]
    assert body["wallets"]["points"] == {
        "balance": {"available": 0, "pending": 30, "held": 0, "debt": 0},
        "title": {"en": "Points", "pl": "Punkty"},
        "expiring": [{"expires_at": "2026-06-30T22:00:00Z", "amount": 30}],
    }
    assert body["wallets"]["status"]["expiring"] == [{"expires_at": None, "amount": 30}]


async def test_the_same_answer_has_the_same_tag_on_every_worker(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(3000), at=day(0))
    other = another(shop.db)
    await other.start()

    answers = [await reads.wallets(ola) for reads in (shop.reads, shop.reads, other.reads)]

    assert len({(answer.etag, answer.body) for answer in answers}) == 1
    assert answers[0].etag[0] == answers[0].etag[-1] == '"'


async def test_every_write_is_seen_by_the_next_read_of_any_worker(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    other = another(shop.db)
    await other.start()
    tags = set()
    for number in range(1, 31):
        await shop.buy(f"a{number}", ola, goods(100))
        for reads in (other.reads, shop.reads):
            answer = await reads.wallets(ola)
            shown = json.loads(answer.body)["wallets"]["status"]["balance"]["available"]
            assert shown == number
            tags.add(answer.etag)
    assert len(tags) == 30


async def test_a_release_without_a_write_changes_the_tag(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(3000), at=day(0))
    await shop.show(day(14) - dt.timedelta(minutes=1))
    before = await shop.reads.wallets(ola)
    unchanged = await shop.tables()

    await shop.show(day(14))
    after = await shop.reads.wallets(ola)

    assert before.etag != after.etag
    assert await shop.balance(ola) == (30, 0, 0)
    assert await shop.tables() == unchanged


async def test_an_expiry_without_a_write_changes_the_tag(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(100, 2, brand="acme"), at=day(0))
    lapses = day(30) - HOUR  # the clocks went forward
    await shop.show(lapses - dt.timedelta(minutes=1))
    before = await shop.reads.wallets(ola)
    assert await shop.balance(ola, "stars") == (20, 0, 0)

    await shop.show(lapses)
    after = await shop.reads.wallets(ola)

    assert before.etag != after.etag
    assert await shop.balance(ola, "stars") == (0, 0, 0)


async def test_the_job_that_posts_it_changes_nothing_shown(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    await shop.buy("a", ola, goods(3000), at=day(0))
    await shop.show(day(20))
    before = await shop.reads.wallets(ola)

    await shop.settle()

    assert (await shop.reads.wallets(ola)).body == before.body


async def test_two_states_never_share_a_tag(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    seen: dict[str, bytes] = {}
    for on in range(0, 120, 4):
        await shop.show(day(on))
        if on % 16 == 0:
            await shop.buy(f"a{on}", ola, goods(100, 1, brand="acme"))
        if on % 24 == 0:
            await shop.settle()
        answer = await shop.reads.wallets(ola)
        assert seen.setdefault(answer.etag, answer.body) == answer.body


async def test_a_new_version_of_the_program_changes_the_tag(shop: Shop) -> None:
    ola = (await shop.enrol("1")).id
    before = await shop.reads.wallets(ola)

    await shop.publish(effective_from=None)

    assert (await shop.reads.wallets(ola)).etag != before.etag


async def test_readers_at_once_each_get_their_own(shop: Shop) -> None:
    members = [(await shop.enrol(f"{n}")).id for n in range(10)]
    for n, member in enumerate(members):
        await shop.buy(f"a{n}", member, goods(100 * n))

    answers = await asyncio.gather(*(shop.reads.wallets(m) for m in members * 5))

    for member, answer in zip(members * 5, answers, strict=True):
        body = json.loads(answer.body)
        assert body["member_id"] == str(member)
        assert body["wallets"]["status"]["balance"]["available"] == members.index(member)


async def test_nobody_has_no_wallets(shop: Shop) -> None:
    await shop.buy("a", "1", goods(100))
    async with shop.db.reading() as tx:
        unclaimed = await tx.connection.fetchval("select holder_id from holder")

    for nobody in (unclaimed, new_id()):
        with pytest.raises(MemberNotFound):
            await shop.reads.wallets(nobody)


def test_what_lapses_soonest_comes_first_and_sums_to_what_is_posted() -> None:
    holder = uuid.UUID(int=1)
    book = Book(holder, 1, 0, 0, 0, 0, 0, day(0))
    for amount, lapses in ((5, 9.0), (7, None), (11, 3.0), (13, 9.0), (17, None)):
        book.earn(
            Op(new_id()),
            amount,
            reason=Reason.EARNED,
            occurred_at=day(0),
            earned_at=day(0),
            available_at=day(0) if amount < 13 else day(1),
            expires_at=None if lapses is None else day(lapses),
            origin_holder=holder,
            origin_op=new_id(),
        )

    assert expiring(book) == (
        Expiring(expires_at=day(3), amount=11),
        Expiring(expires_at=day(9), amount=18),
        Expiring(expires_at=None, amount=24),
    )
    assert book.balance() == Balance(available=23, pending=30, held=0, debt=0)


async def test_held_units_show_and_are_free_at_the_instant_their_hold_times_out(
    checkout: Shop,
) -> None:
    """Nothing is written then: what is cached must not outlive it, and its tag is another."""
    ola = await rich(checkout, "1")
    await checkout.show(day(1))
    placed = await hold(checkout, "c", ola, goods(2000), points=400, hold_for=900)
    tags, figures = [], []
    for at in (day(1) + HOUR / 6, placed.due_at - HOUR / 60, placed.due_at, day(2)):
        await checkout.show(at)
        answer = await checkout.reads.wallets(ola)
        balance = json.loads(answer.body)["wallets"]["points"]["balance"]
        tags.append(answer.etag)
        figures.append((balance["available"], balance["held"]))

    assert figures == [(600, 400), (600, 400), (1000, 0), (1000, 0)]
    assert tags[0] == tags[1] != tags[2] == tags[3]
