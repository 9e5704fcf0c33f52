"""Adjustments undone: what was given is taken back, what was taken goes back to its lots.

Stars can be used at once and lapse after 30 days; points given by hand lapse at the end of the
third month. Neither wallet pays at checkout, so neither has a grace.
"""

import datetime as dt

from service.domain.purchases.basket import RedeemIn
from tests.flows.counter import hold, release
from tests.flows.races import at_once
from tests.flows.sharing_shop import Sharing
from tests.flows.shop import Shop, day, goods
from tests.flows.undoing import MANAGER, in_the_way, last, undo, undone


async def ends(shop: Shop, member: object, wallet: str = "stars") -> list[tuple[int, dt.date]]:
    """(units, the day they lapse), the next first."""
    found = (await shop.wallets(member))[wallet].expiring  # type: ignore[arg-type]
    return [(lot.amount, lot.expires_at.date()) for lot in found if lot.expires_at is not None]


async def test_units_given_are_taken_from_their_own_lot(desk: Shop) -> None:
    """100 that lapse on day 30 stay, though they would be spent first; the 50 of day 35 go."""
    ola = (await desk.enrol("1")).id
    await desk.adjust(ola, 100, "stars")
    await desk.show(day(5))
    wrong = await desk.adjust(ola, 50, "stars")

    done = await undo(desk, wrong.id)

    assert (done.undoes, done.kind) == (wrong.id, "adjustment")
    assert [(m.holder_id, m.changes[0].wallet, m.changes[0].amount) for m in done.moved] == [
        (ola, "stars", -50)
    ]
    assert done.wallets["stars"].available == 100
    assert await ends(desk, ola) == [(100, day(30).date())]
    assert await last(desk, ola, 2, "stars") == [("adjusted", 50), ("adjustment_undone", -50)]
    kind, told = (await desk.events(ola))[-1]
    assert kind == "operation.undone"
    assert told["undoes"] == str(wrong.id)
    assert told["operation_id"] == str(done.id)
    assert told["changes"] == [{"wallet": "stars", "amount": -50, "pending": 0, "debt": 0}]


async def test_other_units_are_taken_where_its_own_were_spent(desk: Shop) -> None:
    """100 + 50, of which 120 were taken: 30 are left. With 40 more the 50 can be taken."""
    ola = (await desk.enrol("1")).id
    await desk.adjust(ola, 100, "stars")
    wrong = await desk.adjust(ola, 50, "stars")
    await desk.adjust(ola, -120, "stars")
    assert await in_the_way(desk, wrong.id) == ("units_missing", 20)

    await desk.adjust(ola, 40, "stars")
    done = await undo(desk, wrong.id)

    assert done.wallets["stars"].available == 20


async def test_units_that_have_lapsed_are_not_taken_from_others(desk: Shop) -> None:
    """50 lapsed on day 30. The 100 of day 20 were never given by mistake."""
    ola = (await desk.enrol("1")).id
    wrong = await desk.adjust(ola, 50, "stars")
    await desk.show(day(20))
    await desk.adjust(ola, 100, "stars")
    await desk.show(day(31))
    await desk.settle()
    assert await in_the_way(desk, wrong.id, MANAGER) == ("units_missing", 50)


async def test_units_that_lapse_with_the_undo_are_gone_too(desk: Shop) -> None:
    """As above, but nobody has settled him before."""
    ola = (await desk.enrol("1")).id
    wrong = await desk.adjust(ola, 50, "stars")
    await desk.show(day(31))
    assert await in_the_way(desk, wrong.id, MANAGER) == ("units_missing", 50)


async def test_held_units_are_left_alone(sharing: Sharing) -> None:
    """100 stars of which a checkout holds 80: 20 can be taken."""
    shop = sharing.shop
    ola = await sharing.member("1")
    wrong = await shop.adjust(ola, 100, "stars")
    redeem = (RedeemIn(wallet="stars", amount=80),)
    kept = await hold(shop, "c-1", ola, goods(1_000), redeem=redeem)
    assert await in_the_way(shop, wrong.id) == ("units_missing", 80)
    await release(shop, kept.id)
    assert (await undo(shop, wrong.id)).wallets["stars"].available == 0


async def test_debt_that_was_paid_is_not_made_again(desk: Shop) -> None:
    """30 stars of a purchase, taken by hand, and the purchase came back: 30 owed. 50 given pay them
    and leave 20; so 30 are missing, until 30 more have come.
    """
    ola = (await desk.enrol("1")).id
    await desk.buy("a", ola, goods(300, 3, brand="acme"))
    await desk.adjust(ola, -30, "stars")
    await desk.bring_back("r", "a")
    assert await desk.balance(ola, "stars") == (0, 0, 30)
    wrong = await desk.adjust(ola, 50, "stars")
    assert await desk.balance(ola, "stars") == (20, 0, 0)
    assert await in_the_way(desk, wrong.id) == ("units_missing", 30)

    await desk.adjust(ola, 30, "stars")
    await undo(desk, wrong.id)

    assert await desk.balance(ola, "stars") == (0, 0, 0)


