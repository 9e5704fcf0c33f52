"""What the tests of budgets look at: their slots, their caps, what holds have of them."""

import datetime as dt
import uuid
from collections.abc import Mapping

from service.domain.budgets import store
from service.infra.db import Tx
from service.rules.document import Budget, BudgetUnit

NOW = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)
SOON = NOW + dt.timedelta(minutes=15)
HOLD, OTHER = uuid.UUID(int=21), uuid.UUID(int=22)  # their shares go back to slots 5 and 6


def budgets(**caps: int) -> Mapping[str, Budget]:
    return {name: Budget(unit=BudgetUnit.POINTS, amount=cap) for name, cap in caps.items()}


async def left(tx: Tx, campaign: str = "c") -> list[int]:
    """What is left in each slot."""
    rows = await tx.connection.fetch(
        "select remaining from budget_slot where name = $1 order by slot", campaign
    )
    return [row[0] for row in rows]


async def cap(tx: Tx, campaign: str = "c") -> int:
    number: int = await tx.connection.fetchval("select cap from budget where name = $1", campaign)
    return number


async def overrun(tx: Tx) -> int:
    number: int = await tx.connection.fetchval("select overrun from budget where name = 'c'")
    return number


async def taken_for(tx: Tx, hold: uuid.UUID, units: int) -> None:
    """A hold has so much until SOON."""
    assert await store.take(tx, "c", [units], NOW, whole=True) == [units]
    await store.hold(tx, "c", hold, units, SOON)


async def shares(tx: Tx) -> list[tuple[uuid.UUID, int]]:
    """What holds have."""
    rows = await tx.connection.fetch("select hold_id, amount from budget_hold order by hold_id")
    return [tuple(row) for row in rows]
