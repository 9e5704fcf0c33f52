"""Units from member to member."""

import asyncio
import datetime as dt
import uuid
from typing import Any

import msgspec
import pytest

from service.domain.idempotency.errors import IdempotencyKeyReused
from service.domain.members.errors import MemberNotFound, UnknownIdentifierKind
from service.domain.purchases.basket import MemberRef, RedeemIn
from service.domain.purchases.types import PlaceHold
from service.domain.transfers.errors import (
    DailyTransfersReached,
    RecipientNotFound,
    TransferOutOfBounds,
    TransferToItself,
    WalletNotTransferable,
)
from service.domain.transfers.types import TransferUnits
from service.domain.wallets.errors import InsufficientPoints, UnknownWallet
from service.flows.steps import naming
from service.kernel.ids import new_id
from service.kernel.values import Balance, Identifier, OtherMember
from tests.flows.sharing_shop import Sharing
from tests.flows.shop import TILL, another, card, day, goods, phone


async def expiring(sharing: Sharing, member: uuid.UUID) -> list[tuple[dt.datetime | None, int]]:
    """When how many stars lapse."""
    found = (await sharing.shop.wallets(member))["stars"].expiring
    return [(one.expires_at, one.amount) for one in found]


async def test_units_pass_and_keep_when_they_lapse(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = await sharing.member("1", stars=30), await sharing.member("2")
    await shop.show(day(10))
    await shop.adjust(ola, 40, "stars")
    (first, _), (second, _) = await expiring(sharing, ola)

    receipt = await sharing.give(ola, jan, 50)

    assert (receipt.member_id, receipt.to_member_id, receipt.wallet, receipt.amount) == (
        *(ola, jan, "stars", 50),
    )
    assert receipt.wallets["stars"] == Balance(available=20, pending=0, held=0, debt=0)
    assert await expiring(sharing, ola) == [(second, 20)]
    assert await expiring(sharing, jan) == [
        (first, 30),
        (second, 20),
    ]  # what lapses first went first
    await shop.show(day(31))
    assert await shop.balance(jan, "stars") == (20, 0, 0)


async def test_both_have_entries_and_an_event_of_one_operation(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1", stars=30), await sharing.member("2")

    receipt = await sharing.give(ola, jan, 20)

    (entry,) = (await sharing.shop.reads.entries(jan, "stars", None, 10)).items
    assert (entry.reason, entry.amount, entry.actor) == ("transferred_in", 20, "partner:till")
    newest = (await sharing.shop.reads.entries(ola, "stars", None, 10)).items[0]
    assert (newest.reason, newest.amount) == ("transferred_out", -20)
    assert entry.operation_id == newest.operation_id == receipt.id
    for one, other, amount in ((ola, jan, -20), (jan, ola, 20)):
        assert (await sharing.shop.events(one))[-1] == (
            "points.transferred",
            {
                "operation_id": str(receipt.id),
                "other_id": str(other),
                "kind": "given",
                "changes": [{"wallet": "stars", "amount": amount, "pending": 0, "debt": 0}],
            },
        )
    async with sharing.shop.db.reading() as tx:
        notes = await tx.connection.fetch("select note from operation where op_id = $1", receipt.id)
    assert [note for (note,) in notes] == ["a present", "a present"]


async def test_who_is_named_by_identifiers_is_the_first_that_matches(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1", stars=30), await sharing.member("2")
    await sharing.member("3")

    receipt = await sharing.give(ola, (phone("600"), card("2"), card("3")), 10)

    assert receipt.to_member_id == jan


async def test_what_arrives_pays_debt_first(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = await sharing.member("1", stars=50), await sharing.member("2")
    await shop.buy("a", jan, goods(100, 3, brand="acme"))
    await shop.adjust(jan, -30, "stars")
    await shop.bring_back("r", "a")  # 30 stars of debt
    assert await shop.balance(jan, "stars") == (0, 0, 30)

    await sharing.give(ola, jan, 40)

    assert await shop.balance(jan, "stars") == (10, 0, 0)
    assert [entry[:3] for entry in await shop.entries(jan, "stars")][-2:] == [
        ("transferred_in", 40, 0),
        ("debt_paid", -30, -30),
    ]


async def test_a_return_after_it_is_the_givers_debt(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = await sharing.member("1"), await sharing.member("2")
    await shop.buy("a", ola, goods(100, 5, brand="acme"), at=day(0))
    await sharing.give(ola, jan, 40)

    await shop.bring_back("r", "a", at=day(1))

    # 10 are left of its own, 40 are missing: who got them in good faith keeps them
    assert await shop.balance(ola, "stars") == (0, 0, 40)
    assert await shop.balance(jan, "stars") == (40, 0, 0)


async def test_what_lapsed_with_another_is_not_counted_as_taken(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = await sharing.member("1"), await sharing.member("2")
    await shop.buy("a", ola, goods(100, 5, brand="acme"), at=day(0))
    await sharing.give(ola, jan, 40)
    await shop.show(day(31))
    await shop.settle()  # 10 lapse with the giver, 40 with the other

    await shop.bring_back("r", "a")

    assert await shop.balance(ola, "stars") == (0, 0, 40)


async def test_given_back_units_are_their_purchases_own_again(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = await sharing.member("1"), await sharing.member("2")
    await shop.adjust(ola, 7, "stars")
    await shop.buy("a", ola, goods(100, 5, brand="acme"), at=day(0))
    await sharing.give(ola, jan, 57)
    await sharing.give(jan, ola, 57)

    await shop.bring_back("r", "a", {1: 4}, at=day(1))

    assert await shop.balance(ola, "stars") == (17, 0, 0)


async def test_a_late_return_takes_nothing_before_it_came(sharing: Sharing) -> None:
    """Effective when the units it takes were there: the balance of no instant is negative."""
    shop = sharing.shop
    ola, jan = await sharing.member("1"), await sharing.member("2", stars=50)
    await shop.buy("a", ola, goods(100, 5, brand="acme"), at=day(1))
    await shop.adjust(ola, -50, "stars")
    await shop.show(day(5))
    await sharing.give(jan, ola, 50)
    arrived = (await shop.entries(ola, "stars"))[-1][3]

    await shop.bring_back("r", "a", at=day(2))

    assert (await shop.entries(ola, "stars"))[-1] == ("reversed", -50, 0, arrived)
    then = await shop.reads.wallets_at(ola, day(3), None)
    assert then.wallets["stars"].balance == Balance(available=0, pending=0, held=0, debt=0)


async def test_redeemed_units_that_were_given_come_back_to_who_paid(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = await sharing.member("1", stars=30), await sharing.member("2")
    await sharing.give(ola, jan, 30)
    await shop.buy("a", jan, goods(100), redeem=(RedeemIn(wallet="stars", amount=20),))
    assert await shop.balance(jan, "stars") == (10, 0, 0)

    await shop.bring_back("r", "a")

    assert await shop.balance(jan, "stars") == (30, 0, 0)


async def test_pending_and_held_units_cannot_be_given(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = await sharing.member("1", stars=30, points=5), await sharing.member("2")
    await shop.buy("a", ola, goods(5_000))
    hold = PlaceHold(
        channel="web",
        checkout="c",
        currency="EUR",
        member=MemberRef(id=ola),
        lines=(goods(100),),
        redeem=(RedeemIn(wallet="stars", amount=25),),
    )
    await shop.verbs.place_hold(TILL, hold)
    before = await shop.tables()

    with pytest.raises(InsufficientPoints) as held:
        await sharing.give(ola, jan, 6)
    with pytest.raises(InsufficientPoints) as pending:
        await sharing.give(ola, jan, 10, "points")

    assert held.value.members() == {"wallet": "stars", "available": 5}
    assert pending.value.members() == {"wallet": "points", "available": 5}
    assert await shop.tables() == before
    await sharing.give(ola, jan, 5)


async def test_what_has_lapsed_by_now_is_not_given(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = await sharing.member("1", stars=30), await sharing.member("2", stars=5)
    await shop.show(day(30.5))

    with pytest.raises(InsufficientPoints):
        await sharing.give(ola, jan, 1)

    await shop.adjust(ola, 8, "stars")
    await sharing.give(ola, jan, 8)
    assert await shop.balance(jan, "stars") == (8, 0, 0)
    lapsed = [entry for entry in await shop.entries(jan, "stars") if entry[0] == "expired"]
    assert [entry[1] for entry in lapsed] == [-5]  # what was due of the other is settled too


async def test_giving_counts_for_no_tier(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = await sharing.member("1"), await sharing.member("2")
    await shop.buy("a", ola, goods(12_000), at=day(0))
    await shop.show(day(15))

    await sharing.give(ola, jan, 100, "points")

    assert (await shop.tier(ola), await shop.tier(jan)) == ("silver", "bronze")


@pytest.mark.parametrize(
    ("amount", "wallet", "refusal", "told"),
    [
        (9, "points", TransferOutOfBounds, {"wallet": "points", "least": 10, "most": 100}),
        (101, "points", TransferOutOfBounds, {"wallet": "points", "least": 10, "most": 100}),
        (10, "gifts", WalletNotTransferable, {"wallet": "gifts"}),
        (10, "status", WalletNotTransferable, {"wallet": "status"}),
        (10, "coins", UnknownWallet, {"wallet": "coins"}),
        (501, "stars", InsufficientPoints, {"wallet": "stars", "available": 500}),
    ],
)
async def test_a_refusal_says_why_and_changes_nothing(
    sharing: Sharing, amount: int, wallet: str, refusal: type[Any], told: dict[str, Any]
) -> None:
    ola = await sharing.member("1", points=500, stars=500, gifts=500)
    jan = await sharing.member("2")
    before = await sharing.shop.tables()

    with pytest.raises(refusal) as refused:
        await sharing.give(ola, jan, amount, wallet, key="key-00001")

    assert told.items() <= refused.value.members().items()
    assert await sharing.shop.tables() == before
    await sharing.give(ola, jan, 10, key="key-00001")  # its key is free


async def test_a_day_of_giving_is_limited_in_the_programs_zone(sharing: Sharing) -> None:
    shop = sharing.shop
    ola, jan = await sharing.member("1", points=500), await sharing.member("2")
    midnight = dt.datetime(2026, 3, 2, 23, tzinfo=dt.UTC)  # of Warsaw
    await shop.show(midnight - dt.timedelta(minutes=5))
    await sharing.give(ola, jan, 100, "points")
    with pytest.raises(DailyTransfersReached) as refused:
        await sharing.give(ola, jan, 51, "points")
    await sharing.give(ola, jan, 50, "points")

    await shop.show(midnight + dt.timedelta(minutes=5))
    await sharing.give(ola, jan, 100, "points")

    assert refused.value.members() == {"wallet": "points", "left": 50}
    assert await shop.balance(ola) == (250, 0, 0)
    await sharing.give(jan, ola, 100, "points")  # what one got is no giving


async def test_nobody_gives_to_himself_to_strangers_or_from_nothing(sharing: Sharing) -> None:
    shop = sharing.shop
    ola = await sharing.member("1", stars=30)
    await shop.buy("a", "9", goods(100))
    async with shop.db.reading() as tx:
        unclaimed = await tx.connection.fetchval("select holder_id from holder where kind = 2")
    before = await shop.tables()

    for itself in (ola, (card("1"),)):
        with pytest.raises(TransferToItself):
            await sharing.give(ola, itself, 1)
    for nobody in (new_id(), unclaimed, (card("9"),), (card("8"), phone("600"))):
        with pytest.raises(RecipientNotFound):
            await sharing.give(ola, nobody, 1)
    with pytest.raises(UnknownIdentifierKind):
        await sharing.give(ola, (Identifier("fax", "1"),), 1)
    for giver in (new_id(), unclaimed):
        with pytest.raises(MemberNotFound):
            await sharing.give(giver, ola, 1)

    assert await shop.tables() == before


async def test_claimed_units_can_be_given(sharing: Sharing) -> None:
    shop = sharing.shop
    await shop.buy("a", "7", goods(100, 3, brand="acme"), at=day(0))
    ola, jan = await sharing.member("1"), await sharing.member("2")
    await shop.change(ola, add=(card("7"),))

    await sharing.give(ola, jan, 30)
    await shop.bring_back("r", "a", {1: 1})

    assert await shop.balance(ola, "stars") == (0, 0, 10)
    assert await shop.balance(jan, "stars") == (30, 0, 0)


# ------------------------------------------------------------------ twice, and at once


async def test_the_same_key_and_content_is_a_replay(sharing: Sharing) -> None:
    ola, jan = await sharing.member("1", stars=30), await sharing.member("2")
    first = await sharing.give(ola, jan, 20, key="key-00001")
    before = await sharing.shop.tables()

    body = TransferUnits(to=OtherMember(id=jan), wallet="stars", amount=20, reason="a present")
    again = await sharing.verbs.transfer_units(TILL, ola, body, "key-00001")

    assert (again.replayed, again.body) == (True, first)
    for other in ({"amount": 19}, {"wallet": "points"}, {"reason": "something"}):
        with pytest.raises(IdempotencyKeyReused):
            await sharing.verbs.transfer_units(
                TILL, ola, msgspec.structs.replace(body, **other), "key-00001"
            )
    assert await sharing.shop.tables() == before


async def test_the_last_units_given_to_two_at_once_go_to_one(sharing: Sharing) -> None:
    ola = await sharing.member("1", stars=30)
    others = [await sharing.member(str(number)) for number in range(2, 8)]

    answers = await asyncio.gather(
        *(sharing.give(ola, other, 20) for other in others), return_exceptions=True
    )

    assert sum(isinstance(answer, InsufficientPoints) for answer in answers) == 5
    assert await sharing.shop.balance(ola, "stars") == (10, 0, 0)
    got = [(await sharing.shop.balance(other, "stars"))[0] for other in others]
    assert sorted(got) == [0, 0, 0, 0, 0, 20]


async def test_transfers_that_cross_do_not_deadlock(sharing: Sharing) -> None:
    """From two processes, so that nothing but the order of locks keeps them apart."""
    ola, jan = await sharing.member("1", stars=100), await sharing.member("2", stars=100)
    elsewhere = another(sharing.shop.db)
    await elsewhere.start()
    faces = (sharing.verbs, elsewhere.verbs)

    def given(n: int) -> Any:
        giver, taker = (ola, jan) if n % 2 else (jan, ola)
        to = OtherMember(id=taker)
        body = TransferUnits(to=to, wallet="stars", amount=n, reason="a present")
        return faces[n // 2 % 2].transfer_units(TILL, giver, body, f"crossing-{n}")

    receipts = await asyncio.gather(*(given(n) for n in range(1, 25)))
    await elsewhere.gate.drain()

    assert len({receipt.body.id for receipt in receipts}) == 24
    # odd ones left the first (1 + 3 + … + 23 = 144), even ones came (2 + … + 24 = 156)
    assert await sharing.shop.balance(ola, "stars") == (112, 0, 0)
    assert await sharing.shop.balance(jan, "stars") == (88, 0, 0)


async def test_an_identifier_that_moved_meanwhile_is_asked_again(
    sharing: Sharing, monkeypatch: pytest.MonkeyPatch
) -> None:
    ola, jan = await sharing.member("1", stars=30), await sharing.member("2")
    asked: list[uuid.UUID] = []
    find = naming.find

    async def moving(*given: Any) -> uuid.UUID:
        found: uuid.UUID = await find(*given)
        asked.append(found)
        return new_id() if len(asked) == 2 else found

    monkeypatch.setattr("service.flows.steps.naming.find", moving)

    receipt = await sharing.give(ola, (card("2"),), 5)

    assert receipt.to_member_id == jan
    assert len(asked) == 4  # twice before the lock, twice under it
