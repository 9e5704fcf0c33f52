"""The events of transfers and households among all others."""

import typing

from service.domain.events.catalog import TYPES
from service.domain.events.sharing import SHARING_TYPES, PointsTransferred, SharingEvent


def test_each_has_a_type_of_its_own_among_all() -> None:
    assert set(SHARING_TYPES) == set(typing.get_args(SharingEvent))
    assert SHARING_TYPES.items() <= TYPES.items()
    assert len(set(TYPES.values())) == len(TYPES)


def test_only_what_moves_units_tells_of_changes() -> None:
    telling = [event for event in SHARING_TYPES if "changes" in event.__struct_fields__]
    assert telling == [PointsTransferred]


def test_all_name_both_they_are_about() -> None:
    for event in SHARING_TYPES:
        names = set(event.__struct_fields__)
        assert names >= {"other_id"} or names >= {"household_id", "member_id"}, event
