import pytest

from service.imports.rows import FileRefused
from service.imports.table import check_columns


def test_every_problem_of_the_columns_is_told_at_once() -> None:
    with pytest.raises(FileRefused) as refused:
        check_columns(
            ["sku", "sku", "amuont", "attributes.", "attributes.roast"],
            ["sku", "amount", "channel"],
            ["attributes."],
            ["channel"],
        )
    assert str(refused.value) == (
        "the column 'sku' occurs twice; the column 'amuont' is not known, did you mean 'amount'?;"
        " the column 'attributes.' is not known; the column 'channel' is missing."
        " Columns are: sku, amount, channel, attributes.<name>"
    )


def test_known_and_open_columns_pass() -> None:
    check_columns(["sku", "attributes.roast"], ["sku"], ["attributes."], ["sku"])
