"""The demo on 200 households against points worked out straight from the Parquet file."""

import contextlib
import functools
import json
import pathlib
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from service.app import create_app
from service.demo.completejourney import CHANNEL
from service.demo.year import DemoRefused, Shown, shifted, show
from service.domain.purchases.stored import Flag
from service.imports.progress import Report
from service.infra.db import Database
from service.kernel.actor import ActorKind
from tests.databases import Fresh
from tests.demo.recomputation import Household, recomputed
from tests.imports.place import publish, settings

HOUSEHOLDS = 200
FEW = 20
SERVE = functools.partial(create_app, jobs=False)
COUPONS = """
select p.external_id, count(*), p.actor_kind, p.flags
from purchase p join coupon_use u using (holder_id, purchase_id)
group by 1, 3, 4
"""
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
    return await show(settings(database), folder, stage, SERVE, households)


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
    assert await rows(database, "select distinct channel from purchase") == [(CHANNEL,)]


async def test_coupons_are_redeemed_through_the_api_and_change_no_points(
    database: Fresh, tmp_path: pathlib.Path
) -> None:
    """What they earn is what is earned without any coupon. A basket of three coupons was free."""
    found = await shown(database, tmp_path, FEW)

    used, figures = found.redemptions, found.figures
    presented = {basket: len(codes) for basket, codes in used.by_basket.items()}
    assert sum(presented.values()) == used.count == 37
    assert sum(one.used for one in figures.coupons) == 34
    assert sum(week.coupons for week in figures.weeks) == 34
    assert figures.coupons_refused == {"no_effect": 3}
    with_coupons = await rows(database, COUPONS)
    redeemed = {row[0]: row[1] for row in with_coupons}
    assert redeemed.items() <= presented.items()
    assert [presented[basket] for basket in presented.keys() - redeemed] == [3]
    assert {row[2] for row in with_coupons} == {ActorKind.PARTNER}
    assert {row[3] & Flag.CHARGED_DIFFERS for row in with_coupons} == {Flag.CHARGED_DIFFERS}
    assert await earned(database) == expected(recomputed(found.prepared.weeks, FEW))


async def test_killed_in_the_middle_it_goes_on_and_nothing_is_there_twice(
    database: Fresh, tmp_path: pathlib.Path
) -> None:
    """The import's progress is lost too: every purchase is sent again and is known."""
    first = await shown(database, tmp_path, FEW)
    before = await earned(database)
    connection = await asyncpg.connect(database.url)
    await connection.execute("update import_run set rows_done = 0 where kind = 'purchases'")
    await connection.close()

    second = await shown(database, tmp_path, FEW)

    assert (second.purchases.known, second.purchases.added) == (first.prepared.baskets, 0)
    assert await earned(database) == before
    assert second.figures.coupons == first.figures.coupons


async def test_the_key_of_the_demo_ends_with_it(database: Fresh, tmp_path: pathlib.Path) -> None:
    await shown(database, tmp_path, 2)
    assert await rows(database, "select revoked_at is not null from api_key") == [(True,)]


def test_the_dates_of_the_program_move_with_the_year() -> None:
    text = "{from: 2017-03-03, until: 2017-04-09}  # 12-345 stays"
    assert shifted(text, 463) == "{from: 2026-01-16, until: 2026-02-22}  # 12-345 stays"


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
