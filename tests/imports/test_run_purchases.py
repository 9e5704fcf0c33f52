import asyncio
import json
import pathlib
import random
from collections.abc import Awaitable

import pytest

from service.domain.imports.types import Kind
from service.imports.importer import ImportStopped
from service.imports.purchase_rows import ImportedPurchase
from service.imports.rows import FileRefused
from service.imports.run_purchases import NotTaken
from service.kernel.answer import Answer
from tests.imports.conftest import Place
from tests.imports.place import member, ndjson, purchase
from tests.imports.tables import csv, parquet

WALLETS = """
select p.identifiers::text, w.wallet, w.posted, w.pending, w.debt, w.entry_seq
from wallet w join member_profile p using (holder_id) order by 1, 2
"""
PURCHASES = """
select p.identifiers::text, q.external_id, q.occurred_at, q.net, q.flags, q.decision
from purchase q join member_profile p using (holder_id) order by 2
"""
STEPS = """
select p.identifiers::text, t.tier, t.from_at, t.until_at
from tier_step t join member_profile p using (holder_id) order by 1, 3
"""
EVENTS = """
select p.identifiers::text, o.version, o.type, o.occurred_at
from outbox o join member_profile p using (holder_id) order by 1, 2
"""


@pytest.fixture
async def shop(place: Place, tmp_path: pathlib.Path) -> Place:
    """Members with the cards a to e since 1 January 2024."""
    await place.members(ndjson(tmp_path / "members.ndjson", map(member, "abcde")))
    place.reports.clear()
    return place


def rejects(path: pathlib.Path) -> list[tuple[int, str]]:
    lines = path.with_name(f"{path.name}.rejects.ndjson").read_text().splitlines()
    return [(row["line"], row["reason"]) for row in map(json.loads, lines)]


async def test_purchases_are_decided_at_their_own_instants(
    shop: Place, tmp_path: pathlib.Path
) -> None:
    """Day 5: 99 points. Day 6: 1, and silver. Day 7: 2 x 100, and 50 for the month of 200."""
    rows = [
        purchase(1, "a", 5, 99_00),
        purchase(2, "a", 6, 1_00),
        purchase(3, "a", 7, 60_00, 40_00),
    ]

    summary = await shop.purchases(ndjson(tmp_path / "p.ndjson", rows))

    assert (summary.rows, summary.added, summary.known, summary.rejected) == (3, 3, 0, 0)
    assert (summary.lines, summary.before, summary.sorted) == (4, 0, False)
    assert await shop.rows("select amount from entry where wallet = 1 order by seq") == [
        (99,), (1,), (250,),
    ]  # fmt: skip
    assert await shop.rows("select flags from purchase") == [(0,)] * 3
    assert await shop.rows("select tier from tier_step") == [("silver",)]
    assert shop.reports[0] == (0, 3)
    assert shop.reports[-1] == (3, 3)


async def test_what_falls_due_between_two_purchases_is_posted_at_its_instant(
    shop: Place, tmp_path: pathlib.Path
) -> None:
    """Earned on day 1, released on day 15, lapsed a year after that: before the second purchase."""
    rows = [purchase(1, "a", 1, 10_00), purchase(2, "a", 400, 5_00)]
    await shop.purchases(ndjson(tmp_path / "p.ndjson", rows))
    events = "select type, occurred_at::date::text from outbox where version > 1 order by version"
    assert await shop.rows(events) == [
        ("regulars.purchase.recorded.v1", "2024-01-02"),
        ("regulars.points.earned.v1", "2024-01-02"),
        ("regulars.points.released.v1", "2024-01-16"),
        ("regulars.points.expired.v1", "2025-01-16"),
        ("regulars.purchase.recorded.v1", "2025-02-04"),
        ("regulars.points.earned.v1", "2025-02-04"),
    ]


async def test_run_twice_is_run_once(shop: Place, tmp_path: pathlib.Path) -> None:
    rows = [purchase(n, "abcde"[n % 5], n, 10_00) for n in range(40)]
    path = ndjson(tmp_path / "p.ndjson", rows)
    await shop.purchases(path)
    before = [await shop.rows(query) for query in (WALLETS, PURCHASES, STEPS, EVENTS)]

    same = await shop.purchases(path)
    again = await shop.purchases(path, again=True)
    other = await shop.purchases(ndjson(tmp_path / "other.ndjson", [*rows[::-1], rows[0]]))

    assert (same.before, same.added, same.known) == (40, 0, 0)
    assert (again.before, again.added, again.known) == (0, 0, 40)
    assert (other.before, other.added, other.known) == (0, 0, 41)
    assert [await shop.rows(query) for query in (WALLETS, PURCHASES, STEPS, EVENTS)] == before


