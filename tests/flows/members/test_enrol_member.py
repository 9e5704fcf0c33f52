import asyncio
import datetime as dt

import pytest

from service.domain.idempotency.errors import IdempotencyKeyReused
from service.domain.members.errors import FieldInvalid, IdentifierTaken, UnknownIdentifierKind
from service.domain.members.types import Enrol, Profile
from service.kernel.actor import Actor, ActorKind
from service.kernel.ids import derived_id
from service.kernel.values import Balance, Identifier, TierNow
from tests.flows.shop import TILL, Shop, card, day, phone

OLA = Enrol(
    identifiers=(card("4012-001"), phone("5", verified=False)),
    profile=Profile(name="Ola", birth_date=dt.date(1992, 2, 29), language="pl"),
    fields={"newsletter": True, "city": "Łódź"},
)
NOTHING = Balance(available=0, pending=0, held=0, debt=0)


async def test_a_member_is_shown_as_enrolled_with_empty_wallets_at_the_lowest_tier(
    shop: Shop,
) -> None:
    await shop.show(day(0))

    answer = await shop.verbs.enrol_member(TILL, OLA, None)

    view = answer.body
    assert not answer.replayed
    assert view.identifiers == OLA.identifiers
    assert (view.profile, view.fields, view.claimed) == (OLA.profile, OLA.fields, 0)
    assert view.wallets == dict.fromkeys(("points", "stars", "gifts", "status"), NOTHING)
    assert view.tier == {"main": TierNow(id="bronze", changed=False, next="silver", missing=100)}
    assert dt.timedelta() <= view.enrolled_at - day(0) < dt.timedelta(minutes=1)
    assert await shop.reads.member(view.id) == view


async def test_enrolment_is_an_event_without_personal_data(shop: Shop) -> None:
    view = (await shop.verbs.enrol_member(TILL, OLA, None)).body

    ((kind, data),) = await shop.events(view.id)

    assert kind == "member.enrolled"
    assert set(data) == {"member_id", "enrolled_at", "identifier_kinds"}
    assert data["identifier_kinds"] == ["card", "phone"]


async def test_an_identifier_of_another_member_refuses_the_whole_enrolment(shop: Shop) -> None:
    await shop.enrol("4012001")
    before = await shop.tables()

    with pytest.raises(IdentifierTaken):
        await shop.verbs.enrol_member(TILL, OLA, "key-00001")

    assert await shop.tables() == before


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (Enrol(identifiers=(card("1"), Identifier("email", "a@b.c"))), UnknownIdentifierKind),
        (Enrol(identifiers=(card("1"),), fields={"shoe_size": 44}), FieldInvalid),
        (Enrol(identifiers=(card("1"),), fields={"newsletter": "yes"}), FieldInvalid),
    ],
)
async def test_what_the_program_does_not_know_is_refused_and_nothing_is_written(
    shop: Shop, body: Enrol, refusal: type[Exception]
) -> None:
    before = await shop.tables()

    with pytest.raises(refusal):
        await shop.verbs.enrol_member(TILL, body, "key-00001")

    assert await shop.tables() == before
    assert (await shop.verbs.enrol_member(TILL, OLA, "key-00001")).replayed is False


async def test_an_identifier_named_twice_is_one(shop: Shop) -> None:
    view = await shop.enrol("1", "1")

    assert view.identifiers == (card("1"),)
    assert await shop.count("identifier") == 1


# ------------------------------------------------------------------ idempotency keys


async def test_the_same_key_and_content_is_a_replay(shop: Shop) -> None:
    first = await shop.verbs.enrol_member(TILL, OLA, "key-00001")
    before = await shop.tables()

    again = await shop.verbs.enrol_member(TILL, OLA, "key-00001")

    assert (again.replayed, again.body) == (True, first.body)
    assert await shop.tables() == before


async def test_the_same_key_with_other_content_is_refused(shop: Shop) -> None:
    await shop.verbs.enrol_member(TILL, OLA, "key-00001")
    before = await shop.tables()

    with pytest.raises(IdempotencyKeyReused):
        await shop.verbs.enrol_member(TILL, Enrol(identifiers=(card("2"),)), "key-00001")

    assert await shop.tables() == before


async def test_without_a_key_the_same_enrolment_finds_its_identifier_taken(shop: Shop) -> None:
    await shop.verbs.enrol_member(TILL, OLA, None)

    with pytest.raises(IdentifierTaken):
        await shop.verbs.enrol_member(TILL, OLA, None)

    assert await shop.count("member") == 1


async def test_a_key_is_of_its_client(shop: Shop) -> None:
    other = Actor(kind=ActorKind.PARTNER, id="app", client_id=derived_id("client", "app"))
    await shop.verbs.enrol_member(TILL, OLA, "key-00001")

    body = Enrol(identifiers=(card("2"),))
    answer = await shop.verbs.enrol_member(other, body, "key-00001")

    assert not answer.replayed


async def test_thirty_parallel_enrolments_of_one_key_make_one_member(shop: Shop) -> None:
    answers = await asyncio.gather(
        *(shop.verbs.enrol_member(TILL, OLA, "key-00001") for _ in range(30))
    )

    assert sorted(answer.replayed for answer in answers) == [False, *[True] * 29]
    assert len({answer.body.id for answer in answers}) == 1
    assert await shop.count("member") == 1
