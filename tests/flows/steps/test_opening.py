"""What members bring along. The clock shows 1 March 2026, 10:00 UTC; tests/flows/
test_import_members.py has whole members."""

import datetime as dt

import pytest

from service.domain.imports.errors import OpeningInvalid
from service.domain.imports.types import Opening
from service.domain.wallets.errors import UnknownWallet
from service.flows.members.import_members import ImportMember, import_members
from service.flows.steps.opening import check, settled_at
from service.kernel.answer import Answer
from service.kernel.values import Expiring
from tests.flows.shop import BEGINNING, SOURCE, TILL, Shop, card, day

WARSAW = dt.timezone(dt.timedelta(hours=1))
SECOND, MINUTE = dt.timedelta(seconds=1), dt.timedelta(minutes=1)
BY_SPEND = "{spend: true, within: {rolling: 12 months}}"


def lot(amount: int = 10, wallet: str = "points", **fields: dt.datetime | None) -> Opening:
    return Opening(wallet=wallet, amount=amount, **fields)


@pytest.mark.parametrize(
    "good",
    [
        lot(),
        lot(expires_at=None),
        lot(expires_at=day(-100)),  # lapsed since: it is posted, and lapses at once
        lot(earned_at=day(-1)),
        lot(earned_at=dt.datetime(2000, 1, 1, tzinfo=dt.UTC)),
        lot(earned_at=day(-9), expires_at=day(-9) + SECOND),
        lot(earned_at=day(-9).astimezone(WARSAW), expires_at=day(-9) + SECOND),
        lot(wallet="status"),
    ],
)
async def test_a_lot_that_can_be_brought_along_passes(shop: Shop, good: Opening) -> None:
    check(shop.built.ctx, (lot(), good), day(-1))


@pytest.mark.parametrize(
    ("bad", "pointer"),
    [
        (lot(earned_at=day(-1) + SECOND), "/opening/1/earned_at"),
        (lot(earned_at=dt.datetime(1999, 12, 31, tzinfo=dt.UTC)), "/opening/1/earned_at"),
        (lot(earned_at=day(-9), expires_at=day(-9)), "/opening/1/expires_at"),
        (lot(earned_at=day(-9), expires_at=day(-9).astimezone(WARSAW)), "/opening/1/expires_at"),
        (lot(expires_at=dt.datetime(2000, 1, 1, tzinfo=dt.UTC)), "/opening/1/expires_at"),
    ],
)
async def test_the_first_lot_that_is_wrong_is_named(shop: Shop, bad: Opening, pointer: str) -> None:
    with pytest.raises(OpeningInvalid) as raised:
        check(shop.built.ctx, (lot(), bad, lot(earned_at=day(5))), day(-1))

    assert raised.value.pointer == pointer


async def test_a_wallet_nobody_knows_is_named(shop: Shop) -> None:
    with pytest.raises(UnknownWallet) as raised:
        check(shop.built.ctx, (lot(), lot(wallet="point")), day(-1))

    assert (raised.value.wallet, raised.value.pointer) == ("point", "/opening/1/wallet")


@pytest.mark.parametrize(
    ("lots", "at"),
    [
        ((), day(-50)),
        ((lot(),), day(-50)),  # with the enrolment
        ((lot(earned_at=day(-60)),), day(-50)),
        ((lot(earned_at=day(-20)), lot(earned_at=day(-30)), lot()), day(-20)),
    ],
)
def test_balances_are_those_of_when_the_latest_lot_was_earned(
    lots: tuple[Opening, ...], at: dt.datetime
) -> None:
    assert settled_at(lots, day(-50)) == at


async def bring(shop: Shop, number: str, *lots: Opening) -> Answer[object]:
    """A member since 50 days before day 0, with these lots."""
    row = ImportMember(identifiers=(card(number),), enrolled_at=day(-50), opening=lots)
    (answer,) = await import_members(shop.built.ctx, TILL, [row])
    assert isinstance(answer, Answer), answer
    return answer


async def test_lots_that_lapse_with_inactivity_live_from_when_they_were_earned(shop: Shop) -> None:
    """Gifts live 30 days on: from 10 days before day 0, or from the import on the day before."""
    await bring(shop, "1", lot(5, "gifts", earned_at=day(-10)), lot(7, "gifts"))

    ola = await shop.reads.lookup((card("1"),))
    first, second = (await shop.wallets(ola.id))["gifts"].expiring
    assert first == Expiring(expires_at=day(20), amount=5)
    assert second.amount == 7
    assert second.expires_at is not None
    # 11:00 in Warsaw, where summer begins on 29 March, and the moments since the clock was set
    assert dt.timedelta() <= second.expires_at - (day(29) - dt.timedelta(hours=1)) < MINUTE


async def test_a_lot_may_outlive_what_its_wallet_allows(shop: Shop) -> None:
    await bring(shop, "1", lot(5, "stars", expires_at=None), lot(7, "stars", expires_at=day(900)))

    ola = await shop.reads.lookup((card("1"),))
    assert (await shop.wallets(ola.id))["stars"].expiring == (
        Expiring(expires_at=day(900), amount=7),
        Expiring(expires_at=None, amount=5),
    )


async def test_lots_are_posted_in_the_order_in_which_they_were_earned(shop: Shop) -> None:
    await bring(shop, "1", lot(1, earned_at=day(-20)), lot(2, earned_at=day(-40)), lot(3))

    ola = await shop.reads.lookup((card("1"),))
    assert await shop.entries(ola.id) == [
        ("opening", 3, 0, day(-50)),
        ("opening", 2, 0, day(-40)),
        ("opening", 1, 0, day(-20)),
    ]


async def test_units_do_not_count_for_a_ladder_that_counts_something_else(
    empty_shop: Shop,
) -> None:
    ladder = "{wallet: status, within: {rolling: 12 months}}"
    by_spend = SOURCE.replace(ladder, BY_SPEND).replace("from: 100,", "from: 100 EUR,")
    by_spend = by_spend.replace("from: 300,", "from: 300 EUR,")
    assert by_spend.count(BY_SPEND) == 1
    await empty_shop.publish(by_spend, BEGINNING)

    await bring(empty_shop, "1", lot(500, "status", earned_at=day(-20)))

    ola = await empty_shop.reads.lookup((card("1"),))
    assert await empty_shop.tier(ola.id) == "bronze"
    assert await empty_shop.balance(ola.id, "status") == (500, 0, 0)
    assert await empty_shop.faults() == []
