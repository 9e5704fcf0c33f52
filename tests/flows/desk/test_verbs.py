"""The face of the verbs of a desk: one process decides an approval once."""

import asyncio

import pytest

from service.domain.approvals.types import RefuseApproval
from service.domain.programs.errors import VersionBehind
from service.flows.desk.verbs import VerbsOfTheDesk
from tests.flows.caps import JAN, Caps


async def test_the_same_person_at_once_decides_once(caps: Caps) -> None:
    ola = await caps.shop.enrol("1")
    asked = await caps.asked(ola.id, 700)
    verbs: VerbsOfTheDesk = caps.verbs

    done = await asyncio.gather(*(verbs.give_approval(JAN, asked.id) for _ in range(10)))

    assert sorted(one.replayed for one in done) == [False] + [True] * 9
    assert len({one.body.operation_id for one in done}) == 1
    assert await caps.shop.balance(ola.id) == (700, 0, 0)


async def test_a_process_that_may_have_missed_a_program_decides_nothing(
    caps: Caps, monkeypatch: pytest.MonkeyPatch
) -> None:
    ola = await caps.shop.enrol("1")
    asked = await caps.asked(ola.id, 700)
    monkeypatch.setattr(type(caps.shop.built.programs), "is_fresh", lambda _: False)

    for decide in (
        caps.verbs.give_approval(JAN, asked.id),
        caps.verbs.refuse_approval(JAN, asked.id, RefuseApproval(reason="too much")),
    ):
        with pytest.raises(VersionBehind):
            await decide
