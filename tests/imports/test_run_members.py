import json
import pathlib

from tests.imports.conftest import Place
from tests.imports.place import member, ndjson
from tests.imports.tables import csv, parquet

BALANCES = "select wallet, count(*), sum(posted)::bigint from wallet group by 1 order by 1"


async def test_thousands_of_members_and_their_openings_in_few_transactions(
    place: Place, tmp_path: pathlib.Path
) -> None:
    lot = {"wallet": "points", "amount": 7}
    rows = [member(f"C-{n}", n / 100, opening=[lot] * (n % 2)) for n in range(2_500)]

    summary = await place.members(ndjson(tmp_path / "m.ndjson", rows))

    assert (summary.rows, summary.added, summary.rejected) == (2_500, 2_500, 0)
    assert await place.rows(BALANCES) == [(1, 1_250, 8_750)]
    assert place.reports == [
        (0, 2_500),
        (1_000, 2_500),
        (2_000, 2_500),
        (2_500, 2_500),
        (2_500, 2_500),
    ]
    transactions = await place.rows("select count(distinct xmin::text) from member")
    assert transactions == [(3,)]


async def test_run_twice_is_run_once(place: Place, tmp_path: pathlib.Path) -> None:
    rows = [member(f"C-{n}", opening=[{"wallet": "points", "amount": 1}]) for n in range(10)]
    path = ndjson(tmp_path / "m.ndjson", rows)
    await place.members(path)

    same, again = await place.members(path), await place.members(path, again=True)
    other = await place.members(ndjson(tmp_path / "other.ndjson", [*rows, member("new")]))

    assert (same.before, same.added, same.known) == (10, 0, 0)
    assert (again.before, again.added, again.known) == (0, 0, 10)
    assert (other.before, other.added, other.known) == (0, 1, 10)
    assert await place.rows(BALANCES) == [(1, 10, 10)]


async def test_the_three_formats_are_the_same_members(place: Place, tmp_path: pathlib.Path) -> None:
    await place.members(ndjson(tmp_path / "m.ndjson", [member("C-1"), member("C-2")]))
    for path in (csv(tmp_path, "card\nC-1\nC-2\n"), parquet(tmp_path, {"card": ["C-1", "C-2"]})):
        summary = await place.members(path)
        assert (summary.rows, summary.added, summary.known) == (2, 0, 2)


async def test_rejected_rows_are_written_down(place: Place, tmp_path: pathlib.Path) -> None:
    rows = [
        member("C-1"),
        member("C-2", fields={"cups": "three"}),
        {"identifiers": []},
        member("", identifiers=[{"kind": "card", "value": v} for v in ("C-1", "C-9")]),
        member("C-3"),
    ]
    path = ndjson(tmp_path / "m.ndjson", rows)

    summary = await place.members(path)

    assert (summary.added, summary.rejected) == (2, 3)
    assert summary.rejects is not None
    found = [json.loads(line) for line in summary.rejects.read_text().splitlines()]
    assert {(one["line"], one["reason"].partition(":")[0]) for one in found} == {
        (2, "field-invalid"),
        (3, "Expected `array` of length >= 1 - at `$.identifiers`"),
        (4, "partly-known"),
    }
    by_line = {one["line"]: one["row"] for one in found}
    assert by_line[2]["fields"] == {"cups": "three"}


async def test_it_goes_on_after_the_rows_that_are_done(
    place: Place, tmp_path: pathlib.Path
) -> None:
    """As after a kill: the progress says 3 of 5, and 4 are there."""
    rows = [member(f"C-{n}") for n in range(5)]
    await place.members(ndjson(tmp_path / "part.ndjson", rows[:4]))
    path = ndjson(tmp_path / "m.ndjson", rows)
    async with place.importer.durable.transaction() as tx:
        await tx.connection.execute(
            "insert into import_run values (sha256($1), 'members', 3, clock_timestamp())",
            path.read_bytes(),
        )
    summary = await place.members(path)
    assert (summary.before, summary.added, summary.known) == (3, 1, 1)
    assert await place.rows("select count(*) from member") == [(5,)]
