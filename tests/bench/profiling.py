"""Where the time of a purchase goes: per step in Python, per statement in PostgreSQL.

The flow runs in this process, without HTTP, with as many callers as the benchmark has.
"""

import asyncio
import itertools
import pathlib
import re
import time
from typing import Final

import msgspec
import uvloop
from rich.console import Console
from rich.table import Table

from service.domain.purchases.types import RecordPurchase
from service.flows.build import Built, build
from service.infra import sql
from service.infra.db import Database
from service.infra.settings import Settings
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import derived_id
from tests.bench.cpu import tree_seconds
from tests.bench.place import Place
from tests.bench.plan import CALLERS
from tests.bench.progress import Steps
from tests.bench.sampler import Sampler
from tests.bench.tables import columns
from tests.bench.traffic import Requests

MEMBERS: Final = 10_000
SECONDS: Final = 20.0
WARM_UP_SECONDS: Final = 5.0
SHOWN: Final = 25
DATABASE: Final = "profiled"
PRELOAD: Final = "shared_preload_libraries = 'pg_stat_statements'\n"
STEPS: Final = {
    ("flows/record_purchases", "command"): "0 fingerprint",
    ("infra/batch", "_pump"): "0 gate",
    ("infra/batch", "enqueue"): "0 gate",
    ("flows/record_purchases", "_prepare"): "1 replays and refusals",
    ("steps/match", "match"): "2 match",
    ("steps/match", "of"): "2 match",
    ("holders/store", "lock"): "3 lock",
    ("flows/record_purchases", "_still_matched"): "3 lock",
    ("steps/wallets", "load"): "4 load: wallets, what is due",
    ("steps/tiers", "load"): "4 load: tiers",
    ("steps/facts", "facts"): "4 load: members, history, limits",
    ("infra/db", "ask_all"): "4 load: what is asked together, before the lock too",
    ("rules/decide", "decide"): "5 decide",
    ("steps/budgets", "grant"): "5 decide",
    ("steps/posting", "_claim"): "6 post: natural keys",
    ("steps/posting", "post_one"): "6 post: make rows and events",
    ("purchases/store", "insert"): "6 post: write purchases",
    ("purchases/store", "add_uses"): "6 post: write uses",
    ("steps/tiers", "emit_changes"): "6 post: write tiers",
    ("steps/tiers", "write"): "6 post: write tiers",
    ("steps/wallets", "write"): "6 post: write wallets, entries, lots, holders",
    ("events/outbox", "write"): "6 post: write events",
    ("infra/db", "flush"): "6 post: send what is written",
    ("purchases/stored", "receipt"): "7 receipt",
    ("infra/db", "transaction"): "8 begin, commit, connections",
    ("infra/db", "_acquired"): "8 begin, commit, connections",
}
_RESET: Final = "select pg_stat_statements_reset()"
_STATEMENTS: Final = """
select s.queryid, left(s.query, 50) as text, s.calls, s.total_exec_time * 1000 as microseconds
from pg_stat_statements s
join pg_database d on d.oid = s.dbid
where d.datname = current_database() and s.toplevel
order by s.total_exec_time desc
"""


class Spent(msgspec.Struct, frozen=True):
    """One statement: how often it ran, and how long in all."""

    name: str
    calls: int
    microseconds: float


class Profile(msgspec.Struct, frozen=True):
    """What so many purchases took: CPU seconds of PostgreSQL, samples of Python, statements."""

    purchases: int
    seconds: float
    postgres_cpu_seconds: float
    sampler: Sampler
    statements: list[Spent]


def profile(root: pathlib.Path | None, seconds: float = SECONDS) -> Profile:
    """Buy for so long on a PostgreSQL of our own."""
    with Steps(seconds + 20) as step:
        step("starting PostgreSQL, loading members")
        with Place.open(root, settings=PRELOAD) as place:
            place.create(DATABASE, MEMBERS)
            place.rows(DATABASE, "create extension pg_stat_statements")
            step("purchases in this process")
            return uvloop.run(_profile(place, seconds))


