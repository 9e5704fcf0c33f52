"""Gift cards in the database."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec

from service.domain.gift_cards.pins import Tries
from service.domain.gift_cards.types import CardRow, Payment, State
from service.infra.db import Tx
from service.infra.sql import load
from service.infra.together import Ask

SQL: Final = load("gift_cards")

Cards = dict[bytes, CardRow]


def ask_cards(digests: Iterable[bytes]) -> Ask[Cards]:
    """Cards by digest, those that are there; without a lock."""
    return Ask(SQL["list_cards"], _by_digest, digests=list(digests))


async def find(tx: Tx, digests: Iterable[bytes]) -> Cards:
    """The same, asked alone."""
    return await tx.ask(ask_cards(digests))


def _by_digest(rows: Sequence[Any]) -> Cards:
    return {row[0]: _card(*row) for row in rows}


def _card(
    digest: bytes, holder_id: uuid.UUID, kind: str, tail: str, state: int, *rest: Any
) -> CardRow:
    return CardRow(digest, holder_id, kind, tail, State(state), *rest)


async def lock(tx: Tx, found: Cards) -> Cards:
    """Lock the cards, waiting; answers them as they are now. Their holders are locked before."""
    rows = await tx.rows(SQL["lock_cards"], digests=list(found))
    return {
        digest: msgspec.structs.replace(
            found[digest],
            state=State(state),
            pin_tries=tries,
            pin_locked_until=until,
            activated_at=activated_at,
            pins_tried=tuple(tried),
        )
        for digest, state, tries, until, activated_at, tried in rows
    }


async def digests_of(tx: Tx, holders: Iterable[uuid.UUID]) -> dict[uuid.UUID, bytes]:
    """The codes of cards that are named by their ids, which are their holders'."""
    rows = await tx.rows(SQL["list_digests"], holders=list(holders))
    return {row[0]: row[1] for row in rows}


async def kinds_of(tx: Tx, holders: Iterable[uuid.UUID]) -> dict[uuid.UUID, str]:
    """The kinds of cards, by their ids."""
    rows = await tx.rows(SQL["list_digests"], holders=list(holders))
    return {row[0]: row[2] for row in rows}


async def insert(tx: Tx, card: CardRow) -> None:
    """A card that is made by itself."""
    await tx.run(
        SQL["insert_card"],
        digest=card.digest,
        holder=card.holder_id,
        kind=card.kind,
        tail=card.tail,
        state=int(card.state),
        has_pin=card.has_pin,
        pin_hash=card.pin_hash,
        issued_at=card.issued_at,
        activated_at=card.activated_at,
    )


async def update_state(tx: Tx, card: CardRow) -> None:
    """Write its state and since when it is active."""
    await tx.run(
        SQL["update_state"],
        digest=card.digest,
        state=int(card.state),
        activated_at=card.activated_at,
    )


async def update_tries(tx: Tx, digest: bytes, tries: Tries) -> None:
    """What was tried since the last right PIN."""
    await tx.run(
        SQL["update_tries"],
        digest=digest,
        tries=tries.count,
        locked_until=tries.locked_until,
        tried=tries.tried,
    )


async def payments(tx: Tx, purchases: Iterable[uuid.UUID]) -> list[Payment]:
    """What these purchases took from gift cards, in no order."""
    return [Payment(*row) for row in await tx.rows(SQL["list_payments"], purchases=list(purchases))]


async def insert_payments(tx: Tx, made: Sequence[Payment]) -> None:
    """Purchases took money from cards."""
    await tx.later(
        SQL["insert_payments"],
        len(made),
        holders=[p.holder_id for p in made],
        purchases=[p.purchase_id for p in made],
        ops=[p.op_id for p in made],
        amounts=[p.value for p in made],
        taken=[p.taken for p in made],
    )


async def update_payments(tx: Tx, changed: Sequence[Payment]) -> None:
    """Returns gave money back to cards."""
    await tx.later(
        SQL["update_payments"],
        len(changed),
        "a payment by gift card vanished",
        holders=[p.holder_id for p in changed],
        purchases=[p.purchase_id for p in changed],
        given_back=[p.given_back for p in changed],
    )