async def test_a_file_in_any_order_comes_to_the_same(shop: Place, tmp_path: pathlib.Path) -> None:
    """Nothing is late: the file is sorted before it is taken in."""
    rows = [purchase(n, "abcde"[n % 5], n / 3, 40_00) for n in range(60)]
    random.Random(3).shuffle(rows)
    summary = await shop.purchases(ndjson(tmp_path / "p.ndjson", rows))
    assert summary.sorted
    assert await shop.rows("select distinct flags from purchase") == [(0,)]
    seqs = "select occurred_at = max(occurred_at) over (partition by holder_id order by recorded_at"
    seqs += ", purchase_id) from purchase"
    assert await shop.rows(f"select distinct * from ({seqs}) s") == [(True,)]


async def test_the_three_formats_are_the_same_purchases(
    shop: Place, tmp_path: pathlib.Path
) -> None:
    rows = [purchase(1, "a", 1, 12_34, 0), purchase(2, "b", 2, 99)]
    await shop.purchases(ndjson(tmp_path / "p.ndjson", rows))
    lines = [(row, line) for row in rows for line in row["lines"]]
    columns = {
        "channel": [row["channel"] for row, _ in lines],
        "external_id": [row["external_id"] for row, _ in lines],
        "occurred_at": [row["occurred_at"] for row, _ in lines],
        "currency": [row["currency"] for row, _ in lines],
        "member.card": [row["member"][0]["value"] for row, _ in lines],
        "sku": [line["sku"] for _, line in lines],
        "amount": [line["amount"] for _, line in lines],
    }
    cells = [",".join(map(str, row)) for row in zip(*columns.values(), strict=True)]
    text = "\n".join([",".join(columns), *cells])

    for path in (csv(tmp_path, text), parquet(tmp_path, columns)):
        summary = await shop.purchases(path)
        assert (summary.rows, summary.added, summary.known, summary.rejected) == (2, 0, 2, 0)


async def test_bad_rows_are_written_down_and_the_others_taken(
    shop: Place, tmp_path: pathlib.Path
) -> None:
    rows = [
        purchase(1, "a", 1, 10_00),
        purchase(2, "a", 2, 10_00, currency="USD"),
        purchase(3, "a", 3, -1),
        purchase(4, "a", 4, 10_00, channel="moon"),
        purchase(5, "a", 5, 10_00, lines=[{"sku": "x"}]),
        purchase(1, "a", 6, 10_00),
        purchase(6, "a", 7, 10_00, member={"id": "0198c0de-0000-7000-8000-000000000001"}),
        {**purchase(7, "a", 8, 10_00), "occurred_at": None},
        purchase(8, "a", 9, 10_00),
    ]
    path = ndjson(tmp_path / "p.ndjson", rows)

    summary = await shop.purchases(path)

    assert (summary.added, summary.rejected, summary.rejects) == (
        2, 7, tmp_path / "p.ndjson.rejects.ndjson",
    )  # fmt: skip
    found = dict(rejects(path))
    assert sorted(found) == [2, 3, 4, 5, 6, 7, 8]
    assert found[2].startswith("currency-mismatch: this program counts in EUR")
    assert found[3] == "Expected `int` >= 0 - at `$.lines[0].amount`"
    assert found[4].startswith("unknown-channel")
    assert found[5] == "line-invalid: /lines/0/amount: give 'amount' or 'unit_price'"
    assert found[6].startswith("natural-key-reused")
    assert found[7].startswith("member-not-found")
    assert "occurred_at" in found[8]
    assert await shop.rows("select external_id from purchase order by 1") == [("1",), ("8",)]


async def test_a_member_of_many_purchases_gets_them_one_after_another(
    shop: Place, tmp_path: pathlib.Path
) -> None:
    """Batches hold one purchase a member; the wallets hold what all of them earned."""
    rows = [purchase(n, "abbbb"[n % 5], n / 10, 1_00) for n in range(300)]
    await shop.purchases(ndjson(tmp_path / "p.ndjson", rows))
    assert await shop.rows("select flags, count(*) from purchase group by 1") == [(0, 300)]
    status = "select posted from wallet where wallet = 2 order by 1"
    assert await shop.rows(status) == [(60,), (240,)]


async def test_one_member_under_two_identifiers_is_one_queue(
    place: Place, tmp_path: pathlib.Path
) -> None:
    both = [{"kind": "card", "value": "x"}, {"kind": "email", "value": "x@example.org"}]
    await place.members(ndjson(tmp_path / "m.ndjson", [member("", identifiers=both)]))
    rows = [purchase(n, "x", n / 10, 1_00, member=[both[n % 2]]) for n in range(200)]
    await place.purchases(ndjson(tmp_path / "p.ndjson", rows))
    assert await place.rows("select flags, count(*) from purchase group by 1") == [(0, 200)]


