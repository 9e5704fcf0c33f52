"""A hold as stored, and what it holds."""

import datetime as dt
import enum
import uuid
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec

from service.rules.cart import Cart
from service.rules.decision import Decision
from service.rules.facts import Facts

# The channel of a hold that keeps the price of a reward; no shop's is called so. Its id is that of
# the redemption, which alone ends it: to checkouts it does not exist.
REDEMPTION: Final = ""

# The channel of what a checkout's hold has of a gift card: with the card's rows, under the id of
# the hold, with which it ends. No redemption is a card's.
PART: Final = ""


class State(enum.IntEnum):
    """Numbers stored in `hold.state`."""

    OPEN = 0
    CAPTURED = 1
    RELEASED = 2
    TIMED_OUT = 3


class ItemKind(enum.IntEnum):
    """Numbers stored in `hold_item.kind`."""

    UNITS = 1  # of a lot
    COUPON = 2  # a use of a unique or personal code
    BUDGET = 3  # a share of a budget, in one of its slots


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One thing set apart; `item_no` from 1.

    units: `wallet` (number), `lot_no`; coupon: `name` (template), `digest`; budget: `name`, `slot`.
    """

    item_no: int
    kind: ItemKind
    amount: int
    wallet: int | None = None
    lot_no: int | None = None
    name: str | None = None
    slot: int | None = None
    digest: bytes | None = None
    captured: int = 0
    released: int = 0

    @property
    def open(self) -> int:
        """Still set apart."""
        return self.amount - self.captured - self.released


Units = dict[int, list[tuple[int, int]]]  # wallet number -> (lot_no, units), as they were held


def units_of(items: Iterable[Item]) -> Units:
    """The open units among the items, as `Book` takes them."""
    found: Units = {}
    for item in items:
        if item.wallet is not None and item.lot_no is not None and item.open:
            found.setdefault(item.wallet, []).append((item.lot_no, item.open))
    return found


class OpenHold(msgspec.Struct, frozen=True, kw_only=True):
    """What settling needs of an open hold."""

    holder_id: uuid.UUID
    hold_id: uuid.UUID
    due_at: dt.datetime
    items: tuple[Item, ...] = ()


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `hold`, decoded, with its items in order.

    `checkout`: the shop's key within its channel; `fp`: of what was asked; `closed_by`: the
    purchase, or redemption, that captured it.
    """

    holder_id: uuid.UUID
    hold_id: uuid.UUID
    state: State = State.OPEN
    channel: str
    checkout: str
    fp: bytes
    program_version: int
    cart: Cart
    facts: Facts
    decision: Decision
    created_at: dt.datetime
    due_at: dt.datetime
    closed_at: dt.datetime | None = None
    closed_by: uuid.UUID | None = None
    actor_kind: int
    actor_id: str
    store: str | None = None
    items: tuple[Item, ...] = ()

    def is_open(self, at: dt.datetime) -> bool:
        """Neither closed nor past its time at the instant."""
        return self.state is State.OPEN and at < self.due_at


class Closing(msgspec.Struct, frozen=True, kw_only=True):
    """How an open hold ends, `at` being effective; `captured`: item_no -> what was used of it.

    The rest of every item is released.
    """

    hold: Hold | OpenHold
    state: State
    at: dt.datetime
    by: uuid.UUID | None = None
    captured: Mapping[int, int] = {}
