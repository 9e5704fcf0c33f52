import datetime as dt
import pathlib

from service.demo.figures import BudgetFigure, RuleFigure, figures, today
from service.imports.settle import settle_all
from tests.imports.conftest import Place, place
from tests.imports.place import START, member, ndjson, purchase

__all__ = ["place"]  # the fixture


async def test_the_figures_are_those_of_the_ledger(place: Place, tmp_path: pathlib.Path) -> None:
    """a: 100 on day 1 (silver), 2 x 100 and 50 for the month on day 2. b: 7 on day 9."""
    people = [member("a", 0.5), member("b", 8)]
    await place.members(ndjson(tmp_path / "m.ndjson", people))
    rows = [
        purchase(1, "a", 1, 100_00),
        purchase(2, "a", 2, 60_00, 40_99),
        purchase(3, "b", 9, 7_00),
    ]
    await place.purchases(ndjson(tmp_path / "p.ndjson", rows))
    await settle_all(place.importer.ctx, lambda *_: None)
    document = place.importer.ctx.programs.compiled[-1].document

    found = await figures(place.importer.ctx.db, document, START)

    assert (found.members, found.purchases, found.net) == (2, 3, 207_99)
    assert (found.currency, found.wallet, found.tiers) == ("EUR", "points", ("bronze", "silver"))
    # 100.99 euros doubled are 201.98, of which base-earn has 100 and silver-double 101
    assert found.rules == (
        RuleFigure("base", "base-earn", 207, 3, 578),
        RuleFigure("base", "silver-double", 101, 1, 282),
        RuleFigure("base", "month", 50, 1, 139),
    )
    assert (found.issued, found.lapsed, found.outstanding, found.pending) == (358, 358, 0, 0)
    first, second, third = found.weeks[:3]
    assert (first.issued, first.outstanding, first.by_tier) == (351, 351, (0, 1))
    assert (second.issued, second.outstanding, second.by_tier) == (7, 358, (1, 1))
    assert (third.issued, third.outstanding, third.by_tier) == (0, 358, (1, 1))
    assert first.ends_at == START + dt.timedelta(weeks=1)
    last = found.weeks[-1]
    assert (last.ends_at, last.outstanding, last.by_tier) == (found.now, 0, (2, 0))


async def test_a_budget_tells_what_was_taken(place: Place) -> None:
    document = place.importer.ctx.programs.compiled[-1].document
    async with place.importer.ctx.db.transaction() as tx:
        await tx.connection.execute("insert into budget values ('base', 1, 100)")
        await tx.connection.execute(
            "insert into budget_slot values ('base', 0, 30), ('base', 1, 9)"
        )
    found = await figures(place.importer.ctx.db, document, START)
    assert found.budgets == (BudgetFigure("base", 100, 61),)
    assert found.rules == ()


async def test_today_is_the_day_of_the_database(place: Place) -> None:
    found = await today(place.importer.ctx.db)
    rows = await place.rows("select date_trunc('day', now() at time zone 'UTC') at time zone 'UTC'")
    assert [(found,)] == rows