async def test_purchases_of_nobody_are_kept(place: Place, tmp_path: pathlib.Path) -> None:
    rows = [purchase(n, "unknown", n, 1_00) for n in range(3)]
    rows.append({**purchase("n", "", 4, 1_00), "member": None})
    summary = await place.purchases(ndjson(tmp_path / "p.ndjson", rows))
    assert summary.added == 4
    assert await place.rows("select count(distinct holder_id) from purchase") == [(2,)]


async def test_two_imports_of_one_file_at_once_are_one(shop: Place, tmp_path: pathlib.Path) -> None:
    rows = [purchase(n, "abcde"[n % 5], n / 10, 1_00) for n in range(200)]
    path = ndjson(tmp_path / "p.ndjson", rows)
    one, other = await asyncio.gather(shop.purchases(path), shop.purchases(path))
    assert one.added + other.added == 200
    assert one.known + other.known == 200
    status = "select posted from wallet where wallet = 2"
    assert await shop.rows(status) == [(40,)] * 5


async def test_a_file_of_members_is_no_file_of_purchases(
    place: Place, tmp_path: pathlib.Path
) -> None:
    path = ndjson(tmp_path / "m.ndjson", [member("a")])
    await place.members(path)
    with pytest.raises(FileRefused, match="has been imported as members"):
        await place.purchases(path)


async def test_the_progress_is_kept_under_the_digest(shop: Place, tmp_path: pathlib.Path) -> None:
    path = ndjson(tmp_path / "p.ndjson", [purchase(1, "a", 1, 1_00)])
    await shop.purchases(path)
    copy = tmp_path / "copy.ndjson"
    copy.write_bytes(path.read_bytes())
    assert (await shop.purchases(copy)).before == 1
    kinds = "select kind, rows_done from import_run where kind = $1"
    assert await shop.rows(kinds, Kind.PURCHASES) == [("purchases", 1)]


async def test_a_purchase_may_be_recorded_instead_when_its_turn_comes(
    shop: Place, tmp_path: pathlib.Path
) -> None:
    """One is known already, one is not taken; the member's others wait for them."""
    seen: list[tuple[str, int]] = []

    async def record(body: ImportedPurchase) -> Answer[None]:
        recorded = await shop.rows("select count(*)::int from purchase")
        seen.append((body.external_id, recorded[0][0]))
        if body.external_id == "4":
            raise NotTaken("the till says no")
        return Answer(None, replayed=True)

    def instead(body: ImportedPurchase) -> Awaitable[Answer[None]] | None:
        return record(body) if body.external_id in {"2", "4"} else None

    rows = [purchase(n, "a", n, 1_00) for n in range(1, 6)]
    path = ndjson(tmp_path / "p.ndjson", rows)
    summary = await shop.purchases(path, instead=instead)

    assert seen == [("2", 1), ("4", 2)]
    assert (summary.added, summary.known, summary.rejected) == (3, 1, 1)
    assert rejects(path) == [(4, "the till says no")]
    assert shop.reports[-1] == (5, 5)


async def test_others_of_its_batch_do_not_wait_for_what_is_recorded_instead(
    shop: Place, tmp_path: pathlib.Path
) -> None:
    async def record() -> Answer[None]:
        async with asyncio.timeout(30):
            while await shop.rows("select count(*)::int from purchase") != [(3,)]:
                await asyncio.sleep(0.01)
        return Answer(None)

    rows = [purchase(1, "a", 1, 1_00), *(purchase(n, "b", n, 1_00) for n in range(2, 5))]
    path = ndjson(tmp_path / "p.ndjson", [*rows, purchase(5, "a", 5, 1_00)])
    summary = await shop.purchases(
        path, instead=lambda body: record() if body.external_id == "1" else None
    )

    assert (summary.added, summary.rejected) == (5, 0)
    assert shop.reports[-1] == (5, 5)


async def test_what_cannot_go_on_instead_stops_the_import(
    shop: Place, tmp_path: pathlib.Path
) -> None:
    async def record() -> Answer[None]:
        raise ImportStopped("the service is away")

    path = ndjson(tmp_path / "p.ndjson", [purchase(n, "a", n, 1_00) for n in range(1, 4)])
    with pytest.raises(ImportStopped, match="the service is away"):
        await shop.purchases(
            path, instead=lambda body: record() if body.external_id == "2" else None
        )

    again = await shop.purchases(path)
    assert (again.before + again.added + again.known, again.rejected) == (3, 0)
