"""Where in the stream an instant lies.

Events of a shard are placed in the order recorded, but one that was recorded early may be committed
late, so the order of `recorded_at` holds but for the length of a transaction. Halving needs no
index beyond the one by place: some thirty look-ups per shard, for all shards together.
"""

import datetime as dt
from typing import Final

from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("events")


async def before(tx: Tx, at: dt.datetime) -> dict[int, int]:
    """For each shard the place before the first event recorded at `at` or later.

    The last place where there is none. Right but for the order of transactions that were open at
    once: take some slack. Where early events are kept no more, the first kept counts.
    """
    low = {row[0]: (0, row[1]) for row in await tx.rows(SQL["list_shards"])}
    while open_ := {shard: span for shard, span in low.items() if span[0] < span[1]}:
        middle = {shard: (begin + end + 1) // 2 for shard, (begin, end) in open_.items()}
        rows = await tx.rows(
            SQL["list_recorded"], shards=list(middle), places=list(middle.values())
        )
        recorded = {row[0]: row[1] for row in rows}
        for shard, place in middle.items():
            begin, end = low[shard]
            is_before = shard not in recorded or recorded[shard] < at
            low[shard] = (place, end) if is_before else (begin, place - 1)
    return {shard: place for shard, (place, _) in low.items()}
