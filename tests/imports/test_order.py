import datetime as dt
import pathlib
import random

import pytest

from service.imports import order
from service.imports.purchase_rows import ImportedLine, ImportedPurchase
from service.imports.rows import Rejected, Row

DAY = dt.datetime(2026, 3, 1, tzinfo=dt.UTC)


def purchase(number: int, minute: int, zone: dt.tzinfo = dt.UTC) -> Row[ImportedPurchase]:
    at = DAY + dt.timedelta(minutes=minute)
    return Row(
        number,
        ImportedPurchase(
            channel="pos",
            external_id=str(number),
            occurred_at=at.astimezone(zone),
            currency="EUR",
            lines=(ImportedLine(sku="a", quantity="0.5", amount=number),),
        ),
    )


def test_the_order_is_told_whatever_cannot_be_told() -> None:
    later = DAY + dt.timedelta(days=1)
    assert order.is_in_order([DAY, None, DAY, later]) == (4, True)
    assert order.is_in_order([later, None, DAY]) == (3, False)
    assert order.is_in_order([]) == (0, True)


@pytest.mark.parametrize("rows_a_piece", [1, 7, 1_000])
def test_rows_come_by_instant_and_equal_ones_as_they_came(
    rows_a_piece: int, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order, "ROWS_A_PIECE", rows_a_piece)
    warsaw = dt.timezone(dt.timedelta(hours=1))
    rows: list[order.Item] = [purchase(n, n % 5, dt.UTC if n % 2 else warsaw) for n in range(50)]
    random.Random(1).shuffle(rows)
    expected = sorted(rows, key=lambda row: row.body.occurred_at)  # type: ignore[union-attr]
    with order.in_time_order(rows, tmp_path) as sorted_rows:
        assert list(sorted_rows) == expected
    assert list(tmp_path.iterdir()) == []


def test_rejected_rows_come_first_with_what_they_were(tmp_path: pathlib.Path) -> None:
    rejected = Rejected(3, "no", {"lines": [{"sku": None}], "at": DAY})
    with order.in_time_order([purchase(1, 5), rejected, purchase(2, 1)], tmp_path) as rows:
        assert list(rows) == [rejected, purchase(2, 1), purchase(1, 5)]
