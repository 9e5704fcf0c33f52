"""What late returns give back to somebody erased lapses; what they take back is nobody's debt."""

from service.domain.wallets.types import Reason
from tests.flows.counter import buy, rich
from tests.flows.eraser import NOTHING, erased, last_entries, wallets
from tests.flows.shop import Shop, goods

GIVEN_BACK, ERASED = int(Reason.GIVEN_BACK), int(Reason.ERASED)


async def test_points_that_had_paid_come_back_and_lapse_in_one_transaction(checkout: Shop) -> None:
    ola = await rich(checkout, "1")
    await buy(checkout, "o-1", ola, goods(2_000), points=500)
    await erased(checkout, ola)
    done = await checkout.bring_back("r-1", "o-1")
    assert done.refund is not None
    assert done.refund.points == 500
    assert [one.amount for one in done.given_back] == [500]
    assert await wallets(checkout, ola) == NOTHING
    entries = await last_entries(checkout, ola, 8)
    assert (GIVEN_BACK, 500, 0) in entries
    assert entries[-1][0] == ERASED
    told = [kind for kind, _ in await checkout.events(ola)]
    assert "points.expired" in told[told.index("member.erased") :]
