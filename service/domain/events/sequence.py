"""The sequencer: gives the outbox rows of each shard their place in the stream.

Per shard, places are given in the order (recorded_at, holder, version); since a holder's
`recorded_at` never falls, its events come in the order of their versions. Any number of sequencers
may run: a shard is one row, locked while its places are given.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import Final

import msgspec

from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("events")
ROWS_MAX: Final = 2_000  # per shard and pass


async def assign(tx: Tx) -> int:
    """One pass over all shards with something to do; answers how many events got a place."""
    shards = await tx.rows(SQL["lock_shards"])
    if not shards:
        return 0
    rows = await tx.rows(
        SQL["update_sequence"],
        shards=[row[0] for row in shards],
        last_seqs=[row[1] for row in shards],
        limit=ROWS_MAX,
    )
    last: defaultdict[int, int] = defaultdict(int)
    for shard, pub_seq in rows:
        last[shard] = max(last[shard], pub_seq)
    if last:
        await tx.run(SQL["update_shards"], shards=list(last), last_seqs=list(last.values()))
    return len(rows)


class Placed(msgspec.Struct, frozen=True):
    """An event with its place."""

    shard: int
    pub_seq: int
    body: bytes


async def after(tx: Tx, positions: Mapping[int, int], limit: int) -> list[Placed]:
    """Events after the positions (shard -> last place read), shard by shard, at most `limit`."""
    rows = await tx.rows(
        SQL["list_events"],
        shards=list(positions),
        after=list(positions.values()),
        limit=limit,
    )
    return [Placed(*row) for row in rows]
