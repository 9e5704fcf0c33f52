import pathlib

from service.imports.settle import settle_all
from tests.imports.conftest import Place
from tests.imports.place import member, ndjson, purchase


async def test_what_fell_due_since_the_last_purchase_is_posted(
    place: Place, tmp_path: pathlib.Path
) -> None:
    """1,000 points of 2024 were released after 14 days and lapsed a year later; status stays."""
    cards = [f"C-{n}" for n in range(450)]
    await place.members(ndjson(tmp_path / "m.ndjson", map(member, cards)))
    rows = [purchase(c, c, 1, 10_00) for c in cards]
    await place.purchases(ndjson(tmp_path / "p.ndjson", rows))
    sums = (
        "select wallet, sum(posted)::bigint, sum(pending)::bigint from wallet group by 1 order by 1"
    )
    assert await place.rows(sums) == [(1, 4_500, 4_500), (2, 4_500, 0)]
    reports: list[tuple[int, int]] = []

    settled = await settle_all(place.importer.ctx, lambda *report: reports.append(report))

    assert settled == 450
    assert reports == [(200, 450), (400, 450), (450, 450)]
    assert await place.rows(sums) == [(1, 0, 0), (2, 4_500, 0)]
    lapsed = "select distinct occurred_at::date::text from entry where amount < 0"
    assert await place.rows(lapsed) == [("2025-01-16",)]
    assert await settle_all(place.importer.ctx, lambda *_: None) == 0
