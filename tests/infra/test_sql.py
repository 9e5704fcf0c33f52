import pytest

from service.infra.sql import Statement, load, parse, root

FILE = """\
-- Wallets of holders.

-- name: lock_wallets
-- In key order, so that two batches
-- cannot wait for each other.
select wallet  -- not :this
from wallet
where holder_id = any(:holders::uuid[]) and note <> 'at :noon' and wallet = :wallet
  and after > :wallet
for update;

-- name: list_wallets
select wallet from wallet
"""


def test_named_parameters_become_numbers_in_order_of_first_use() -> None:
    statement = parse("wallets", FILE)["lock_wallets"]
    assert statement.parameters == ("holders", "wallet")
    assert statement.text == (
        "/* wallets.lock_wallets */ select wallet  -- not :this\n"
        "from wallet\n"
        "where holder_id = any($1::uuid[]) and note <> 'at :noon' and wallet = $2\n"
        "  and after > $2\n"
        "for update"
    )


def test_the_comment_below_the_name_says_why() -> None:
    found = parse("wallets", FILE)
    assert found["lock_wallets"].comment == (
        "In key order, so that two batches\ncannot wait for each other."
    )
    assert found["list_wallets"].comment == ""
    assert list(found) == ["lock_wallets", "list_wallets"]


def test_arguments_come_in_the_order_of_the_numbers() -> None:
    statement = Statement("n.s", "select :b, :a, :b", "")
    assert statement.arguments({"a": 1, "b": 2}) == [2, 1]


@pytest.mark.parametrize("given", [{}, {"a": 1, "b": 2}, {"b": 1}])
def test_a_missing_or_spare_argument_is_refused(given: dict[str, int]) -> None:
    with pytest.raises(TypeError, match=r"n\.s"):
        Statement("n.s", "select :a", "").arguments(given)


def test_two_statements_of_one_name_are_refused() -> None:
    with pytest.raises(ValueError, match="two statements are named s"):
        parse("n", "-- name: s\nselect 1\n-- name: s\nselect 2\n")


def test_a_noun_is_read_once_from_its_file() -> None:
    assert (root() / "queries" / "migrations.sql").is_file()
    assert load("migrations") is load("migrations")
