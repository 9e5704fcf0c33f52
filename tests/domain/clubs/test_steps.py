"""The history of clubs as rows."""

import asyncpg
import pytest

from service.domain.clubs import steps
from service.domain.clubs.steps import Step, What
from service.infra.db import Tx
from service.kernel.ids import new_id
from tests.domain.clubs.people import APP, CLUB, JAN, OLA, begin, day


async def test_steps_are_kept_as_they_were_taken(tx: Tx) -> None:
    await begin(tx)
    source = new_id()
    first = Step(
        holder_id=OLA, club=CLUB, kind=What.INVITED, occurred_at=day(1), recorded_at=day(2),
        actor=APP, by_member=JAN, source=source, note="a friend", overtook=3,
    )  # fmt: skip
    second = Step(
        holder_id=JAN, club=CLUB, kind=What.JOINED, occurred_at=day(3), recorded_at=day(3),
        actor=APP,
    )  # fmt: skip

    await steps.note(tx, [first, second])
    await steps.note(tx, [])
    await tx.flush()

    rows = await tx.connection.fetch(
        "select holder_id, step_id, club, kind, occurred_at, recorded_at, by_member, source, note,"
        " overtook, actor_kind, actor_id, store from club_step order by occurred_at"
    )
    assert [tuple(row) for row in rows] == [
        (
            OLA, first.step_id, CLUB, 1, day(1), day(2), JAN, source, "a friend", 3, 1, "app",
            "waw-01",
        ),
        (
            JAN, second.step_id, CLUB, 6, day(3), day(3), None, None, None, None, 1, "app",
            "waw-01",
        ),
    ]  # fmt: skip


async def test_the_service_cannot_change_history(tx: Tx) -> None:
    await begin(tx)

    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await tx.connection.execute("update club_step set kind = 6")  # words alone can be forgotten
