"""The bytes that are hashed, byte by byte: whoever keeps a head has to come to it in ten years."""

import datetime as dt
import hashlib
import uuid
from typing import Any

import msgspec
import pytest

from service.domain.audit import sealing, tree
from service.domain.audit.acts import About, Act
from service.domain.audit.types import ActRow

CLIENT = uuid.UUID("018f0000-0000-7000-8000-000000000002")
ROW = ActRow(
    act_id=uuid.UUID("018f0000-0000-7000-8000-000000000001"),
    done_at=dt.datetime(2026, 3, 2, 10, 0, 0, 5, tzinfo=dt.UTC),
    act=Act.KEY_CREATED,
    actor_kind=5,
    actor_id="ops",
    client_id=CLIENT,
    store=None,
    device=None,
    network=None,
    about_kind=About.KEY,
    about_id="abcdefghij",
    with_id=None,
    op_id=None,
    reason=None,
    digest=bytes(32),
)
CONTENT = (
    b'{"about":"key:abcdefghij","act":"key.created","actor":"command:ops",'
    b'"at":"2026-03-02T10:00:00.000005Z","client_id":"018f0000-0000-7000-8000-000000000002",'
    b'"digest":"' + b"0" * 64 + b'","form":1,"id":"018f0000-0000-7000-8000-000000000001"}'
)


def test_a_leaf_is_these_bytes() -> None:
    assert sealing.content(ROW) == CONTENT


@pytest.mark.parametrize(
    "change",
    [
        {"act_id": CLIENT},
        {"done_at": ROW.done_at + dt.timedelta(microseconds=1)},
        {"act": Act.KEY_REVOKED},
        {"actor_kind": 2},
        {"actor_id": "root"},
        {"client_id": ROW.act_id},
        {"store": "waw-01"},
        {"device": "till-3"},
        {"network": "192.0.2.0/24"},
        {"about_kind": About.CLUB},
        {"about_id": "abcdefghik"},
        {"with_id": CLIENT},
        {"op_id": CLIENT},
        {"reason": "OPS-1"},
        {"digest": b"1" * 32},
    ],
)
def test_whatever_is_another_makes_another_leaf(change: dict[str, Any]) -> None:
    assert sealing.content(msgspec.structs.replace(ROW, **change)) != CONTENT


def test_every_column_is_in_the_leaf() -> None:
    assert len(msgspec.structs.fields(ActRow)) == 15  # as many as are changed above


def test_the_same_instant_elsewhere_is_the_same_leaf() -> None:
    there = ROW.done_at.astimezone(dt.timezone(dt.timedelta(hours=9)))
    assert sealing.content(msgspec.structs.replace(ROW, done_at=there)) == CONTENT


def test_the_head_covers_day_count_root_and_the_head_before() -> None:
    day = ROW.done_at.date()
    first = sealing.closed(day, [tree.leaf(CONTENT)], None, ROW.done_at)
    assert (first.number, first.acts, first.previous) == (1, 1, None)
    assert first.root == hashlib.sha256(b"\x00" + CONTENT).digest()
    told = b"\x02" + bytes(32) + b"2026-03-02" + bytes(7) + b"\x01" + first.root
    assert first.head == hashlib.sha256(told).digest()

    second = sealing.closed(day + dt.timedelta(days=1), [], first, ROW.done_at)
    assert (second.number, second.acts, second.previous) == (2, 0, first.head)
    told = b"\x02" + first.head + b"2026-03-03" + bytes(8) + hashlib.sha256().digest()
    assert second.head == hashlib.sha256(told).digest()


def test_leaves_are_in_the_order_of_time_and_then_of_ids() -> None:
    later = msgspec.structs.replace(
        ROW, act_id=uuid.UUID(int=0), done_at=ROW.done_at + dt.timedelta(seconds=1)
    )
    same = msgspec.structs.replace(ROW, act_id=uuid.UUID(int=1))
    found = sealing.leaves([later, ROW, same])
    assert [(one.place, one.act_id) for one in found] == [
        *((0, same.act_id), (1, ROW.act_id), (2, later.act_id)),
    ]


def test_a_digest_is_of_what_was_asked_for_in_any_order() -> None:
    one = sealing.digest({"role": "pos", "store": None})
    assert one == sealing.digest({"store": None, "role": "pos"})
    assert one == hashlib.sha256(b'{"role":"pos","store":null}').digest()
