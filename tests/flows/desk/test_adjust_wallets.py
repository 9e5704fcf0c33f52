"""Corrections by hand. Of service/flows/steps/staff/adjusting.py too."""

import asyncio
import datetime as dt

import pytest

from service.domain.idempotency.errors import IdempotencyKeyReused
from service.domain.members.errors import MemberNotFound
from service.domain.wallets.errors import InsufficientPoints, UnknownWallet, ZeroAmount
from service.domain.wallets.types import Adjust
from service.kernel.ids import new_id
from service.kernel.values import Balance
from tests.flows.shop import SOURCE, TILL, Shop, day, goods


async def test_a_gift_is_available_at_once_and_lapses_by_the_wallets_policy(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.show(day(0))

    receipt = await shop.adjust(ola.id, 25, "points")

    assert (receipt.member_id, receipt.wallet, receipt.amount) == (ola.id, "points", 25)
    assert receipt.wallets["points"] == Balance(available=25, pending=0, held=0, debt=0)
    (lot,) = (await shop.wallets(ola.id))["points"].expiring
    # three months from 2 March fall in June
    assert lot.expires_at == dt.datetime(2026, 6, 30, 22, tzinfo=dt.UTC)


async def test_a_version_to_come_does_not_shorten_what_is_given_today(shop: Shop) -> None:
    ola = await shop.enrol("1")
    shorter = SOURCE.replace("expires: {after: 30d}", "expires: {after: 10d}")
    await shop.publish(shorter, day(40))
    await shop.show(day(0))

    await shop.adjust(ola.id, 10, "stars")

    (lot,) = (await shop.wallets(ola.id))["stars"].expiring
    assert lot.expires_at is not None
    assert lot.expires_at > day(29)


async def test_what_is_taken_goes_in_the_order_it_would_lapse(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(100, 2, brand="acme"), at=day(0))
    await shop.buy("b", ola.id, goods(100, 3, brand="acme"), at=day(10))

    receipt = await shop.adjust(ola.id, -25, "stars")

    assert receipt.wallets["stars"].available == 25
    (lot,) = (await shop.wallets(ola.id))["stars"].expiring
    assert lot.amount == 25  # what is left of b's


async def test_the_entry_and_the_operation_say_who_and_why(shop: Shop) -> None:
    ola = await shop.enrol("1")

    receipt = await shop.adjust(ola.id, 25)

    (entry,) = (await shop.reads.entries(ola.id, "points", None, 10)).items
    assert (entry.reason, entry.actor, entry.operation_id) == (
        *("adjusted", "partner:till", receipt.id),
    )
    async with shop.db.reading() as tx:
        row = await tx.connection.fetchrow("select op_id, kind, note, actor_id from operation")
    assert tuple(row) == (receipt.id, 1, "by hand", "till")
    assert (await shop.events(ola.id))[-1] == (
        "points.adjusted",
        {
            "operation_id": str(receipt.id),
            "changes": [{"wallet": "points", "amount": 25, "pending": 0, "debt": 0}],
        },
    )


async def test_a_gift_pays_debt_first(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(100, 5, brand="acme"), at=day(0))
    await shop.adjust(ola.id, -50, "stars")
    await shop.bring_back("r", "a")

    receipt = await shop.adjust(ola.id, 70, "stars")

    assert receipt.wallets["stars"] == Balance(available=20, pending=0, held=0, debt=0)


async def test_units_of_a_qualifying_wallet_move_the_tier(shop: Shop) -> None:
    ola = await shop.enrol("1")

    await shop.adjust(ola.id, 150, "status")
    assert await shop.tier(ola.id) == "silver"
    await shop.show(day(1))
    await shop.adjust(ola.id, 150, "status")

    assert await shop.tier(ola.id) == "gold"
    assert [kind for kind, _ in await shop.events(ola.id)].count("tier.changed") == 2


async def test_what_is_due_is_settled_before(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(4000), at=day(0))
    await shop.show(day(15))

    receipt = await shop.adjust(ola.id, -40)

    assert receipt.wallets["points"] == Balance(available=0, pending=0, held=0, debt=0)


async def test_pending_units_cannot_be_taken(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(4000), at=day(0))
    await shop.adjust(ola.id, 10)
    before = await shop.tables()

    with pytest.raises(InsufficientPoints) as refusal:
        await shop.adjust(ola.id, -11, key="key-00001")

    assert refusal.value.members() == {"wallet": "points", "available": 10}
    assert await shop.tables() == before


@pytest.mark.parametrize(
    ("wallet", "amount", "refusal"),
    [("points", 0, ZeroAmount), ("coins", 5, UnknownWallet), ("points", -1, InsufficientPoints)],
)
async def test_a_refusal_is_not_stored_and_its_key_is_free(
    shop: Shop, wallet: str, amount: int, refusal: type[Exception]
) -> None:
    ola = await shop.enrol("1")
    before = await shop.tables()

    with pytest.raises(refusal):
        await shop.adjust(ola.id, amount, wallet, key="key-00001")

    assert await shop.tables() == before
    assert (await shop.adjust(ola.id, 5, key="key-00001")).amount == 5


async def test_nobodys_wallet_is_not_adjusted(shop: Shop) -> None:
    await shop.buy("a", "1", goods(100))
    async with shop.db.reading() as tx:
        unclaimed = await tx.connection.fetchval("select holder_id from holder")
    before = await shop.tables()

    for nobody in (unclaimed, new_id()):
        with pytest.raises(MemberNotFound):
            await shop.adjust(nobody, 5)

    assert await shop.tables() == before


# ------------------------------------------------------------------ idempotency keys


async def test_the_same_key_and_content_is_a_replay(shop: Shop) -> None:
    ola = await shop.enrol("1")
    first = await shop.adjust(ola.id, 25, key="key-00001")
    before = await shop.tables()

    body = Adjust(wallet="points", amount=25, reason="by hand")
    again = await shop.verbs.adjust_wallet(TILL, ola.id, body, "key-00001")

    assert (again.replayed, again.body) == (True, first)
    assert await shop.tables() == before


async def test_other_content_or_another_member_under_the_same_key_is_refused(shop: Shop) -> None:
    ola, jan = await shop.enrol("1"), await shop.enrol("2")
    await shop.adjust(ola.id, 25, key="key-00001")
    before = await shop.tables()

    for member, amount, wallet in ((ola, 26, "points"), (ola, 25, "stars"), (jan, 25, "points")):
        with pytest.raises(IdempotencyKeyReused):
            await shop.adjust(member.id, amount, wallet, key="key-00001")

    assert await shop.tables() == before


async def test_parallel_requests_of_one_key_adjust_once(shop: Shop) -> None:
    ola = await shop.enrol("1")

    receipts = await asyncio.gather(*(shop.adjust(ola.id, 5, key="key-00001") for _ in range(20)))

    assert len({receipt.id for receipt in receipts}) == 1
    assert await shop.balance(ola.id) == (5, 0, 0)


async def test_of_many_who_take_the_last_units_one_gets_them(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.adjust(ola.id, 30)

    answers = await asyncio.gather(
        *(shop.adjust(ola.id, -20) for _ in range(10)), return_exceptions=True
    )

    assert sum(isinstance(answer, InsufficientPoints) for answer in answers) == 9
    assert await shop.balance(ola.id) == (10, 0, 0)