async def test_units_taken_go_back_to_their_lots(desk: Shop) -> None:
    """60 taken: 40 of the lot that lapses on day 30, 20 of that of day 35."""
    ola = (await desk.enrol("1")).id
    await desk.adjust(ola, 40, "stars")
    await desk.show(day(5))
    await desk.adjust(ola, 70, "stars")
    wrong = await desk.adjust(ola, -60, "stars")
    assert await ends(desk, ola) == [(50, day(35).date())]

    done = await undo(desk, wrong.id)

    assert await ends(desk, ola) == [(40, day(30).date()), (70, day(35).date())]
    assert done.moved[0].changes[0].amount == 60
    assert await last(desk, ola, 2, "stars") == [("adjusted", -60), ("adjustment_undone", 60)]


async def test_units_of_a_lot_that_has_lapsed_lapse_at_once(desk: Shop) -> None:
    """They would have lapsed in his wallet as well."""
    ola = (await desk.enrol("1")).id
    await desk.adjust(ola, 100, "stars")
    wrong = await desk.adjust(ola, -60, "stars")
    await desk.show(day(31))

    done = await undo(desk, wrong.id, MANAGER)

    assert done.wallets["stars"].available == 0
    assert await last(desk, ola, 3, "stars") == [
        ("expired", -40),
        ("adjustment_undone", 60),
        ("expired", -60),
    ]


async def test_units_of_a_wallet_that_pays_get_its_grace(sharing: Sharing) -> None:
    """30 days, as a return gives them."""
    shop = sharing.shop
    ola = await sharing.member("1", stars=100)
    wrong = await shop.adjust(ola, -60, "stars")
    await shop.show(day(31))

    await undo(shop, wrong.id, MANAGER)

    assert await ends(shop, ola) == [(60, day(61).date())]


async def test_units_that_come_back_pay_debt_first(desk: Shop) -> None:
    """40 taken by mistake; 20 earned, taken too, and what earned them came back: 20 owed."""
    ola = (await desk.enrol("1")).id
    await desk.adjust(ola, 40, "stars")
    wrong = await desk.adjust(ola, -40, "stars")
    await desk.buy("a", ola, goods(200, 2, brand="acme"))
    await desk.adjust(ola, -20, "stars")
    await desk.bring_back("r", "a")
    assert await desk.balance(ola, "stars") == (0, 0, 20)

    await undo(desk, wrong.id)

    assert await desk.balance(ola, "stars") == (20, 0, 0)


async def test_a_tier_that_stood_on_it_goes_at_once(desk: Shop) -> None:
    ola = (await desk.enrol("1")).id
    await desk.adjust(ola, 60, "status")
    wrong = await desk.adjust(ola, 50, "status")
    assert await desk.tier(ola) == "silver"

    await undo(desk, wrong.id)

    assert await desk.tier(ola) == "bronze"
    assert (await desk.wallets(ola))["status"].balance.available == 60


async def test_what_was_taken_counts_again_for_the_tier(desk: Shop) -> None:
    ola = (await desk.enrol("1")).id
    await desk.adjust(ola, 250, "status")
    wrong = await desk.adjust(ola, -150, "status")
    assert (await desk.reads.tier(ola)).ladders["main"].progress.total == 100

    await undo(desk, wrong.id)

    progress = (await desk.reads.tier(ola)).ladders["main"].progress
    assert (progress.tier, progress.total, progress.missing) == ("silver", 250, 50)


async def test_asked_again_by_whomever_it_answers_what_it_answered(desk: Shop) -> None:
    ola = (await desk.enrol("1")).id
    wrong = await desk.adjust(ola, 50, "stars")
    first = await undone(desk, wrong.id)
    await desk.adjust(ola, 10, "stars")
    before = await desk.tables()

    again = await undone(desk, wrong.id, MANAGER)

    assert (first.replayed, again.replayed) == (False, True)
    assert again.body == first.body
    assert await desk.tables() == before


async def test_units_are_undone_or_spent_not_both(desk: Shop) -> None:
    """50 given; three who take 50 and three who undo it, all at once."""
    ola = (await desk.enrol("1")).id
    wrong = await desk.adjust(ola, 50, "stars")
    came = await at_once([
        *([lambda: undone(desk, wrong.id)] * 3),
        *([lambda: desk.adjust(ola, -50, "stars")] * 3),
    ])  # fmt: skip
    assert came.count("done") == 1
    assert set(came) <= {"done", "replayed", "CannotBeUndone", "InsufficientPoints"}
    assert await desk.balance(ola, "stars") == (0, 0, 0)


async def test_of_many_undos_at_once_one_is_done(desk: Shop) -> None:
    ola = (await desk.enrol("1")).id
    wrong = await desk.adjust(ola, 50, "stars")
    came = await at_once([lambda: undone(desk, wrong.id)] * 8)
    assert sorted(came) == ["done", *["replayed"] * 7]
    assert await desk.count("operation") == 2
