import datetime as dt
import pathlib
from typing import Any

import msgspec
import pytest

from service.domain.purchases.types import Mode
from service.imports.csv_file import CsvTable
from service.imports.purchase_rows import (
    Counts,
    ImportedLine,
    ImportedPurchase,
    PurchaseTable,
    recorded,
)
from service.imports.rows import FileRefused, Rejected, Row
from service.kernel.values import Identifier
from tests.imports.tables import csv

HEAD = "channel,external_id,occurred_at,currency,member.card,sku,quantity,amount\n"
AT = dt.datetime(2026, 3, 1, 10, tzinfo=dt.UTC)


def line(number: str, sku: str = "a", quantity: str = "1", amount: str = "100") -> str:
    return f"pos,{number},2026-03-01T10:00:00Z,EUR,C-1,{sku},{quantity},{amount}\n"


def read(folder: pathlib.Path, text: str) -> list[Any]:
    return list(PurchaseTable(CsvTable(csv(folder, text))).read())


def test_rows_of_one_purchase_become_its_lines(tmp_path: pathlib.Path) -> None:
    rows = read(tmp_path, HEAD + line("1") + line("1", "b", "0.732", "0") + line("2"))
    assert [(row.line, len(row.body.lines)) for row in rows] == [(2, 2), (4, 1)]
    assert rows[0].body == ImportedPurchase(
        channel="pos",
        external_id="1",
        occurred_at=AT,
        currency="EUR",
        member=(Identifier("card", "C-1"),),
        lines=(
            ImportedLine(sku="a", quantity=1, amount=100),
            ImportedLine(sku="b", quantity="0.732", amount=0),
        ),
    )
    assert rows[0].body.mode is Mode.RECORD


def test_every_column_finds_its_field(tmp_path: pathlib.Path) -> None:
    text = (
        "channel,external_id,occurred_at,currency,store,charged_total,member.email,member.card,"
        "sku,quantity,unit_price,kind,category,brand,discount_given,tax_rate,tax_amount,"
        "attributes.roast,attributes.size\n"
        "pos,1,2026-03-01T11:00:00+01:00,EUR,waw-01,150,a@b.example,C-1,"
        "x,2,100,service,coffee,acme,10,23,37,dark,\n"
    )
    (row,) = read(tmp_path, text)
    assert msgspec.json.decode(msgspec.json.encode(row.body)) == {
        "channel": "pos",
        "external_id": "1",
        "store": "waw-01",
        "occurred_at": "2026-03-01T11:00:00+01:00",
        "currency": "EUR",
        "member": [
            {"kind": "email", "value": "a@b.example"},
            {"kind": "card", "value": "C-1"},
        ],
        "lines": [
            {
                "sku": "x",
                "quantity": 2,
                "unit_price": 100,
                "kind": "service",
                "category": "coffee",
                "brand": "acme",
                "attributes": {"roast": "dark"},
                "tax": {"rate": "23", "amount": 37},
                "discount_given": 10,
            }
        ],
        "charged": {"total": 150},
    }


def test_a_member_may_be_named_by_id_or_not_at_all(tmp_path: pathlib.Path) -> None:
    head = "channel,external_id,occurred_at,currency,member.id,sku,amount\n"
    known = "0198c0de-0000-7000-8000-000000000001"
    text = head + f"pos,1,2026-03-01T10:00:00Z,EUR,{known},a,1\n"
    text += "pos,2,2026-03-01T10:00:00Z,EUR,,a,1\n"
    named, nobody = read(tmp_path, text)
    assert str(named.body.member.id) == known
    assert nobody.body.member is None


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (line("1", amount="1.50"), "Expected `int | null`, got `str` - at `$.lines[1].amount`"),
        (line("1", quantity="-1"), "Expected `int` >= 0 - at `$.lines[1].quantity`"),
        (line("1", sku="b\x00"), "control characters are not allowed"),
        (line("1").replace("C-1", "C-2"), "differ in more than the line item"),
        (line("1").replace("10:00", "10:01"), "differ in more than the line item"),
    ],
)
def test_one_bad_line_rejects_its_purchase_and_names_the_line(
    bad: str, reason: str, tmp_path: pathlib.Path
) -> None:
    rows = read(tmp_path, HEAD + line("0") + line("1") + bad + line("2"))
    assert [row.line for row in rows] == [2, 4, 5]
    assert [type(row) for row in rows] == [Row, Rejected, Row]
    assert reason in rows[1].reason
    assert rows[1].row["external_id"] == "1"


