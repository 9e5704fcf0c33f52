"""A ban is lifted."""

from service.domain.clubs.stays import StandingState
from service.domain.clubs.steps import What
from tests.flows.membership_shop import Memberships
from tests.flows.shop import day


async def test_who_was_not_banned_stays_what_they_are(table: Memberships) -> None:
    ola, jan = await table.full(2)
    eve = await table.member("9")
    await table.ban(jan)
    await table.shop.show(day(1))

    assert ((await table.unban(ola)).replayed, (await table.unban(eve)).replayed) == (True, True)
    lifted = await table.unban(jan)

    assert (lifted.replayed, lifted.body.state) == (False, StandingState.OUTSIDE)
    assert (await table.unban(jan)).replayed
    assert (await table.steps(jan))[-1][0] == What.UNBANNED
    assert await table.told(jan) == ["joined", "left", "banned", "unbanned"]
