"""Making codes that let people into a club."""

import datetime as dt

import pytest

from service.domain.access.errors import ScopeMissing
from service.domain.clubs.errors import (
    ClubInstantInvalid,
    ClubNotFound,
    EntryNotOffered,
    InvitationsUsedUp,
)
from service.domain.clubs.steps import What
from service.domain.clubs.types import MakeClubCode
from service.domain.idempotency.errors import IdempotencyKeyReused
from tests.flows.club_shop import APP, Clubs
from tests.flows.races import at_once
from tests.flows.shop import day


async def test_a_code_is_shown_once_and_again_under_its_key_alone(clubs: Clubs) -> None:
    (ola,) = await clubs.full(1)

    made = await clubs.code(by=ola, key="first-code", note="for Jan")
    again = await clubs.code(by=ola, key="first-code", note="for Jan")
    other = await clubs.code(by=ola, key="second-code", note="for Jan")

    assert again == made
    assert made.code is not None
    assert made.code != other.code
    assert made.shown == f"…{made.code.replace('-', '')[-4:]}"
    assert (made.uses_max, made.used, made.inviter_id) == (1, 0, ola)
    assert 0 <= (made.until - day(3)).total_seconds() < 60
    with pytest.raises(IdempotencyKeyReused):
        await clubs.code(by=ola, key="first-code", uses_max=2)
    assert await clubs.steps(ola) == [
        (What.JOINED, None, None),
        (What.CODE_MADE, None, None),
        (What.CODE_MADE, None, None),
    ]
    assert await clubs.told(ola) == ["joined", "code-made", "code-made"]


async def test_no_table_holds_a_code(clubs: Clubs) -> None:
    code = (await clubs.code(key="first-code")).code
    assert code is not None

    async with clubs.shop.db.reading() as tx:
        kept = await tx.connection.fetchval("select convert_from(body, 'utf8') from idem")
        row = await tx.connection.fetchval("select c::text from club_code c")

    for plain in (code, code.replace("-", "")):
        assert plain not in kept
        assert plain not in row


async def test_keys_sent_at_once_make_one_code(clubs: Clubs) -> None:
    (ola,) = await clubs.full(1)

    came = await at_once([lambda: clubs.code(by=ola, key="same-code")] * 5)

    assert set(came) <= {"done", "IdempotencyKeyInUse"}
    assert await clubs.shop.count("club_code") == 1


async def test_codes_count_as_invitations_of_a_member_and_of_nobody_else(clubs: Clubs) -> None:
    (ola,) = await clubs.full(1)

    with pytest.raises(InvitationsUsedUp):
        await clubs.code(by=ola, uses_max=3)
    assert (await clubs.code(uses_max=500)).inviter_id is None


async def test_what_cannot_be_says_why(clubs: Clubs) -> None:
    (ola,) = await clubs.full(1)
    jan = await clubs.member("9")
    before = await clubs.shop.tables()

    for until in (day(-1), day(0), day(5 * 366 + 1)):
        with pytest.raises(ClubInstantInvalid):
            await clubs.code(by=ola, until=until)
    for club in ("roasters", "nowhere"):
        with pytest.raises(ClubNotFound):
            await clubs.of(club).code(by=jan)
        with pytest.raises(ScopeMissing):
            await clubs.verbs.make_club_code(APP, club, MakeClubCode(), "12345678")
    with pytest.raises(EntryNotOffered):
        await clubs.of("tasters").code()
    assert await clubs.shop.tables() == before


async def test_an_instant_is_kept_whatever_its_zone(clubs: Clubs) -> None:
    warsaw = dt.timezone(dt.timedelta(hours=1))

    code = await clubs.code(until=day(2).astimezone(warsaw))

    assert code.until == day(2)
    assert code.until.tzinfo is dt.UTC
