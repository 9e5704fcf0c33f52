"""A database whose clock stands still where it was put: instants to the microsecond.

The name `clock_timestamp` of the statements is found in a schema of the model before PostgreSQL's
own. Nothing of the service knows of it.
"""

import datetime as dt
from typing import Final

import asyncpg

from tests.databases import Fresh

_SCHEMA: Final = """
create schema stopped;
create table stopped.clock (at timestamptz not null);
insert into stopped.clock values ('2026-01-01T00:00:00Z');
create function stopped.clock_timestamp() returns timestamptz language sql volatile
  as 'select at from stopped.clock';
grant usage on schema stopped to public;
grant select on stopped.clock to public;
grant update on stopped.clock to regulars;
"""


async def stop_clock(database: Fresh) -> None:
    """From now on, for connections that are opened later; they see the instant put there last."""
    connection = await asyncpg.connect(database.superuser_url)
    try:
        await connection.execute(_SCHEMA)
        await connection.execute(
            f"alter database {database.name} set search_path = stopped, pg_catalog, public"
        )
    finally:
        await connection.close()


async def put_clock(connection: asyncpg.Connection, at: dt.datetime) -> None:
    """It is this instant until told otherwise."""
    await connection.execute("update stopped.clock set at = $1", at)
