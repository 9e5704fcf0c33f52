"""Purchases in the database."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from service.domain.purchases.content import FP_VERSION, by_category
from service.domain.purchases.stored import Purchase, pack, unpack
from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask
from service.kernel.actor import Actor
from service.rules.cart import Cart, LineKind
from service.rules.facts import Past

SQL: Final = load("purchases")
_BEGINNING: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_json: Final = msgspec.json.Encoder().encode

NaturalKey = tuple[str, str]


class Key(msgspec.Struct, frozen=True):
    """A natural key as stored; `purchase_id` None: awaited."""

    purchase_id: uuid.UUID | None
    holder_id: uuid.UUID | None
    fp: bytes | None


async def keys(tx: Tx, wanted: Sequence[NaturalKey]) -> dict[NaturalKey, Key]:
    """The natural keys that exist."""
    return await tx.ask(ask_keys(wanted))


def ask_keys(wanted: Sequence[NaturalKey]) -> Ask[dict[NaturalKey, Key]]:
    """The same as a question."""
    return Ask(
        SQL["list_keys"],
        lambda rows: {(row[0], row[1]): Key(row[2], row[3], row[4]) for row in rows},
        channels=[k[0] for k in wanted],
        external_ids=[k[1] for k in wanted],
    )


async def claim_keys(
    tx: Tx, wanted: Sequence[tuple[NaturalKey, uuid.UUID, uuid.UUID, bytes]]
) -> dict[NaturalKey, bool]:
    """Claim (key, purchase, holder, fingerprint); the won keys -> whether a return waited."""
    rows = await tx.rows(
        SQL["insert_keys"],
        channels=[w[0][0] for w in wanted],
        external_ids=[w[0][1] for w in wanted],
        purchases=[w[1] for w in wanted],
        holders=[w[2] for w in wanted],
        fps=[w[3] for w in wanted],
        fp_versions=[FP_VERSION] * len(wanted),
    )
    return {(row[0], row[1]): row[2] for row in rows}


async def await_keys(tx: Tx, wanted: Sequence[NaturalKey]) -> dict[NaturalKey, Key]:
    """Make the keys returns wait on, then lock them; a purchase that came meanwhile is seen."""
    given = {"channels": [k[0] for k in wanted], "external_ids": [k[1] for k in wanted]}
    await tx.run(SQL["insert_awaited_keys"], **given)
    rows = await tx.rows(SQL["lock_keys"], **given)
    return {(row[0], row[1]): Key(row[2], row[3], None) for row in rows}


async def move_keys(tx: Tx, moved: Sequence[NaturalKey], holder_id: uuid.UUID) -> None:
    """The purchases belong to another holder now."""
    await tx.run(
        SQL["update_key_holder"],
        channels=[k[0] for k in moved],
        external_ids=[k[1] for k in moved],
        holder=holder_id,
    )


def net_of(cart: Cart) -> int:
    """What counts as spend: paid, without shipping."""
    return cart.total()


def quantity_of(cart: Cart) -> int:
    """Thousandths of what was bought, without shipping."""
    return sum(line.quantity for line in cart.lines if line.kind is not LineKind.SHIPPING)


def _categories(cart: Cart) -> str | None:
    sums = by_category(cart)
    return _json(sums).decode() if sums else None


async def insert(tx: Tx, rows: Sequence[tuple[Purchase, Actor]]) -> None:
    """Write decided purchases; `net` and `quantity` as they stand in the rows."""
    purchases = [purchase for purchase, _ in rows]
    sold = [purchase.priced() for purchase in purchases]
    await tx.later(
        SQL["insert_purchases"],
        len(rows),
        holders=[p.holder_id for p in purchases],
        occurred=[p.occurred_at for p in purchases],
        purchases=[p.purchase_id for p in purchases],
        recorded=[p.recorded_at for p in purchases],
        channels=[p.channel for p in purchases],
        external_ids=[p.external_id for p in purchases],
        stores=[p.store for p in purchases],
        versions=[p.program_version for p in purchases],
        engines=[p.engine for p in purchases],
        flags=[int(p.flags) for p in purchases],
        nets=[p.net for p in purchases],
        quantities=[p.quantity for p in purchases],
        categories=[_categories(cart) for cart in sold],
        carts=[pack(p.cart) for p in purchases],
        facts=[pack(p.facts) for p in purchases],
        decisions=[pack(p.decision) for p in purchases],
        outcomes=[pack(p.outcome) for p in purchases],
        actor_kinds=[int(actor.kind) for _, actor in rows],
        actors=[actor.id for _, actor in rows],
        holds=[p.hold_id for p in purchases],
        totals=[sum([line.paid() for line in cart.lines]) for cart in sold],
        homes=[p.home_id for p in purchases],
    )


async def by_ids(tx: Tx, purchase_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Purchase]:
    """Purchases by id."""
    rows = await tx.rows(SQL["list_purchases"], purchases=list(purchase_ids))
    return {row["purchase_id"]: unpack(row) for row in rows}


async def of_holder(tx: Tx, holder_id: uuid.UUID, since: dt.datetime) -> list[Purchase]:
    """A holder's purchases since an instant, oldest first."""
    rows = await tx.rows(SQL["list_purchases_of_holder"], holder=holder_id, since=since)
    return [unpack(row) for row in rows]


async def later(tx: Tx, asked: Sequence[tuple[uuid.UUID, dt.datetime]]) -> list[list[dt.datetime]]:
    """For each (holder, instant) when the holder bought after it, ascending."""
    found: list[list[dt.datetime]] = [[] for _ in asked]
    rows = await tx.rows(
        SQL["list_later"],
        n=list(range(len(asked))),
        holders=[a[0] for a in asked],
        after=[a[1] for a in asked],
    )
    for n, occurred_at in rows:
        found[n].append(occurred_at)
    return found


