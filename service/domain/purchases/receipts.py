"""Purchases by what is printed on their receipts, and those of a member."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final

import msgspec

from service.domain.purchases.basket import MemberRef
from service.domain.purchases.errors import SearchTooWide
from service.domain.purchases.stored import Flag
from service.infra.db import Tx
from service.infra.sql import load
from service.kernel.text import Amount, Instant, Key
from service.kernel.values import Identifier
from service.rules.cart import Cart
from service.rules.decision import Decision
from service.rules.priced import priced

SQL: Final = load("receipts")
PAGE_MAX: Final = 200
SPAN_MAX: Final = dt.timedelta(days=7, hours=1)  # of a store; a week may have an hour more
_cart: Final = msgspec.msgpack.Decoder(Cart)
_decision: Final = msgspec.msgpack.Decoder(Decision)

_Member = Annotated[tuple[Identifier, ...], msgspec.Meta(min_length=1, max_length=10)] | MemberRef


class FindPurchases(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"since": "from"},
):
    """What a receipt says: the store and the local date `on`, or from and until; or the member.

    `external_id_starts` and `external_id_ends`: as much of the shop's own name as can be read.
    `total`: paid, minor units, whatever came back since. Without a member at most a week of a
    store; a week from `from` on when there is no `until`.
    """

    store: Key | None = None
    channel: Key | None = None
    on: dt.date | None = None
    since: Instant | None = None
    until: Instant | None = None
    total: Amount | None = None
    external_id_starts: Key | None = None
    external_id_ends: Key | None = None
    member: _Member | None = None
    cursor: Annotated[str, msgspec.Meta(min_length=1, max_length=512)] | None = None
    limit: Annotated[int, msgspec.Meta(ge=1, le=PAGE_MAX)] = 50


class PurchaseSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A purchase in a list; its id leads to the receipt. `total`: paid, minor units.

    `returned`: something of it came back.
    """

    id: uuid.UUID
    member_id: uuid.UUID | None
    channel: str
    external_id: str
    store: str | None = None
    occurred_at: dt.datetime
    recorded_at: dt.datetime
    currency: str
    total: int
    returned: bool = False
    void: bool = False
    overrun: bool = False


class PurchasePage(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first; `next` is the cursor of the next page, null on the last.

    A page may hold fewer than were asked for and have a next one.
    """

    items: tuple[PurchaseSummary, ...]
    next: str | None


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which purchases: sold in [since, until); None: whatever it is. Of a store or of a holder."""

    since: dt.datetime
    until: dt.datetime
    store: str | None = None
    holder_id: uuid.UUID | None = None
    channel: str | None = None
    total: int | None = None
    starts: str | None = None
    ends: str | None = None


Position = tuple[dt.datetime, uuid.UUID]  # occurred_at, purchase


class Found(msgspec.Struct, frozen=True):
    """A row found."""

    purchase_id: uuid.UUID
    holder_id: uuid.UUID
    occurred_at: dt.datetime
    recorded_at: dt.datetime
    channel: str
    external_id: str
    store: str | None
    flags: Flag
    returned: bool
    total: int


async def page(
    tx: Tx, wanted: Wanted, before: Position, limit: int
) -> tuple[list[Found], Position | None]:
    """Those wanted, newest first, after the position; and where the next page begins, if any."""
    given = {
        "store": wanted.store,
        "since": wanted.since,
        "channel": wanted.channel,
        "total": wanted.total,
        "starts": wanted.starts,
        "ends": wanted.ends,
        "before_at": before[0],
        "before_purchase": before[1],
        "limit": limit + 1,
    }
    if wanted.holder_id is not None:
        rows = await tx.rows(SQL["list_of_holder"], holder=wanted.holder_id, **given)
    elif wanted.store is not None:
        rows = await tx.rows(SQL["list_of_store"], **given)
    else:
        raise SearchTooWide
    found = [_found(row) for row in rows[:limit]]
    more = (found[-1].occurred_at, found[-1].purchase_id) if len(rows) > limit else None
    return [one for one in found if wanted.total in {None, one.total}], more


def _found(row: Mapping[str, Any]) -> Found:
    fields = dict(row)
    cart, decision = fields.pop("cart"), fields.pop("decision")
    fields["flags"] = Flag(fields["flags"])
    if fields["total"] is None:
        fields["total"] = _total(cart, decision)
    return Found(**fields)


def _total(cart: bytes, decision: bytes) -> int:
    return sum(
        [line.paid() for line in priced(_cart.decode(cart), _decision.decode(decision)).lines]
    )


def summary(found: Found, currency: str) -> PurchaseSummary:
    """As it is shown."""
    return PurchaseSummary(
        id=found.purchase_id,
        member_id=None if Flag.UNMATCHED in found.flags else found.holder_id,
        channel=found.channel,
        external_id=found.external_id,
        store=found.store,
        occurred_at=found.occurred_at,
        recorded_at=found.recorded_at,
        currency=currency,
        total=found.total,
        returned=found.returned,
        void=Flag.VOID in found.flags,
        overrun=Flag.OVERRUN in found.flags,
    )


def summaries(found: Sequence[Found], currency: str) -> tuple[PurchaseSummary, ...]:
    """All of them."""
    return tuple(summary(one, currency) for one in found)
