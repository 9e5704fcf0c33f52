"""Changes to a member, and the member as service/flows/steps/member_view.py shows them after."""

import datetime as dt
import uuid

import pytest

from service.domain.members.errors import (
    AddedAndRemoved,
    FieldInvalid,
    IdentifierNotHeld,
    LastIdentifier,
    MemberNotFound,
    UnknownIdentifierKind,
)
from service.domain.members.types import Profile, ProfilePatch
from service.kernel.ids import new_id
from service.kernel.values import Balance, Identifier
from tests.flows.shop import Shop, card, day, goods, phone

PROFILE = Profile(name="Ola", birth_date=dt.date(1992, 2, 29), country="PL")


async def test_what_is_absent_stays_and_null_is_removed(shop: Shop) -> None:
    ola = await shop.enrol("1", profile=PROFILE, fields={"newsletter": True, "city": "Łódź"})

    changed = await shop.change(
        ola.id,
        profile=ProfilePatch(name="Aleksandra", country=None),
        fields={"city": None, "newsletter": False},
    )

    assert changed.profile == Profile(name="Aleksandra", birth_date=dt.date(1992, 2, 29))
    assert changed.fields == {"newsletter": False}
    assert await shop.reads.member(ola.id) == changed


async def test_the_event_names_what_changed_without_values(shop: Shop) -> None:
    ola = await shop.enrol("1")

    await shop.change(ola.id, profile=ProfilePatch(name="Ola"), add=(phone("48600"),))

    kind, data = (await shop.events(ola.id))[-1]
    assert (kind, data["changed"]) == ("member.changed", ["profile", "identifiers"])
    assert "48600" not in str(data)


async def test_a_change_of_nothing_writes_nothing(shop: Shop) -> None:
    ola = await shop.enrol("1", profile=PROFILE, fields={"newsletter": True})
    before = await shop.tables()

    await shop.change(ola.id)
    await shop.change(
        ola.id, profile=ProfilePatch(name="Ola"), fields={"newsletter": True}, add=(card("1"),)
    )

    assert await shop.tables() == before


async def test_the_answer_shows_what_is_due_by_now(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", ola.id, goods(4000), at=day(0))
    await shop.show(day(20))

    changed = await shop.change(ola.id, fields={"newsletter": True})

    assert changed.wallets["points"] == Balance(available=40, pending=0, held=0, debt=0)
    assert changed == await shop.reads.member(ola.id)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"remove": (card("9"),)}, IdentifierNotHeld),
        ({"remove": (card("1"), phone("5"))}, LastIdentifier),
        ({"add": (Identifier("email", "a@b.c"),)}, UnknownIdentifierKind),
        ({"add": (card("7"),), "remove": (card("7"),)}, AddedAndRemoved),
        ({"add": (card("1"),), "remove": (card("1"),)}, AddedAndRemoved),
        ({"fields": {"shoe_size": 44}}, FieldInvalid),
        ({"fields": {"newsletter": 1}, "add": (card("7"),)}, FieldInvalid),
    ],
)
async def test_a_refusal_changes_nothing(
    shop: Shop, change: dict[str, object], refusal: type[Exception]
) -> None:
    ola = await shop.enrol("1", phone("5"))
    before = await shop.tables()

    with pytest.raises(refusal):
        await shop.change(ola.id, **change)

    assert await shop.tables() == before


@pytest.mark.parametrize("nobody", [new_id(), uuid.UUID(int=0)])
async def test_nobody_cannot_be_changed(shop: Shop, nobody: uuid.UUID) -> None:
    with pytest.raises(MemberNotFound):
        await shop.change(nobody, fields={"newsletter": True})


async def test_who_has_not_enrolled_cannot_be_changed(shop: Shop) -> None:
    await shop.buy("a", "1", goods(100))
    async with shop.db.reading() as tx:
        unclaimed = await tx.connection.fetchval("select holder_id from holder")
    before = await shop.tables()

    with pytest.raises(MemberNotFound):
        await shop.change(unclaimed, add=(card("2"),))

    assert await shop.tables() == before


# ------------------------------------------------------------------ identifiers


async def test_an_identifier_given_up_is_nobodys_from_then_on(shop: Shop) -> None:
    ola = await shop.enrol("1", phone("5"))
    await shop.show(day(10))

    changed = await shop.change(ola.id, remove=(phone("(5)"),))
    later = await shop.buy("a", (phone("5"),), goods(1000))

    assert changed.identifiers == (card("1"),)
    assert later.member_id is None
    assert await shop.balance(ola.id, "status") == (0, 0, 0)


async def test_late_purchases_under_a_given_up_identifier_belong_by_their_day(shop: Shop) -> None:
    ola = await shop.enrol("1", phone("5"))
    await shop.show(day(10))
    await shop.change(ola.id, remove=(phone("5"),))
    await shop.show(day(20))

    before = await shop.buy("a", (phone("5"),), goods(1000), at=day(9))
    after = await shop.buy("b", (phone("5"),), goods(2000), at=day(11))

    assert (before.member_id, after.member_id) == (ola.id, None)
    assert await shop.balance(ola.id, "status") == (10, 0, 0)


async def test_what_was_bought_stays_with_who_gave_the_identifier_up(shop: Shop) -> None:
    ola = await shop.enrol("1", phone("5"))
    await shop.buy("a", (phone("5"),), goods(1000), at=day(0))
    await shop.show(day(10))
    await shop.change(ola.id, remove=(phone("5"),))

    jan = await shop.enrol(phone("5"))

    assert jan.claimed == 0
    assert (await shop.reads.purchase_by_key("web", "a")).member_id == ola.id


async def test_an_identifier_may_come_back_to_who_gave_it_up(shop: Shop) -> None:
    ola = await shop.enrol("1", phone("5"))
    await shop.show(day(10))
    await shop.change(ola.id, remove=(phone("5"),))
    await shop.buy("a", (phone("5"),), goods(1000), at=day(12))

    changed = await shop.change(ola.id, add=(phone("5"),))

    assert changed.claimed == 1
    assert await shop.balance(ola.id, "status") == (10, 0, 0)


async def test_added_and_removed_in_one_change(shop: Shop) -> None:
    ola = await shop.enrol("1", phone("5"))
    await shop.show(day(10))

    changed = await shop.change(ola.id, add=(card("2"),), remove=(card("1"),))

    assert changed.identifiers == (phone("5"), card("2"))
    assert (await shop.reads.lookup((card("2"),))).id == ola.id
    with pytest.raises(MemberNotFound):
        await shop.reads.lookup((card("1"),))


async def test_the_last_identifier_may_be_exchanged(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.show(day(10))

    changed = await shop.change(ola.id, add=(card("2"),), remove=(card("1"),))

    assert changed.identifiers == (card("2"),)


async def test_a_claim_by_change_credits_like_one_by_enrolment(shop: Shop) -> None:
    ola = await shop.enrol("1")
    await shop.buy("a", (phone("5"),), goods(3000), at=day(0))

    changed = await shop.change(ola.id, add=(phone("5"),))

    assert changed.claimed == 1
    assert changed.wallets["points"] == Balance(available=0, pending=30, held=0, debt=0)
