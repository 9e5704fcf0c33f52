"""Streams and deliveries that are wrong, each in one way."""

import datetime as dt

import pytest

from tests.faults.ledger import Event, Told
from tests.faults.outward import deliveries, outbox, streams

AT = dt.datetime(2026, 3, 2, tzinfo=dt.UTC)


def event(place: int, member: str, version: int) -> Event:
    return Event(
        member=member, version=version, shard=7, place=place, id=f"e{place}", at=AT, changes={}
    )


EVENTS = [event(1, "ola", 1), event(2, "jan", 1), event(3, "ola", 2), event(4, "ola", 3)]


def told(*places: int) -> list[Told]:
    return [
        Told(one.id, one.member, one.version, one.place or 0)
        for place in places
        for one in EVENTS
        if one.place == place
    ]


def delivered(*places: int, whole: bool = True) -> list[str]:
    return [*deliveries(EVENTS, told(*places), ["ola", "jan"], whole=whole)]


def test_an_outbox_and_streams_that_are_right() -> None:
    assert [*outbox(EVENTS), *streams(EVENTS, {7: told(1, 2, 3, 4), 8: []})] == []


@pytest.mark.parametrize(
    ("events", "wrong"),
    [
        ([*EVENTS[:2], event(3, "ola", 3)], "outbox: ola has gaps in its versions"),
        ([*EVENTS[:3], event(5, "ola", 3)], "outbox: shard 7 has gaps in its places"),
        (
            [event(3, "ola", 1), event(2, "jan", 1), event(1, "ola", 2)],
            "outbox: ola is placed out of order",
        ),
    ],
)
def test_an_outbox_that_is_wrong(events: list[Event], wrong: str) -> None:
    assert [*outbox(events)] == [wrong]


@pytest.mark.parametrize(
    ("places", "wrong"),
    [
        ((1, 2, 4), "stream 7: 1 events are lost, 3 the first"),
        ((), "stream 7: 4 events are lost, 1 the first"),
        ((1, 2, 3, 3, 4), "stream 7: events are there twice"),
        ((1, 3, 2, 4), "stream 7: out of order"),
    ],
)
def test_a_stream_that_is_wrong(places: tuple[int, ...], wrong: str) -> None:
    assert [*streams(EVENTS, {7: told(*places)})] == [wrong]


def test_a_stream_with_what_is_not_of_the_outbox() -> None:
    more = [*told(1, 2, 3, 4), Told("e5", "ola", 4, 5)]
    assert [*streams(EVENTS, {7: more})] == ["stream 7: 1 events are not of the outbox"]


@pytest.mark.parametrize(
    "places", [(1, 2, 3, 4), (2, 1, 3, 4), (1, 1, 3, 2, 1, 4), (1, 3, 4, 3, 2)]
)
def test_deliveries_in_each_members_order_and_again(places: tuple[int, ...]) -> None:
    assert delivered(*places) == []


def test_a_delivery_before_the_one_before() -> None:
    assert delivered(1, 2, 4, 3) == ["delivered: ola 3 came when 1 was the last"]


def test_a_delivery_that_never_came() -> None:
    assert delivered(1, 2, 3) == ["delivered: ola lacks 1 of 3"]
    assert delivered(1, 2, 3, whole=False) == []


def test_a_delivery_of_what_never_was() -> None:
    came = [*told(1, 2, 3, 4), Told("e9", "ola", 4)]
    assert [*deliveries(EVENTS, came, ["ola", "jan"], whole=True)] == [
        "delivered: ola 4 is not of the outbox"
    ]
