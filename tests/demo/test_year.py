"""The demo on 200 households against points worked out straight from the Parquet file."""

import contextlib
import json
import pathlib
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from service.demo.completejourney import CHANNEL
from service.demo.year import DemoRefused, Shown, show
from service.imports.progress import Report
from service.infra.db import Database
from tests.databases import Fresh
from tests.demo.recomputation import Household, recomputed
from tests.imports.place import publish, settings

HOUSEHOLDS = 200
EARNED = """
select p.identifiers, w.wallet, sum(e.amount)::bigint
from entry e
join wallet w using (holder_id, wallet)
join member_profile p using (holder_id)
where e.reason = 1
group by 1, 2
"""


@contextlib.contextmanager
def stage(_name: str) -> Iterator[Report]:
    def report(_done: int, _of: int) -> None:
        pass

    yield report


async def shown(database: Fresh, folder: pathlib.Path, households: int) -> Shown:
    return await show(settings(database), folder, stage, households)


async def rows(database: Fresh, query: str) -> list[Any]:
    connection = await asyncpg.connect(database.url)
    found = [tuple(row) for row in await connection.fetch(query)]
    await connection.close()
    return found


async def earned(database: Fresh) -> dict[tuple[int, int], int]:
    """(household, wallet number) -> units earned."""
    return {
        (int(json.loads(identifiers)[0]["value"]), wallet): units
        for identifiers, wallet, units in await rows(database, EARNED)
    }


def expected(households: dict[int, Household]) -> dict[tuple[int, int], int]:
    points = {(number, 1): one.points for number, one in households.items()}
    status = {(number, 2): one.status for number, one in households.items()}
    return {key: units for key, units in (points | status).items() if units}


async def test_every_household_earns_what_its_baskets_come_to(
    database: Fresh, tmp_path: pathlib.Path
) -> None:
    """The budget suffices for 200 households, so that nothing is cut."""
    found = await shown(database, tmp_path, HOUSEHOLDS)

    households = recomputed(found.prepared.weeks, HOUSEHOLDS)
    assert await earned(database) == expected(households)
    issued = sum(one.points for one in households.values())
    assert found.figures.issued == found.figures.outstanding + found.figures.lapsed == issued
    assert [b.taken for b in found.figures.budgets] == [sum(h.healthy for h in households.values())]
    assert (found.members.added, found.purchases.added) == (HOUSEHOLDS, found.prepared.baskets)
    assert (found.purchases.rejected, found.purchases.lines) == (0, found.prepared.lines)
    assert found.purchases.quantity_zero == found.prepared.quantity_zero
    assert await rows(database, "select distinct flags, channel from purchase") == [(0, CHANNEL)]


async def test_run_again_it_changes_nothing_and_shows_the_same(
    database: Fresh, tmp_path: pathlib.Path
) -> None:
    first = await shown(database, tmp_path, 3)
    before = await earned(database)
    second = await shown(database, tmp_path, 3)
    assert await earned(database) == before
    assert (second.purchases.before, second.purchases.added) == (first.prepared.baskets, 0)
    assert second.figures.rules == first.figures.rules
    assert second.figures.issued == first.figures.issued
    assert second.prepared.weeks == first.prepared.weeks


async def test_a_database_with_another_program_is_left_alone(
    database: Fresh, tmp_path: pathlib.Path
) -> None:
    db = await Database.open(database.url)
    await publish(db)
    await db.close()
    with pytest.raises(DemoRefused, match=r"another program \(files\)"):
        await shown(database, tmp_path, 3)
    assert await rows(database, "select count(*) from member") == [(0,)]
