"""Figures by name, each with its value by label ("" where there is but one)."""

import collections
import datetime as dt
import uuid
from typing import Final, NamedTuple

from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("backlog")
COUNTED_MAX: Final = 10_000

Figures = dict[str, list[tuple[str, float]]]

_STATES: Final = {0: "pending", 1: "active", 2: "paused", 3: "disabled"}


async def figures(tx: Tx, at: dt.datetime) -> Figures:
    """All of them, of this moment; `at`: PostgreSQL's clock."""
    found: Figures = {}
    for name, count, oldest in await tx.rows(SQL["list_waiting"], at=at, most=COUNTED_MAX):
        found[name] = [("", count)]
        if name not in {"deliveries_waiting", "deliveries_dead"}:
            found[f"{name}_oldest_seconds"] = [("", age(oldest, at))]
    sinks = await tx.rows(SQL["list_sinks"])
    found["relay_lag_events"] = [(sink, behind) for sink, behind in sinks]
    return found | await _endpoints(tx, at)


async def _endpoints(tx: Tx, at: dt.datetime) -> Figures:
    rows = await tx.rows(SQL["list_endpoints"])
    states = collections.Counter(row[0] for row in rows)
    lags = [row[2] for row in rows]
    failing = [row[1] for row in rows if row[1] is not None]
    return {
        "endpoints": [(name, states[state]) for state, name in _STATES.items()],
        "endpoints_lag_events": [("", sum(lags))],
        "endpoints_lag_events_max": [("", max(lags, default=0))],
        "endpoints_failing_oldest_seconds": [("", age(min(failing, default=None), at))],
    }


class Sum(NamedTuple):
    """A part of all wallets of a number: of how many, and the last one of the part."""

    wallet: int
    wallets: int
    posted: int
    pending: int
    held: int
    debt: int
    last_holder: uuid.UUID
    last_wallet: int


async def sums(tx: Tx, after: tuple[uuid.UUID, int], limit: int) -> list[Sum]:
    """By wallet, of the next wallets after one (holder, number); none: it was the last."""
    rows = await tx.rows(SQL["list_sums"], holder=after[0], wallet=after[1], limit=limit)
    return [Sum(*row) for row in rows]


def age(since: dt.datetime | None, at: dt.datetime) -> float:
    """Seconds; what is not there is no second old."""
    return 0.0 if since is None else max((at - since).total_seconds(), 0.0)
