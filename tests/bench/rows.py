"""Which rows a purchase writes, counted by PostgreSQL, and what they look like."""

from typing import Any, Final

import msgspec

from service.domain.events.catalog import TYPES, PointsEarned, PurchaseRecorded, TierChanged
from tests.bench.place import Place

# The sequencer gives events their place after the commit: no part of a purchase's transaction.
_NOT_OF_A_PURCHASE: Final = {"outbox_shard", "api_key", "program_version"}
_COUNT: Final = """
select
  relname,
  (n_tup_ins + case relname when 'outbox' then 0 else n_tup_upd end)::float8 as written
from pg_stat_user_tables
"""
_TYPICAL_PURCHASE: Final = """
with size as (
  select purchase_id, length(cart) + length(facts) + length(decision) + length(outcome) as bytes
  from purchase)
select p.cart, p.facts, p.decision, p.outcome, p.by_category::text as categories
from purchase p
join size s using (purchase_id)
order by abs(s.bytes - (select avg(bytes) from size))
limit 1
"""
_TYPICAL_EVENTS: Final = """
select distinct on (o.type) o.type, o.body
from outbox o
join (select type, avg(length(body)) as bytes from outbox group by type) a using (type)
order by o.type, abs(length(o.body) - a.bytes)
"""

_MOVES: Final = f"select count(*) from outbox where type = '{TYPES[TierChanged]}'"


class Written(msgspec.Struct, frozen=True):
    """Rows inserted or updated per table, and how many `moves` from tier to tier were among them.

    Either since the database was made, or per purchase.
    """

    rows: dict[str, float]
    moves: float

    def total(self) -> float:
        """Rows of all tables."""
        return sum(self.rows.values())


def written(place: Place, database: str) -> Written:
    """What was written since the database was made, counted once nobody is connected."""
    found = place.rows_alone(database, _COUNT)
    moves = place.rows(database, _MOVES)[0][0]
    return Written({row["relname"]: row["written"] for row in found}, moves)


def per_purchase(before: Written, after: Written) -> Written:
    """What a purchase wrote between two counts, tables without rows left out."""
    purchases = after.rows["purchase"] - before.rows["purchase"]
    changed = {
        table: (count - before.rows[table]) / purchases
        for table, count in sorted(after.rows.items())
        if table not in _NOT_OF_A_PURCHASE and count > before.rows[table]
    }
    return Written(changed, (after.moves - before.moves) / purchases)


class Typical(msgspec.Struct, frozen=True):
    """Bodies of average size, as the service wrote them. `moved`: empty when no tier changed."""

    cart: bytes
    facts: bytes
    decision: bytes
    outcome: bytes
    categories: str
    recorded: bytes
    earned: bytes
    moved: bytes


def typical(place: Place, database: str) -> Typical:
    """What purchases of the database look like."""
    (purchase,) = place.rows(database, _TYPICAL_PURCHASE)
    bodies: dict[str, Any] = {r["type"]: r["body"] for r in place.rows(database, _TYPICAL_EVENTS)}
    return Typical(
        **dict(purchase),
        recorded=bodies[TYPES[PurchaseRecorded]],
        earned=bodies[TYPES[PointsEarned]],
        moved=bodies.get(TYPES[TierChanged], b""),
    )
