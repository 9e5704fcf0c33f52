"""I1, I4 and I10 of the ledger, asked of the tables themselves for some holders."""

import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from service.infra.db import Database

WALLETS: Final = """
select w.holder_id, w.wallet, w.posted, w.pending, w.held, w.debt, w.entry_seq,
  e.amount, e.debt_change, e.entries, e.last_seq, e.last_after,
  l.remaining, l.not_available, l.held as lots_held, l.unexplained, i.kept
from wallet w
join holder h on h.holder_id = w.holder_id
left join lateral (
  select coalesce(sum(amount), 0) as amount, coalesce(sum(debt_change), 0) as debt_change,
    count(*) as entries, coalesce(max(seq), 0) as last_seq,
    coalesce((array_agg(after order by seq desc))[1], 0) as last_after
  from entry where holder_id = w.holder_id and wallet = w.wallet) e on true
left join lateral (
  select coalesce(sum(lot.remaining), 0) as remaining,
    coalesce(sum(lot.remaining) filter (where lot.available_at > h.settled_at), 0) as not_available,
    coalesce(sum(lot.held), 0) as held,
    count(*) filter (where lot.granted + coalesce(t.taken, 0) <> lot.remaining) as unexplained
  from lot
  left join lateral (
    select sum(amount) as taken from entry_lot
    where holder_id = lot.holder_id and wallet = lot.wallet and lot_no = lot.lot_no
      and seq <> lot.lot_no) t on true
  where lot.holder_id = w.holder_id and lot.wallet = w.wallet) l on true
left join lateral (
  select coalesce(sum(item.amount - item.captured - item.released), 0) as kept
  from hold_item item
  join hold using (holder_id, hold_id)
  where item.holder_id = w.holder_id and item.wallet = w.wallet and hold.state = 0) i on true
where w.holder_id = any($1::uuid[])
"""

NOTHING: Final = (0, 0, 0, 0)
VERSIONS: Final = "select holder_id, version from holder where holder_id = any($1::uuid[])"

EVENTS: Final = """
select holder_id, version as number, body
from outbox
where holder_id = any($1::uuid[])
order by holder_id, version
"""


async def broken(
    db: Database, holders: Sequence[uuid.UUID], wallet_id: Callable[[int], str]
) -> list[str]:
    """What does not hold, in words; empty when all is well."""
    async with db.reading() as tx:
        wallets = await tx.connection.fetch(WALLETS, list(holders))
        events = await tx.connection.fetch(EVENTS, list(holders))
        versions = dict(await tx.connection.fetch(VERSIONS, list(holders)))
    found = [problem for row in wallets for problem in _of_wallet(row)]
    for holder in holders:
        mine = [row for row in events if row["holder_id"] == holder]
        if [row["number"] for row in mine] != list(range(1, versions[holder] + 1)):
            found.append(f"{holder}: events are not 1..{versions[holder]}")
    return found + _unlike_events(wallets, events, wallet_id)


def _of_wallet(row: Mapping[str, Any]) -> list[str]:
    equal = {
        "posted = sum of entries": (row["posted"], row["amount"]),
        "posted = last after": (row["posted"], row["last_after"]),
        "posted = sum of lots": (row["posted"], row["remaining"]),
        "pending = lots not yet available": (row["pending"], row["not_available"]),
        "held = lots held": (row["held"], row["lots_held"]),
        "held = what open holds keep": (row["held"], row["kept"]),
        "debt = sum of debt changes": (row["debt"], row["debt_change"]),
        "entry_seq = entries": (row["entry_seq"], row["entries"]),
        "entry_seq = last entry": (row["entry_seq"], row["last_seq"]),
        "every lot = granted less what entries took": (row["unexplained"], 0),
    }
    who = f"{row['holder_id']} wallet {row['wallet']}"
    return [f"{who}: {name}: {a} is not {b}" for name, (a, b) in equal.items() if a != b]


def _unlike_events(
    wallets: Sequence[Mapping[str, Any]],
    events: Sequence[Mapping[str, Any]],
    wallet_id: Callable[[int], str],
) -> list[str]:
    """The changes told by the events of a holder sum to posted, pending, held and debt."""
    told: dict[tuple[uuid.UUID, str], tuple[int, ...]] = {}
    for event in events:
        for change in json.loads(event["body"])["data"].get("changes", ()):
            key = (event["holder_id"], change["wallet"])
            moved = [change.get(name, 0) for name in ("amount", "pending", "held", "debt")]
            told[key] = tuple(a + b for a, b in zip(told.get(key, NOTHING), moved, strict=True))
    found = []
    for row in wallets:
        key = (row["holder_id"], wallet_id(row["wallet"]))
        have = (row["posted"], row["pending"], row["held"], row["debt"])
        if told.get(key, NOTHING) != have:
            found.append(f"{key}: wallet {have}, events {told.get(key)}")
    return found