async def holders_of(
    tx: Tx, purchase_ids: Iterable[uuid.UUID]
) -> dict[uuid.UUID, tuple[uuid.UUID, NaturalKey]]:
    """purchase -> (holder, natural key)."""
    rows = await tx.rows(SQL["list_holders_of_purchases"], purchases=list(purchase_ids))
    return {row[0]: (row[1], (row[2], row[3])) for row in rows}


async def update_returned(tx: Tx, changed: Sequence[tuple[Purchase, Cart, Sequence[int]]]) -> None:
    """Write what is left: (purchase, its remainder, thousandths returned per line in all)."""
    await tx.run(
        SQL["update_returned"],
        holders=[p.holder_id for p, _, _ in changed],
        occurred=[p.occurred_at for p, _, _ in changed],
        purchases=[p.purchase_id for p, _, _ in changed],
        nets=[net_of(rest) for _, rest, _ in changed],
        quantities=[quantity_of(rest) for _, rest, _ in changed],
        categories=[_categories(rest) for _, rest, _ in changed],
        returned=[_json(list(returned)).decode() for *_, returned in changed],
        flags=[int(p.flags) for p, _, _ in changed],
    )


async def update_outcomes(tx: Tx, changed: Sequence[Purchase]) -> None:
    """Write what the receipts of purchases made in this transaction show at last."""
    await tx.later(
        SQL["update_outcomes"],
        len(changed),
        holders=[p.holder_id for p in changed],
        occurred=[p.occurred_at for p in changed],
        purchases=[p.purchase_id for p in changed],
        outcomes=[pack(p.outcome) for p in changed],
    )


async def reassign(tx: Tx, old: Purchase, new: Purchase) -> None:
    """A purchase goes to another holder with its new decision, its returns with it."""
    await tx.run(
        SQL["update_decided"],
        holder=old.holder_id,
        occurred_at=old.occurred_at,
        purchase=old.purchase_id,
        new_holder=new.holder_id,
        facts=pack(new.facts),
        decision=pack(new.decision),
        outcome=pack(new.outcome),
        version=new.program_version,
        engine=new.engine,
        flags=int(new.flags),
        moved_by=new.moved_by,
    )
    await tx.run(
        SQL["update_returns_holder"],
        holder=old.holder_id,
        purchase=old.purchase_id,
        new_holder=new.holder_id,
    )
    await tx.run(
        SQL["update_return_keys_holder"], purchase=old.purchase_id, new_holder=new.holder_id
    )


class WindowAsked(msgspec.Struct, frozen=True):
    """One history window of one holder, both ends exclusive; None: no filter."""

    holder_id: uuid.UUID
    since: dt.datetime | None
    until: dt.datetime
    channel: str | None
    store: str | None
    category: str | None


class Seen(NamedTuple):
    """What a window holds, and the first instant that counts; None: nothing does."""

    past: Past
    first: dt.datetime | None


def ask_windows(asked: Sequence[WindowAsked]) -> list[Ask[dict[int, Seen]]]:
    """What each window holds, by its place in `asked`; those of one category apart."""
    questions = []
    for by_line in (False, True):
        part = [(n, a) for n, a in enumerate(asked) if (a.category is not None) is by_line]
        if not part:
            continue
        given: dict[str, object] = {
            "n": [n for n, _ in part],
            "holders": [a.holder_id for _, a in part],
            "since": [a.since or _BEGINNING for _, a in part],
            "until": [a.until for _, a in part],
            "channels": [a.channel for _, a in part],
            "stores": [a.store for _, a in part],
        }
        if by_line:
            given["categories"] = [a.category for _, a in part]
        name = "list_category_windows" if by_line else "list_windows"
        questions.append(Ask(SQL[name], _seen, **given))
    return questions


def _seen(rows: Sequence[Any]) -> dict[int, Seen]:
    return {row[0]: Seen(Past(row[1], row[2], row[3]), row[4]) for row in rows}


Span = tuple[uuid.UUID, str, dt.datetime | None, dt.datetime | None]  # holder, rule, since, until
_END: Final = dt.datetime(3000, 1, 1, tzinfo=dt.UTC)


class Fired(NamedTuple):
    """How often a rule fired, and when first; None: it did not."""

    times: int
    first: dt.datetime | None


def ask_uses(spans: Sequence[Span]) -> Ask[dict[int, Fired]]:
    """How often the rule fired in each span, both ends exclusive, by its place in `spans`."""
    return Ask(
        SQL["list_uses"],
        lambda rows: {row[0]: Fired(row[1], row[2]) for row in rows},
        n=list(range(len(spans))),
        holders=[s[0] for s in spans],
        rules=[s[1] for s in spans],
        since=[s[2] or _BEGINNING for s in spans],
        until=[s[3] or _END for s in spans],
    )


Use = tuple[uuid.UUID, str, dt.datetime, uuid.UUID]  # holder, rule, occurred_at, purchase


async def add_uses(tx: Tx, added: Sequence[Use]) -> None:
    """Limited rules fired."""
    await tx.later(SQL["insert_uses"], len(added), **_use_columns(added))


async def remove_uses(tx: Tx, removed: Sequence[Use]) -> None:
    """Uses given back by a return."""
    await tx.run(SQL["delete_uses"], **_use_columns(removed))


def _use_columns(rows: Sequence[Use]) -> dict[str, list[object]]:
    return {
        "holders": [r[0] for r in rows],
        "rules": [r[1] for r in rows],
        "occurred": [r[2] for r in rows],
        "purchases": [r[3] for r in rows],
    }