def test_a_line_that_cannot_be_told_apart_rejects_both_neighbours(tmp_path: pathlib.Path) -> None:
    """It may be a line of either: neither is known in full."""
    rows = read(tmp_path, HEAD + line("0") + line("1") + "what?\n" + line("2") + line("3"))
    assert [(type(row), row.line) for row in rows] == [
        (Row, 2),
        (Rejected, 4),
        (Rejected, 4),
        (Rejected, 4),
        (Row, 6),
    ]
    assert [row.row["external_id"] for row in (rows[2], rows[3])] == ["1", "2"]


def test_more_lines_than_a_purchase_may_have_are_no_purchase(tmp_path: pathlib.Path) -> None:
    rows = read(tmp_path, HEAD + "".join(line("1") for _ in range(501)) + line("2"))
    assert [type(row) for row in rows] == [Rejected, Row]
    assert (rows[0].line, rows[0].reason) == (502, "more than 500 lines")


def test_a_missing_column_refuses_the_file(tmp_path: pathlib.Path) -> None:
    with pytest.raises(FileRefused, match="the column 'sku' is missing"):
        read(tmp_path, "channel,external_id,occurred_at,currency\n")


@pytest.mark.parametrize("broken", ["what?\n", line("2", amount="x"), line("2", sku="\x01")])
def test_a_look_at_the_order_counts_the_same_rows(broken: str, tmp_path: pathlib.Path) -> None:
    text = HEAD + line("1") + line("1") + broken + line("3") + line("4")
    table = PurchaseTable(CsvTable(csv(tmp_path, text)))
    assert len(list(table.instants())) == len(list(table.read()))


class Given:
    def __init__(self, *bodies: dict[str, Any]) -> None:
        self.bodies = bodies

    def read(self) -> Any:
        for body in self.bodies:
            yield Row(1, msgspec.convert(body, ImportedPurchase))


def body(*lines: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "channel": "pos",
        "external_id": "1",
        "occurred_at": "2026-03-01T10:00:00Z",
        "currency": "EUR",
        "lines": [{"sku": "a", **line} for line in lines],
        **more,
    }


def test_quantity_zero_counts_as_one_and_is_counted() -> None:
    counts = Counts()
    given = Given(
        body(
            {"quantity": 0, "amount": 5},
            {"quantity": "0.000", "amount": 0},
            {"quantity": "0.500", "amount": 7, "discount_given": 7},
            {"quantity": 2, "unit_price": 0},
            {"amount": 1},
        )
    )
    ((row),) = recorded(given, counts)
    assert isinstance(row, Row)
    assert [one.quantity for one in row.body.lines] == [1, 1, "0.500", 2, 1]
    assert counts == Counts(lines=5, quantity_zero=2, nothing_paid=3)


def test_a_purchase_of_a_file_is_recorded_whatever_it_says() -> None:
    (row,) = recorded(Given(body({"amount": 1}, mode="authorise")), Counts())
    assert isinstance(row, Row)
    assert row.body.mode is Mode.RECORD


@pytest.mark.parametrize("at", ["1999-12-31T23:59:59Z", "9999-12-31T23:59:59-12:00"])
def test_an_instant_out_of_reach_is_rejected(at: str) -> None:
    (row,) = recorded(Given(body({"amount": 1}, occurred_at=at)), Counts())
    assert isinstance(row, Rejected)
    assert row.reason == "occurred_at is not between the years 2000 and 2100"
