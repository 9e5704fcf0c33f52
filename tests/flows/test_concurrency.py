"""Two processes on one database, everything at once: one effect each, and the ledger is right."""

import asyncio
import contextlib
import functools
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Final, NamedTuple, TypeVar

import asyncpg
import pytest

from service.domain.members.errors import IdentifierTaken
from service.domain.purchases.errors import NaturalKeyReused
from service.domain.returns.errors import NothingToReturn
from service.infra.batch import Overloaded, QueueFull
from service.infra.db import Database
from service.jobs.clock import Clock
from service.kernel.answer import Answer
from service.kernel.errors import ExpectedError
from service.verify.run import Options, verify
from tests.databases import Fresh
from tests.flows.shop import SOURCE, TILL, Shop, another, bought, brought, card, goods

pytestmark = pytest.mark.xdist_group("machine")  # one at a time: each keeps it busy

T = TypeVar("T")
MEMBERS: Final = 500
PLAIN: Final = """
program: {id: plain, timezone: Europe/Warsaw, currency: EUR}
channels: [web]
identifiers: [card]
wallets: {points: {expires: never}}
campaigns:
  - id: base
    rules:
      - {id: base-earn, then: [{points: {per: 1 EUR, award: 1}}]}
"""


class Two(NamedTuple):
    """Two processes: a gate, a pool and loaded program versions each."""

    one: Shop
    other: Shop

    def of(self, number: int) -> Shop:
        """They take turns."""
        return self[number % 2]


@contextlib.asynccontextmanager
async def two_processes(database: Fresh, source: str) -> AsyncIterator[Two]:
    """The two, on the real clock; whatever a test did, the ledger is right afterwards."""
    pools = [await Database.open(database.url) for _ in range(2)]
    shops = Two(*(Shop(db, another(db)) for db in pools))
    await shops.one.publish(source)
    await shops.other.built.start()
    clocks = [Clock(shop.built.ctx) for shop in shops]
    for clock in clocks:
        clock.start()
    try:
        yield shops
    finally:
        for clock, shop in zip(clocks, shops, strict=True):
            await clock.stop()
            await shop.built.stop()
    report = await verify(database.jobs_url, Options())
    assert report.tally.named == []


@pytest.fixture
async def two(database: Fresh) -> AsyncIterator[Two]:
    """Two processes with the program of the tests of verbs."""
    async with two_processes(database, SOURCE) as shops:
        yield shops


async def patient(ask: Callable[[], Awaitable[T]]) -> T:
    """As a client does who is told to come again."""
    while True:
        try:
            return await ask()
        except (Overloaded, QueueFull):
            await asyncio.sleep(0.01)


async def outcome(asked: Awaitable[Answer[Any]]) -> str:
    """What came of it: done, replayed, or the name of the refusal."""
    try:
        return "replayed" if (await asked).replayed else "done"
    except ExpectedError as refusal:
        return type(refusal).__name__


async def test_one_hundred_identical_purchases_are_one(two: Two) -> None:
    ola = await two.one.enrol("1001")
    body = bought("k1", ola.id, goods(1_000))
    came = await asyncio.gather(*(outcome(two.of(n).record(body)) for n in range(100)))
    assert Counter(came) == {"done": 1, "replayed": 99}
    assert await two.one.balance(ola.id) == (0, 10, 0)
    assert await two.other.count("purchase") == 1


async def test_one_hundred_identical_returns_are_one(two: Two) -> None:
    ola = await two.one.enrol("1001")
    await two.one.buy("k1", ola.id, goods(1_000, 2))
    body = brought("r1", "k1", {1: 1})
    came = await asyncio.gather(
        *(outcome(two.of(n).verbs.record_return(TILL, body)) for n in range(100))
    )
    assert Counter(came) == {"done": 1, "replayed": 99}
    assert await two.one.balance(ola.id) == (0, 5, 0)
    assert await two.other.count("purchase_return") == 1


