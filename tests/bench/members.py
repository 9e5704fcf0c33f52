"""Members by the million, straight into the tables: as if each had enrolled and bought nothing yet.

Tables fill side by side, as the superuser, without asking foreign keys row by row. A table that
nothing refers to is emptied in the transaction that fills it, so that no log is written for it. The
digests of the cards are the service's own: purchases find members as always.
"""

import asyncio
import datetime as dt
import uuid
from collections.abc import Iterator
from typing import Any, Final

import asyncpg

from service.domain.holders.types import Kind
from service.domain.members.identifiers import digest
from service.kernel.values import Identifier

CARD_LENGTH: Final = 9
WALLETS: Final = (1, 2)  # points and status of program.yaml, as the ledger numbers them
ENROLLED_AT: Final = dt.datetime(2026, 1, 15, 9, tzinfo=dt.UTC)
_ID_BASE: Final = 0x01900000_0000_7000_8000_000000000000  # version 7, as ids of the service
_SECONDS_MAX: Final = 900
_REFERRED_TO: Final = {"holder", "member"}

_ID: Final = "('01900000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid"
_AT: Final = f"'{ENROLLED_AT.isoformat()}'::timestamptz"
_HOLDER: Final = f"""
insert into holder (holder_id, kind, settled_at, recorded_at)
select {_ID}, {Kind.MEMBER:d}, {_AT}, {_AT} from loading order by n
"""
_MEMBER: Final = f"""
insert into member (holder_id, enrolled_at, recorded_at)
select {_ID}, {_AT}, {_AT} from loading order by n
"""
_PROFILE: Final = f"""
insert into member_profile (holder_id, profile, fields, identifiers, born)
select
  {_ID},
  format(
    '{{"name":"Member %s","birth_date":"19%s-%s-%s"}}',
    n, 50 + n % 50, lpad((n % 12 + 1)::text, 2, '0'), lpad((n % 28 + 1)::text, 2, '0'))::bytea,
  '{{}}',
  format('[{{"kind":"card","value":"C%s"}}]', lpad(n::text, 8, '0'))::bytea,
  (n % 12 + 1) * 100 + n % 28 + 1
from loading order by n
"""
_WALLET: Final = f"""
insert into wallet (holder_id, wallet)
select {_ID}, w from loading, unnest(array{[*WALLETS]}) w order by n, w
"""
_IDENTIFIER: Final = f"""
insert into identifier (digest, from_at, holder_id, kind, recorded_at)
select digest, {_AT}, {_ID}, 'card', {_AT} from loading order by digest
"""


def member_id(n: int) -> uuid.UUID:
    """The id of the n-th member."""
    return uuid.UUID(int=_ID_BASE | n)


def card(n: int) -> str:
    """The card of the n-th member."""
    return f"C{n:08d}"


async def load(url: str, secret: str, count: int) -> None:
    """Load so many members, as the superuser, into a migrated database that has none."""
    numbers = f"create temp view loading as select n from generate_series(0, {count - 1}) n"
    async with asyncpg.create_pool(
        url, min_size=0, max_size=4, command_timeout=_SECONDS_MAX
    ) as pool:
        await asyncio.gather(
            _fill(pool, {"wallet": _WALLET}, numbers),
            _fill(
                pool, {"holder": _HOLDER, "member": _MEMBER, "member_profile": _PROFILE}, numbers
            ),
            _fill_identifiers(pool, secret.encode(), count),
        )
        await pool.execute("checkpoint")


async def _fill(pool: Any, statements: dict[str, str], loading: str) -> None:
    async with pool.acquire() as connection:
        await connection.execute(loading)
        await _insert(connection, statements)


async def _fill_identifiers(pool: Any, secret: bytes, count: int) -> None:
    def rows() -> Iterator[tuple[int, bytes]]:
        for n in range(count):
            yield n, digest(secret, Identifier(kind="card", value=card(n)))

    async with pool.acquire() as connection:
        await connection.execute("create temp table loading (n bigint, digest bytea)")
        await connection.copy_records_to_table("loading", records=rows(), timeout=_SECONDS_MAX)
        await _insert(connection, {"identifier": _IDENTIFIER})


async def _insert(connection: Any, statements: dict[str, str]) -> None:
    async with connection.transaction():
        await connection.execute("set local session_replication_role = replica")
        for table, statement in statements.items():
            if table not in _REFERRED_TO:
                await connection.execute(f"truncate {table}")
            await connection.execute(statement)
    await connection.execute("vacuum (analyze) " + ", ".join(statements))
