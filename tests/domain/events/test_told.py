"""Each event of the catalog is told to the member it is about, or it is not."""

import msgspec

from service.domain.access.roles import ROLES
from service.domain.access.roles import SCOPES as ALL_SCOPES
from service.domain.events import catalog, club_stays, segments, told
from service.domain.events.catalog import TYPES
from service.domain.events.told import HUSHED, NOT_TOLD, SCOPES, TOLD, Row, hushed
from service.infra.db import Database
from service.kernel.ids import new_id

# Fields of events that hold words of staff, or name another member without need.
WORDS = {"reason", "note", "inviter_id"}


def test_every_type_of_the_catalog_is_told_or_not_told() -> None:
    assert TYPES.keys() - TOLD.keys() - NOT_TOLD == set()
    assert TOLD.keys() & NOT_TOLD == set()
    assert TOLD.keys() | NOT_TOLD == TYPES.keys()


def test_what_is_told_is_what_an_app_may_read() -> None:
    assert set(TOLD.values()) <= set(ROLES["app"]) <= ALL_SCOPES.keys()
    assert SCOPES["regulars.purchase.recorded.v1"] == "purchases:read"


def test_segments_approvals_bans_and_what_is_for_other_systems_are_not_told() -> None:
    names = {TYPES[kind].split(".")[1] for kind in NOT_TOLD - {club_stays.ClubBanned}}

    systems = {"gift-card", "endpoint", "security", "audit"}
    assert names == {"trigger", "campaign", "segment", "approval", "club"} | systems
    assert segments.SegmentEntered in NOT_TOLD
    assert {kind for kind in NOT_TOLD if TYPES[kind].startswith("regulars.club.")} == {
        club_stays.ClubBanned,
        club_stays.ClubUnbanned,
    }


def test_words_of_staff_are_in_no_event_that_is_told() -> None:
    found = {kind: WORDS.intersection(kind.__struct_fields__) for kind in TOLD}

    assert {kind: set(fields) for kind, fields in HUSHED.items()} == {
        kind: fields for kind, fields in found.items() if fields
    }


def test_a_reason_is_told_as_none_and_the_event_is_of_its_type_still() -> None:
    event = catalog.CouponVoided(coupon_id=new_id(), template="FREE", reason="looks like fraud")
    body = msgspec.json.encode({"id": "1", "data": event})
    row = Row(new_id(), 3, TYPES[catalog.CouponVoided], body)

    said = msgspec.json.decode(hushed(row).body)

    assert said["id"] == "1"
    assert msgspec.convert(said["data"], catalog.CouponVoided).reason == ""
    assert hushed(row._replace(type="regulars.points.earned.v1")).body == body


async def test_of_nobody_and_of_nothing_there_is_nothing_after(db: Database) -> None:
    nobody = new_id()
    async with db.reading() as tx:
        assert await told.after(tx, [(nobody, 0), (nobody, 7)], 10) == {
            (nobody, 0): [],
            (nobody, 7): [],
        }
        assert await told.after(tx, [], 10) == {}