async def _profile(place: Place, seconds: float) -> Profile:
    url = place.url(DATABASE)
    built = build(await Database.open(url), Settings(database_url=url, secret=place.secret))
    await built.start()
    try:
        requests = Requests("profile", "", MEMBERS)
        await _buy(built, requests, min(WARM_UP_SECONDS, seconds))
        for statement in ("analyze", _RESET):
            await asyncio.to_thread(place.rows, DATABASE, statement)
        began, cpu = time.perf_counter(), tree_seconds(place.pid())
        with Sampler(STEPS) as sampler:
            count = await _buy(built, requests, seconds)
        spent, used = time.perf_counter() - began, tree_seconds(place.pid()) - cpu
        statements = await asyncio.to_thread(_statements, place)
        return Profile(count, spent, used, sampler, statements)
    finally:
        await built.stop()


async def _buy(built: Built, requests: Requests, seconds: float) -> int:
    """CALLERS buy one after another for so long; answers how many purchases were recorded."""
    actor = Actor(kind=ActorKind.PARTNER, id="bench", client_id=derived_id("client", "bench"))
    decode = msgspec.json.Decoder(RecordPurchase).decode
    ends_at = time.perf_counter() + seconds
    bought = itertools.count()

    async def caller() -> None:
        while time.perf_counter() < ends_at:
            await built.verbs.record_purchase(actor, decode(requests.purchase_body()))
            next(bought)

    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return next(bought)


def _statements(place: Place) -> list[Spent]:
    """What PostgreSQL counted, the dearest first, by the names of sql/queries."""
    names = _names(place)
    return [
        Spent(names.get(row["queryid"], row["text"]), row["calls"], row["microseconds"])
        for row in place.rows(DATABASE, _STATEMENTS)
    ]


def _names(place: Place) -> dict[int, str]:
    """PostgreSQL's number of a statement -> our name, for it forgets the comment in front.

    Statements that differ only in the table behind an alias have one number, and both names.
    """
    files = sorted((sql.root() / "queries").glob("*.sql"))
    every = [one for path in files for one in sql.load(path.stem).values()]
    explain = "explain (generic_plan, verbose, format json)"
    answers = place.server.psql("".join(f"{explain} {one.text};\n" for one in every), on=DATABASE)
    numbers = re.findall(r'"Query Identifier": (-?\d+)', answers)
    names: dict[int, str] = {}
    for number, one in zip(map(int, numbers), every, strict=True):
        names[number] = f"{names[number]} | {one.name}" if number in names else one.name
    return names


def show(found: Profile, console: Console) -> None:
    """Three tables: steps, functions, statements; microseconds per purchase."""
    python = found.sampler.cpu_seconds / found.purchases * 1e6
    postgres = found.postgres_cpu_seconds / found.purchases * 1e6
    console.print(
        f"{found.purchases / found.seconds:,.0f} purchases a second; CPU microseconds of a"
        f" purchase: {python:,.0f} in Python, {postgres:,.0f} in PostgreSQL"
    )
    console.print(_steps(found.sampler, python))
    console.print(_functions(found.sampler, python))
    console.print(_by_statement(found))


def _steps(sampler: Sampler, microseconds: float) -> Table:
    table = columns("Python, by step", "step", "us a purchase", "of it in asyncpg", "%")
    for step, samples in sorted(sampler.by_step.items()):
        share = sampler.share(samples)
        driver = sampler.share(sampler.driver[step]) * microseconds
        table.add_row(step, f"{share * microseconds:,.1f}", f"{driver:,.1f}", f"{share:.1%}")
    return table


def _functions(sampler: Sampler, microseconds: float) -> Table:
    table = columns("Python, by function (its own time)", "function", "us a purchase", "%")
    for name, samples in sampler.by_function.most_common(SHOWN):
        share = sampler.share(samples)
        table.add_row(name, f"{share * microseconds:,.1f}", f"{share:.1%}")
    return table


def _by_statement(found: Profile) -> Table:
    headings = ("statement", "us a purchase", "calls", "us a call", "%")
    table = columns("PostgreSQL, by statement (elapsed in the server, commits apart)", *headings)
    total = sum(spent.microseconds for spent in found.statements)
    for spent in found.statements[:SHOWN]:
        table.add_row(
            spent.name,
            f"{spent.microseconds / found.purchases:,.1f}",
            f"{spent.calls:,}",
            f"{spent.microseconds / spent.calls:,.0f}",
            f"{spent.microseconds / total:.1%}",
        )
    return table
