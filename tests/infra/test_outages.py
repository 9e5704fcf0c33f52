"""What a real server and driver raise, and on which side it falls."""

import asyncpg
import pytest

from service.infra.outages import AGAIN, LOST
from tests.databases import Fresh


async def raised(database: Fresh, *statements: str) -> type[Exception]:
    """The error of the last statement."""
    connection = await asyncpg.connect(database.url)
    try:
        for statement in statements[:-1]:
            await connection.execute(statement)
        with pytest.raises(Exception) as failure:  # noqa: PT011 which one is what is asked
            await connection.execute(statements[-1])
        return failure.type
    finally:
        connection.terminate()


@pytest.mark.parametrize(
    "statements",
    [
        ("select pg_terminate_backend(pg_backend_pid())",),
        ("select pg_cancel_backend(pg_backend_pid())",),
        ("set statement_timeout = 20", "select pg_sleep(5)"),
        ("set default_transaction_read_only = on", "delete from api_key"),
        ("do $$ begin raise sqlstate '53100'; end $$",),
        ("do $$ begin raise sqlstate '53200'; end $$",),
        ("do $$ begin raise sqlstate '58030'; end $$",),
        ("do $$ begin raise sqlstate '53300'; end $$",),
        ("do $$ begin raise sqlstate '55P03'; end $$",),
        ("do $$ begin raise sqlstate '57P03'; end $$",),
        ("do $$ begin raise sqlstate '08006'; end $$",),
    ],
)
async def test_a_lost_database_is_an_outage(database: Fresh, statements: tuple[str, ...]) -> None:
    assert issubclass(await raised(database, *statements), LOST)


async def test_a_server_that_is_not_there_is_an_outage(database: Fresh) -> None:
    with pytest.raises(LOST):
        await asyncpg.connect(database.url, port=1, host="127.0.0.1")


@pytest.mark.parametrize("state", ["40001", "40P01"])
async def test_transactions_that_met_are_tried_again(database: Fresh, state: str) -> None:
    error = await raised(database, f"do $$ begin raise sqlstate '{state}'; end $$")

    assert issubclass(error, AGAIN)
    assert not issubclass(error, LOST)


@pytest.mark.parametrize(
    "statement", ["select 1 / 0", "select * from nowhere", "do $$ begin assert false; end $$"]
)
async def test_a_wrong_statement_is_a_mistake_of_ours(database: Fresh, statement: str) -> None:
    assert not issubclass(await raised(database, statement), (*AGAIN, *LOST))
