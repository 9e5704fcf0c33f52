import datetime as dt
import zoneinfo
from typing import Any

import msgspec
import pytest

from service.domain.programs import store
from service.domain.programs.errors import NoProgram
from service.domain.programs.live import PUBLISH_LEAD, STALE_SECONDS_MAX, Programs
from service.domain.programs.types import StoredVersion
from service.infra.db import Database, DatabaseUnavailable
from service.rules.check import canonical, check_text
from tests.databases import Fresh
from tests.domain.programs.versions import START, stored

TICK = dt.timedelta(microseconds=1)
LATER = START + dt.timedelta(days=1)
FIRST = stored(1, START)
SECOND = stored(2, LATER, silver=200, previous=FIRST, more="stars: {}, ")


async def publish(db: Database, *versions: StoredVersion) -> None:
    async with db.transaction() as tx:
        for version in versions:
            await store.insert(tx, version)


async def loaded(db: Database) -> Programs:
    programs = Programs()
    await programs.refresh(db)
    return programs


async def test_without_a_program_nothing_is_decided(db: Database) -> None:
    programs = await loaded(db)

    assert programs.newest == 0
    with pytest.raises(NoProgram):
        programs.at(START)
    with pytest.raises(NoProgram):
        _ = programs.tz


async def test_a_version_decides_from_its_instant_on_and_the_first_before_it_too(
    db: Database,
) -> None:
    await publish(db, FIRST, SECOND)
    programs = await loaded(db)

    instants = (START - dt.timedelta(days=365), START, LATER - TICK, LATER, LATER + TICK)

    assert [programs.at(instant).version for instant in instants] == [1, 1, 1, 2, 2]


async def test_versions_are_found_by_number(db: Database) -> None:
    await publish(db, FIRST, SECOND)
    programs = await loaded(db)

    assert [programs.version(n).version for n in (1, 2)] == [1, 2]
    for number in (-1, 0, 3):
        with pytest.raises(LookupError):
            programs.version(number)


async def test_a_refresh_loads_what_was_published_since_and_keeps_the_rest(db: Database) -> None:
    await publish(db, FIRST)
    programs = await loaded(db)
    kept = programs.version(1)

    await publish(db, SECOND)
    await programs.refresh(db)
    await programs.refresh(db)

    assert programs.newest == 2
    assert len(programs.rows) == len(programs.compiled) == 2
    assert programs.version(1) is kept


async def test_numbers_name_wallets_and_ladders_over_all_versions(db: Database) -> None:
    await publish(db, FIRST, SECOND)
    programs = await loaded(db)

    assert programs.wallet_number("points") == 1
    assert programs.wallet_number("status") == 2
    assert programs.wallet_number("stars") == 3  # came later, whatever its place in the file
    assert programs.wallet_number("gone") is None
    assert [programs.wallet_id(n) for n in (1, 2, 3)] == ["points", "status", "stars"]
    assert programs.wallet_id(0) == "gift_card"
    assert programs.wallet_number("gift_card") is None  # nobody names it to read or adjust it


async def test_a_wallet_is_defined_by_the_version_of_the_instant(db: Database) -> None:
    shorter = stored(2, LATER, previous=FIRST, more="stars: {expires: {after: 9d}}, ")
    source = shorter.source.replace("points: {}", "points: {expires: {after: 5d}}")
    await publish(db, FIRST, msgspec.structs.replace(shorter, **_of(source)))
    programs = await loaded(db)

    points = [programs.wallet(1, instant).expires.after for instant in (LATER - TICK, LATER)]

    assert [str(after) for after in points] == ["None", "5 days"]
    assert str(programs.wallet(3, START).expires.after) == "9 days"  # no version of then has it


def _of(source: str) -> dict[str, Any]:
    document = check_text(source, previous=check_text(FIRST.source).document).document
    assert document is not None
    return {"source": source, "canonical": canonical(document)}


async def test_a_ladder_is_known_as_it_was_and_as_it_is(db: Database) -> None:
    await publish(db, FIRST, SECOND)
    programs = await loaded(db)

    thresholds = [
        (since, ladder.tiers[1].threshold) for since, ladder in programs.ladder_versions[1]
    ]

    assert thresholds == [(START, 100), (LATER, 200)]


async def test_the_zone_is_that_of_all_versions(db: Database) -> None:
    await publish(db, FIRST, SECOND)

    assert (await loaded(db)).tz == zoneinfo.ZoneInfo("Europe/Warsaw")


def test_a_worker_that_has_not_looked_lately_is_not_fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = 1_000.0
    monkeypatch.setattr("time.monotonic", lambda: clock)
    programs = Programs()
    assert not programs.is_fresh()

    programs._fresh_at = clock
    clock += STALE_SECONDS_MAX
    assert programs.is_fresh()
    clock += 0.001
    assert not programs.is_fresh()


def test_a_worker_is_stale_before_a_new_version_takes_effect() -> None:
    assert dt.timedelta(seconds=STALE_SECONDS_MAX) < PUBLISH_LEAD


async def test_a_worker_that_cannot_look_stays_as_it_is(database: Fresh) -> None:
    db = await Database.open(database.url)
    await publish(db, FIRST)
    programs = await loaded(db)
    programs._fresh_at = 0.0
    await db.close()

    with pytest.raises(DatabaseUnavailable):
        await programs.refresh(db)

    assert programs.newest == 1
    assert not programs.is_fresh()
