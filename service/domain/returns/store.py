"""Returns in the database."""

import datetime as dt
import uuid
from collections.abc import Iterable, Sequence
from typing import Final

import msgspec

from service.domain.returns.content import FP_VERSION
from service.domain.returns.types import VOID_CHANNEL, RecordReturn, ReturnReceipt
from service.infra.db import Tx
from service.infra.sql import load
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import derived_id

SQL: Final = load("returns")
NaturalKey = tuple[str, str]
_pack: Final = msgspec.msgpack.Encoder().encode
_receipt: Final = msgspec.msgpack.Decoder(ReturnReceipt)
_body: Final = msgspec.msgpack.Decoder(RecordReturn)
_json: Final = msgspec.json.Encoder().encode


class Key(msgspec.Struct, frozen=True):
    """A return's natural key; `return_id` None: parked."""

    return_id: uuid.UUID | None
    holder_id: uuid.UUID | None
    fp: bytes


async def keys(tx: Tx, wanted: Sequence[NaturalKey]) -> dict[NaturalKey, Key]:
    """The natural keys that exist."""
    rows = await tx.rows(
        SQL["list_return_keys"],
        channels=[k[0] for k in wanted],
        external_ids=[k[1] for k in wanted],
    )
    return {(row[0], row[1]): Key(row[2], row[3], row[4]) for row in rows}


KeyClaim = tuple[NaturalKey, uuid.UUID | None, uuid.UUID | None, bytes]


async def claim_keys(tx: Tx, wanted: Sequence[KeyClaim]) -> set[NaturalKey]:
    """Claim (key, return or None when parked, holder, fingerprint); answers the won ones."""
    rows = await tx.rows(
        SQL["insert_return_keys"],
        channels=[w[0][0] for w in wanted],
        external_ids=[w[0][1] for w in wanted],
        returns=[w[1] for w in wanted],
        holders=[w[2] for w in wanted],
        fps=[w[3] for w in wanted],
        fp_versions=[FP_VERSION] * len(wanted),
    )
    return {(row[0], row[1]) for row in rows}


async def park(
    tx: Tx, parked: Sequence[tuple[NaturalKey, RecordReturn, Actor]], now: dt.datetime
) -> None:
    """Keep returns until their purchase (the first of each tuple) arrives."""
    await tx.run(
        SQL["insert_parked"],
        channels=[p[0][0] for p in parked],
        external_ids=[p[0][1] for p in parked],
        return_channels=[p[1].channel for p in parked],
        return_external_ids=[p[1].external_id for p in parked],
        bodies=[_pack(p[1]) for p in parked],
        actor_kinds=[int(p[2].kind) for p in parked],
        actors=[p[2].id for p in parked],
        devices=[p[2].device for p in parked],
        recorded=[now] * len(parked),
    )


async def take_parked(
    tx: Tx, wanted: Sequence[NaturalKey]
) -> dict[NaturalKey, list[tuple[RecordReturn, Actor]]]:
    """Returns that waited for these purchases; they wait no longer."""
    given = {"channels": [k[0] for k in wanted], "external_ids": [k[1] for k in wanted]}
    found: dict[NaturalKey, list[tuple[RecordReturn, Actor]]] = {}
    for channel, external_id, body, kind, name, device in await tx.rows(
        SQL["list_parked"], **given
    ):
        client_id = derived_id("parked", name)
        actor = Actor(kind=ActorKind(kind), id=name, client_id=client_id, device=device)
        found.setdefault((channel, external_id), []).append((_body.decode(body), actor))
    if found:
        await tx.run(SQL["delete_parked"], **given)
    return found


async def settle_keys(tx: Tx, applied: Sequence[tuple[NaturalKey, uuid.UUID, uuid.UUID]]) -> None:
    """Parked returns were applied: (key, return, holder)."""
    await tx.run(
        SQL["update_return_keys"],
        channels=[a[0][0] for a in applied],
        external_ids=[a[0][1] for a in applied],
        returns=[a[1] for a in applied],
        holders=[a[2] for a in applied],
    )


