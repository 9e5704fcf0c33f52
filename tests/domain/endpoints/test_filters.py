"""Which events an endpoint wants."""

import json

import pytest

from service.domain.endpoints import filters

KNOWN = {"regulars.points.earned.v1", "regulars.points.expired.v1", "regulars.pointsmen.left.v1"}


@pytest.mark.parametrize(
    ("patterns", "types"),
    [
        ([], sorted(KNOWN)),
        (["regulars.*"], sorted(KNOWN)),
        (["regulars.points.*"], ["regulars.points.earned.v1", "regulars.points.expired.v1"]),
        (["regulars.points.earned.v1"], ["regulars.points.earned.v1"]),
        (["regulars.points.earned.v2"], []),
        (["regulars.points.earned.*"], ["regulars.points.earned.v1"]),
        (["regulars.hold.*", "regulars.pointsmen.left.v1"], ["regulars.pointsmen.left.v1"]),
    ],
)
def test_patterns_name_types(patterns: list[str], types: list[str]) -> None:
    assert filters.types_of(patterns, KNOWN) == types


def body(**data: object) -> bytes:
    return json.dumps({"specversion": "1.0", "data": {"purchase_id": "x", **data}}).encode()


@pytest.mark.parametrize(
    ("channels", "event", "is_wanted"),
    [
        ((), body(channel="web"), True),
        (("web",), body(channel="web"), True),
        (("pos", "web"), body(channel="web"), True),
        (("pos",), body(channel="web"), False),
        (("pos",), body(), True),
        (("pos",), body(channel=None), True),
    ],
)
def test_an_event_is_wanted_by_its_channel_if_it_tells_one(
    channels: tuple[str, ...], event: bytes, is_wanted: bool
) -> None:
    assert filters.wants(channels, event) is is_wanted
