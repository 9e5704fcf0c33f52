"""A history recorded by the verbs is right, however it is cut and by however many looked at."""

import datetime as dt

import asyncpg
import msgspec
import pytest

from service.domain.wallets.types import Reason
from service.infra.db import DatabaseUnavailable
from service.verify.report import Check, Tally
from service.verify.run import Options, Progress, _sample, verify
from tests.databases import Fresh


class Steps(Progress):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.parts = 0
        self.done = 0

    def begin(self, parts: int) -> None:
        self.parts = parts

    def step(self) -> None:
        self.done += 1


async def looked(fresh: Fresh, **options: int | bool) -> Tally:
    return (await verify(fresh.jobs_url, msgspec.convert(options, Options))).tally


async def test_a_mixed_history_is_right(recorded: Fresh) -> None:
    """Counts by hand: 20 purchases were bought, of 5 members and 3 that nobody knew."""
    report = await verify(recorded.jobs_url, Options())
    tally = report.tally
    assert tally.named == []
    assert tally.wrong == {}
    assert tally.figures["holders"] == 8
    assert tally.counted[Check.DECISIONS] == tally.counted[Check.RETURNS] == 20
    assert report.sample.every
    assert tally.counted[Check.TIERS] == 5 * 4
    assert {reason for house in tally.houses.values() for reason in house.moved} == {
        Reason.EARNED,
        Reason.REVERSED,
        Reason.EXPIRED,
        Reason.ADJUSTED,
        Reason.DEBT_PAID,
        Reason.OPENING,
    }
    assert tally.used == {"acme-weeks": 20, "app-days": 3}


async def test_ranges_and_processes_find_the_same(recorded: Fresh) -> None:
    whole = await looked(recorded)
    steps = Steps()
    report = await verify(recorded.jobs_url, Options(range_size=4), steps)
    assert (
        steps.parts == steps.done == 10
    )  # 8 holders one by one, what is behind them, whole tables
    assert report.tally == whole
    assert await looked(recorded, range_size=10, processes=2) == whole


async def test_an_empty_database_is_right(database: Fresh) -> None:
    tally = await looked(database)
    assert tally.wrong == {}
    assert set(tally.counted) >= {Check.CONSTRAINTS}


async def test_no_more_differences_are_named_than_asked(copied: Fresh) -> None:
    connection = await asyncpg.connect(copied.superuser_url)
    await connection.execute("update wallet set entry_seq = entry_seq + 1")
    await connection.close()
    for options in ({"named_max": 2}, {"named_max": 2, "range_size": 4, "processes": 2}):
        tally = await looked(copied, **options)
        assert tally.wrong == {Check.WALLETS: 14}
        assert len(tally.named) == 2


@pytest.mark.parametrize(
    ("purchases", "options", "every", "below"),
    [
        (0, Options(), True, 0),
        (200_000, Options(), True, 0),
        (200_001, Options(sample=200_001), True, 0),
        (1_000_000, Options(every=True), True, 0),
        (1_000_000, Options(), False, 450_971_566),  # 2^32 x 100,000 x 1.05 / 1,000,000
        (1_000_000, Options(sample=1_000), False, 4_509_715),
    ],
)
def test_where_there_is_too_much_a_sample_is_taken(
    purchases: int, options: Options, every: bool, below: int
) -> None:
    now = dt.datetime(2026, 5, 2, tzinfo=dt.UTC)
    sample = _sample(options, purchases, now)
    assert (sample.every, sample.below) == (every, below)
    assert sample.since == dt.datetime(2026, 5, 1, tzinfo=dt.UTC)


async def test_without_a_server_it_says_so() -> None:
    with pytest.raises(DatabaseUnavailable):
        await verify("postgresql://nobody@127.0.0.1:1/none", Options())
