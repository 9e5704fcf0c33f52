"""Acts of administrators are written down by the flow that does them, in its transaction.

It is the last that a flow writes, with nothing left that can be refused: it takes a share of the
lock that closing a day takes whole, and that is waited for by nobody who holds another one.
"""

import uuid
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from service.domain.audit import sealing, store
from service.domain.audit.acts import About, Act
from service.domain.audit.types import ActRow
from service.flows.steps.context import EARLIEST
from service.infra.db import Tx
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import derived_id, new_id

# Who runs a command of which no more is known; commands say more (commands/program.py).
AT_COMMAND: Final = Actor(
    kind=ActorKind.COMMAND, id="regulars", client_id=derived_id("operator", "regulars")
)


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """What was done to what. `content`: all that was asked for, without secrets or people's names.

    `with_id`: the member it concerned besides; `op_id`: the operation that keeps its note.
    """

    act: Act
    about: About
    id: object
    content: Mapping[str, Any] = {}
    with_id: uuid.UUID | None = None
    op_id: uuid.UUID | None = None


async def note(tx: Tx, actor: Actor, done: Done, act_id: uuid.UUID | None = None) -> None:
    """Write down who did it, at the instant of the transaction; AuditDayOver.

    `act_id`: of the row that tells more of it, if there is one.
    """
    row = ActRow(
        act_id=act_id or new_id(),
        done_at=tx.now or EARLIEST,
        act=done.act,
        actor_kind=int(actor.kind),
        actor_id=actor.id,
        client_id=actor.client_id,
        store=actor.store,
        device=actor.device,
        network=actor.network,
        about_kind=done.about,
        about_id=str(done.id),
        with_id=done.with_id,
        op_id=done.op_id,
        reason=actor.reason,
        digest=sealing.digest(done.content),
    )
    await store.insert(tx, row)


async def note_club(
    tx: Tx,
    actor: Actor,
    act: Act,
    club: str,
    member_id: uuid.UUID | None,
    content: Mapping[str, Any],
) -> None:
    """The same of a club, and of the member it concerned if there is one.

    What members do there themselves, in their own name, is no act of administration.
    """
    done = Done(act=act, about=About.CLUB, id=club, with_id=member_id, content=content)
    await note(tx, actor, done)
