"""Redemptions in the database."""

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from service.domain.rewards.types import Moment, Redemption, State
from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask
from service.rules.facts import Facts

SQL: Final = load("rewards")
_pack: Final = msgspec.msgpack.Encoder().encode
_facts: Final = msgspec.msgpack.Decoder(Facts)


async def insert(tx: Tx, made: Sequence[Redemption]) -> None:
    """New redemptions, held or granted."""
    await tx.later(
        SQL["insert_redemptions"],
        len(made),
        holders=[r.holder_id for r in made],
        redemptions=[r.redemption_id for r in made],
        states=[int(r.state) for r in made],
        rewards=[r.reward for r in made],
        versions=[r.program_version for r in made],
        facts=[_pack(r.facts) for r in made],
        wallets=[r.wallet for r in made],
        prices=[r.price for r in made],
        stocked=[r.stocked for r in made],
        coupons=[r.coupon_id for r in made],
        asked=[r.asked_at for r in made],
        held=[r.held_until for r in made],
        granted=[r.granted_at for r in made],
        actor_kinds=[r.actor_kind for r in made],
        actors=[r.actor_id for r in made],
        stores=[r.store for r in made],
    )


async def update(tx: Tx, steps: Sequence[tuple[Redemption, Redemption]]) -> None:
    """Redemptions as they were found under their holder's lock, and as they are from now on."""
    await tx.later(
        SQL["update_redemptions"],
        len(steps),
        "a redemption changed under its holder's lock",
        holders=[r.holder_id for _, r in steps],
        redemptions=[r.redemption_id for _, r in steps],
        was=[int(r.state) for r, _ in steps],
        states=[int(r.state) for _, r in steps],
        coupons=[r.coupon_id for _, r in steps],
        granted=[r.granted_at for _, r in steps],
        closed=[r.closed_at for _, r in steps],
        ops=[r.closed_op for _, r in steps],
        stores=[r.closed_store for _, r in steps],
    )


async def find(tx: Tx, redemption_id: uuid.UUID) -> Redemption | None:
    """The redemption as stored, not locked."""
    rows = await tx.rows(SQL["find_redemption"], redemption=redemption_id)
    return _redemption(rows[0]) if rows else None


async def closed_by(tx: Tx, holder_id: uuid.UUID, op_id: uuid.UUID) -> Redemption | None:
    """The redemption that an operation handed over or cancelled, as it stands."""
    found = await tx.value(SQL["find_closed"], holder=holder_id, op=op_id)
    return None if found is None else await find(tx, found)


async def page(tx: Tx, holder_id: uuid.UUID, before: uuid.UUID, limit: int) -> list[Redemption]:
    """A member's redemptions with a lower id, newest first."""
    rows = await tx.rows(SQL["list_page"], holder=holder_id, before=before, limit=limit)
    return [_redemption(row) for row in rows]


async def list_open(
    tx: Tx, holder_id: uuid.UUID, items: Collection[str], now: dt.datetime, limit: int
) -> list[Redemption]:
    """What a member has kept, and of the rewards `items` what has to be fetched; newest first."""
    rows = await tx.rows(
        SQL["list_open"], holder=holder_id, items=sorted(items), now=now, limit=limit
    )
    return [_redemption(row) for row in rows]


class Span(NamedTuple):
    """A member's redemptions of a reward to be counted; open ends, None: no bound."""

    holder_id: uuid.UUID
    reward: str
    since: Moment
    until: Moment


def ask_had(spans: Sequence[Span], now: dt.datetime) -> Ask[dict[int, int]]:
    """Place of each span -> how often the member had it; what is held at `now` counts too."""
    return Ask(
        SQL["count_had"],
        lambda rows: {row[0]: row[1] for row in rows},
        now=now,
        ns=list(range(len(spans))),
        holders=[s.holder_id for s in spans],
        rewards=[s.reward for s in spans],
        since=[s.since for s in spans],
        until=[s.until for s in spans],
    )


def _redemption(row: Any) -> Redemption:
    fields = dict(row)
    return Redemption(
        **{name: fields[name] for name in fields if name not in {"state", "facts"}},
        state=State(row["state"]),
        facts=_facts.decode(row["facts"]),
    )
