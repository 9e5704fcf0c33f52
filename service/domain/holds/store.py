"""Holds in the database."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from service.domain.holds.types import Closing, Hold, Item, ItemKind, OpenHold, State
from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask
from service.rules.cart import Cart
from service.rules.decision import Decision
from service.rules.facts import Facts

SQL: Final = load("holds")
_pack: Final = msgspec.msgpack.Encoder().encode
_cart: Final = msgspec.msgpack.Decoder(Cart)
_facts: Final = msgspec.msgpack.Decoder(Facts)
_decision: Final = msgspec.msgpack.Decoder(Decision)

Checkout = tuple[uuid.UUID, str, str]  # holder, channel, the shop's key
_ITEM: Final = ("amount", "wallet", "lot_no", "name", "slot", "digest", "captured", "released")


def ask_open(holders: Iterable[uuid.UUID]) -> Ask[dict[uuid.UUID, list[OpenHold]]]:
    """The open holds of each holder that has some, soonest due first."""
    return Ask(SQL["list_open"], _open, holders=list(holders))


class Pinned(NamedTuple):
    """An open hold as far as others have to respect it: the limited rules that it uses."""

    hold_id: uuid.UUID
    created_at: dt.datetime
    due_at: dt.datetime
    uses: tuple[str, ...]

    def counts(self, at: dt.datetime, own: uuid.UUID | None) -> bool:
        """It was there at the instant, and is not one's own."""
        return self.hold_id != own and self.created_at <= at < self.due_at


def ask_pinned(holders: Iterable[uuid.UUID]) -> Ask[dict[uuid.UUID, list[Pinned]]]:
    """The open holds of each holder that has some."""
    return Ask(SQL["list_pinned"], _pinned, holders=list(holders))


def _pinned(rows: Sequence[Any]) -> dict[uuid.UUID, list[Pinned]]:
    found: dict[uuid.UUID, list[Pinned]] = {}
    for holder_id, hold_id, created_at, due_at, decision in rows:
        one = Pinned(hold_id, created_at, due_at, _decision.decode(decision).uses)
        found.setdefault(holder_id, []).append(one)
    return found


async def open_at(
    tx: Tx, holder_id: uuid.UUID, at: dt.datetime, known_at: dt.datetime
) -> list[OpenHold]:
    """What a holder's holds held at an instant as known at another, in the order they were made.

    Those that had timed out by then are among them: settling times them out again.
    """
    rows = await tx.rows(SQL["list_open_at"], holder=holder_id, at=at, known_at=known_at)
    return _open(rows).get(holder_id, [])


def _open(rows: Sequence[Any]) -> dict[uuid.UUID, list[OpenHold]]:
    items: dict[tuple[uuid.UUID, uuid.UUID, dt.datetime], list[Item]] = {}
    for holder_id, hold_id, due_at, *item in rows:
        of_hold = items.setdefault((holder_id, hold_id, due_at), [])
        if item[0] is not None:
            of_hold.append(_item(*item))
    found: dict[uuid.UUID, list[OpenHold]] = {}
    for (holder_id, hold_id, due_at), of_hold in items.items():
        one = OpenHold(holder_id=holder_id, hold_id=hold_id, due_at=due_at, items=tuple(of_hold))
        found.setdefault(holder_id, []).append(one)
    return found


def _item(item_no: int, kind: int, *fields: Any) -> Item:
    given = dict(zip(_ITEM, fields, strict=False))
    return Item(item_no=item_no, kind=ItemKind(kind), **given)


async def by_ids(tx: Tx, hold_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Hold]:
    """Holds of checkouts by id, as stored: one that is due may still be open."""
    rows = await tx.rows(SQL["list_holds"], holds=list(hold_ids))
    return {hold.hold_id: hold for hold in await _with_items(tx, rows)}


async def by_id(tx: Tx, hold_id: uuid.UUID) -> Hold | None:
    """One of them."""
    return (await by_ids(tx, [hold_id])).get(hold_id)


async def of_redemption(tx: Tx, holder_id: uuid.UUID, redemption_id: uuid.UUID) -> Hold | None:
    """The hold that keeps, or kept, the price of a redemption."""
    given = {"holder": holder_id, "redemption": redemption_id}
    found = await _with_items(tx, await tx.rows(SQL["find_redemption"], **given))
    return found[0] if found else None


