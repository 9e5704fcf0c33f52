"""Applications: who asks to be let into a club, and what was decided. Their words are personal."""

import datetime as dt
import enum
import uuid
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from service.infra.db import Tx
from service.infra.sql import load
from service.kernel.actor import Actor

SQL: Final = load("club_spans")


class State(enum.IntEnum):
    """Numbers stored in `club_application.state`."""

    OPEN = 0
    APPROVED = 1
    REJECTED = 2
    WITHDRAWN = 3


class Application(msgspec.Struct, frozen=True):
    """A row of `club_application`; `code_id`: the code that was shown with it."""

    holder_id: uuid.UUID
    application_id: uuid.UUID
    club: int
    state: int
    words: str
    asked_at: dt.datetime
    decided_at: dt.datetime | None
    note: str | None
    code_id: uuid.UUID | None = None


async def find(tx: Tx, club: int, application_id: uuid.UUID) -> Application | None:
    """An application to the club."""
    rows = await tx.rows(SQL["find_application"], club=club, application=application_id)
    return _first(rows)


async def open_of(tx: Tx, holder_id: uuid.UUID, club: int) -> Application | None:
    """The member's open one."""
    return _first(await tx.rows(SQL["find_open_application"], holder=holder_id, club=club))


def _first(rows: Sequence[Any]) -> Application | None:
    return Application(*rows[0]) if rows else None


async def insert(tx: Tx, one: Application, actor: Actor) -> None:
    """A new one; a member has one open application to a club at most."""
    await tx.run(
        SQL["insert_application"],
        holder=one.holder_id,
        application=one.application_id,
        club=one.club,
        words=one.words,
        asked_at=one.asked_at,
        actor_kind=int(actor.kind),
        actor=actor.id,
        store=actor.store,
        code=one.code_id,
    )


async def decide(
    tx: Tx, one: Application, state: State, by: str, note: str | None, at: dt.datetime
) -> Application:
    """It is open no more; answers it as it is then."""
    await tx.run(
        SQL["update_application"],
        holder=one.holder_id,
        application=one.application_id,
        state=int(state),
        by=by,
        note=note,
        at=at,
    )
    return msgspec.structs.replace(one, state=int(state), decided_at=at, note=note)
