"""What tills had given though it was not there any more: kept apart by purchase, to be reported."""

import datetime as dt
import enum
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from service.domain.purchases.stored import Purchase
from service.infra.db import Tx
from service.infra.sql import load

SQL: Final = load("overruns")


class OverrunKind(enum.StrEnum):
    """Of what there was too little: units that became debt, uses of a code, a budget, a card."""

    POINTS = "points"
    COUPON = "coupon"
    BUDGET = "budget"
    GIFT_CARD = "gift_card"


_NUMBERS: Final = {  # stored in `purchase_overrun.kind`, never reused
    OverrunKind.POINTS: 1,
    OverrunKind.COUPON: 2,
    OverrunKind.BUDGET: 3,
    OverrunKind.GIFT_CARD: 4,
}
_KINDS: Final = {number: kind for kind, number in _NUMBERS.items()}
_PREFIXES: Final = {OverrunKind.COUPON: "coupon:"}


class Overrun(msgspec.Struct, frozen=True):
    """One of a purchase; `name`: the wallet, the coupon's template, the campaign."""

    kind: OverrunKind
    name: str
    amount: int


class Overruns:
    """Those of a purchase on its way; one that is told twice is as much as the larger one."""

    __slots__ = ("_found",)

    def __init__(self) -> None:
        self._found: dict[tuple[OverrunKind, str], int] = {}

    def __bool__(self) -> bool:
        """Whether there is one."""
        return bool(self._found)

    def add(self, kind: OverrunKind, name: str, amount: int) -> None:
        """So much was not there."""
        self._found[kind, name] = max(amount, self._found.get((kind, name), 0))

    def all(self) -> list[Overrun]:
        """Each of them."""
        return [Overrun(*key, amount) for key, amount in self._found.items()]

    def told(self) -> tuple[str, ...]:
        """As events name them."""
        return tuple(sorted(_PREFIXES.get(kind, "") + name for kind, name in self._found))


class OverrunSum(msgspec.Struct, frozen=True, kw_only=True):
    """All of one kind and name, of one channel and store.

    `amount`: units, uses, what the budget counts, or minor units of gift cards.
    """

    channel: str
    store: str | None
    kind: OverrunKind
    name: str
    purchases: int
    amount: int


class OverrunReport(msgspec.Struct, frozen=True, kw_only=True):
    """What was sold in [since, until) with more than there was; by channel, store, kind, name."""

    since: dt.datetime
    until: dt.datetime
    items: tuple[OverrunSum, ...]


class OverrunPlace(msgspec.Struct, frozen=True, kw_only=True):
    """One of a purchase; the member, when one is known."""

    purchase_id: uuid.UUID
    external_id: str
    member_id: uuid.UUID | None
    channel: str
    store: str | None
    occurred_at: dt.datetime
    kind: OverrunKind
    name: str
    amount: int


class OverrunPage(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first; `next` is the cursor of the next page, null on the last."""

    items: tuple[OverrunPlace, ...]
    next: str | None


class Wanted(msgspec.Struct, frozen=True):
    """Which: sold in [since, until); None: whatever the field."""

    since: dt.datetime
    until: dt.datetime
    channel: str | None = None
    store: str | None = None
    kind: OverrunKind | None = None
    name: str | None = None


Position = tuple[dt.datetime, uuid.UUID, int, str]  # occurred_at, purchase, kind, name


async def insert(tx: Tx, rows: Sequence[tuple[Purchase, Overrun]]) -> None:
    """Write what purchases had beyond what was there."""
    if rows:
        await tx.later(
            SQL["insert_overruns"],
            len(rows),
            holders=[p.holder_id for p, _ in rows],
            purchases=[p.purchase_id for p, _ in rows],
            kinds=[_NUMBERS[one.kind] for _, one in rows],
            names=[one.name for _, one in rows],
            amounts=[one.amount for _, one in rows],
            channels=[p.channel for p, _ in rows],
            stores=[p.store for p, _ in rows],
            occurred=[p.occurred_at for p, _ in rows],
        )


async def move(tx: Tx, holder_id: uuid.UUID, purchase_id: uuid.UUID, new_holder: uuid.UUID) -> None:
    """The purchase is another holder's; what happened at the till happened all the same."""
    await tx.run(
        SQL["update_overruns_holder"],
        holder=holder_id,
        purchase=purchase_id,
        new_holder=new_holder,
    )


async def sums(
    tx: Tx, since: dt.datetime, until: dt.datetime, store: str | None
) -> list[OverrunSum]:
    """By channel, store, kind and name, in this order; what was sold in no store comes last.

    `store`: of that one only.
    """
    rows = await tx.rows(SQL["list_sums"], since=since, until=until, store=store)
    return [OverrunSum(**_fields(row)) for row in rows]


async def page(tx: Tx, wanted: Wanted, before: Position, limit: int) -> list[OverrunPlace]:
    """Those wanted, newest first, that come after the position."""
    rows = await tx.rows(
        SQL["list_page"],
        since=wanted.since,
        until=wanted.until,
        channel=wanted.channel,
        store=wanted.store,
        kind=None if wanted.kind is None else _NUMBERS[wanted.kind],
        name=wanted.name,
        before_at=before[0],
        before_purchase=before[1],
        before_kind=before[2],
        before_name=before[3],
        limit=limit,
    )
    return [OverrunPlace(**_fields(row)) for row in rows]


def position(one: OverrunPlace) -> Position:
    """Where the page after this one begins."""
    return (one.occurred_at, one.purchase_id, _NUMBERS[one.kind], one.name)


def _fields(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "kind": _KINDS[row["kind"]]}
