"""Everybody looked at again for segments: members a second, and a plain scan of their purchases.

In this process, by one worker, as the job does it. The scan reads what the conditions ask about,
each purchase of each member once, and does nothing with it.
"""

import asyncio
import importlib.resources
import math
import time
from collections.abc import Awaitable, Callable
from typing import Final

import msgspec

from service.flows.build import Built, build
from service.flows.segments import look_again as job
from service.infra.db import Database
from service.infra.settings import Settings
from tests.bench.cpu import Cpu, tree_seconds
from tests.bench.place import PROGRAM, Place, wait

PURCHASES_EACH: Final = 4
_PREFETCH: Final = 10_000
_SEGMENTS: Final = """
segments:
  big-spenders: {history.spend: {within: 30d, gte: 95 EUR}}
  drifting: {all: [{history.purchases: {gte: 1}}, {history.purchases: {within: 300d, eq: 0}}]}
  on-the-go: {history.purchases: {within: 90d, channel: app, gte: 2}}
  celebrating: {member.is_birthday_month: true}
"""
# Of every member as many, at most 400 days old, of 1 to 100 EUR; nobody asks for their bodies.
_PURCHASES: Final = f"""
insert into purchase (
  holder_id, occurred_at, purchase_id, recorded_at, channel, external_id, program_version, engine,
  flags, net, quantity, cart, facts, decision, outcome, actor_kind, actor_id)
select
  m.holder_id,
  now() - make_interval(hours => (m.place * 37 % 9600)::int + n * 2400 / {PURCHASES_EACH}),
  gen_random_uuid(), now(), case when (m.place + n) % 5 = 0 then 'app' else 'web' end,
  m.place || '-' || n, 1, 1, 0, 100 + m.place * 7919 % 9900, 1000, '', '', '', '', 1, 'bench'
from (select holder_id, row_number() over (order by holder_id) as place from member) m,
  generate_series(1, {PURCHASES_EACH}) n
order by m.holder_id
"""
_DUE: Final = """
insert into segment_check (holder_id, due_at, is_marked)
select holder_id, now(), false from member
"""
_SWEPT: Final = """
insert into program_sweep (version, done_at, recorded_at) values (1, now(), now())
"""
_SCAN: Final = """
select p.holder_id, p.occurred_at, p.channel, p.net from purchase p order by p.holder_id
"""
_ENTERED: Final = "select count(*) from segment_span where until_at is null"


class NobodyEntered(Exception):
    """All were looked at, and nobody belongs to anything: the conditions were not asked."""


class Looked(msgspec.Struct, frozen=True):
    """Seconds of both, with the CPU time of this process and PostgreSQL.

    `statements` for each part of `part` members; `entered`: how many times somebody entered.
    """

    seconds: float
    cpu: Cpu
    scan_seconds: float
    scan_cpu: Cpu
    statements: float
    part: int
    entered: int


def source() -> str:
    """The program of the benchmark, with segments."""
    text = importlib.resources.files("tests.bench").joinpath(PROGRAM).read_text(encoding="utf-8")
    return text + _SEGMENTS


def fill(place: Place, database: str) -> None:
    """Purchases of all members, who are all due."""
    for statement in (_PURCHASES, _DUE, _SWEPT):
        place.rows(database, statement)
    place.rows(database, "vacuum (analyze)")


def measure(place: Place, database: str, members: int) -> Looked:
    """Scan, then look at everybody. Raises NobodyEntered."""
    scan_seconds, scan_cpu = _timed(place, lambda: _scan(place.url(database)))
    counted = _Counted()
    seconds, cpu = _timed(place, lambda: _look(place, database, members, counted))
    ((entered,),) = place.rows(database, _ENTERED)
    if not entered:
        raise NobodyEntered
    parts = math.ceil(members / job.PART)
    return Looked(
        seconds, cpu, scan_seconds, scan_cpu, counted.statements / parts, job.PART, entered
    )


class _Counted:
    """Statements that were sent."""

    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, _: object) -> None:
        self.statements += 1


def _timed(place: Place, run: Callable[[], Awaitable[None]]) -> tuple[float, Cpu]:
    began, mine, postgres = time.perf_counter(), time.process_time(), tree_seconds(place.pid())

    async def awaited() -> None:
        await run()

    wait(awaited())
    seconds = time.perf_counter() - began
    return seconds, Cpu(0.0, time.process_time() - mine, tree_seconds(place.pid()) - postgres)


async def _scan(url: str) -> None:
    db = await Database.open(url, 1, 1)
    try:
        async with db.transaction() as tx:
            async for _ in tx.connection.cursor(_SCAN, prefetch=_PREFETCH, timeout=600):
                pass
    finally:
        await db.close()


async def _look(place: Place, database: str, members: int, counted: _Counted) -> None:
    """Until everybody was; as by one worker."""
    db = await Database.open(place.url(database), 1, 1)
    built = build(db, Settings(database_url=place.url(database), secret=place.secret))
    try:
        await built.programs.refresh(db)
        async with db.pool.acquire() as connection:
            connection.add_query_logger(counted)
        await _all(built, members)
    finally:
        await db.close()


async def _all(built: Built, members: int) -> None:
    looked = 0
    while looked < members:
        found = await job.look_again(built.ctx)
        looked += found
        if not found:
            await asyncio.sleep(0)
