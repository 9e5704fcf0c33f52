"""The whole verification: one snapshot, ranges of holders shared out to processes, one report."""

import asyncio
import concurrent.futures
import datetime as dt
import multiprocessing
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Final

import msgspec

from service.domain.programs.live import Programs
from service.infra.db import Tx
from service.infra.sql import load
from service.verify import (
    approvals,
    audit,
    clubs,
    constraints,
    decisions,
    derived,
    gift_cards,
    ledger,
    merges,
    projection,
    rewards,
    segments,
    sharing,
    sums,
    tiers,
    triggers,
    undone,
)
from service.verify.look import HIGHEST, LOWEST, Look, Sample, load_programs, snapshot
from service.verify.report import Tally

SQL: Final = load("verify")

ALL_BELOW: Final = 200_000  # with no more purchases than that, every decision is made again
SAMPLE: Final = 100_000
_SPARE: Final = 1.05  # a share of the hashes is never exact; then a sample is not too small
_HASHES: Final = 2**32
_FEW: Final = 2  # parts that are looked at before another process has begun
LAST_DAY: Final = dt.timedelta(days=1)
RANGE_PURCHASES: Final = 5_000
RANGE_HOLDERS: Final = 5_000

Checks = Sequence[Callable[[Look], Awaitable[None]]]
RANGE_CHECKS: Final[Checks] = (
    ledger.look_at_range,
    derived.look_at_range,
    projection.look_at_range,
    decisions.look_at_range,
    triggers.look_at_range,
    tiers.look_at_range,
    rewards.look_at_range,
    gift_cards.look_at_range,
    merges.look_at_range,
    sharing.look_at_range,
    clubs.look_at_range,
    approvals.look_at_range,
    undone.look_at_range,
    segments.look_at_range,
    sums.look_at_range,
)
WHOLE_CHECKS: Final[Checks] = (
    constraints.look_at_all,
    ledger.look_at_keys,
    approvals.look_at_days,
    audit.look_at_all,
)


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """`every`: decide each purchase again, however many there are; else a sample by `seed`.

    `processes`: how many work at once; 1: in this one. `range_size`: purchases (and holders) a
    range has about.
    """

    every: bool = False
    sample: int = SAMPLE
    seed: int = 0
    named_max: int = 20
    processes: int = 1
    range_size: int = RANGE_PURCHASES


class Part(msgspec.Struct, frozen=True):
    """Holders from `low` to `high`; `whole`: what is not cut into ranges."""

    low: uuid.UUID = LOWEST
    high: uuid.UUID = HIGHEST
    whole: bool = False


class Work(msgspec.Struct, frozen=True):
    """All that another process needs to look at a part."""

    url: str
    shared: str
    sample: Sample
    named_max: int


class Progress:
    """Told how many parts there are, and of each that is done; the base tells nobody."""

    def begin(self, parts: int) -> None:
        """So many parts are to be looked at."""

    def step(self) -> None:
        """One is done."""


class Report(msgspec.Struct, frozen=True):
    """The tally of everything and how the decisions were chosen."""

    tally: Tally
    programs: Programs
    sample: Sample
    purchases: int


async def verify(url: str, options: Options, progress: Progress | None = None) -> Report:
    """Verify the database; the differences are in the report. DatabaseUnavailable."""
    progress = progress or Progress()
    programs = await load_programs(url)
    async with snapshot(url) as tx:
        (size,) = await tx.rows(SQL["get_size"])
        sample = _sample(options, size["purchases"], size["now"])
        shared = await tx.connection.fetchval("select pg_export_snapshot()")
        work = Work(url, shared, sample, options.named_max)
        parts = await _parts(tx, options, size["holders"], size["purchases"])
        tally = Tally(options.named_max)
        progress.begin(len(parts))
        async for found in _looked_at(work, parts, programs, options.processes):
            tally.add(found)
            progress.step()
        await sums.compare(Look(tx, programs, sample, tally))
    tally.named.sort()
    return Report(tally, programs, sample, size["purchases"])


def _sample(options: Options, purchases: int, now: dt.datetime) -> Sample:
    every = options.every or purchases <= max(options.sample, ALL_BELOW)
    below = 0 if every else int(_HASHES * options.sample * _SPARE / purchases)
    return Sample(every, now - LAST_DAY, options.seed, below)


async def _parts(tx: Tx, options: Options, holders: int, purchases: int) -> list[Part]:
    """Ranges with about as many purchases each; the first and the last reach to the ends."""
    step = min(options.range_size, max(1, options.range_size * holders // max(1, purchases)))
    bounds = [row[0] for row in await tx.rows(SQL["list_bounds"], step=step)]
    lows = [LOWEST, *(uuid.UUID(int=bound.int + 1) for bound in bounds)]
    ranges = [Part(low, high) for low, high in zip(lows, [*bounds, HIGHEST], strict=True)]
    return [Part(whole=True), *ranges]


async def _looked_at(
    work: Work, parts: Sequence[Part], programs: Programs, processes: int
) -> AsyncIterator[Tally]:
    """The tally of each part, as they come."""
    if processes == 1 or len(parts) <= _FEW:
        for part in parts:
            yield await _look_at(work, part, programs)
        return
    loop = asyncio.get_running_loop()
    context = multiprocessing.get_context("spawn")  # a fork would share our connections
    with concurrent.futures.ProcessPoolExecutor(processes, context, _begin, (work.url,)) as pool:
        waiting = [loop.run_in_executor(pool, _look_there, work, part) for part in parts]
        try:
            for done in asyncio.as_completed(waiting):
                yield await done
        finally:
            pool.shutdown(cancel_futures=True)


async def _look_at(work: Work, part: Part, programs: Programs) -> Tally:
    tally = Tally(work.named_max)
    async with snapshot(work.url, work.shared) as tx:
        look = Look(tx, programs, work.sample, tally, part.low, part.high)
        for check in WHOLE_CHECKS if part.whole else RANGE_CHECKS:
            await check(look)
    return tally


class _Process:
    """What a process of the pool keeps from one part to the next."""

    programs = Programs()


def _begin(url: str) -> None:
    _Process.programs = asyncio.run(load_programs(url))


def _look_there(work: Work, part: Part) -> Tally:
    return asyncio.run(_look_at(work, part, _Process.programs))