async def by_checkouts(tx: Tx, wanted: Sequence[Checkout]) -> dict[Checkout, Hold]:
    """The open holds of checkouts, as stored."""
    rows = await tx.rows(
        SQL["list_checkouts"],
        holders=[w[0] for w in wanted],
        channels=[w[1] for w in wanted],
        checkouts=[w[2] for w in wanted],
    )
    found = await _with_items(tx, rows)
    return {(hold.holder_id, hold.channel, hold.checkout): hold for hold in found}


async def _with_items(tx: Tx, rows: Sequence[Any]) -> list[Hold]:
    if not rows:
        return []
    items: dict[uuid.UUID, list[Item]] = {}
    given = {"holders": [row[0] for row in rows], "holds": [row[1] for row in rows]}
    for hold_id, *item in await tx.rows(SQL["list_items"], **given):
        items.setdefault(hold_id, []).append(_item(*item))
    return [_hold(row, tuple(items.get(row["hold_id"], ()))) for row in rows]


def _hold(row: Any, items: tuple[Item, ...]) -> Hold:
    fields = dict(row)
    return Hold(
        **{name: fields[name] for name in fields if name not in {"state", *_PACKED}},
        state=State(row["state"]),
        cart=_cart.decode(row["cart"]),
        facts=_facts.decode(row["facts"]),
        decision=_decision.decode(row["decision"]),
        items=items,
    )


_PACKED: Final = frozenset({"cart", "facts", "decision"})


async def insert(tx: Tx, made: Sequence[Hold]) -> None:
    """New open holds with their items."""
    await tx.later(
        SQL["insert_holds"],
        len(made),
        holders=[h.holder_id for h in made],
        holds=[h.hold_id for h in made],
        channels=[h.channel for h in made],
        checkouts=[h.checkout for h in made],
        fps=[h.fp for h in made],
        versions=[h.program_version for h in made],
        carts=[_pack(h.cart) for h in made],
        facts=[_pack(h.facts) for h in made],
        decisions=[_pack(h.decision) for h in made],
        created=[h.created_at for h in made],
        due=[h.due_at for h in made],
        actor_kinds=[h.actor_kind for h in made],
        actors=[h.actor_id for h in made],
        stores=[h.store for h in made],
    )
    items = [(hold, item) for hold in made for item in hold.items]
    if items:
        await tx.later(
            SQL["insert_items"],
            len(items),
            holders=[h.holder_id for h, _ in items],
            holds=[h.hold_id for h, _ in items],
            item_nos=[i.item_no for _, i in items],
            kinds=[int(i.kind) for _, i in items],
            wallets=[i.wallet for _, i in items],
            lot_nos=[i.lot_no for _, i in items],
            names=[i.name for _, i in items],
            slots=[i.slot for _, i in items],
            digests=[i.digest for _, i in items],
            amounts=[i.amount for _, i in items],
        )


async def close(tx: Tx, ended: Sequence[Closing]) -> None:
    """End open holds; one that has ended already raises AssertionError: its holder is locked."""
    if not ended:
        return
    await tx.later(
        SQL["update_states"],
        len(ended),
        "a hold ended under its holder's lock",
        holders=[c.hold.holder_id for c in ended],
        holds=[c.hold.hold_id for c in ended],
        states=[int(c.state) for c in ended],
        closed=[c.at for c in ended],
        by=[c.by for c in ended],
    )
    items = [(c, item) for c in ended for item in c.hold.items]
    if items:
        await tx.later(
            SQL["update_items"],
            len(items),
            holders=[c.hold.holder_id for c, _ in items],
            holds=[c.hold.hold_id for c, _ in items],
            item_nos=[i.item_no for _, i in items],
            captured=[c.captured.get(i.item_no, 0) for c, i in items],
        )


async def extend(tx: Tx, longer: Sequence[tuple[Hold | OpenHold, dt.datetime]]) -> None:
    """New due instants of open holds (the caller has the holders' `next_due` follow)."""
    await tx.later(
        SQL["update_dues"],
        len(longer),
        "a hold ended under its holder's lock",
        holders=[hold.holder_id for hold, _ in longer],
        holds=[hold.hold_id for hold, _ in longer],
        due=[due_at for _, due_at in longer],
    )
