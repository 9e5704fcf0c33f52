"""What makes two requests the same activity."""

import datetime as dt
from typing import Any

import pytest

from service.domain.activities.content import fingerprint
from service.domain.activities.types import RecordActivity
from service.kernel.ids import new_id
from service.kernel.values import Identifier, OtherMember

WARSAW = dt.timezone(dt.timedelta(hours=1))


def asked(**changes: Any) -> RecordActivity:
    given = {
        "name": "visit",
        "source": "app",
        "external_id": "1",
        "member": (Identifier("card", "1"),),
        "attributes": {"store": "waw", "minutes": 5},
        **changes,
    }
    return RecordActivity(**given)


def test_the_content_is_the_same_however_the_member_is_named() -> None:
    by_id = asked(member=OtherMember(id=new_id()))

    assert fingerprint(by_id) == fingerprint(asked())


def test_the_order_of_attributes_does_not_matter() -> None:
    turned = asked(attributes={"minutes": 5, "store": "waw"})

    assert fingerprint(turned) == fingerprint(asked())


def test_an_instant_counts_in_utc() -> None:
    here = dt.datetime(2026, 3, 2, 11, tzinfo=WARSAW)
    there = dt.datetime(2026, 3, 2, 10, tzinfo=dt.UTC)

    assert fingerprint(asked(occurred_at=here)) == fingerprint(asked(occurred_at=there))


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "visited"},
        {"source": "web"},
        {"external_id": "2"},
        {"occurred_at": dt.datetime(2026, 3, 2, tzinfo=dt.UTC)},
        {"attributes": {}},
        {"attributes": {"store": "waw", "minutes": 6}},
        {"attributes": {"store": "waw", "minutes": "5"}},
        {"attributes": {"store": "waw", "minutes": True}},
    ],
)
def test_anything_else_is_other_content(changes: dict[str, Any]) -> None:
    assert fingerprint(asked(**changes)) != fingerprint(asked())


def test_one_and_true_are_two_values() -> None:
    one, true = asked(attributes={"photo": 1}), asked(attributes={"photo": True})

    assert fingerprint(one) != fingerprint(true)
