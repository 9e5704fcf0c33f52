"""Voiding a code."""

import pytest

from service.domain.clubs.errors import ClubCodeNotFound, ClubNotFound
from service.domain.clubs.steps import What
from service.domain.clubs.types import Entered
from service.kernel.ids import new_id
from tests.flows.club_shop import Clubs


async def test_a_void_code_lets_nobody_in_and_who_is_in_stays(clubs: Clubs) -> None:
    (ola,) = await clubs.full(1)
    jan, eve = await clubs.members(2, 8)
    code = await clubs.code(by=ola, uses_max=2)
    await clubs.join(jan, code.code)

    after = await clubs.void(code.id, by=ola)

    assert after.voided_at is not None
    assert (after.code, after.used) == (None, 1)
    with pytest.raises(ClubNotFound):
        await clubs.join(eve, code.code)
    assert (await clubs.join(jan)).body.state is Entered.MEMBER
    assert (await clubs.steps(ola))[-1] == (What.CODE_VOIDED, ola, None)
    assert (await clubs.told(ola))[-1] == "code-voided"
    before = await clubs.shop.tables()
    assert await clubs.void(code.id) == after
    assert await clubs.shop.tables() == before


async def test_staff_void_any_and_members_their_own(clubs: Clubs) -> None:
    ola, eve = await clubs.full(2)
    code, of_staff = await clubs.code(by=ola), await clubs.code()

    for wrong, by in ((code.id, eve), (of_staff.id, ola), (new_id(), ola)):
        with pytest.raises(ClubCodeNotFound):
            await clubs.void(wrong, by=by)
    with pytest.raises(ClubCodeNotFound):
        await clubs.of("friends").void(code.id)
    with pytest.raises(ClubNotFound):
        await clubs.void(code.id, by=await clubs.member("9"))

    assert (await clubs.void(code.id)).voided_at is not None
    assert (await clubs.void(of_staff.id)).voided_at is not None
    async with clubs.shop.db.reading() as tx:
        rows = await tx.connection.fetch("select voided_by from club_code")
    assert [row[0] for row in rows] == ["partner:till", "partner:till"]
