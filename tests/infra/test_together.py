"""Statements put together: their texts; what they do is tested with the database, in test_db.py."""

import pytest

from service.infra.sql import Statement
from service.infra.together import reads, table_of, writes

ONE = Statement("a.list_ones", "select n from one where n = :n and m = :m", "")
TWO = Statement("a.list_twos", "select :least::int -- why\nwhere :least > :most", "")
ADD = Statement("a.insert_it", "insert into one (n) values (:n)", "")
SET = Statement("a.update_it", "update two t set n = :n where m = :m and t.n <> :n", "")


def test_parameters_are_counted_through() -> None:
    assert reads((ONE, TWO, ONE)) == (
        "/* a.list_ones + a.list_twos + a.list_ones */ select "
        "array(select row(q.*) from (\n"
        "/* a.list_ones */ select n from one where n = $1 and m = $2\n) q),\n"
        "array(select row(q.*) from (\n"
        "/* a.list_twos */ select $3::int -- why\nwhere $3 > $4\n) q),\n"
        "array(select row(q.*) from (\n"
        "/* a.list_ones */ select n from one where n = $5 and m = $6\n) q)"
    )


def test_each_write_answers_how_many_rows_it_touched() -> None:
    assert writes((ADD, SET)) == (
        "/* a.insert_it + a.update_it */ with "
        "w0 as (\n/* a.insert_it */ insert into one (n) values ($1)\nreturning 1),\n"
        "w1 as (\n/* a.update_it */ update two t set n = $2 where m = $3 and t.n <> $2\n"
        "returning 1) select (select count(*) from w0), (select count(*) from w1)"
    )


@pytest.mark.parametrize(
    ("text", "table"),
    [
        ("insert into one (n) values (1)", "one"),
        ("update two t set n = 1", "two"),
        ("delete from\n  three t using one", "three"),
    ],
)
def test_a_write_is_of_one_table(text: str, table: str) -> None:
    assert table_of(Statement("a.b", text, "")) == table


def test_what_writes_nothing_cannot_wait_to_be_written() -> None:
    with pytest.raises(ValueError, match=r"a\.list_ones writes to no table"):
        table_of(ONE)