async def test_identical_purchases_that_name_nobody_are_one(two: Two) -> None:
    """Nothing but the natural key makes them meet: each match makes a holder of its own."""
    body = bought("k1", None, goods(1_000))
    came = await asyncio.gather(*(outcome(two.of(n).record(body)) for n in range(40)))
    assert Counter(came) == {"done": 1, "replayed": 39}
    assert await two.one.count("purchase") == 1


async def test_of_different_contents_under_one_key_one_wins(two: Two) -> None:
    ola, jan = await two.one.enrol("1001"), await two.one.enrol("1002")
    bodies = [
        bought("k1", (ola, jan)[n % 2].id, goods(100 + 100 * content))
        for content in range(5)
        for n in range(6)
    ]
    came = await asyncio.gather(
        *(outcome(two.of(n // 2).record(body)) for n, body in enumerate(bodies))
    )
    by_content = [Counter(came[n : n + 6]) for n in range(0, 30, 6)]
    lost = {NaturalKeyReused.__name__: 6}
    assert sorted(by_content, key=str) == sorted([{"done": 1, "replayed": 5}, *[lost] * 4], key=str)
    assert await two.one.count("purchase") == 1


async def test_purchases_and_returns_of_one_member(two: Two) -> None:
    """Each purchase of 10 EUR twice, its return twice, all at once and from both: 20 points of the
    two that stay."""
    ola = await two.one.enrol("1001")
    asked: list[Awaitable[str]] = []
    for number in range(10):
        purchase = bought(f"k{number}", ola.id, goods(1_000, 2))
        asked += [outcome(two.of(n).record(purchase)) for n in range(2)]
        if number >= 2:
            back = brought(f"r{number}", f"k{number}")
            asked += [outcome(two.of(n).verbs.record_return(TILL, back)) for n in range(2)]
    came = Counter(await asyncio.gather(*asked))
    assert came == {"done": 18, "replayed": 18}
    assert await two.other.balance(ola.id) == (0, 20, 0)
    assert await two.one.count("purchase_return") == 8
    assert await two.one.count("parked_return") == 0


async def test_more_than_was_bought_never_comes_back(two: Two) -> None:
    """Ten returns of all that is left, at once: one takes it, the rest finds nothing."""
    ola = await two.one.enrol("1001")
    await two.one.buy("k1", ola.id, goods(1_000, 3))
    returns = [brought(f"r{number}", "k1") for number in range(10)]
    came = await asyncio.gather(
        *(outcome(two.of(n).verbs.record_return(TILL, one)) for n, one in enumerate(returns))
    )
    assert Counter(came) == {"done": 1, NothingToReturn.__name__: 9}
    assert await two.one.balance(ola.id) == (0, 0, 0)


async def test_a_budget_is_never_overdrawn(two: Two) -> None:
    """100 stars at 10 a unit, 30 members who want one unit each: ten get it."""
    members = [await two.one.enrol(f"card-{n}") for n in range(30)]
    asked = [
        two.of(n).buy(f"k{n}", member.id, goods(100, brand="acme"))
        for n, member in enumerate(members)
    ]
    receipts = await asyncio.gather(*asked)
    stars = [m.amount for receipt in receipts for m in receipt.earned if m.wallet == "stars"]
    assert stars == [10] * 10
    assert await two.one.left("acme-weeks") == 0


@pytest.mark.parametrize("round_", range(5))
async def test_a_claim_while_purchases_come(two: Two, round_: int) -> None:
    """Whatever comes first: all purchases of the card are the member's in the end."""
    del round_
    purchases = [two.of(n).buy(f"k{n}", (card(f"c{n % 4}"),), goods(100)) for n in range(24)]
    cards = [card(f"c{n}") for n in range(4)]
    joining = [two.of(n).enrol(*cards) for n in range(2)]
    came = await asyncio.gather(*purchases[:12], *joining, *purchases[12:], return_exceptions=True)
    failed = [one for one in came if isinstance(one, BaseException)]
    assert [type(one) for one in failed] == [IdentifierTaken]
    ola = await two.one.reads.lookup(cards)
    assert await two.other.balance(ola.id) == (0, 24, 0)
    async with two.one.db.reading() as tx:
        held = await tx.connection.fetchval("select array_agg(distinct holder_id) from purchase")
    assert held == [ola.id]


async def test_members_who_swap_identifiers_at_once(two: Two) -> None:
    """Locks are taken in one order, whoever names what first."""
    first, second = await two.one.enrol("1", "2"), await two.one.enrol("3", "4")
    for number in range(5):
        a, b = (card(f"a{number}"), card(f"b{number}"))
        await two.one.buy(f"a{number}", (a,), goods(100))
        await two.one.buy(f"b{number}", (b,), goods(100))
        came = await asyncio.gather(
            two.one.change(first.id, add=(a, b)),
            two.other.change(second.id, add=(b, a)),
            return_exceptions=True,
        )
        assert sorted(type(one).__name__ for one in came) == ["IdentifierTaken", "MemberView"]
    held = [len((await two.one.reads.member(one.id)).identifiers) for one in (first, second)]
    assert sum(held) == 4 + 10


async def test_a_deadlock_is_tried_again(two: Two, database: Fresh) -> None:
    """Somebody holds a row of the member's and then wants the member: PostgreSQL ends the purchase
    with 40P01, the gate runs it again."""
    ola = await two.one.enrol("1001")
    await two.one.buy("k0", ola.id, goods(1_000))
    stranger = await asyncpg.connect(database.owner_url)
    bought = 1
    while bought < 10 and not await _is_passed(stranger, two.one, ola.id, f"k{bought}"):
        bought += 1
    await stranger.close()
    assert bought < 10
    assert await two.one.balance(ola.id) == (0, 10 * (bought + 1), 0)
    async with two.one.db.reading() as tx:
        assert await tx.connection.fetchval(
            "select deadlocks from pg_stat_database where datname = current_database()"
        ) in (0, 1)  # the statistics may come later


async def _is_passed(
    stranger: "asyncpg.Connection[asyncpg.Record]", shop: Shop, member: uuid.UUID, key: str
) -> bool:
    """The stranger gets the member before a purchase that had it and waited for the stranger.

    Whoever has waited for a second looks for the deadlock, so on a slow machine it may be the
    stranger who is ended; then the purchase has just gone on.
    """
    try:
        async with stranger.transaction():
            await stranger.execute("select from wallet where holder_id = $1 for update", member)
            buying = asyncio.create_task(shop.buy(key, member, goods(1_000)))
            while not await stranger.fetchval(
                "select exists (select from pg_locks where not granted and pid <> pg_backend_pid())"
            ):
                await asyncio.sleep(0.01)
            await stranger.execute("select from holder where holder_id = $1 for update", member)
            passed = not buying.done()
    except asyncpg.DeadlockDetectedError:
        passed = False
    await buying
    return passed


async def test_what_was_written_by_one_is_read_by_the_other(database: Fresh) -> None:
    """10,000 times: a purchase through one is answered, then the balance is asked of the other.
    Of 500 members at once, so that statements are shared as they are under load."""
    async with two_processes(database, PLAIN) as two:
        enrolling = (
            patient(functools.partial(two.of(n).enrol, f"card-{n}")) for n in range(MEMBERS)
        )
        members = await asyncio.gather(*enrolling)

        async def live(number: int) -> None:
            member = members[number].id
            for turn in range(10_000 // MEMBERS):
                writer, reader = two.of(turn), two.of(turn + 1)
                key = f"{number}-{turn}"
                await patient(functools.partial(writer.buy, key, member, goods(100)))
                assert await reader.balance(member) == (turn + 1, 0, 0)

        await asyncio.gather(*(live(number) for number in range(MEMBERS)))
        assert await two.one.count("purchase") == 10_000
