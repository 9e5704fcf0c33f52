"""What an editor knows about the caps of staff."""

import jsonschema_rs
import pytest

from service.rules.schema import json_schema
from service.rules.schema_staff import adjust, staff

HEAD = {
    "program": {"id": "shop", "timezone": "Europe/Warsaw", "currency": "EUR"},
    "channels": ["web"],
    "identifiers": ["card"],
}
VALIDATOR = jsonschema_rs.validator_for(json_schema())


@pytest.mark.parametrize(
    ("caps", "fits"),
    [
        ({"max": 500, "per_day_max": "2000 points"}, True),
        ({"max": 500, "per_day_max": 2000, "reasons": ["late"]}, True),
        ({"max": 500}, False),
        ({"max": 500, "per_day_max": 2000, "reasons": []}, False),
        ({"max": 500, "per_day_max": 2000, "min": 5}, False),
    ],
)
def test_both_caps_are_needed(caps: object, fits: bool) -> None:
    file = {**HEAD, "wallets": {"points": {"adjust": caps}}}
    assert VALIDATOR.is_valid(file) is fits


@pytest.mark.parametrize(("waits", "fits"), [("72h", True), ("3 days", True), (72, False)])
def test_how_long_something_waits_is_a_duration(waits: object, fits: bool) -> None:
    assert VALIDATOR.is_valid({**HEAD, "staff": {"approve_for": waits}}) is fits


def test_each_part_says_what_it_is_for() -> None:
    for part in (adjust(), staff()):
        assert part["description"]
        assert all(one["description"] for one in part["properties"].values())