class Row(msgspec.Struct, frozen=True):
    """A return to write: its receipt, the holder, thousandths per line, and who asked.

    `moved_by`: what had moved its purchase to the holder.
    """

    holder_id: uuid.UUID
    purchase_id: uuid.UUID
    return_id: uuid.UUID
    receipt: ReturnReceipt
    store: str | None
    occurred_at: dt.datetime
    recorded_at: dt.datetime
    lines: Sequence[int]
    actor: Actor
    moved_by: uuid.UUID | None = None


async def insert(tx: Tx, rows: Sequence[Row]) -> None:
    """Write returns with their answers."""
    await tx.run(
        SQL["insert_returns"],
        holders=[r.holder_id for r in rows],
        purchases=[r.purchase_id for r in rows],
        returns=[r.return_id for r in rows],
        channels=[r.receipt.channel for r in rows],
        external_ids=[r.receipt.external_id for r in rows],
        stores=[r.store for r in rows],
        occurred=[r.occurred_at for r in rows],
        recorded=[r.recorded_at for r in rows],
        lines=[_json(list(r.lines)).decode() for r in rows],
        totals=[r.receipt.refund.total if r.receipt.refund else 0 for r in rows],
        outcomes=[_pack(msgspec.structs.replace(r.receipt, reason=None)) for r in rows],
        actor_kinds=[int(r.actor.kind) for r in rows],
        actors=[r.actor.id for r in rows],
        devices=[r.actor.device for r in rows],
        notes=[r.receipt.reason for r in rows],
        moves=[r.moved_by for r in rows],
    )


async def receipts(tx: Tx, return_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, ReturnReceipt]:
    """The stored answers."""
    rows = await tx.rows(SQL["list_returns"], returns=list(return_ids))
    return {row[0]: msgspec.structs.replace(_receipt.decode(row[1]), reason=row[2]) for row in rows}


class Record(msgspec.Struct, frozen=True):
    """Who recorded a return, where and, of a void, why. `holder_id`: whose entries it wrote.

    That is whose purchase it was when it came back, which may have moved since.
    """

    holder_id: uuid.UUID
    return_id: uuid.UUID
    purchase_id: uuid.UUID
    channel: str
    actor_kind: int
    actor_id: str
    store: str | None
    device: str | None
    note: str | None
    recorded_at: dt.datetime


async def find(tx: Tx, return_id: uuid.UUID) -> Record | None:
    """One return or void."""
    return await tx.maybe(SQL["find_return"], Record, return_id=return_id)


async def void_of(tx: Tx, holder_id: uuid.UUID, purchase_id: uuid.UUID) -> Record | None:
    """What voided a purchase; it does not move after that."""
    return await tx.maybe(
        SQL["find_void"], Record, holder=holder_id, purchase=purchase_id, channel=VOID_CHANNEL
    )


class Kept(msgspec.Struct, frozen=True):
    """One wallet of a purchase after returns; `redeemed`: units it was paid with."""

    earned: int
    kept: int
    lapsed: int
    redeemed: int = 0
    given_back: int = 0


async def kept(
    tx: Tx, holders: Iterable[uuid.UUID], purchases: Iterable[uuid.UUID]
) -> dict[tuple[uuid.UUID, int], Kept]:
    """(purchase, wallet) -> what it earned and keeps; none before its first return."""
    rows = await tx.rows(
        SQL["list_purchase_wallets"], holders=list(holders), purchases=list(purchases)
    )
    return {(row[1], row[2]): Kept(*row[3:]) for row in rows}


async def forget_kept(tx: Tx, holder_id: uuid.UUID, purchase_id: uuid.UUID) -> None:
    """The purchase is another holder's, who earned other units by it."""
    await tx.run(SQL["delete_purchase_wallets"], holder=holder_id, purchase=purchase_id)


async def write_kept(tx: Tx, rows: Sequence[tuple[uuid.UUID, uuid.UUID, int, Kept]]) -> None:
    """Write (holder, purchase, wallet, what is kept)."""
    await tx.run(
        SQL["insert_purchase_wallets"],
        holders=[r[0] for r in rows],
        purchases=[r[1] for r in rows],
        wallets=[r[2] for r in rows],
        earned=[r[3].earned for r in rows],
        kept=[r[3].kept for r in rows],
        lapsed=[r[3].lapsed for r in rows],
        redeemed=[r[3].redeemed for r in rows],
        given_back=[r[3].given_back for r in rows],
    )
