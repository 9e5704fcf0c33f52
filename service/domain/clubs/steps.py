"""The history of clubs: who did what, whom it let in and why. Rows are only ever added."""

import datetime as dt
import enum
import uuid
from collections.abc import Sequence
from typing import Final

import msgspec

from service.infra.db import Tx
from service.infra.sql import load
from service.kernel.actor import Actor
from service.kernel.ids import new_id

SQL: Final = load("clubs")


class What(enum.IntEnum):
    """Numbers stored in `club_step.kind`; never reused."""

    INVITED = 1  # somebody offered them a seat; `by_member`: who
    OFFERED = 2  # a rule, or their turn on the list, offered it
    WITHDRAWN = 3  # the offer was taken back
    DECLINED = 4
    LAPSED = 5  # nobody took the offer in time
    JOINED = 6  # a ground began; `source`: the offer, code or payment behind it
    WAITED = 7  # they went to the end of the list
    LEFT_LIST = 8
    CODE_MADE = 9  # by a member, with whom it stands; `source`: its id
    CODE_VOIDED = 10
    LEFT = 11  # the last ground ended; `note`: why
    CANCELLED = 12
    CANCELLATION_TAKEN_BACK = 13
    PAUSED = 14
    RESUMED = 15
    BANNED = 16
    UNBANNED = 17
    APPLIED = 18  # `by_member`: who gave them the code to apply with
    APPROVED = 19
    REJECTED = 20
    APPLICATION_WITHDRAWN = 21
    PAID = 22  # `source`: the payment
    PAYMENT_REVERSED = 23
    OWNER = 24  # it is theirs now
    OWNER_ENDED = 25
    GROUND_ENDED = 26  # another one is left


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the history of a member and a club, by its number.

    `overtook`: how many who waited longer were passed over; None: it was their turn.
    """

    holder_id: uuid.UUID
    club: int
    kind: What
    occurred_at: dt.datetime
    recorded_at: dt.datetime
    actor: Actor
    by_member: uuid.UUID | None = None
    source: uuid.UUID | None = None
    note: str | None = None
    overtook: int | None = None
    step_id: uuid.UUID = msgspec.field(default_factory=new_id)


async def note(tx: Tx, steps: Sequence[Step]) -> None:
    """Add them."""
    if not steps:
        return
    await tx.later(
        SQL["insert_steps"],
        len(steps),
        holders=[one.holder_id for one in steps],
        steps=[one.step_id for one in steps],
        clubs=[one.club for one in steps],
        kinds=[int(one.kind) for one in steps],
        occurred=[one.occurred_at for one in steps],
        recorded=[one.recorded_at for one in steps],
        by_members=[one.by_member for one in steps],
        sources=[one.source for one in steps],
        notes=[one.note for one in steps],
        overtook=[one.overtook for one in steps],
        actor_kinds=[int(one.actor.kind) for one in steps],
        actors=[one.actor.id for one in steps],
        stores=[one.actor.store for one in steps],
    )
